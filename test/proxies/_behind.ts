/** An app behind a real proxy that asks a real oauthd, with the configurations of the example. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { CHECKOUT, type Running, type Serving, start } from '../_process.ts'
import { atEnd, temporaryFolder } from '../_store.ts'
import { type Credentials, openSite } from '../end-to-end/_site.ts'

/** A proxy: its program, what it takes, and when it listens. */
export interface Proxy {
  readonly program: string
  /** A file in examples/nginx-auth-request. */
  readonly config: string
  readonly args: (folder: string, config: string) => readonly string[]
  readonly listens: RegExp
  readonly installed: string
  /** What it answers while oauthd does not. */
  readonly down: number
}

export const nginx: Proxy = {
  program: 'nginx',
  config: 'nginx.conf',
  args: (folder, config) => [
    '-p',
    folder,
    '-c',
    config,
    '-e',
    'stderr',
    '-g',
    'daemon off; master_process off;',
  ],
  listens: /nginx\/\d/,
  installed: 'apt-get install nginx-light',
  down: 503,
}

export const caddy: Proxy = {
  program: 'caddy',
  config: 'Caddyfile',
  args: (_folder, config) => ['run', '--adapter', 'caddyfile', '--config', config],
  listens: /serving initial configuration/,
  installed: 'apt-get install caddy',
  down: 502,
}

/** `false` when the program is there; else the one line that says how it gets there. */
export const missing = ({ program, installed }: Proxy): string | false =>
  spawnSync(program, ['-h']).error === undefined ? false : `no ${program} here: ${installed}`

/** What the app was asked, as it came from the proxy. */
export interface Arrived {
  readonly method: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Behind {
  readonly oauthd: Serving
  readonly client: Credentials
  /** Everything that reached the app. */
  readonly arrived: Arrived[]
  /** A new token of the client. */
  token(scope?: string): Promise<string>
  revoke(token: string): Promise<void>
  /** The proxy. */
  readonly url: string
  /** Asks the proxy for /invoices. */
  ask(token?: string, init?: RequestInit): Promise<Response>
}

const portOf = (server: { address(): AddressInfo | string | null }): number =>
  (server.address() as AddressInfo).port

/** A port that was free a moment ago. */
const freePort = async (): Promise<number> => {
  const server = createTcpServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const port = portOf(server)
  server.close()
  await once(server, 'close')
  return port
}

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let body = ''
  for await (const chunk of request.setEncoding('utf8')) body += chunk
  return body
}

const openApp = async (t: TestContext): Promise<{ readonly port: number; readonly arrived: Arrived[] }> => {
  const arrived: Arrived[] = []
  const app = createServer(async (request, response) => {
    const { method = '', headers } = request
    arrived.push({ method, headers, body: await bodyOf(request) })
    response.end('invoices')
  }).listen(0, '127.0.0.1')
  await once(app, 'listening')
  atEnd(t, () => {
    app.closeAllConnections()
    app.close()
  })
  return { port: portOf(app), arrived }
}

const untilSays = async (running: Running, words: RegExp): Promise<void> => {
  const { stderr } = running.child
  assert.ok(stderr)
  const over = running.ended.then((ended) => {
    throw new Error(`it ended with ${ended.code ?? ended.signal}: ${ended.stderr}`)
  })
  over.catch(() => {})
  while (!words.test(running.stderr())) await Promise.race([once(stderr, 'data'), over])
}

/** The proxy, guarding what the example guards: scope `invoices.read`, which the client has beside `other`. */
export const behind = async (t: TestContext, proxy: Proxy): Promise<Behind> => {
  const site = await openSite()
  atEnd(t, () => site.close())
  const client = await site.client({ scope: 'invoices.read other' })
  const oauthd = await site.serve()
  const app = await openApp(t)
  const port = await freePort()
  const folder = temporaryFolder(t)
  const config = join(folder, proxy.config)
  const text = readFileSync(join(CHECKOUT, 'examples/nginx-auth-request', proxy.config), 'utf8')
  const ports = { 6749: new URL(oauthd.url).port, 3000: app.port, 8080: port, 8081: port }
  writeFileSync(
    config,
    Object.entries(ports).reduce((words, [from, to]) => words.replaceAll(`:${from}`, `:${to}`), text),
  )
  const running = start(proxy.program, proxy.args(folder, config), { cwd: folder, env: { HOME: folder } })
  atEnd(t, () => running.stop('SIGKILL'))
  await untilSays(running, proxy.listens)
  const post = (endpoint: string, form: Record<string, string>): Promise<Response> =>
    fetch(new URL(`/oauth/${endpoint}`, oauthd.url), { method: 'POST', body: new URLSearchParams(form) })
  return {
    oauthd,
    client,
    arrived: app.arrived,
    url: `http://127.0.0.1:${port}`,
    async token(scope = 'invoices.read') {
      const answered = await post('token', { grant_type: 'client_credentials', scope, ...client })
      return String(((await answered.json()) as { access_token?: unknown }).access_token)
    },
    async revoke(token) {
      assert.equal((await post('revoke', { token, ...client })).status, 200)
    },
    ask(token, { headers, ...init } = {}) {
      const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
      return fetch(`http://127.0.0.1:${port}/invoices`, {
        ...init,
        headers: { ...authorization, ...headers },
      })
    },
  }
}

/** Status and challenge, the body read so that the connection is free. */
export const refusal = async (asked: Promise<Response>): Promise<readonly unknown[]> => {
  const response = await asked
  await response.text()
  return [response.status, response.headers.get('www-authenticate')]
}

export const NONE: readonly unknown[] = [401, 'Bearer realm="oauthd", scope="invoices.read"']
export const INVALID: readonly unknown[] = [
  401,
  'Bearer realm="oauthd", error="invalid_token", scope="invoices.read"',
]
export const LACKING: readonly unknown[] = [
  403,
  'Bearer realm="oauthd", error="insufficient_scope", scope="invoices.read"',
]

/** What a test reads where nothing arrived. */
export const NOTHING: Arrived = { method: '', headers: {}, body: '' }
