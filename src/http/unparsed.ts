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

/** Node's codes for what is not simply malformed. */
const STATUS: Readonly<Record<string, number>> = {
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
  ERR_HTTP_REQUEST_TIMEOUT: 408,
}

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
    const status = STATUS[error.code ?? ''] ?? 400
    log.info({ request_id, route: 'unparsed', status, reason: error.code ?? 'unknown' }, 'request')
    connection.end(answer(status, request_id), () => connection.destroy())
  }

const BODY = JSON.stringify({
  error: 'invalid_request',
  error_description: 'the request is not well formed HTTP',
})

const answer = (status: number, request_id: string): string =>
  [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'content-type: application/json',
    'cache-control: no-store',
    'pragma: no-cache',
    `x-request-id: ${request_id}`,
    `content-length: ${BODY.length}`,
    'connection: close',
    '',
    BODY,
  ].join('\r\n')
