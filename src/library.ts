import { H3 } from 'h3'
import {
  type ClientWithSecret,
  createClient,
  type RotatedClient,
  revoke,
  rotateSecret,
  updateClient,
} from './clients.ts'
import { type ConsentInformation, listConsents, withdraw } from './consents.ts'
import { isLongEnough, SECRET_MIN_LENGTH } from './crypto/seal.ts'
import { createApp, createStandalone } from './http/app.ts'
import { readPageFiles } from './page-files.ts'
import { INACTIVE, type Introspection } from './protocol/access-token.ts'
import { type ClientInformation, clientInformation } from './protocol/client-information.ts'
import type { GivenMetadata } from './protocol/client-metadata.ts'
import { nearest } from './protocol/nearest.ts'
import type { PagesSettings } from './protocol/pages-settings.ts'
import { completeSettings, type GivenSettings } from './protocol/settings.ts'
import { themeWarnings } from './protocol/theme.ts'
import { type Log, openServer, type Server } from './server.ts'
import { findClient, listClients } from './store/client.ts'
import { inspectToken, revokeOne } from './tokens.ts'

/** The settings, by the names they have everywhere, and what only a program can give. */
export interface OAuthServerOptions {
  /** The database file; it may hold the app's own tables. Default `./oauthd.db`. */
  readonly db?: string
  /**
   * The issuer identifier (RFC 8414 section 2): https, or http on loopback; it may have a path.
   * Default `http://localhost:6749`.
   */
  readonly issuer?: string
  /** The path of the endpoints, without a slash at either end. Default `oauth`. */
  readonly prefix?: string
  /** How long an access token lives: seconds, or a duration such as `30m`. Default 3600. */
  readonly access_token_ttl?: number | string
  /** The master secret, 32 characters or more. Default: `OAUTHD_SECRET`, else the file `<db>.key`. */
  readonly secret?: string
  /**
   * Off by default: nothing is opened, everything answers 404. Left out, `OAUTHD_ENABLED` decides:
   * `true`, `1`, `yes` or `on`.
   */
  readonly enabled?: boolean
  /**
   * How the built-in pages look: name, logo and css (files), accent and accent_dark (`#rrggbb`),
   * support_url, terms_url, privacy_url.
   */
  readonly pages?: Partial<PagesSettings>
  /**
   * Where requests, warnings and faults are told; a pino logger fits. Default: warnings and faults, a
   * line each, on standard error.
   */
  readonly log?: Log
}

/** An authorization server inside an app. */
export interface OAuthServer {
  /**
   * RFC 7591 objects. Unknown and revoked ids give `undefined`. A secret is shown by `create` and
   * `rotateSecret` only. @throws {TypeError} for an id that is no string
   */
  readonly clients: {
    /** @throws {OAuthError} `invalid_client_metadata`, `invalid_redirect_uri`, `invalid_scope` */
    create(metadata: GivenMetadata): Promise<ClientWithSecret>
    /** The registration of a client that is not revoked (RFC 7591 section 3.2.1), without its secret. */
    get(client_id: string): Promise<ClientInformation | undefined>
    /** Clients that are not revoked, by id; at most `limit` (100), from behind `after`. */
    list(page?: { after?: string; limit?: number }): Promise<readonly ClientInformation[]>
    /** Changes the members given; `null` takes an optional one back. @throws {OAuthError} as `create` */
    update(client_id: string, changes: GivenMetadata): Promise<ClientInformation | undefined>
    /** The old secret stops now, or `overlap` seconds from now (30 days at the most). */
    rotateSecret(client_id: string, options?: { overlap?: number }): Promise<RotatedClient | undefined>
    /** Ends the client and all its tokens for good; `false` when there was none to end. */
    revoke(client_id: string): Promise<boolean>
  }
  /** What people have allowed clients, remembered or not. @throws {TypeError} for an id that is no string */
  readonly consents: {
    /** What `sub` has allowed, by client_id; 1000 at the most. */
    list(of: { sub: string }): Promise<readonly ConsentInformation[]>
    /**
     * Takes back what `sub` allowed the client: it has to ask again, and every code and token of it is
     * dead when this resolves. `false` when there was nothing to take back.
     */
    revoke(of: { sub: string; client_id: string }): Promise<boolean>
  }
  /** RFC 7662: what a token says, or `{ active: false }`, whatever is handed in. */
  introspect(token: string): Promise<Introspection>
  /** RFC 7009: `true` when a live token was revoked. The hint is not needed: a token says what it is. */
  revokeToken(token: string, options?: { token_type_hint?: string }): Promise<boolean>
  /** The endpoints, to be mounted at the root: `app.mount('/', server.app)`. */
  readonly app: H3
  /** The endpoints for a web-standard request; what is not ours is answered 404. */
  fetch(request: Request): Promise<Response>
  /** Finishes what is under way and closes the database. */
  close(): Promise<void>
}

const OPTIONS = ['db', 'issuer', 'prefix', 'access_token_ttl', 'secret', 'enabled', 'log', 'pages']

/**
 * Opens an authorization server over an SQLite file; the file, its tables and its key file are made
 * when they are missing.
 *
 * @throws {TypeError} naming the option that is unknown or wrong
 * @throws {StoreError | SecretError} when the database or its master secret cannot be used
 * @see OAuth 2.1 (draft-ietf-oauth-v2-1), RFC 7591, RFC 7662, RFC 7009
 */
export const createOAuthServer = async (options: OAuthServerOptions = {}): Promise<OAuthServer> => {
  const { secret, enabled, log = STDERR, ...given } = checked(options)
  const settings = completeSettings(given)
  if (!(enabled ?? enabledByEnvironment())) return disabled()
  const page_files = readPageFiles(settings.pages)
  for (const warning of themeWarnings(settings.pages)) log.warn({ code: 'pages_accent' }, warning)
  const server = await openServer({
    db: settings.db,
    mode: 'create',
    settings,
    page_files,
    secret: secret ?? process.env['OAUTHD_SECRET'],
    log,
    onWarning: ({ code, message }) => log.warn({ code }, message),
  })
  await server.sealed.sweep()
  server.housekeeping.start()
  return embedded(server)
}

const embedded = (server: Server): OAuthServer => {
  const app = createApp(server)
  const standalone = createStandalone(server)
  return {
    clients: clients(server),
    consents: {
      list: async ({ sub }) => listConsents(server, { sub: id(sub, 'sub'), limit: 1000 }),
      revoke: async ({ sub, client_id }) =>
        withdraw(server, { sub: id(sub, 'sub'), client_id: id(client_id) }),
    },
    // RFC 7662 2.2, RFC 7009 2.2: an unknown token is not an error, and what is no string is no token.
    introspect: async (token) =>
      typeof token === 'string' ? (await inspectToken(server, token)).token : INACTIVE,
    revokeToken: async (token) => typeof token === 'string' && (await revokeOne(server, token)),
    app,
    fetch: async (request) => standalone.fetch(request),
    close: () => server.close(),
  }
}

const clients = (server: Server): OAuthServer['clients'] => ({
  async create(metadata) {
    const client = await createClient(server, metadata)
    if (client === undefined) throw new Error('a generated client_id was taken; call again')
    return client
  },
  async get(client_id) {
    const client = await server.store.read(findClient(id(client_id)))
    return client === undefined || client.revoked_at !== null ? undefined : clientInformation(client)
  },
  async list({ after, limit = 100 } = {}) {
    if (after !== undefined) id(after, 'after')
    if (!Number.isInteger(limit) || limit < 1) throw new TypeError('limit must be a whole number from 1 on')
    return (await server.store.read(listClients({ status: 'active', after, limit }))).map(clientInformation)
  },
  update: async (client_id, changes) => updateClient(server, id(client_id), () => changes),
  rotateSecret: async (client_id, options) => rotateSecret(server, id(client_id), options),
  revoke: async (client_id) => revoke(server, id(client_id)),
})

/** Callers in JavaScript pass what they were handed. */
const id = (given: unknown, name = 'client_id'): string => {
  if (typeof given !== 'string') throw new TypeError(`${name} must be a string`)
  return given
}

/** A host that does not use the server is not made to keep a database or a secret for it. */
const disabled = (): OAuthServer => {
  const refuse = async (): Promise<never> => {
    throw new Error('oauthd is disabled: pass enabled: true, or set OAUTHD_ENABLED=true')
  }
  const app = new H3().all('/**', () => new Response(null, { status: 404 }))
  return {
    clients: {
      create: refuse,
      get: refuse,
      list: refuse,
      update: refuse,
      rotateSecret: refuse,
      revoke: refuse,
    },
    consents: { list: refuse, revoke: refuse },
    introspect: refuse,
    revokeToken: refuse,
    app: new H3(),
    fetch: async (request) => app.fetch(request),
    close: async () => {},
  }
}

const checked = (options: OAuthServerOptions): OAuthServerOptions & GivenSettings => {
  for (const name of Object.keys(options)) {
    if (OPTIONS.includes(name)) continue
    const meant = nearest(name, OPTIONS)
    throw new TypeError(
      `${name} is not an option of createOAuthServer${meant === undefined ? '' : `; did you mean ${meant}?`}`,
    )
  }
  if (options.enabled !== undefined && typeof options.enabled !== 'boolean')
    throw new TypeError('enabled must be true or false')
  if (options.secret !== undefined && (typeof options.secret !== 'string' || !isLongEnough(options.secret)))
    throw new TypeError(`secret must be a string of at least ${SECRET_MIN_LENGTH} characters`)
  if (options.log !== undefined && !isLog(options.log))
    throw new TypeError('log must have the functions info, warn and error')
  return options
}

const isLog = (log: Partial<Log> | null): boolean =>
  [log?.info, log?.warn, log?.error].every((member) => typeof member === 'function')

/** Off silently would be a server that is missing: a value that is neither is refused. */
const enabledByEnvironment = (): boolean => {
  const given = process.env['OAUTHD_ENABLED'] ?? ''
  if (/^(?:true|1|yes|on)$/i.test(given)) return true
  if (/^(?:false|0|no|off)?$/i.test(given)) return false
  throw new TypeError('OAUTHD_ENABLED must be true, 1, yes or on, or false, 0, no or off')
}

const stackOf = (error: Error): string =>
  (error.stack ?? String(error)) + (error.cause instanceof Error ? `\ncause: ${stackOf(error.cause)}` : '')

const told =
  (level: string) =>
  (fields: object, message: string): void => {
    // As JSON a line stays one; an error would be {} there.
    const line = JSON.stringify(fields, (_, value: unknown) =>
      value instanceof Error ? stackOf(value) : value,
    )
    process.stderr.write(`oauthd: ${level}: ${message} ${line}\n`)
  }

/** A host has its own log of requests: only what needs somebody is told unasked. */
const STDERR: Log = { info() {}, warn: told('warning'), error: told('error') }
