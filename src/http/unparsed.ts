import { STATUS_CODES } from 'node:http'
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
  readonly description: string
}

/** Node's codes for what is not simply malformed. */
const REFUSALS: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: { status: 431, description: 'the URL or the headers of the request are too long' },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { status: 413, description: 'the chunk extensions are too long' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, description: 'the request did not arrive in time' },
}

const MALFORMED: Refusal = { status: 400, description: 'the request is not well formed HTTP' }

/**
 * What Node's parser refuses, in our words: a head that is none or too long, a body that ends too
 * early. For the `clientError` event of `oauthd serve`; Node's own answer would have no body, no
 * request id and no line in the log (ERR-01, ERR-09).
 */
export const refuseUnparsed =
  ({ log }: Pick<Server, 'log'>) =>
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
    const request_id = newRequestId()
    const refusal = REFUSALS[error.code ?? ''] ?? MALFORMED
    log.info(
      { request_id, route: 'unparsed', status: refusal.status, reason: error.code ?? 'unknown' },
      'request',
    )
    connection.end(answer(refusal, request_id), () => connection.destroy())
  }

const answer = ({ status, description }: Refusal, request_id: string): string => {
  const body = JSON.stringify({ error: 'invalid_request', error_description: description })
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'content-type: application/json',
    'cache-control: no-store',
    'pragma: no-cache',
    `x-request-id: ${request_id}`,
    `content-length: ${body.length}`,
    'connection: close',
    '',
    body,
  ].join('\r\n')
}
