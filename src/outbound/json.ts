/** What is taken of a fetch; a test hands in another one. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>

export interface Asking {
  readonly fetch?: Fetch | undefined
  /** Milliseconds for the whole of it, body included. */
  readonly timeout?: number | undefined
  /** Epoch milliseconds: says when what failed may be tried again. */
  readonly clock?: (() => number) | undefined
}

export interface Told {
  readonly status: number
  /** `undefined` when it is no JSON. */
  readonly body: unknown
}

const TIMEOUT = 5_000

/** No answer that is waited for here comes near it. Bytes. */
const LARGEST = 262_144

/**
 * One question to a server that was named by the operator: no redirect is followed, no more than
 * 256 KiB are read, and after five seconds it counts as down. Node's fetch keeps the connection.
 *
 * @throws when there is no answer
 */
export const askJson = async (url: string, init: RequestInit, asking: Asking = {}): Promise<Told> => {
  const { fetch = globalThis.fetch, timeout = TIMEOUT } = asking
  const response = await fetch(url, {
    ...init,
    redirect: 'error',
    signal: AbortSignal.timeout(timeout),
    headers: { accept: 'application/json', ...init.headers },
  })
  const text = await bodyOf(response)
  return { status: response.status, body: parsed(text) }
}

/** Read to its end, or the connection could not be used again. */
const bodyOf = async (response: Response): Promise<string> => {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length
    if (bytes > LARGEST) throw new Error(`the answer has more than ${LARGEST} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
