/** The listener of `oauthd serve` behind node:http, and requests as bytes: what no client would send. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { createListener } from '../../src/http/listener.ts'
import { refuseUnheard } from '../../src/http/unheard.ts'
import type { Server } from '../../src/server.ts'

export interface WireAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface Wire {
  /** Connects, for a test that writes and closes in its own time. */
  connect(): Promise<Socket>
  /** Sends the bytes and gives every answer until the server ends the connection. */
  send(...bytes: readonly (string | Uint8Array)[]): Promise<readonly WireAnswer[]>
  /** The same, but ends our side behind the bytes. */
  cutAfter(bytes: string): Promise<readonly WireAnswer[]>
}

/** Of whatever listens on this port of 127.0.0.1. */
export const wireTo = (port: number): Wire => {
  const open = async (): Promise<Socket> => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    socket.on('error', () => {}) // A reset is an end too; what came before it is read.
    await once(socket, 'connect')
    return socket
  }
  return {
    connect: open,
    async send(...bytes) {
      const socket = await open()
      for (const part of bytes) socket.write(part)
      return received(socket)
    },
    async cutAfter(bytes) {
      const socket = await open()
      const answers = received(socket)
      socket.end(bytes)
      return answers
    },
  }
}

/** A listener of ours in this process. */
export const openWire = async (server: Server): Promise<Wire & { close(): Promise<void> }> => {
  const http = createServer(createListener(server))
  refuseUnheard(http, server)
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const { port } = http.address() as AddressInfo
  return {
    ...wireTo(port),
    async close() {
      http.closeAllConnections()
      http.close()
      await once(http, 'close')
    },
  }
}

/** Everything that comes until the end, as answers. */
export const received = async (socket: Socket): Promise<readonly WireAnswer[]> => {
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  const ended = Promise.withResolvers<void>()
  socket.once('end', ended.resolve).once('close', ended.resolve)
  await ended.promise
  socket.destroy()
  return parsed(Buffer.concat(chunks).toString('latin1'))
}

const parsed = (text: string): readonly WireAnswer[] => {
  const answers: WireAnswer[] = []
  for (let rest = text; rest !== ''; ) {
    const end = rest.indexOf('\r\n\r\n')
    assert.notEqual(end, -1, `an answer without an end of its head: ${rest}`)
    const [first = '', ...lines] = rest.slice(0, end).split('\r\n')
    const headers = Object.fromEntries(
      lines.map((line) => [
        line.slice(0, line.indexOf(':')).toLowerCase(),
        line.slice(line.indexOf(':') + 2),
      ]),
    )
    const length = Number(headers['content-length'] ?? 0)
    const body = rest.slice(end + 4, end + 4 + length)
    answers.push({ status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(first)?.[1]), headers, body })
    rest = rest.slice(end + 4 + length)
  }
  return answers
}

/** A request as bytes; the connection ends with it unless `headers` say otherwise. */
export const bytesOf = (
  method: string,
  target: string,
  headers: Readonly<Record<string, string>>,
  body = '',
): string => {
  const all = {
    host: 'localhost',
    connection: 'close',
    ...(body === '' || 'transfer-encoding' in headers
      ? {}
      : { 'content-length': String(Buffer.byteLength(body)) }),
    ...headers,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  return [`${method} ${target} HTTP/1.1`, ...lines, '', body].join('\r\n')
}
