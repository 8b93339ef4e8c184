/**
 * A server answered in this process: a database of its own, a clock that stands still until it is
 * moved, a log that is read. What holds for every answer is asserted on every answer.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { createClient } from '../../src/clients.ts'
import { createStandalone } from '../../src/http/app.ts'
import { createLog } from '../../src/http/log.ts'
import type { GivenMetadata } from '../../src/protocol/client-metadata.ts'
import { completeSettings } from '../../src/protocol/settings.ts'
import { openServer, type Server, type ServerSettings } from '../../src/server.ts'
import { auditOf } from '../_audit.ts'
import { temporaryFolder } from '../_process.ts'
import { openBrowser, type TestBrowser } from './_browser.ts'
import { examine } from './_examine.ts'

/** Where the clock stands when a server is opened. Epoch milliseconds, and seconds. */
export const START: number = Date.UTC(2026, 10, 22, 12)
export const NOW: number = START / 1000

const SETTINGS: ServerSettings = completeSettings({})
const MASTER_SECRET = 'the-master-secret-of-the-tests-0001'

export interface Credentials {
  readonly client_id: string
  readonly client_secret: string
}

/** The parameters of a form; a list where one is sent twice, a string as it is. */
export type Given = string | Readonly<Record<string, string>> | readonly [string, string][]

export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body as JSON; empty when it is none. */
  readonly body: Readonly<Record<string, unknown>>
}

export interface LogLine {
  readonly [field: string]: unknown
}

export interface Harness {
  readonly db: string
  readonly server: Server
  readonly clock: { at: number }
  /** Another handle on the same file, as another process has one; closed with this one. */
  another(settings?: Partial<ServerSettings>): Promise<Server>
  lines(): readonly LogLine[]
  /**
   * What must never be read in the log; looked for when the harness is closed. Master secret, client
   * secrets and tokens are hidden as they come.
   */
  hide(...secrets: readonly string[]): void
  /** Hides every token in a text that came another way than by `send`. */
  hideTokens(text?: string): void
  client(given?: GivenMetadata): Promise<Credentials>
  /** Any request; `over` another server than the harness's own. */
  send(method: string, target: string, init?: RequestInit, over?: Server): Promise<Answered>
  /** A form, posted to an endpoint under the prefix. */
  post(
    endpoint: string,
    form: Given,
    headers?: Readonly<Record<string, string>>,
    over?: Server,
  ): Promise<Answered>
  /** A browser that has never been here. */
  browser(): TestBrowser
  /** A token of the client, which must be given. */
  token(client: Credentials, form?: Readonly<Record<string, string>>): Promise<string>
  close(): Promise<void>
}

export const basic = ({ client_id, client_secret }: Credentials): { readonly authorization: string } => ({
  authorization: `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}`,
})

/** Who may only name itself. */
export const PUBLIC_CLIENT: GivenMetadata = {
  client_name: 'Public',
  grant_types: ['authorization_code'],
  redirect_uris: ['https://app.example/callback'],
  token_endpoint_auth_method: 'none',
  scope: 'a',
}

const MACHINE: GivenMetadata = { client_name: 'Machine', grant_types: ['client_credentials'], scope: 'a b' }

export const openHarness = async (settings: Partial<ServerSettings> = {}): Promise<Harness> => {
  const folder = await temporaryFolder()
  const db = join(folder.path, 'oauthd.db')
  const clock = { at: START }
  const secrets = new Set<string>([MASTER_SECRET])
  let written = ''
  const log = createLog({ write: (lines) => (written += lines) })
  const opened: Server[] = []
  const open = async (differing: Partial<ServerSettings> = {}): Promise<Server> => {
    const server = await openServer({
      db,
      mode: 'create',
      settings: { ...SETTINGS, ...settings, ...differing },
      secret: MASTER_SECRET,
      clock: () => clock.at,
      log,
    })
    opened.push(server)
    return server
  }
  const server = await open()
  const apps = new WeakMap<Server, ReturnType<typeof createStandalone>>()
  const app = (of: Server): ReturnType<typeof createStandalone> => {
    const found = apps.get(of) ?? createStandalone(of)
    apps.set(of, found)
    return found
  }

  const self: Harness = {
    db,
    server,
    clock,
    another: open,
    lines() {
      log.flush()
      return written
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as LogLine)
    },
    hide(...more) {
      for (const secret of more) secrets.add(secret)
    },
    hideTokens(text = '') {
      self.hide(...(text.match(/(?:oat|ort|oac|ose|opr)_[\w-]{75}|eyJ[\w-]+\.[\w-]+\.[\w-]+/g) ?? []))
    },
    async client(given = MACHINE) {
      const made = await createClient(server, { ...MACHINE, ...given })
      assert.ok(made)
      const { client_id, client_secret = '' } = made
      if (client_secret !== '') self.hide(client_secret, basic({ client_id, client_secret }).authorization)
      return { client_id, client_secret }
    },
    async send(method, target, init = {}, over = server) {
      const response = await app(over).request(target, { ...init, method })
      const answered = await read(response)
      examine(answered, self.lines())
      self.hideTokens(answered.text)
      self.hideTokens(answered.headers.get('location') ?? '')
      self.hideTokens(answered.headers.getSetCookie().join())
      return answered
    },
    post: (endpoint, form, headers = {}, over = server) =>
      self.send(
        'POST',
        `/${SETTINGS.prefix}/${endpoint}`,
        {
          body: typeof form === 'string' ? form : new URLSearchParams(form).toString(),
          headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        },
        over,
      ),
    browser: () => openBrowser(self, server.settings),
    async token(client, form = {}) {
      const answered = await self.post('token', { grant_type: 'client_credentials', ...form }, basic(client))
      const { access_token } = answered.body
      assert.ok(answered.status === 200 && typeof access_token === 'string', answered.text)
      return access_token
    },
    async close() {
      // A test may have taken the database away.
      const told = [...self.lines(), ...(await auditOf(server).catch(() => []))]
      const leaks = told.filter((line) => holdsAny(JSON.stringify(line), secrets))
      await Promise.all(opened.map((each) => each.close()))
      await folder.remove()
      assert.deepEqual(leaks, [], 'LG-01, LG-02: a secret is in the log or the audit trail')
    },
  }
  return self
}

const holdsAny = (text: string, secrets: ReadonlySet<string>): boolean =>
  [...secrets].some((secret) => text.includes(secret) || text.includes(encodeURIComponent(secret)))

const read = async (response: Response): Promise<Answered> => {
  const text = await response.text()
  const isJson = text !== '' && /json$/.test(response.headers.get('content-type') ?? '')
  const body = isJson ? (JSON.parse(text) as Answered['body']) : {}
  return { status: response.status, headers: response.headers, text, body }
}
