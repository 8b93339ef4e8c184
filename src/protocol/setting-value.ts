import { issuerProblem } from './issuer.ts'
import type { AccessTokenFormat } from './protected-resource.ts'
import { webUriProblem } from './uri.ts'

/** What the default of another setting may follow. */
export interface Followed {
  readonly port: number
  readonly scheme: 'http' | 'https'
  readonly access_token_format: AccessTokenFormat
}

/** One setting: its words in help, its default, how it is read. */
export interface Setting<T> {
  /** What stands for the value in help: `PORT`. None: a switch. */
  readonly placeholder?: string
  readonly help: string
  /** It is a list: its flag may be repeated. */
  readonly many?: true
  readonly fallback: (given: Followed) => T
  /** @throws {TypeError} when the value cannot be this setting; the message follows on its name. */
  readonly read: (value: unknown) => T
}

/** A host's name has at most 255 characters; longer paths and issuers were not meant. */
const noLonger = (value: string, most: number): string => {
  if (value.length > most) throw new TypeError(`must be at most ${most} characters`)
  return value
}

export const text =
  (allowed: RegExp, mustBe: string) =>
  (value: unknown): string => {
    if (typeof value !== 'string' || !allowed.test(value)) throw new TypeError(mustBe)
    return noLonger(value, 255)
  }

export const integer =
  (low: number, high: number) =>
  (value: unknown): number => {
    const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value
    if (typeof number === 'number' && Number.isInteger(number) && number >= low && number <= high)
      return number
    throw new TypeError(`must be a whole number from ${low} to ${high}`)
  }

export const word =
  <const T extends string>(choices: readonly T[]) =>
  (value: unknown): T => {
    const chosen = choices.find((one) => one === value)
    if (chosen === undefined) throw new TypeError(`must be ${choices.join(' or ')}`)
    return chosen
  }

/** A switch on the command line; a word in the environment. */
export const onOrOff = (value: unknown): boolean => {
  if (typeof value === 'boolean') return value
  if (typeof value === 'string' && /^(?:true|1|yes|on)$/i.test(value)) return true
  if (typeof value === 'string' && /^(?:false|0|no|off)$/i.test(value)) return false
  throw new TypeError('must be true or false')
}

export const readInteractionUrl = (value: unknown): string => {
  const problem = typeof value === 'string' ? webUriProblem(value) : 'must be a URL'
  if (typeof value === 'string' && problem === undefined) return value
  throw new TypeError(problem ?? 'must be a URL')
}

/** A URL is not repeated in the refusal: it may hold a password. */
export const readDb = (value: unknown): string => {
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
export const readIssuer = (value: unknown): string => {
  if (typeof value !== 'string') throw new TypeError('must be a URL, such as https://id.example')
  const problem = issuerProblem(value)
  if (problem !== undefined) throw new TypeError(problem)
  return noLonger(value, 1024)
}

/** The members of a table. @throws {TypeError} with the words of `must_be` for what is none */
export const tableOf = (given: unknown, must_be: string): Readonly<Record<string, unknown>> => {
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return { ...given }
  throw new TypeError(must_be)
}
