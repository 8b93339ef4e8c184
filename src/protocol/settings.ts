/**
 * Every setting, with its unit, its default and what it may be. The flag (`--access-token-ttl`), the
 * variable (`OAUTHD_ACCESS_TOKEN_TTL`), the key of the configuration file and the library's option
 * (`access_token_ttl`) all follow from the name. A new setting is a member of `Settings` and an
 * entry of `SETTINGS`.
 *
 * The master secret is not here: it comes only from OAUTHD_SECRET or the key file.
 */
import { issuerProblem } from './issuer.ts'
import { readCodeLifetime, readGrace, readLifetime } from './lifetime.ts'
import { type PagesSettings, readPagesSettings } from './pages-settings.ts'
import { webUriProblem } from './uri.ts'

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

export interface Setting<T> {
  /** What stands for the value in help: `PORT`. */
  readonly placeholder: string
  readonly help: string
  readonly fallback: (given: { readonly port: number }) => T
  /** @throws {TypeError} when the value cannot be this setting; the message follows on its name. */
  readonly read: (value: unknown) => T
}

/** A host's name has at most 255 characters; longer paths and issuers were not meant. */
const noLonger = (value: string, most: number): string => {
  if (value.length > most) throw new TypeError(`must be at most ${most} characters`)
  return value
}

const text =
  (allowed: RegExp, mustBe: string) =>
  (value: unknown): string => {
    if (typeof value !== 'string' || !allowed.test(value)) throw new TypeError(mustBe)
    return noLonger(value, 255)
  }

const integer =
  (low: number, high: number) =>
  (value: unknown): number => {
    const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value
    if (typeof number === 'number' && Number.isInteger(number) && number >= low && number <= high)
      return number
    throw new TypeError(`must be a whole number from ${low} to ${high}`)
  }

const readInteractionUrl = (value: unknown): string => {
  const problem = typeof value === 'string' ? webUriProblem(value) : 'must be a URL'
  if (typeof value === 'string' && problem === undefined) return value
  throw new TypeError(problem ?? 'must be a URL')
}

/** A URL is not repeated in the refusal: it may hold a password. */
const readDb = (value: unknown): string => {
  if (typeof value !== 'string' || !/^[^\0]+$/.test(value)) throw new TypeError('must be the name of a file')
  // The store says of these that they are for a later version.
  if (/^postgres(?:ql)?:\/\//i.test(value)) return value
  if (/^[a-z][a-z0-9+.-]+:\//i.test(value)) throw new TypeError('must be the name of a file, not a URL')
  // SQLite's driver would trim it, the system would not: that is the name of another file.
  if (value !== value.trim()) throw new TypeError('must not begin or end with a blank')
  if (/[/\\]\.?$/.test(value)) throw new TypeError('must be the name of a file, not of a folder')
  return value
}

/** The issuer as given, byte for byte: it is compared character by character (RFC 8414 section 3.3). */
const readIssuer = (value: unknown): string => {
  if (typeof value !== 'string') throw new TypeError('must be a URL, such as https://id.example')
  const problem = issuerProblem(value)
  if (problem !== undefined) throw new TypeError(problem)
  return noLonger(value, 1024)
}

export const SETTINGS: { readonly [K in SettingName]: Setting<Settings[K]> } = {
  db: {
    placeholder: 'FILE',
    help: 'database',
    fallback: () => './oauthd.db',
    read: readDb,
  },
  host: {
    placeholder: 'HOST',
    help: 'address to listen on',
    fallback: () => '127.0.0.1',
    read: text(/^[A-Za-z0-9.:][A-Za-z0-9.:%_-]*$/, 'must be a host name or an IP address'),
  },
  port: {
    placeholder: 'PORT',
    help: 'port to listen on; 0 takes a free one',
    fallback: () => 6749,
    read: integer(0, 65_535),
  },
  issuer: {
    placeholder: 'URL',
    help: 'public address of the server',
    fallback: ({ port }) => `http://localhost:${port}`,
    read: readIssuer,
  },
  prefix: {
    placeholder: 'PATH',
    help: 'path of the endpoints below the issuer',
    fallback: () => 'oauth',
    read: text(
      /^(?!-|\.{1,2}(\/|$))[A-Za-z0-9._~-]+(\/(?!\.{1,2}(\/|$))[A-Za-z0-9._~-]+)*$/,
      'must be a path such as oauth or a/b, without a slash at either end',
    ),
  },
  access_token_ttl: {
    placeholder: 'TIME',
    help: 'how long an access token lives',
    fallback: () => 3600,
    read: readLifetime,
  },
  code_ttl: {
    placeholder: 'TIME',
    help: 'how long an authorization code lives, 60 seconds at the most',
    fallback: () => 60,
    read: readCodeLifetime,
  },
  refresh_ttl: {
    placeholder: 'TIME',
    help: 'how long refresh tokens of one approval live in all',
    fallback: () => 90 * 86_400,
    read: readLifetime,
  },
  refresh_idle_ttl: {
    placeholder: 'TIME',
    help: 'how long a refresh token lives unused',
    fallback: () => 30 * 86_400,
    read: readLifetime,
  },
  refresh_grace: {
    placeholder: 'TIME',
    help: 'how long a lost answer to a refresh may be asked for again, 0 to 60 seconds',
    fallback: () => 30,
    read: readGrace,
  },
  session_ttl: {
    placeholder: 'TIME',
    help: 'how long a browser stays signed in',
    fallback: () => 14 * 86_400,
    read: readLifetime,
  },
  interaction_url: {
    placeholder: 'URL',
    help: 'page of your app that signs people in and asks them',
    fallback: () => undefined,
    read: readInteractionUrl,
  },
}

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
