/** Who waits to be accepted while a server stops listening; in this process, which has the turns. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { drain } from '../../src/cli/drain.ts'
import { bytesOf } from '../http/_wire.ts'

const listening = async (t: TestContext): Promise<{ server: Server; port: number }> => {
  const server = createServer((_, answer) => void answer.end('ok'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { server, port: (server.address() as AddressInfo).port }
}

const NEVER = new Promise<void>(() => {})
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('contract, settled points: who was connected when it was asked to stop is answered, whoever else goes on to come', async (t) => {
  const { server, port } = await listening(t)
  const connecting = new Set<Socket>()
  const answers: Promise<string>[] = []
  const comes = (): void => {
    const client = connect(port, '127.0.0.1').on('error', () => {})
    connecting.add(client)
    const ended = Promise.withResolvers<string>()
    client.once('connect', () => {
      connecting.delete(client)
      answers.push(ended.promise)
      let text = ''
      client.setEncoding('latin1').on('data', (part: string) => (text += part))
      client.once('close', () => ended.resolve(text.slice(0, 15)))
      client.write(bytesOf('GET', '/', {}))
    })
  }
  for (let count = 0; count < 100; count += 1) comes()
  // Connected by the system; before the next turn nobody is accepted.
  await new Promise<void>((resolve) => process.nextTick(resolve))
  const drained = drain({ server, port, connections: new Set(), handshakes: new Map() }, NEVER)
  while (server.listening) {
    // They come as fast as the system lets them in.
    while (connecting.size < 3) comes()
    await turn()
  }
  for (const client of connecting) client.destroy()
  await drained
  const all = await Promise.all(answers)
  assert.ok(all.length >= 100, `${all.length}`)
  assert.deepEqual(
    all.filter((answer) => answer !== 'HTTP/1.1 200 OK'),
    [],
  )
})

test('HTTP-17: newcomers who never pause do not keep it from ending', async (t) => {
  const { server, port } = await listening(t)
  server.removeAllListeners('connection')
  const drained = drain({ server, port, connections: new Set(), handshakes: new Map() }, NEVER)
  while (server.listening) {
    server.emit('connection', new Socket())
    await turn()
  }
  await drained
})
