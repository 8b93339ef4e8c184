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
import { createApp, createStandalone } from './http/app.ts'
import { checkedOptions, isEnabled, type OAuthServerOptions } from './library-options.ts'
import { readPageFiles } from './page-files.ts'
import { INACTIVE, type Introspection } from './protocol/access-token.ts'
import { type ClientInformation, clientInformation } from './protocol/client-information.ts'
import type { GivenMetadata } from './protocol/client-metadata.ts'
import { completeSettings } from './protocol/settings.ts'
import { themeWarnings } from './protocol/theme.ts'
import { type Log, openServer, type Server } from './server.ts'
import { findClient, listClients } from './store/client.ts'
import { inspectToken, revokeOne } from './tokens.ts'

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

/**
 * Opens an authorization server over an SQLite file; the file, its tables and its key file are made
 * when they are missing.
 *
 * @throws {TypeError} naming the option that is unknown or wrong
 * @throws {StoreError | SecretError} when the database or its master secret cannot be used
 * @see OAuth 2.1 (draft-ietf-oauth-v2-1), RFC 7591, RFC 7662, RFC 7009
 */
export const createOAuthServer = async (options: OAuthServerOptions = {}): Promise<OAuthServer> => {
  const { secret, enabled, log = STDERR, ...given } = checkedOptions(options)
  const settings = completeSettings(given)
  if (!isEnabled(enabled)) return disabled()
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
