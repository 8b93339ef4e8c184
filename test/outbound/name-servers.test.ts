import assert from 'node:assert/strict'
import { createSocket, type RemoteInfo } from 'node:dgram'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { byNameServers, type Lookup } from '../../src/outbound/name-servers.ts'

const A = 1
const AAAA = 28
const NOT_THERE = 3

const RECORDS: Readonly<Record<string, Readonly<Record<number, readonly number[]>>>> = {
  'both.example': { [A]: [192, 0, 2, 7], [AAAA]: [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7] },
  'four.example': { [A]: [192, 0, 2, 8] },
}

/** The question in a message (RFC 1035 section 4.1.2). */
const questionOf = (
  message: Buffer,
): { readonly name: string; readonly type: number; readonly end: number } => {
  const labels: string[] = []
  let at = 12
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return { name: labels.join('.').toLowerCase(), type: message.readUInt16BE(at + 1), end: at + 5 }
}

const answerTo = (message: Buffer): Buffer => {
  const { name, type, end } = questionOf(message)
  const records = RECORDS[name]
  const data = records?.[type]
  const head = Buffer.alloc(12)
  head.writeUInt16BE(message.readUInt16BE(0), 0)
  head.writeUInt16BE(0x8180 | (records === undefined ? NOT_THERE : 0), 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(data === undefined ? 0 : 1, 6)
  const record = data === undefined ? [] : [0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, data.length, ...data]
  return Buffer.concat([head, message.subarray(12, end), Buffer.from(record)])
}

/** A name server that keeps what it is asked of `slow` hosts for later. */
const nameServer = async (
  t: TestContext,
): Promise<{ readonly lookup: Lookup; readonly kept: Promise<void>; answerSlow(): void }> => {
  const socket = createSocket('udp4')
  t.after(() => socket.close())
  const slow: (readonly [Buffer, RemoteInfo])[] = []
  const kept = Promise.withResolvers<void>()
  let isSlow = true
  const answer = (message: Buffer, { port, address }: RemoteInfo): void =>
    socket.send(answerTo(message), port, address)
  socket.on('message', (message, from) => {
    if (!isSlow || !questionOf(message).name.startsWith('slow')) return answer(message, from)
    slow.push([message, from])
    kept.resolve()
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return {
    lookup: byNameServers([`127.0.0.1:${socket.address().port}`]),
    kept: kept.promise,
    answerSlow() {
      isSlow = false
      for (const [message, from] of slow) answer(message, from)
    },
  }
}

test('CM-06: all addresses of a name are found, of both families', async (t) => {
  const { lookup } = await nameServer(t)
  const four = { address: '192.0.2.8', family: 4 }
  assert.deepEqual(await lookup('four.example'), [four])
  assert.deepEqual(await lookup('both.example'), [
    { address: '192.0.2.7', family: 4 },
    { address: '2001:db8::7', family: 6 },
  ])
  await assert.rejects(lookup('none.example'), { code: 'ENOTFOUND' })
})

test('JA-09, attack, slow name servers: a name is found while a hundred others are waited for', async (t) => {
  const { lookup, kept, answerSlow } = await nameServer(t)
  let settled = 0
  const slow = Array.from({ length: 100 }, (_, count) =>
    lookup(`slow-${count}.example`).catch(() => {
      settled += 1
    }),
  )
  await kept
  assert.equal((await lookup('four.example')).length, 1)
  assert.equal(settled, 0)
  answerSlow()
  await Promise.all(slow)
  assert.equal(settled, 100)
})
