import type { Server } from '../server.ts'

/** One request on its way through a handler. */
export interface Exchange {
  readonly request: Request
  /** The query with its `?`, or the empty string. */
  readonly search: string
  /** What stands in the path for the `:id` of its route, as it was sent. */
  readonly params: Readonly<Record<string, string>>
  readonly request_id: string
  /** The name of the endpoint, for the log. */
  readonly route: string
  /**
   * When the request was there, its body read: epoch milliseconds, and whole seconds. A token may
   * expire or be revoked while a body trickles in (TM-02).
   */
  at: number
  now: number
  /** What the log line of this request says beside method, route and status. */
  readonly note: Record<string, string | number>
  /** A newer nonce for the client's next DPoP proof, to go with the answer (RFC 9449 section 8.2). */
  dpop_nonce?: string
}

/** As much of an exchange as a client's request behind the browser's back needs. */
export type BackChannel = Pick<Exchange, 'route' | 'at' | 'now' | 'note' | 'dpop_nonce'> & {
  /** A call has none. */
  readonly request_id?: string
  readonly request: { readonly headers: Pick<Headers, 'get'> }
}

/** What a handler gives back; turned into a response, with request id and CORS, in one place. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array<ArrayBuffer> | null
  /** Values of Set-Cookie, one header each. */
  readonly cookies?: readonly string[]
}

export type Handler = (server: Server, exchange: Exchange) => Answer | Promise<Answer>

/** HTTP-07: nothing with a token, a secret or a refusal is stored by anybody on the way. */
export const NO_STORE = { 'cache-control': 'no-store', pragma: 'no-cache' } as const

const JSON_HEADERS = { 'content-type': 'application/json', ...NO_STORE } as const

/** A JSON answer that nobody may store. */
export const json = (body: object, status = 200, headers?: Readonly<Record<string, string>>): Answer => ({
  status,
  headers: headers === undefined ? JSON_HEADERS : { ...JSON_HEADERS, ...headers },
  body: JSON.stringify(body),
})

/** HTTP-12: a path that is not ours is a plain 404; it never echoes what was asked. */
export const nothingHere = (): Answer =>
  json({ error: 'invalid_request', error_description: 'there is nothing at this path' }, 404)

/** An answer without a body; a 200 says so by its length. */
export const empty = (status: number, headers: Readonly<Record<string, string>> = NO_STORE): Answer => ({
  status,
  headers: status === 200 ? { ...headers, 'content-length': '0' } : headers,
  body: null,
})
