/** A server on a database of its own, at a time that the test moves. */
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { createClient } from '../src/clients.ts'
import { createApp } from '../src/http/app.ts'
import type { Client, GivenMetadata } from '../src/protocol/client-metadata.ts'
import { completeSettings } from '../src/protocol/settings.ts'
import { type Clock, openServer, type Server, type ServerOptions } from '../src/server.ts'
import { NOW, temporaryFolder } from './_store.ts'

export interface TestClock {
  /** Epoch milliseconds. */
  readonly clock: Clock
  advance(seconds: number): void
}

/** Stands at NOW until it is moved. */
export const testClock = (): TestClock => {
  let at = NOW * 1000
  return {
    clock: () => at,
    advance(seconds) {
      at += seconds * 1000
    },
  }
}

export interface HttpAnswer {
  readonly status: number
  /** The parsed JSON, or nothing. */
  readonly body: Readonly<Record<string, unknown>>
}

export interface TestServer extends TestClock {
  readonly server: Server
  /** The database's file; the key file is beside it. */
  readonly db: string
  /** Every record that the server logged. */
  readonly logged: readonly object[]
  /** Posts a form to an endpoint: `post('token', { … })`, if it matters from an address. */
  post(endpoint: string, form: Readonly<Record<string, string>>, from?: { ip: string }): Promise<HttpAnswer>
}

export const SETTINGS: ServerOptions['settings'] = completeSettings({ issuer: 'https://id.example' })

export interface TestServerOptions extends Partial<Omit<ServerOptions, 'clock' | 'log'>> {
  /** Of another server, so that both live at one time. */
  readonly time?: TestClock
}

/**
 * A server that is closed when the test ends; its master secret is generated unless one is given.
 *
 * @param options `db` of another server gives a second one on the same file
 */
export const testServer = async (t: TestContext, options: TestServerOptions = {}): Promise<TestServer> => {
  const { time = testClock(), ...given } = options
  const db = given.db ?? join(temporaryFolder(t), 'oauthd.db')
  const logged: object[] = []
  const log = (fields: object, message: string): void => {
    logged.push({ ...fields, message })
  }
  const server = await openServer({
    mode: 'create',
    settings: SETTINGS,
    ...given,
    db,
    clock: time.clock,
    log: { info: log, warn: log, error: log },
  })
  t.after(() => server.close())
  const app = createApp(server)
  return {
    ...time,
    server,
    db,
    logged,
    async post(endpoint, form, from) {
      const url = `${SETTINGS.issuer}/${SETTINGS.prefix}/${endpoint}`
      const request = new Request(url, { method: 'POST', body: new URLSearchParams(form) })
      const answer = await app.request(Object.assign(request, from))
      const text = await answer.text()
      return { status: answer.status, body: text === '' ? {} : JSON.parse(text) }
    },
  }
}

/** A client that may ask for tokens, as it is registered, and its secret. */
export interface TestClient {
  readonly client: Client
  readonly client_id: string
  readonly client_secret: string
}

/** Registers a client for client_credentials with scope `a b`, or with what `given` says instead. */
export const testClient = async (server: Server, given: GivenMetadata = {}): Promise<TestClient> => {
  const created = await createClient(server, {
    client_name: 'A',
    grant_types: ['client_credentials'],
    scope: 'a b',
    ...given,
  })
  const { client_id = '', client_secret = '' } = created ?? {}
  const registered = await (await server.registry.latest()).client(client_id)
  if (registered === undefined) throw new Error('the client was not registered')
  return { client: registered.client, client_id, client_secret }
}

/** Whether the token endpoint takes this secret now: a token, or `invalid_client`. */
export const authenticates = async (
  { post }: TestServer,
  client_id: string,
  client_secret: string,
): Promise<boolean> => {
  const { status, body } = await post('token', { grant_type: 'client_credentials', client_id, client_secret })
  if (status !== 200 && body['error'] !== 'invalid_client') throw new Error(JSON.stringify(body))
  return status === 200
}
