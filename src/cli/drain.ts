import { Server as NetServer } from 'node:net'
import type { Listening } from './listen.ts'

/** How long a connection on which nothing has come may still bring something. Milliseconds. */
const GRACE = 150
/** How often connections that have become idle are closed. Milliseconds. */
const SWEEP = 25
/** The contract gives 10 s; what is not answered by then is cut. Milliseconds. */
const DEADLINE = 9_000

/**
 * Ends a listening server without losing a request: new connections are refused at once, requests
 * whose bytes have begun to arrive are answered, idle connections are closed after a moment.
 *
 * @param hurry resolves when somebody does not want to wait any longer
 */
export const drain = async ({ server }: Listening, hurry: Promise<void>): Promise<void> => {
  const closed = new Promise<void>((resolve) => {
    // Not http.Server.close: it destroys idle connections at once, and with them bytes on their way.
    NetServer.prototype.close.call(server, () => resolve())
  })
  let sweep: NodeJS.Timeout | undefined
  const grace = setTimeout(() => {
    server.closeIdleConnections()
    sweep = setInterval(() => server.closeIdleConnections(), SWEEP)
  }, GRACE)
  const cut = (): void => server.closeAllConnections()
  const deadline = setTimeout(cut, DEADLINE)
  void hurry.then(cut)
  await closed
  clearTimeout(grace)
  clearInterval(sweep)
  clearTimeout(deadline)
}
