import { type ServerResponse, STATUS_CODES } from 'node:http'
import { countAnswer, increase, routeCount } from '../counters.ts'
import { newRequestId } from '../crypto/secret.ts'
import type { Server } from '../server.ts'

/** What is needed of a socket. */
interface Connection {
  readonly writable: boolean
  end(text: string, done: () => void): unknown
  destroy(): unknown
  /** Node's own: the answer under way on this connection. Its own refusal looks here too. */
  readonly _httpMessage?: { readonly headersSent: boolean } | null
}

interface Refusal {
  readonly status: number
  readonly error?: string
  readonly description: string
  readonly headers?: Readonly<Record<string, string>>
}

/** By Node's codes, and our own for what Node would answer by itself. */
const REFUSALS: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: { status: 431, description: 'the URL or the headers of the request are too long' },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { status: 413, description: 'the chunk extensions are too long' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, description: 'the request did not arrive in time' },
  host_missing: { status: 400, description: 'the request has no Host header' },
  host_repeated: { status: 400, description: 'the request has more than one Host header' },
  expectation: { status: 417, description: 'nothing but 100-continue can be expected' },
  too_many: {
    status: 503,
    error: 'temporarily_unavailable',
    description: 'too many requests at once; try again in a moment',
    headers: { 'retry-after': '1' },
  },
  // RFC 9110 15.5.6: an answer 405 names what may be used.
  connect: {
    status: 405,
    description: 'this is no proxy',
    headers: { allow: 'GET, HEAD, POST, OPTIONS' },
  },
}

const MALFORMED: Refusal = { status: 400, description: 'the request is not well formed HTTP' }

/** What a refusal needs of the server: it is told and counted. */
export type Refusing = Pick<Server, 'log' | 'counters'>

/** A refusal as it is sent. */
interface Told {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** ERR-09: every answer has a request id, repeated in the log. */
const tell = ({ log, counters }: Refusing, reason: string): Told => {
  const request_id = newRequestId()
  const { status, error = 'invalid_request', description, headers } = REFUSALS[reason] ?? MALFORMED
  log.info({ request_id, route: 'unparsed', status, reason }, 'request')
  const count = routeCount(counters, 'unparsed')
  countAnswer(count, status, 0)
  increase(count.errors, error)
  const body = JSON.stringify({ error, error_description: description })
  return {
    status,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      pragma: 'no-cache',
      'x-request-id': request_id,
      'content-length': String(body.length),
      connection: 'close',
      ...headers,
    },
    body,
  }
}

/** A refusal where Node has made an answer that waits for its turn. */
export const refuseWith = (server: Refusing, res: ServerResponse, reason: string): void => {
  const { status, headers, body } = tell(server, reason)
  res.writeHead(status, headers).end(body)
}

/**
 * What Node's parser refuses, in our words: a head that is none or too long, a body that ends too
 * early. For the `clientError` event of `oauthd serve`; Node's own answer would have no body, no
 * request id and no line in the log (ERR-01, ERR-09).
 */
export const refuseUnparsed =
  (server: Refusing) =>
  (error: { readonly code?: string }, connection: Connection): void => {
    // Whoever is gone, or has half of an answer already, can be told nothing more.
    if (
      !connection.writable ||
      error.code === 'ECONNRESET' ||
      connection._httpMessage?.headersSent === true
    ) {
      connection.destroy()
      return
    }
    const { status, headers, body } = tell(server, error.code ?? 'unknown')
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
    const text = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...lines, '', body].join('\r\n')
    connection.end(text, () => connection.destroy())
  }
