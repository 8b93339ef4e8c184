/**
 * Every setting, with its unit, its default and what it may be. The flag (`--access-token-ttl`), the
 * variable (`OAUTHD_ACCESS_TOKEN_TTL`), the key of the configuration file and the library's option
 * (`access_token_ttl`) all follow from the name. A new setting is a member of `Settings` and an
 * entry of `SETTINGS`.
 *
 * The master secret is not here: it comes only from OAUTHD_SECRET or the key file.
 */
import { type PagesSettings, readPagesSettings } from './pages-settings.ts'
import { SETTINGS } from './setting-table.ts'
import type { Setting } from './setting-value.ts'

export { SETTINGS }

export interface Settings {
  /** The database: a file. */
  readonly db: string
  /** The address to listen on. */
  readonly host: string
  /** The TCP port to listen on; 0 takes a free one. */
  readonly port: number
  /** RFC 8414 section 2: the issuer identifier, byte for byte as given. */
  readonly issuer: string
  /** The path of the endpoints below the issuer, without a slash at either end. */
  readonly prefix: string
  /** Seconds. */
  readonly access_token_ttl: number
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
  /** How the built-in pages look. */
  readonly pages: PagesSettings
}

/** The settings that are one value each, with a flag and a variable. */
export type SettingName = Exclude<keyof Settings, 'pages'>

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
  'code_ttl',
  'refresh_ttl',
  'refresh_idle_ttl',
  'refresh_grace',
  'session_ttl',
  'interaction_url',
]

/** `access_token_ttl` is `--access-token-ttl` on the command line. */
export const flagOf = (name: string): string => `--${name.replaceAll('_', '-')}`

/** `access_token_ttl` is `OAUTHD_ACCESS_TOKEN_TTL` in the environment. */
export const variableOf = (name: string): string => `OAUTHD_${name.toUpperCase()}`

/** The default as help shows it; the issuer's follows the port. */
export const shownDefault = (name: SettingName): string =>
  name === 'issuer' ? 'http://localhost:PORT' : String(SETTINGS[name].fallback({ port: 0 }) ?? 'none')

/**
 * Reads what was given and fills in the rest.
 *
 * @throws {TypeError} naming the setting and saying what it must be
 */
export const completeSettings = (given: GivenSettings): Settings => {
  const port = take('port', given, 0)
  return {
    db: take('db', given, port),
    host: take('host', given, port),
    port,
    issuer: take('issuer', given, port),
    prefix: take('prefix', given, port),
    access_token_ttl: take('access_token_ttl', given, port),
    code_ttl: take('code_ttl', given, port),
    refresh_ttl: take('refresh_ttl', given, port),
    refresh_idle_ttl: take('refresh_idle_ttl', given, port),
    refresh_grace: take('refresh_grace', given, port),
    session_ttl: take('session_ttl', given, port),
    interaction_url: take('interaction_url', given, port),
    pages: readPagesSettings(given.pages),
  }
}

const take = <K extends SettingName>(name: K, given: GivenSettings, port: number): Settings[K] => {
  const setting: Setting<Settings[K]> = SETTINGS[name]
  const value = given[name]
  if (value === undefined) return setting.fallback({ port })
  try {
    return setting.read(value)
  } catch (error) {
    throw error instanceof TypeError ? new TypeError(`${name} ${error.message}`) : error
  }
}
