import { isLongEnough, SECRET_MIN_LENGTH } from './crypto/seal.ts'
import { nearest } from './protocol/nearest.ts'
import type { PagesSettings } from './protocol/pages-settings.ts'
import { type GivenSettings, SETTING_NAMES } from './protocol/settings.ts'
import type { Log } from './server.ts'

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
  /** How long an authorization code lives, 60 seconds at the most. Default 60. */
  readonly code_ttl?: number | string
  /** How long refresh tokens of one approval live in all. Default 90 days. */
  readonly refresh_ttl?: number | string
  /** How long a refresh token lives unused. Default 30 days. */
  readonly refresh_idle_ttl?: number | string
  /** How long the lost answer to a refresh may be asked for again: 0 to 60 seconds. Default 30. */
  readonly refresh_grace?: number | string
  /** How long a browser stays signed in at the built-in pages. Default 14 days. */
  readonly session_ttl?: number | string
  /** The page of your app that signs people in and asks them. Default: the built-in pages do. */
  readonly interaction_url?: string
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

/** Settings of the server that listens: a host listens by itself. */
const NOT_OURS: readonly string[] = ['host', 'port']

const OPTIONS: readonly string[] = [
  ...SETTING_NAMES.filter((name) => !NOT_OURS.includes(name)),
  'pages',
  'secret',
  'enabled',
  'log',
]

/** The options, none of them unknown. The settings among them are judged by whoever reads settings. @throws {TypeError} */
export const checkedOptions = (options: OAuthServerOptions): OAuthServerOptions & GivenSettings => {
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

/** Whether a host wants the server: it says so, or the environment does. @throws {TypeError} */
export const isEnabled = (enabled: boolean | undefined): boolean => enabled ?? enabledByEnvironment()

/** Off silently would be a server that is missing: a value that is neither is refused. */
const enabledByEnvironment = (): boolean => {
  const given = process.env['OAUTHD_ENABLED'] ?? ''
  if (/^(?:true|1|yes|on)$/i.test(given)) return true
  if (/^(?:false|0|no|off)?$/i.test(given)) return false
  throw new TypeError('OAUTHD_ENABLED must be true, 1, yes or on, or false, 0, no or off')
}
