/** How long a drain waits for a request that never ends; in this process, so that the test has the time. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { mock, type TestContext, test } from 'node:test'
import { drain } from '../../src/cli/drain.ts'

interface Draining {
  /** What the connection has sent so far is with the server; nothing is drained yet. */
  readonly client: Socket
  drained(): boolean
  hurry(): void
  readonly done: Promise<void>
  /** Settles when the server has closed the connection. */
  readonly cut: Promise<unknown>
}

/** A server with one connection on which this has come, asked to end. */
const draining = async (t: TestContext, bytes: string): Promise<Draining> => {
  const connections = new Set<Socket>()
  const server = createServer((_, answer) => void answer.end('ok'))
  server.keepAliveTimeout = 0
  server.on('connection', (socket) => connections.add(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const client = connect(port, '127.0.0.1').on('error', () => {})
  const [accepted] = (await once(server, 'connection')) as [Socket]
  client.write(bytes)
  while (accepted.bytesRead === 0) await turn()
  if (bytes.endsWith('\r\n\r\n')) await once(client, 'data')
  mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
  t.after(() => {
    mock.timers.reset()
    client.destroy()
    server.closeAllConnections()
    server.close()
  })
  const hurry = Promise.withResolvers<void>()
  let isDrained = false
  const done = drain({ server, port, connections, handshakes: new Map() }, hurry.promise).then(() => {
    isDrained = true
  })
  while (server.listening) await turn()
  const cut = once(client, 'close')
  return { client, drained: () => isDrained, hurry: hurry.resolve, done, cut }
}

const STUCK = 'POST / HTTP/1.1\r\nhost: a\r\ncontent-'
const WHOLE = 'GET / HTTP/1.1\r\nhost: a\r\n\r\n'

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('contract, settled points: a request that never ends is cut before 10 s, and not before it must', async (t) => {
  const { drained, done, cut } = await draining(t, STUCK)
  mock.timers.tick(8000)
  await turn()
  await turn()
  assert.equal(drained(), false)
  mock.timers.tick(1999)
  await Promise.all([done, cut])
})

test('contract, settled points: a second signal does not wait for a request that never ends', async (t) => {
  const { done, hurry, cut } = await draining(t, STUCK)
  hurry()
  await Promise.all([done, cut])
})

test('contract, settled points: a connection that has become idle may bring something for a moment, and is closed', async (t) => {
  const { client, drained, done, cut } = await draining(t, WHOLE)
  await turn()
  assert.equal(drained(), false)
  client.write(WHOLE)
  assert.match(String(await once(client, 'data')), /200/)
  mock.timers.tick(1000)
  await Promise.all([done, cut])
})
