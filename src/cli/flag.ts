/**
 * What a command takes from the command line: flags and operands. A command lists them under their
 * names in snake_case (`redirect_uri` is `--redirect-uri`), each made by one of the functions below,
 * and is handed their values under the same names.
 */
import { parseDuration } from '../protocol/duration.ts'
import { readLifetime } from '../protocol/lifetime.ts'
import { misused } from './failure.ts'

/** What the parser collected: nothing, a switch, a word, or the words of a flag that may be repeated. */
export type RawValue = undefined | boolean | string | readonly string[]

export interface Flag<T> {
  /** What stands for the value in help: `URL`. None: a switch. */
  readonly placeholder?: string
  readonly help: string
  /** It may be given more than once. */
  readonly many?: boolean
  /** The only values there are, for completion. */
  readonly choices?: readonly string[]
  /** @throws {Failure} exit 2, when the words cannot be this flag */
  readonly read: (raw: RawValue, flag: string) => T
}

export type Flags = Readonly<Record<string, Flag<unknown>>>
export type FlagValues<F extends Flags> = { readonly [K in keyof F]: F[K] extends Flag<infer T> ? T : never }

/** `--name N`: words, at least one letter of them: an empty one comes from a variable that is not set. */
export const text = (placeholder: string, help: string): Flag<string | undefined> => ({
  placeholder,
  help,
  read: (raw, flag) => {
    const given = word(raw)
    return given === undefined ? undefined : notEmpty(given, flag)
  },
})

/** `--title TEXT`: words, or none of them: that takes back what was there. */
export const textOrNone = (placeholder: string, help: string): Flag<string | undefined> => ({
  placeholder,
  help,
  read: word,
})

/** `--secret-file FILE`. */
export const fileName = (help: string): Flag<string | undefined> => ({
  placeholder: 'FILE',
  help,
  read: readFileName,
})

/** @throws {Failure} exit 2 for what is rather another flag, or stands for stdin elsewhere */
export const readFileName = (raw: RawValue, flag: string): string | undefined => {
  const given = word(raw)
  if (given === undefined) return undefined
  if (given === '') throw misused(`${flag} needs the name of a file`)
  if (given.startsWith('-')) {
    throw misused(`${flag} needs the name of a file`, 'one that begins with - is written as ./-')
  }
  return given
}

/** `--redirect-uri U --redirect-uri V`: may be repeated; none is an empty list. */
export const texts = (placeholder: string, help: string): Flag<readonly string[]> => ({
  placeholder,
  help,
  many: true,
  read: (raw, flag) =>
    Array.isArray(raw)
      ? raw.filter((item) => typeof item === 'string').map((item) => notEmpty(item, flag))
      : [],
})

/** `--public`: there or not. */
export const toggle = (help: string): Flag<boolean> => ({ help, read: (raw) => raw === true })

/** `--introspect own|any`: one of a few words. */
export const choice = <const T extends string>(choices: readonly T[], help: string): Flag<T | undefined> => ({
  placeholder: choices.join('|'),
  help,
  choices,
  read: (raw, flag) => {
    const given = word(raw)
    if (given === undefined) return undefined
    const chosen = choices.find((known) => known === given)
    if (chosen === undefined) throw misused(`${flag} must be ${choices.join(' or ')}`)
    return chosen
  },
})

/** `--limit N`: a whole number. */
export const count = (help: string, low: number, high: number): Flag<number | undefined> => ({
  placeholder: 'N',
  help,
  read: (raw, flag) => {
    const given = word(raw)
    if (given === undefined) return undefined
    const number = /^\d{1,9}$/.test(given) ? Number(given) : Number.NaN
    if (!(number >= low && number <= high))
      throw misused(`${flag} must be a whole number from ${low} to ${high}`)
    return number
  },
})

/** `--overlap 24h`: seconds, or words; 0 is a duration too. */
export const duration = (help: string): Flag<number | undefined> => ({
  placeholder: 'TIME',
  help,
  read: (raw, flag) => {
    const given = word(raw)
    if (given === undefined) return undefined
    const seconds = parseDuration(given)
    if (seconds === undefined) throw misused(`${flag} must be a time, such as 90, 30m, 24h or 7d`)
    return seconds
  },
})

/** `--access-token-ttl 30m`: how long something lives, 1 s to 365 d. */
export const lifetime = (help: string): Flag<number | undefined> => ({
  placeholder: 'TIME',
  help,
  read: (raw, flag) => {
    const given = word(raw)
    if (given === undefined) return undefined
    try {
      return readLifetime(given)
    } catch (error) {
      throw error instanceof TypeError ? misused(`${flag} ${error.message}`) : error
    }
  },
})

/** A word that stands without a flag: `oauthd client:show ID`. */
export interface Operand<T> {
  readonly placeholder: string
  readonly help: string
  readonly optional: boolean
  readonly choices?: readonly string[]
  readonly read: (raw: string | undefined) => T
}

export type Operands = Readonly<Record<string, Operand<unknown>>>
export type OperandValues<O extends Operands> = {
  readonly [K in keyof O]: O[K] extends Operand<infer T> ? T : never
}

/** An operand without which the command cannot be. */
export const operand = (placeholder: string, help: string, choices?: readonly string[]): Operand<string> => ({
  placeholder,
  help,
  optional: false,
  ...(choices === undefined ? {} : { choices }),
  read: (raw) => {
    const given = notEmpty(raw ?? '', placeholder)
    if (choices !== undefined && !choices.includes(given)) {
      throw misused(`${placeholder} must be ${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}`)
    }
    return given
  },
})

export const optionalOperand = (
  placeholder: string,
  help: string,
  choices?: readonly string[],
): Operand<string | undefined> => ({
  placeholder,
  help,
  optional: true,
  ...(choices === undefined ? {} : { choices }),
  read: (raw) => (raw === undefined ? undefined : notEmpty(raw, placeholder)),
})

const notEmpty = (given: string, what: string): string => {
  if (given === '') throw misused(`${what} is empty`)
  return given
}

const word = (raw: RawValue): string | undefined => (typeof raw === 'string' ? raw : undefined)
