/** How many requests may be under way on one connection. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { createCounters } from '../../src/counters.ts'
import { createLog } from '../../src/http/log.ts'
import { limitPipelining, MOST_UNDER_WAY } from '../../src/http/pipelining.ts'
import { bytesOf, received, wireTo } from './_wire.ts'

const log = createLog({ write: () => {} })

/** Fewer than in earnest: each takes two of the files that a process may have open. */
const MOST_IN_ALL = 4 * MOST_UNDER_WAY

/** A server that answers nothing until it is told to. */
const holding = async (t: TestContext) => {
  const held: ServerResponse[] = []
  const told = { log, counters: createCounters() }
  const server = createServer(limitPipelining(told, (_, res) => void held.push(res), MOST_IN_ALL))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { server, held, wire: wireTo((server.address() as AddressInfo).port) }
}

const ASKED = bytesOf('GET', '/', { connection: 'keep-alive' })

/** As many requests as are sent, seen by Node's parser. */
const countParsed = ({ server }: { readonly server: Server }): (() => number) => {
  let parsed = 0
  server.on('request', () => {
    parsed += 1
  })
  return () => parsed
}

test('RFC 9112 9.3.2: who sends more requests than the limit without reading loses the connection, and none of them is handled', async (t) => {
  const { held, wire } = await holding(t)
  assert.deepEqual(await wire.send(ASKED.repeat(MOST_UNDER_WAY * 4)), [])
  assert.equal(held.length, 0)
})

test('RFC 9112 9.3.2: what Node has read of a connection that is cut is not parsed any further', async (t) => {
  const holder = await holding(t)
  const parsed = countParsed(holder)
  await holder.wire.send(ASKED.repeat(MOST_UNDER_WAY * 4))
  assert.equal(parsed(), MOST_UNDER_WAY + 1)
})

test('RFC 9112 9.3.2: where all connections together have too many requests under way, whoever has most makes room', async (t) => {
  const { server, held, wire } = await holding(t)
  const ended: number[] = []
  const cut = Promise.withResolvers<void>()
  const full = MOST_IN_ALL / MOST_UNDER_WAY
  const until = async (count: number): Promise<void> => {
    while (held.length < count) await once(server, 'request')
  }
  for (let index = 0; index < full; index += 1) {
    const socket = await wire.connect()
    socket.resume().once('end', () => socket.destroy())
    socket.once('close', () => {
      ended.push(index)
      cut.resolve()
    })
    socket.write(ASKED.repeat(MOST_UNDER_WAY))
    await until((index + 1) * MOST_UNDER_WAY)
  }
  assert.deepEqual(ended, [])
  const late = await wire.connect()
  const answer = received(late)
  late.write(bytesOf('GET', '/', {}))
  await until(MOST_IN_ALL + 1)
  held.at(-1)?.end('ok')
  assert.deepEqual(
    (await answer).map(({ status }) => status),
    [200],
  )
  await cut.promise
  assert.deepEqual(ended, [0])
})

test('ERR-10: where each of too many connections waits for one answer, the next is told to come again', async (t) => {
  const { server, held, wire } = await holding(t)
  const sockets = await Promise.all(Array.from({ length: MOST_IN_ALL }, () => wire.connect()))
  for (const socket of sockets) socket.resume().write(ASKED)
  while (held.length < MOST_IN_ALL) await once(server, 'request')
  const [refused, ...others] = await wire.send(ASKED)
  assert.deepEqual([refused?.status, refused?.headers['retry-after'], others], [503, '1', []])
  assert.equal(JSON.parse(refused?.body ?? '').error, 'temporarily_unavailable')
  sockets[0]?.destroy()
  const [gone] = held
  assert.ok(gone)
  await once(gone, 'close')
  const answer = wire.send(bytesOf('GET', '/', {}))
  while (held.length <= MOST_IN_ALL) await once(server, 'request')
  held.at(-1)?.end('ok')
  assert.deepEqual(
    (await answer).map(({ status }) => status),
    [200],
  )
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
