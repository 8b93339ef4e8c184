/** How many requests may be under way on one connection. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { limitPipelining, MOST_UNDER_WAY } from '../../src/http/pipelining.ts'
import { bytesOf, received, wireTo } from './_wire.ts'

/** A server that answers nothing until it is told to. */
const holding = async (t: TestContext) => {
  const held: ServerResponse[] = []
  const server = createServer(limitPipelining((_, res) => void held.push(res)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { server, held, wire: wireTo((server.address() as AddressInfo).port) }
}

const ASKED = bytesOf('GET', '/', { connection: 'keep-alive' })

test('RFC 9112 9.3.2: who sends more requests than the limit without reading loses the connection, and they are not handled', async (t) => {
  const { held, wire } = await holding(t)
  assert.deepEqual(await wire.send(ASKED.repeat(MOST_UNDER_WAY * 4)), [])
  assert.equal(held.length, MOST_UNDER_WAY)
})

test('RFC 9112 9.3.2: as many as the limit wait side by side, and each answer makes room for another', async (t) => {
  const { server, held, wire } = await holding(t)
  const socket = await wire.connect()
  const answers = received(socket)
  for (let round = 1; round <= 3; round += 1) {
    socket.write(ASKED.repeat(MOST_UNDER_WAY))
    while (held.length < round * MOST_UNDER_WAY) await once(server, 'request')
    const last = held.at(-1)
    assert.ok(last)
    const closed = once(last, 'close')
    for (const res of held.slice(-MOST_UNDER_WAY)) res.end('ok')
    await closed
  }
  socket.end()
  assert.equal((await answers).length, 3 * MOST_UNDER_WAY)
})
