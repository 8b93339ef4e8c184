import type { RequestListener } from 'node:http'

/** No client that reads its answers sends so many ahead of them on one connection. */
export const MOST_UNDER_WAY = 64

/**
 * RFC 9112 9.3.2 lets a client send requests without waiting for answers. One that never reads them would
 * fill the memory and keep everybody else waiting: beyond the limit its connection is closed.
 */
export const limitPipelining = (listener: RequestListener): RequestListener => {
  const under_way = new WeakMap<object, number>()
  return (req, res) => {
    const { socket } = req
    const count = under_way.get(socket) ?? 0
    if (count >= MOST_UNDER_WAY) {
      socket.destroy()
      return
    }
    under_way.set(socket, count + 1)
    res.once('close', () => under_way.set(socket, (under_way.get(socket) ?? 1) - 1))
    listener(req, res)
  }
}
