/** One member of client metadata, from whatever was given to a value of its type. Each throws by the member's name. */
import { OAuthError } from './error.ts'
import { LONGEST_LIFETIME } from './lifetime.ts'
import { parseScope } from './scope.ts'
import { isSeen } from './visible.ts'

const MAX_LIST = 100
const MAX_NAME = 128
/** Of all scopes together, and so of one. */
export const MAX_SCOPE = 4096
const MAX_OWNER = 255

/** Controls, lone surrogates, line separators, and the marks that turn the direction of text (PG-10). */
const UNSHOWABLE = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u206f]/u
const OWNER = /^[A-Za-z][A-Za-z0-9_.-]*:[^\s\p{C}]+$/u

/** RFC 7591 section 3.2.2. */
export const badMetadata = (member: string, problem: string): OAuthError =>
  new OAuthError('invalid_client_metadata', `${member}: ${problem}`)

/** 1 to 128 characters that a page can show in one line. */
export const readName = (member: string, given: unknown): string => {
  if (given === undefined) throw badMetadata(member, 'is missing')
  if (typeof given !== 'string') throw badMetadata(member, 'must be a string')
  const name = given.trim()
  if (name === '') throw badMetadata(member, 'must not be empty')
  if ([...name].length > MAX_NAME) throw badMetadata(member, `must be at most ${MAX_NAME} characters`)
  const problem = textProblem(name)
  if (problem !== undefined) throw badMetadata(member, problem)
  return name
}

/** Why a page cannot show `text` in one line, so that it says something; `undefined` when it can. */
export const textProblem = (text: string): string | undefined => {
  if (UNSHOWABLE.test(text)) return 'must not hold control or text direction characters'
  return isSeen(text) ? undefined : 'must have a character that can be seen'
}

/** A list of strings, each once; absent is empty. */
export const readList = (member: string, given: unknown): readonly string[] => {
  if (given === undefined) return []
  if (!Array.isArray(given)) throw badMetadata(member, 'must be a list of strings')
  if (given.length > MAX_LIST) throw badMetadata(member, `must have at most ${MAX_LIST} entries`)
  const list = new Set<string>()
  for (const entry of given) {
    if (typeof entry !== 'string') throw badMetadata(member, 'must be a list of strings')
    list.add(entry)
  }
  return [...list]
}

/**
 * A scope string, in its order, each token once; absent is empty.
 *
 * @throws {OAuthError} invalid_scope
 */
export const readScope = (member: string, given: unknown): string => {
  if (given === undefined) return ''
  if (typeof given !== 'string') throw badMetadata(member, 'must be a string of scopes with a space between')
  if (given.length > MAX_SCOPE) throw badMetadata(member, `must be at most ${MAX_SCOPE} characters`)
  const tokens = parseScope(given)
  if (tokens !== undefined) return tokens.join(' ')
  throw new OAuthError('invalid_scope', `${member}: must be printable words with one space between two`)
}

/** One of a few words. */
export const readChoice = <Choice extends string>(
  member: string,
  given: unknown,
  choices: readonly Choice[],
): Choice => {
  const choice = choices.find((one) => one === given)
  if (choice === undefined) throw badMetadata(member, `must be ${inWords(choices, 'or')}`)
  return choice
}

/** true or false; absent is false. */
export const readFlag = (member: string, given: unknown): boolean => {
  if (given === undefined) return false
  if (typeof given !== 'boolean') throw badMetadata(member, 'must be true or false')
  return given
}

/** `TYPE:ID`, the app's own words for whom the client belongs to; null is nobody. */
export const readOwner = (member: string, given: unknown): string | null => {
  if (given === undefined || given === null) return null
  if (typeof given === 'string' && given.length <= MAX_OWNER && OWNER.test(given)) return given
  throw badMetadata(member, `must be TYPE:ID without spaces, at most ${MAX_OWNER} characters`)
}

/** A lifetime in whole seconds, 1 to 31,536,000 (365 days) if nothing else is said; null is the server's own. */
export const readSeconds = (
  member: string,
  given: unknown,
  { least = 1, most = LONGEST_LIFETIME }: { least?: number; most?: number } = {},
): number | null => {
  if (given === undefined || given === null) return null
  const isSeconds = typeof given === 'number' && Number.isInteger(given)
  if (isSeconds && given >= least && given <= most) return given
  throw badMetadata(member, `must be a whole number of seconds from ${least} to ${most}`)
}

/** `a, b and c`. */
export const inWords = (words: readonly string[], joint: 'and' | 'or'): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} ${joint} ${words.at(-1)}`
