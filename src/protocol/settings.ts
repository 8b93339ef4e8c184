/**
 * Every setting, with its unit, its default and what it may be. The flag (`--access-token-ttl`), the
 * variable (`OAUTHD_ACCESS_TOKEN_TTL`), the key of the configuration file and the library's option
 * (`access_token_ttl`) all follow from the name. A new setting is a member of `Settings` and an
 * entry of `SETTINGS`.
 *
 * The master secret is not here: it comes only from OAUTHD_SECRET or the key file.
 */
import { type DetailTypes, readDetailTypes } from './detail-types.ts'
import { isFapi, type Profile } from './fapi.ts'
import { LONGEST_JWT_LIFETIME } from './lifetime.ts'
import { type PagesSettings, readPagesSettings } from './pages-settings.ts'
import type { AccessTokenFormat } from './protected-resource.ts'
import { SETTINGS } from './setting-table.ts'
import type { Followed, Setting } from './setting-value.ts'
import { tlsProblem } from './tls-settings.ts'

export { SETTINGS }

export interface Settings {
  /** The database: a file. */
  readonly db: string
  /** The address to listen on. */
  readonly host: string
  /** The TCP port to listen on; 0 takes a free one. */
  readonly port: number
  /** The TCP port where metrics are served and nothing else; `undefined`: none. */
  readonly metrics_port: number | undefined
  /** RFC 8414 section 2: the issuer identifier, byte for byte as given. */
  readonly issuer: string
  /** The path of the endpoints below the issuer, without a slash at either end. */
  readonly prefix: string
  /** Seconds. */
  readonly access_token_ttl: number
  /** What access tokens are where their resource says nothing (decision 2). */
  readonly access_token_format: AccessTokenFormat
  /** How long an authorization code lives (AZ-10). Seconds. */
  readonly code_ttl: number
  /** How long a refresh token lives from approval on, whatever is done with it (RT-06). Seconds. */
  readonly refresh_ttl: number
  /** How long a refresh token lives since its last use (RT-06). Seconds. */
  readonly refresh_idle_ttl: number
  /** How long a lost answer to a refresh may be asked for again (RT-08, RT-15). Seconds; 0: never. */
  readonly refresh_grace: number
  /** How long a browser stays signed in at the built-in pages. Seconds. */
  readonly session_ttl: number
  /** Where an app signs people in and asks them itself; `undefined`: the built-in pages do. */
  readonly interaction_url: string | undefined
  /** Whether every client has to push its authorization requests (RFC 9126 section 5). */
  readonly require_pushed_authorization_requests: boolean
  /** Whether every authorization request has to be a signed object (RFC 9101 section 10.5). */
  readonly require_signed_request_object: boolean
  /** The rules of FAPI 2.0 for every client; `undefined`: for those that are registered with them. */
  readonly profile: Profile | undefined
  /** Whether a DPoP proof needs a nonce of ours (RFC 9449 section 8). */
  readonly dpop_nonce: 'optional' | 'required'
  /** The file of the certificate that `serve` shows, PEM; `undefined`: plain HTTP. */
  readonly tls_cert: string | undefined
  /** The file of its private key. */
  readonly tls_key: string | undefined
  /** The file of the authorities whose client certificates are taken (RFC 8705 section 2.1). */
  readonly tls_client_ca: string | undefined
  /** Addresses and networks of proxies, whose X-Forwarded-For and client certificates are believed. */
  readonly trust_proxy: readonly string[]
  /** The header in which a trusted proxy hands on a client certificate; `undefined`: none does. */
  readonly client_cert_header: string | undefined
  /** RFC 8705 section 5: where clients with certificates go, if not to the issuer. */
  readonly mtls_url: string | undefined
  /** Whether anybody who fails or asks too often has to wait; off only in tests. */
  readonly rate_limits: boolean
  /** How the built-in pages look. */
  readonly pages: PagesSettings
  /** The types of authorization_details that may be asked for (RFC 9396). */
  readonly authorization_details: DetailTypes
}

/** The settings that are one value each, with a flag and a variable. */
export type SettingName = Exclude<keyof Settings, 'pages' | 'authorization_details'>

/** What somebody gave: words from the command line or the environment, values from TOML or a program. */
export type GivenSettings = { readonly [K in keyof Settings]?: unknown }

/** In the order of the table. */
export const SETTING_NAMES: readonly SettingName[] = [
  'db',
  'host',
  'port',
  'issuer',
  'prefix',
  'access_token_ttl',
  'access_token_format',
  'code_ttl',
  'refresh_ttl',
  'refresh_idle_ttl',
  'refresh_grace',
  'session_ttl',
  'interaction_url',
  'require_pushed_authorization_requests',
  'require_signed_request_object',
  'profile',
  'dpop_nonce',
  'tls_cert',
  'tls_key',
  'tls_client_ca',
  'trust_proxy',
  'client_cert_header',
  'mtls_url',
  'rate_limits',
  'metrics_port',
]

/** `access_token_ttl` is `--access-token-ttl` on the command line. */
export const flagOf = (name: string): string => `--${name.replaceAll('_', '-')}`

/** `access_token_ttl` is `OAUTHD_ACCESS_TOKEN_TTL` in the environment. */
export const variableOf = (name: string): string => `OAUTHD_${name.toUpperCase()}`

const SHOWN: Followed = { port: 0, scheme: 'http', access_token_format: 'opaque' }

/** The default as help shows it; the issuer's follows the port. */
export const shownDefault = (name: SettingName): string =>
  name === 'issuer' ? 'http://localhost:PORT' : String(SETTINGS[name].fallback(SHOWN) ?? '') || 'none'

/**
 * Reads what was given and fills in the rest.
 *
 * @throws {TypeError} naming the setting and saying what it must be
 */
export const completeSettings = (given: GivenSettings): Settings => {
  const port = take('port', given, SHOWN)
  const access_token_format = take('access_token_format', given, SHOWN)
  const scheme = given.tls_cert === undefined ? 'http' : 'https'
  const followed: Followed = { port, scheme, access_token_format }
  const settings: Settings = {
    db: take('db', given, followed),
    host: take('host', given, followed),
    port,
    metrics_port: take('metrics_port', given, followed),
    issuer: take('issuer', given, followed),
    prefix: take('prefix', given, followed),
    access_token_ttl: take('access_token_ttl', given, followed),
    access_token_format,
    code_ttl: take('code_ttl', given, followed),
    refresh_ttl: take('refresh_ttl', given, followed),
    refresh_idle_ttl: take('refresh_idle_ttl', given, followed),
    refresh_grace: take('refresh_grace', given, followed),
    session_ttl: take('session_ttl', given, followed),
    interaction_url: take('interaction_url', given, followed),
    require_pushed_authorization_requests: take('require_pushed_authorization_requests', given, followed),
    require_signed_request_object: take('require_signed_request_object', given, followed),
    tls_cert: take('tls_cert', given, followed),
    tls_key: take('tls_key', given, followed),
    tls_client_ca: take('tls_client_ca', given, followed),
    trust_proxy: take('trust_proxy', given, followed),
    client_cert_header: take('client_cert_header', given, followed),
    mtls_url: take('mtls_url', given, followed),
    rate_limits: take('rate_limits', given, followed),
    profile: take('profile', given, followed),
    dpop_nonce: take('dpop_nonce', given, followed),
    pages: readPagesSettings(given.pages),
    authorization_details: readDetailTypes(given.authorization_details),
  }
  const problem = tlsProblem(settings)
  if (problem !== undefined) throw new TypeError(problem)
  if (access_token_format === 'jwt' && settings.access_token_ttl > LONGEST_JWT_LIFETIME) {
    throw new TypeError('access_token_ttl must be a day at the most where access_token_format is jwt')
  }
  // FA-02, decision 19: metadata says so too.
  if (!isFapi(settings)) return settings
  return { ...settings, require_pushed_authorization_requests: true, dpop_nonce: 'required' }
}

const take = <K extends SettingName>(name: K, given: GivenSettings, followed: Followed): Settings[K] => {
  const setting: Setting<Settings[K]> = SETTINGS[name]
  const value = given[name]
  if (value === undefined) return setting.fallback(followed)
  try {
    return setting.read(value)
  } catch (error) {
    throw error instanceof TypeError ? new TypeError(`${name} ${error.message}`) : error
  }
}
