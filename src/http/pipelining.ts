import type { IncomingMessage, RequestListener } from 'node:http'
import { type Refusing, refuseWith } from './unparsed.ts'

type Socket = IncomingMessage['socket']

/** No client that reads its answers sends so many ahead of them on one connection. */
export const MOST_UNDER_WAY = 64

/** Of all connections together: many that read nothing must not fill the memory side by side either. */
export const MOST_IN_ALL = 2_000

/**
 * RFC 9112 9.3.2 lets a client send requests without waiting for answers. One that never reads them would
 * fill the memory and keep everybody else waiting: beyond its limit its connection is closed. Where all
 * together are too many, whoever has most of them makes room; where each has but one, the next is told to
 * come again, or a few that sit there would shut out everybody.
 */
export const limitPipelining = (
  server: Refusing,
  listener: RequestListener,
  most_in_all: number = MOST_IN_ALL,
): RequestListener => {
  const under_way = new Map<Socket, number>()
  let all = 0
  /** Counted by the connection: an answer that waits for its turn is never told that it was cut off. */
  const forget = (socket: Socket): void => {
    all -= under_way.get(socket) ?? 0
    under_way.delete(socket)
  }
  const cut = (socket: Socket): void => {
    forget(socket)
    stopParsing(socket)
    socket.destroy()
  }
  const begin = (socket: Socket): void => {
    const count = under_way.get(socket)
    if (count === undefined) socket.once('close', () => forget(socket))
    under_way.set(socket, (count ?? 0) + 1)
    all += 1
  }
  const end = (socket: Socket): void => {
    const count = under_way.get(socket)
    if (count === undefined) return
    under_way.set(socket, count - 1)
    all -= 1
  }
  return (req, res) => {
    const { socket } = req
    if (socket.destroyed) return
    if ((under_way.get(socket) ?? 0) >= MOST_UNDER_WAY) return cut(socket)
    if (all >= most_in_all) {
      const greediest = mostOf(under_way)
      if (greediest === undefined) return refuseWith(server, res, 'too_many')
      cut(greediest)
      if (greediest === socket) return
    }
    begin(socket)
    res.once('close', () => end(socket))
    // After all that was read at once: of a connection that was cut meanwhile nothing is worth the work.
    queueMicrotask(() => {
      if (!socket.destroyed) listener(req, res)
    })
  }
}

/** The connection with most requests under way, if any has more than one. */
const mostOf = (under_way: ReadonlyMap<Socket, number>): Socket | undefined => {
  let most = 1
  let found: Socket | undefined
  for (const [socket, count] of under_way) {
    if (count > most) {
      most = count
      found = socket
    }
  }
  return found
}

/**
 * Node goes on with the 64 KiB that it has read, a thousand requests, when the connection is gone. Only
 * its parser can be stopped, by a callback that is documented nowhere; without it this saves work alone.
 */
const stopParsing = (socket: Socket): void => {
  if (!('parser' in socket)) return
  const { parser } = socket
  if (typeof parser !== 'object' || parser === null || !('onIncoming' in parser)) return
  parser.onIncoming = () => PARSER_ERROR
}

/** llhttp takes 0, 1 and 2 from the callback that has seen a head; anything else ends it. */
const PARSER_ERROR = -1
