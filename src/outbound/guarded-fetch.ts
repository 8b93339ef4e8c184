import { lookup as systemLookup } from 'node:dns/promises'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP } from 'node:net'
import { isLoopbackAddress, isSpecialAddress } from '../protocol/special-address.ts'
import { isLoopbackHost, webUriProblem } from '../protocol/uri.ts'
import { byNameServers, type Lookup } from './name-servers.ts'

export interface Guard {
  /** Bytes of the body. */
  readonly limit: number
  /** Milliseconds for all of it: name, connection, body. */
  readonly timeout: number
  /** A server on a loopback issuer may be asked to ask itself (CM-06). */
  readonly allow_loopback: boolean
  readonly lookup?: Lookup | undefined
}

/**
 * Reads a document at an address that a stranger chose (CM-06): https, to addresses of the open internet only,
 * no redirect followed, nothing of ours sent along. The name is resolved once, and the connection goes to what
 * was looked at, so that a second answer of the name server changes nothing.
 *
 * @throws an Error whose message is for the log, never for who asked: it tells what is behind the address
 */
export const guardedFetch = async (url: string, guard: Guard): Promise<string> => {
  const signal = AbortSignal.timeout(guard.timeout)
  const target = new URL(url)
  const addresses = await before(signal, checkedAddresses(target, guard))
  return before(signal, read(target, addresses, signal, guard))
}

type Addresses = Awaited<ReturnType<Lookup>>

/** No name server knows `localhost` (RFC 6761 section 6.3), nor what else a developer's machine alone does. */
const everyAddress = (host: string, { lookup, allow_loopback }: Guard): ReturnType<Lookup> => {
  if (lookup !== undefined) return lookup(host)
  return allow_loopback || isLoopbackHost(host) ? systemLookup(host, { all: true }) : byNameServers()(host)
}

/** All of them are looked at: of a name with one address inside and one outside, no one knows which is reached. */
const checkedAddresses = async (target: URL, guard: Guard): Promise<Addresses> => {
  const problem = webUriProblem(target.href)
  if (problem !== undefined) throw new Error(`the address ${problem}`)
  // The URL parser has made one spelling of every way to write an address: 0x7f.1, 2130706433, 127.1.
  const host = target.hostname.replace(/^\[|\]$/g, '')
  const family = isIP(host)
  const addresses = family === 0 ? await everyAddress(host, guard) : [{ address: host, family }]
  if (addresses.length === 0) throw new Error(`${host} has no address`)
  for (const { address } of addresses) {
    const isLoopback = isLoopbackAddress(address)
    if (isLoopback ? !guard.allow_loopback : isSpecialAddress(address)) {
      throw new Error(`${host} is at the special address ${address}`)
    }
    if (target.protocol === 'http:' && !isLoopback) throw new Error('http is for loopback only')
  }
  return addresses
}

/** What may come beside the body: heads, 1xx answers, the frames of its pieces. Bytes. */
const AROUND = 65_536

const read = (target: URL, addresses: Addresses, signal: AbortSignal, { limit }: Guard): Promise<string> =>
  new Promise((resolve, reject) => {
    const request = target.protocol === 'http:' ? requestHttp : requestHttps
    const asking = request(target, {
      signal,
      // A connection of its own: none that leads elsewhere is used again, none is left open.
      agent: false,
      headers: { accept: 'application/json', 'accept-encoding': 'identity' },
      lookup: (_host, options, done) => {
        const [first] = addresses
        if (options.all === true) done(null, [...addresses])
        else done(null, first?.address ?? '', first?.family)
      },
    })
    const fail = (error: Error): void => {
      asking.destroy()
      reject(error)
    }
    const isFlooding = (): boolean => (asking.socket?.bytesRead ?? 0) > limit + AROUND
    asking.on('error', reject)
    // RFC 9110 section 15.2: some may come before the answer; without end they would take all our time.
    asking.on('information', ({ statusCode }) => {
      if (isFlooding()) fail(new Error(`it answered ${statusCode} without end`))
    })
    asking.on('response', (answer) => {
      const { statusCode, headers } = answer
      if (statusCode !== 200) return fail(new Error(`it answered ${statusCode}`))
      if (headers['content-encoding'] !== undefined) return fail(new Error('it answered compressed'))
      // Copied: a piece of one byte would keep all of what came with it.
      const body = Buffer.alloc(limit)
      let bytes = 0
      answer.on('data', (chunk: Buffer) => {
        if (bytes + chunk.length > limit || isFlooding()) {
          fail(new Error(`it answered more than ${limit} bytes`))
        } else bytes += chunk.copy(body, bytes)
      })
      answer.on('error', reject)
      answer.on('end', () => resolve(body.toString('utf8', 0, bytes)))
    })
    asking.end()
  })

/** A name server may take longer than anybody waits, and cannot be called off. */
const before = async <T>(signal: AbortSignal, wanted: Promise<T>): Promise<T> => {
  const over = Promise.withResolvers<never>()
  const onAbort = (): void => over.reject(new Error('it took too long', { cause: signal.reason }))
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([wanted, over.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
