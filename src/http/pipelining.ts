import type { RequestListener } from 'node:http'

/** No client that reads its answers sends so many ahead of them on one connection. */
export const MOST_UNDER_WAY = 64

/**
 * RFC 9112 9.3.2 lets a client send requests without waiting for answers. One that never reads them would
 * fill the memory and keep everybody else waiting: beyond the limit its connection is closed.
 */
export const limitPipelining = (listener: RequestListener): RequestListener => {
  const connections = new WeakMap<object, UnderWay>()
  return (req, res) => {
    const { socket } = req
    const under_way = connections.get(socket) ?? begin(connections, socket)
    if (under_way.count >= MOST_UNDER_WAY) {
      socket.destroy()
      return
    }
    under_way.count += 1
    // Emitted once an answer.
    res.on('close', under_way.end)
    listener(req, res)
  }
}

/** The requests of one connection that are not answered yet. */
interface UnderWay {
  count: number
  readonly end: () => void
}

const begin = (connections: WeakMap<object, UnderWay>, socket: object): UnderWay => {
  const under_way = {
    count: 0,
    end: () => {
      under_way.count -= 1
    },
  }
  connections.set(socket, under_way)
  return under_way
}
