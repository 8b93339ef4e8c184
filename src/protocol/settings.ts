/**
 * Every setting, with its unit, its default and what it may be. The flag (`--access-token-ttl`), the
 * variable (`OAUTHD_ACCESS_TOKEN_TTL`), the key of the configuration file and the library's option
 * (`access_token_ttl`) all follow from the name. A new setting is a member of `Settings` and an
 * entry of `SETTINGS`.
 *
 * The master secret is not here: it comes only from OAUTHD_SECRET or the key file.
 */
import { parseDuration } from './duration.ts'
import { issuerProblem } from './issuer.ts'

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
}

export type SettingName = keyof Settings

/** What somebody gave: words from the command line or the environment, values from TOML or a program. */
export type GivenSettings = { readonly [K in SettingName]?: unknown }

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

/** No token lives longer: a year is what a mistyped lifetime may cost. Seconds. */
export const LONGEST_LIFETIME: number = 365 * 86_400

/** Whether `value` is a lifetime in whole seconds, of which there is one at the least. */
export const isLifetime = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= LONGEST_LIFETIME

/** Reads a lifetime: a number of seconds, or words as in `30m`. @throws {TypeError} out of 1 s to 365 d */
export const readLifetime = (value: unknown): number => {
  const seconds = typeof value === 'string' ? parseDuration(value) : value
  if (isLifetime(seconds)) return seconds
  throw new TypeError('must be a time from 1 second to 365 days, such as 3600, 30m or 24h')
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
}

/** In the order of the table. */
export const SETTING_NAMES: readonly SettingName[] = [
  'db',
  'host',
  'port',
  'issuer',
  'prefix',
  'access_token_ttl',
]

/** `access_token_ttl` is `--access-token-ttl` on the command line. */
export const flagOf = (name: string): string => `--${name.replaceAll('_', '-')}`

/** `access_token_ttl` is `OAUTHD_ACCESS_TOKEN_TTL` in the environment. */
export const variableOf = (name: string): string => `OAUTHD_${name.toUpperCase()}`

/** The default as help shows it; the issuer's follows the port. */
export const shownDefault = (name: SettingName): string =>
  name === 'issuer' ? 'http://localhost:PORT' : String(SETTINGS[name].fallback({ port: 0 }))

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
