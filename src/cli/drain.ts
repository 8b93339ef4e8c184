import { Server as NetServer } from 'node:net'
import type { Listening } from './listen.ts'

/** How long a connection on which nothing has come may still bring something. Milliseconds. */
const GRACE = 150
/** How often connections that have become idle are closed. Milliseconds. */
const SWEEP = 25
/** Who stops a service waits 10 s before it kills; what is not answered by then is cut. Milliseconds. */
const DEADLINE = 9_000

/** More turns than a full backlog needs; a load that never pauses is not waited for any longer. */
const MOST_TURNS = 1_024

/**
 * Ends a listening server without losing a request: new connections are refused at once, requests
 * whose bytes have begun to arrive are answered, idle connections are closed after a moment.
 *
 * @param hurry resolves when somebody does not want to wait any longer
 */
export const drain = async (listening: Listening, hurry: Promise<void>): Promise<void> => {
  const { server, connections, handshakes } = listening
  await backlogAccepted(listening)
  const closed = new Promise<void>((resolve) => {
    // Not http.Server.close: it destroys idle connections at once, and with them bytes on their way.
    NetServer.prototype.close.call(server, () => resolve())
  })
  const closeIdle = (): void => {
    server.closeIdleConnections()
    // Node counts a connection that has never brought a byte as busy with its first request.
    for (const connection of connections) if (connection.bytesRead === 0) connection.destroy()
    for (const handshake of handshakes.values()) handshake.destroy()
  }
  // After a busy turn timers come first: only behind setImmediate has been read what arrived meanwhile.
  const sweepNow = (): unknown => setImmediate(closeIdle)
  let sweep: NodeJS.Timeout | undefined
  const grace = setTimeout(() => {
    sweepNow()
    sweep = setInterval(sweepNow, SWEEP)
  }, GRACE)
  const cut = (): void => {
    server.closeAllConnections()
    for (const handshake of handshakes.values()) handshake.destroy()
  }
  const deadline = setTimeout(cut, DEADLINE)
  void hurry.then(cut)
  await closed
  clearTimeout(grace)
  clearInterval(sweep)
  clearTimeout(deadline)
}

/**
 * The system has connected whoever waits in the backlog, perhaps taken a request too, and would reset
 * them when the socket closes. Node accepts them one a turn: until two turns brought nobody.
 */
const backlogAccepted = ({ server }: Listening): Promise<void> => {
  closeBacklog(server)
  const { promise, resolve } = Promise.withResolvers<void>()
  let turns = 0
  let quiet = 0
  const came = (): void => {
    quiet = 0
    // Where there is room for one, nobody waits at the moment at which one was accepted.
    if (turns >= MOST_TURNS) resolve()
  }
  const turn = (): void => {
    if (quiet === 2) resolve()
    quiet += 1
    turns += 1
    if (quiet <= 2) setImmediate(turn)
  }
  server.on('connection', came)
  turn()
  return promise.finally(() => server.off('connection', came))
}

/**
 * Under a load of new connections somebody always waits. Told again to listen, with room for none, the
 * system leaves newcomers unanswered: they ask again in a second, and are refused.
 */
const closeBacklog = (server: object): void => {
  if (!('_handle' in server)) return
  const { _handle: handle } = server
  if (typeof handle !== 'object' || handle === null || !('listen' in handle)) return
  if (typeof handle.listen === 'function') handle.listen(0)
}
