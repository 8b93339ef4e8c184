import type { Server as HttpServer, IncomingMessage, RequestListener } from 'node:http'
import { type Refusing, refuseUnparsed, refuseWith } from './unparsed.ts'

/**
 * What Node would answer by itself, or not at all, before the listener hears of it: with body, request
 * id and log line like every other refusal (ERR-01, ERR-09).
 */
export const refuseUnheard = (http: HttpServer, server: Refusing): void => {
  const refuse = refuseUnparsed(server)
  // The listener looks at the Host header: `requireOneHost`.
  Object.assign(http, { requireHostHeader: false })
  http.on('clientError', refuse)
  http.on('checkExpectation', (_, res) => refuseWith(server, res, 'expectation'))
  http.on('connect', (_, socket) => {
    // Node lets go of the connection here: nobody else hears of its errors, or closes it when we end.
    socket.on('error', () => socket.destroy())
    // Behind an answer that is still to come ours would be taken for it, or wait for ever.
    const isBusy = '_httpMessage' in socket && Boolean(socket._httpMessage)
    if (isBusy || socket.writableLength > 0) socket.destroy()
    else refuse({ code: 'connect' }, socket.resume())
  })
}

/** RFC 9112 3.2: a request without a Host header, or with two, is 400; which host it names changes nothing. */
export const requireOneHost =
  (server: Refusing, listener: RequestListener): RequestListener =>
  (req, res) => {
    const count = hostsOf(req)
    if (count > 1) refuseWith(server, res, 'host_repeated')
    else if (count === 0 && req.httpVersion !== '1.0') refuseWith(server, res, 'host_missing')
    else listener(req, res)
  }

/** Counted as they came: Node keeps the first and drops the rest. */
const hostsOf = ({ rawHeaders }: IncomingMessage): number => {
  let count = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]
    if (name?.length === 4 && name.toLowerCase() === 'host') count += 1
  }
  return count
}
