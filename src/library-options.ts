import { resolve } from 'node:path'
import { isLongEnough, SECRET_MIN_LENGTH } from './crypto/seal.ts'
import { isObject, knownMembers } from './library-arguments.ts'
import { harmless, STDERR } from './library-log.ts'
import type { DetailType } from './protocol/detail-types.ts'
import type { Profile } from './protocol/fapi.ts'
import type { PagesSettings } from './protocol/pages-settings.ts'
import { completeSettings, SETTING_NAMES, type Settings } from './protocol/settings.ts'
import type { Log } from './server.ts'

/** The settings, by the names they have everywhere, and what only a program can give. Times are seconds, or texts such as `30m`. */
export interface OAuthServerOptions {
  /**
   * The database: a file, which may hold the app's own tables, or the app's open better-sqlite3 database
   * of such a file. An open one is not used and not changed: oauthd opens a connection of its own beside
   * it, by the same SQLite, and closes only that. Default `./oauthd.db`.
   */
  readonly db?: string | OpenDatabase
  /**
   * The issuer identifier (RFC 8414 section 2): https, or http on loopback; it may have a path. Given, it
   * is recorded in the database, as `oauthd serve` does. Default `http://localhost:6749`.
   */
  readonly issuer?: string
  /** The path of the endpoints, without a slash at either end. Default `oauth`. */
  readonly prefix?: string
  /** How long an access token lives. Default 3600, and 600 with `access_token_format: 'jwt'`. */
  readonly access_token_ttl?: number | string
  /**
   * What access tokens are where their resource says nothing: `opaque`, which are asked about, or `jwt`, which
   * say what they stand for (RFC 9068), until their end to who does not ask. Default `opaque`.
   */
  readonly access_token_format?: 'opaque' | 'jwt'
  /** How long an authorization code lives, 60 at the most. Default 60. */
  readonly code_ttl?: number | string
  /** How long refresh tokens of one approval live in all. Default 90 days. */
  readonly refresh_ttl?: number | string
  /** How long a refresh token lives unused. Default 30 days. */
  readonly refresh_idle_ttl?: number | string
  /** How long a lost answer to a refresh may be asked for again, 0 to 60. Default 30. */
  readonly refresh_grace?: number | string
  /** How long a browser stays signed in at the built-in pages. Default 14 days. */
  readonly session_ttl?: number | string
  /**
   * The page of the app that signs people in and asks them: `/oauth/authorize` sends browsers there with
   * `?interaction=ID`. Default: the built-in pages.
   */
  readonly interaction_url?: string
  /** Whether every client has to push its authorization requests (RFC 9126). Default false. */
  readonly require_pushed_authorization_requests?: boolean
  /** Whether every authorization request has to be an object that the client signed (RFC 9101). Default false. */
  readonly require_signed_request_object?: boolean
  /** Whether DPoP proofs need a nonce of this server (RFC 9449 section 8). Default `optional`. */
  readonly dpop_nonce?: 'optional' | 'required'
  /** The rules of FAPI 2.0 for every client. Default: for those that are registered with them. */
  readonly profile?: Profile
  /**
   * Proxies in front of the app, such as `['10.0.0.0/8', '::1']`: their X-Forwarded-For says whence a request
   * comes, and they may hand on client certificates. Default: none is believed.
   */
  readonly trust_proxy?: string | readonly string[]
  /** The header in which such a proxy hands on a client certificate, or `off`. Default `Client-Cert` (RFC 9440). */
  readonly client_cert_header?: string
  /** A file of the authorities, PEM, that must have issued such a certificate too. Default: the proxy has seen to it. */
  readonly tls_client_ca?: string
  /** Where clients with certificates go, if not to the issuer (RFC 8705 section 5). */
  readonly mtls_url?: string
  /** Whether anybody who fails or asks too often has to wait; `false` is for tests. Default `true`. */
  readonly rate_limits?: boolean
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
   * The types of authorization_details that clients may ask for (RFC 9396), and how the consent page calls
   * each: `{ payment_initiation: { title: 'Start a payment' } }`. Default: none.
   */
  readonly authorization_details?: Readonly<Record<string, DetailType>>
  /**
   * Where requests, warnings and faults are told; a pino logger fits. Default: warnings and faults, a
   * line each, on standard error. It is not waited for, and what it throws harms nothing.
   */
  readonly log?: Log
}

/** An open database of better-sqlite3, as far as it is looked at. */
export interface OpenDatabase {
  readonly name: string
  readonly open: boolean
  readonly memory: boolean
  readonly readonly: boolean
}

/** Options that were looked at, completed. */
export interface CheckedOptions {
  readonly enabled: boolean
  readonly settings: Settings
  /** The app's open database, whose SQLite is to be used. */
  readonly beside: OpenDatabase | undefined
  readonly secret: string | undefined
  readonly log: Log
}

/** Settings of a server that listens: a host listens by itself. */
const NOT_OURS: readonly string[] = ['host', 'port', 'metrics_port', 'tls_cert', 'tls_key']
const OPTIONS: readonly string[] = [
  ...SETTING_NAMES.filter((name) => !NOT_OURS.includes(name)),
  'pages',
  'authorization_details',
  'secret',
  'enabled',
  'log',
]

/** @throws {TypeError} naming the option that is unknown or wrong */
export const checkedOptions = (options: OAuthServerOptions): CheckedOptions => {
  knownMembers(options, 'options', OPTIONS, 'an option of createOAuthServer')
  const { db, secret, enabled, log, ...given } = options
  if (enabled !== undefined && typeof enabled !== 'boolean')
    throw new TypeError('enabled must be true or false')
  if (secret !== undefined && (typeof secret !== 'string' || !isLongEnough(secret)))
    throw new TypeError(`secret must be a string of at least ${SECRET_MIN_LENGTH} characters`)
  if (log !== undefined && !isLog(log))
    throw new TypeError('log must have the functions info, warn and error')
  const beside = isObject(db) ? openDatabase(db) : undefined
  return {
    enabled: enabled ?? enabledByEnvironment(),
    settings: completeSettings({ ...given, db: beside === undefined ? db : resolve(beside.name) }),
    beside,
    secret: secret ?? process.env['OAUTHD_SECRET'],
    log: harmless(log ?? STDERR),
  }
}

const isLog = (log: Partial<Log> | null): boolean =>
  [log?.info, log?.warn, log?.error].every((member) => typeof member === 'function')

const openDatabase = (db: object): OpenDatabase => {
  if (!isDatabase(db))
    throw new TypeError('db must be the name of a file, or an open better-sqlite3 database')
  if (!db.open) throw new TypeError('db must be open: this better-sqlite3 database is closed')
  // Decision 0013: beside it stands a connection of our own, so there must be something to connect to.
  if (db.memory || db.name.startsWith('fd:')) {
    throw new TypeError('db must be a better-sqlite3 database of a file: in memory nobody else finds it')
  }
  if (db.readonly)
    throw new TypeError('db must be open for writing: this better-sqlite3 database is read-only')
  return db
}

const isDatabase = (db: Partial<OpenDatabase>): db is OpenDatabase =>
  typeof db.name === 'string' &&
  [db.open, db.memory, db.readonly].every((member) => typeof member === 'boolean')

/** Off silently would be a server that is missing: a value that is neither is refused. */
const enabledByEnvironment = (): boolean => {
  const given = process.env['OAUTHD_ENABLED'] ?? ''
  if (/^(?:true|1|yes|on)$/i.test(given)) return true
  if (/^(?:false|0|no|off)?$/i.test(given)) return false
  throw new TypeError('OAUTHD_ENABLED must be true, 1, yes or on, or false, 0, no or off')
}
