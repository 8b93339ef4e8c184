import { isReservedClaim } from './claims.ts'
import { OAuthError } from './error.ts'
import { covers, parseScope } from './scope.ts'
import { chosenSubProblem } from './username.ts'

/** What an app decided of a pending request, as it is kept until the browser comes back for it. */
export type Decision = Approval | Denial

/** Who allows what. What the app does not know of the person is `null`. */
export interface Approval {
  readonly kind: 'approve'
  readonly sub: string
  readonly username: string | null
  /** The whole of what was asked, or less; may be empty. */
  readonly scope: string
  /** Extra claims, which reach introspection. */
  readonly claims: Readonly<Record<string, unknown>> | null
  readonly remember: boolean
  /** Epoch seconds. */
  readonly auth_time: number | null
  readonly acr: string | null
  readonly amr: readonly string[] | null
}

/** What the client is told. */
export interface Denial {
  readonly kind: 'deny'
  readonly error: DenialError
  readonly error_description: string
}

/** OAuth 2.1 section 4.1.2.1, OpenID Connect Core section 3.1.2.6: what a person or a sign-in can end in. */
const DENIALS = [
  'access_denied',
  'login_required',
  'consent_required',
  'interaction_required',
  'invalid_scope',
  'temporarily_unavailable',
  'server_error',
] as const

type DenialError = (typeof DENIALS)[number]

const APPROVAL_MEMBERS = ['sub', 'username', 'scope', 'claims', 'remember', 'auth_time', 'acr', 'amr']
const DENIAL_MEMBERS = ['error', 'error_description']

/** All of it stands in the row, and in every answer of introspection. Characters of JSON; levels. */
const LONGEST_CLAIMS = 4096
const DEEPEST_CLAIMS = 8
const MOST_METHODS = 16

/** Two machines' clocks are never quite the same. Seconds. */
const CLOCK_SKEW = 60

/** Controls, marks that turn the direction of text, lone surrogates, line ends (PG-10). */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/u
/** ERR-02. */
const SHOWABLE = /^[\x20-\x21\x23-\x5b\x5d-\x7e]{1,512}$/
const WORD = /^[\x21-\x7e]{1,255}$/

/**
 * The body of an approval. It may give less than was asked, never more.
 *
 * @param given parsed JSON
 * @param asked the scope of the request
 * @param now epoch seconds
 * @throws {OAuthError} invalid_request naming the member; invalid_scope
 */
export const readApproval = (given: unknown, asked: string, now: number): Approval => {
  const body = members(given, APPROVAL_MEMBERS)
  if (body['sub'] === undefined) throw bad('sub', 'is missing')
  return {
    kind: 'approve',
    sub: readSub(body['sub']),
    username: optional(body, 'username', readUsername),
    scope: optional(body, 'scope', (scope) => readScope(scope, asked)) ?? asked,
    claims: optional(body, 'claims', readClaims),
    remember: optional(body, 'remember', readRemember) ?? false,
    auth_time: optional(body, 'auth_time', (time) => readAuthTime(time, now)),
    acr: optional(body, 'acr', (acr) => readWord('acr', acr)),
    amr: optional(body, 'amr', readMethods),
  }
}

/**
 * The body of a denial: `access_denied` where the app gives no other reason.
 *
 * @param given parsed JSON
 * @throws {OAuthError} invalid_request naming the member
 */
export const readDenial = (given: unknown): Denial => {
  const body = members(given, DENIAL_MEMBERS)
  const error = body['error'] ?? 'access_denied'
  const known = DENIALS.find((one) => one === error)
  if (known === undefined) throw bad('error', `must be one of ${DENIALS.join(', ')}`)
  const error_description = body['error_description'] ?? 'the person said no'
  if (typeof error_description === 'string' && SHOWABLE.test(error_description)) {
    return { kind: 'deny', error: known, error_description }
  }
  throw bad('error_description', 'must be 1 to 512 printable ASCII characters without quote and backslash')
}

type Members = Readonly<Record<string, unknown>>

/** A member that is not known is refused: a misspelt `scope` would give everything. */
const members = (given: unknown, known: readonly string[]): Members => {
  if (!isObject(given)) throw new OAuthError('invalid_request', 'the body must be a JSON object')
  const strange = Object.keys(given).find((name) => !known.includes(name))
  if (strange === undefined) return given
  throw new OAuthError('invalid_request', `${strange.slice(0, 64)} is not one of ${known.join(', ')}`)
}

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const bad = (member: string, problem: string): OAuthError =>
  new OAuthError('invalid_request', `${member} ${problem}`)

/** Absent and `null` are one. */
const optional = <T>(body: Members, member: string, read: (value: unknown) => T): T | null => {
  const value = body[member]
  return value === undefined || value === null ? null : read(value)
}

const readSub = (sub: unknown): string => {
  if (typeof sub !== 'string') throw bad('sub', 'must be a string')
  const problem = chosenSubProblem(sub)
  if (problem !== undefined) throw bad('sub', problem)
  return sub
}

const readUsername = (username: unknown): string => {
  const isName = typeof username === 'string' && username.trim() !== '' && username.length <= 255
  if (isName && !UNSEEN.test(username)) return username
  throw bad('username', 'must be 1 to 255 characters that can be seen')
}

/** OAuth 2.1 section 4.1.2: what is granted may be less than what was asked, and no more. */
const readScope = (scope: unknown, asked: string): string => {
  if (typeof scope !== 'string') throw bad('scope', 'must be a string of scopes with a space between')
  if (covers(asked, scope)) return (parseScope(scope) ?? []).join(' ')
  throw new OAuthError('invalid_scope', 'scope goes beyond what the client asked for')
}

const readClaims = (claims: unknown): Members => {
  if (!isObject(claims)) throw bad('claims', 'must be an object')
  const taken = Object.keys(claims).find(isReservedClaim)
  if (taken !== undefined) throw bad('claims', `must not have ${taken}, which has a meaning of its own`)
  if (!isShallow(claims, DEEPEST_CLAIMS)) throw bad('claims', `must not be nested beyond ${DEEPEST_CLAIMS}`)
  if (JSON.stringify(claims).length <= LONGEST_CLAIMS) return claims
  throw bad('claims', `must be at most ${LONGEST_CLAIMS} characters of JSON`)
}

const isShallow = (value: unknown, levels: number): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (levels > 0 && Object.values(value).every((one) => isShallow(one, levels - 1)))

const readRemember = (remember: unknown): boolean => {
  if (typeof remember !== 'boolean') throw bad('remember', 'must be true or false')
  return remember
}

const readAuthTime = (auth_time: unknown, now: number): number => {
  const isTime = typeof auth_time === 'number' && Number.isInteger(auth_time) && auth_time >= 0
  if (isTime && auth_time <= now + CLOCK_SKEW) return Math.min(auth_time, now)
  throw bad('auth_time', 'must be whole seconds since 1970, and not to come')
}

const readWord = (member: string, word: unknown): string => {
  if (typeof word === 'string' && WORD.test(word)) return word
  throw bad(member, 'must be 1 to 255 printable ASCII characters without spaces')
}

/** RFC 8176: the methods by which the person was known. */
const readMethods = (amr: unknown): readonly string[] => {
  if (!Array.isArray(amr) || amr.length > MOST_METHODS)
    throw bad('amr', `must be a list of up to ${MOST_METHODS}`)
  return amr.map((method) => readWord('amr', method))
}
