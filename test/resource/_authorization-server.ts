/** Another authorization server, on loopback: it says what the test wants, and counts what it is asked. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { atEnd } from '../_store.ts'

export interface Asked {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

/** An answer: status and body, a text as it is or anything else as JSON. */
export interface Said {
  readonly status?: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface OtherServer {
  readonly issuer: string
  /** What each path answers; may be changed at any time. A path without an answer is a 404. */
  readonly says: Map<string, (asked: Asked) => Said | Promise<Said>>
  readonly asked: Asked[]
  /** How many connections were ever opened to it. */
  connections(): number
  /** Nobody listens there any more. */
  stop(): Promise<void>
  /** On the same port again. */
  start(): Promise<void>
}

export const METADATA = '/.well-known/oauth-authorization-server'

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let body = ''
  for await (const chunk of request.setEncoding('utf8')) body += chunk
  return body
}

/** Names `/introspect` and `/jwks` in its metadata. */
export const otherServer = async (t: TestContext): Promise<OtherServer> => {
  const says: OtherServer['says'] = new Map()
  const asked: Asked[] = []
  let connections = 0
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '', headers } = request
    const question = { method, path: url, headers, body: await bodyOf(request) }
    asked.push(question)
    const said = (await says.get(url)?.(question)) ?? { status: 404, body: 'nothing here' }
    const text = typeof said.body === 'string' ? said.body : JSON.stringify(said.body)
    response.writeHead(said.status ?? 200, { 'content-type': 'application/json', ...said.headers }).end(text)
  }
  const server = createServer((request, response) => void answer(request, response))
  server.on('connection', () => (connections += 1))
  let port = 0
  const self: OtherServer = {
    get issuer() {
      return `http://127.0.0.1:${port}`
    },
    says,
    asked,
    connections: () => connections,
    async stop() {
      if (!server.listening) return
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
    async start() {
      server.listen(port, '127.0.0.1')
      await once(server, 'listening')
      // A TCP socket has an address of this shape.
      port = (server.address() as AddressInfo).port
    },
  }
  await self.start()
  atEnd(t, () => self.stop())
  const { issuer } = self
  says.set(METADATA, () => ({
    body: { issuer, introspection_endpoint: `${issuer}/introspect`, jwks_uri: `${issuer}/jwks` },
  }))
  return self
}
