import { newRequestId } from './crypto/secret.ts'
import type { Exchange } from './http/answer.ts'
import type { Server } from './server.ts'

/**
 * A request of the app's that one of our handlers' parts is to read; the app has its own ids and log.
 *
 * @throws {TypeError} when its body was read before: it would be as if nothing had been sent
 */
export const exchangeOf = (server: Pick<Server, 'clock'>, request: Request, route: string): Exchange => {
  if (request.bodyUsed) {
    throw new TypeError('the body of the request has been read: pass the form instead, as URLSearchParams')
  }
  const at = server.clock()
  return {
    request,
    search: searchOf(request.url),
    params: {},
    request_id: newRequestId(),
    route,
    at,
    now: Math.floor(at / 1000),
    note: {},
  }
}

/** As it was sent: a URL parser would mend what has to be refused. */
const searchOf = (url: string): string => /\?[^#]*/.exec(url)?.[0] ?? ''
