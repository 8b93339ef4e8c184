import type { Client } from './client-metadata.ts'
import type { DetailTypes } from './detail-types.ts'
import { OAuthError } from './error.ts'
import { isSameResource } from './resource.ts'
import { webUriProblem } from './uri.ts'

/** One object of `authorization_details` (RFC 9396 section 2): its `type` says what the other members mean. */
export interface AuthorizationDetail {
  readonly type: string
  readonly [member: string]: unknown
}

/** More than any request needs; all of them stand in the row of each token. */
const MOST_DETAILS = 20
/** HTTP-09. Characters of JSON; levels of it. */
const LONGEST = 32_768
const DEEPEST = 6

/** RFC 9396 section 2.2: the members that mean the same in every type, each a list of strings. */
const LISTS: readonly string[] = ['locations', 'actions', 'datatypes', 'privileges']

/**
 * The details a request asks for; `null` when it asks for none.
 *
 * @throws {OAuthError} invalid_authorization_details (RFC 9396 section 5), RR-01
 */
export const readDetails = (given: string | undefined): readonly AuthorizationDetail[] | null => {
  if (given === undefined) return null
  const list = given.length > LONGEST ? undefined : parsed(given)
  if (!Array.isArray(list) || list.length === 0) throw bad('must be a JSON list of objects')
  if (list.length > MOST_DETAILS) throw bad(`may have at most ${MOST_DETAILS} objects`)
  return list.map(readDetail)
}

const readDetail = (given: unknown): AuthorizationDetail => {
  if (!isDetail(given)) throw bad('must be a list of objects that have a type')
  for (const member of LISTS) {
    const value = given[member]
    if (value !== undefined && !isTexts(value)) throw bad(`has ${member} that is no list of strings`)
  }
  const { identifier, locations } = given
  if (identifier !== undefined && typeof identifier !== 'string')
    throw bad('has an identifier that is no string')
  if (isTexts(locations) && locations.some((uri) => webUriProblem(uri) !== undefined)) {
    throw bad('has a location that is no URL')
  }
  const problem = nestedProblem(given, DEEPEST)
  if (problem !== undefined) throw bad(problem)
  return given
}

/** RR-01: whether each is of a type that the server can show to people and the client may ask for. */
export const typeProblem = (
  details: readonly AuthorizationDetail[] | null,
  known: DetailTypes,
  client: Pick<Client, 'authorization_details_types'>,
): OAuthError | undefined => {
  const isAllowed = ({ type }: AuthorizationDetail): boolean =>
    known.has(type) && client.authorization_details_types.includes(type)
  return details?.every(isAllowed) === false ? bad('has a type that this client may not ask for') : undefined
}

/**
 * CL-02: what of it would be granted now: the operator may have taken a type back since. As with scopes, the
 * rest stays.
 */
export const stillAllowed = (
  details: readonly AuthorizationDetail[] | null,
  known: DetailTypes,
  client: Pick<Client, 'authorization_details_types'>,
): readonly AuthorizationDetail[] | null =>
  someOf(details, (one) => typeProblem([one], known, client) === undefined)

/**
 * RR-03: what a later request asks for of what was granted; all of it when it asks for none. An object may
 * lose entries of the lists that every type has, and nothing else of it may differ; one that was granted is
 * asked for once, or one payment would become two.
 */
export const narrowDetails = (
  granted: readonly AuthorizationDetail[] | null,
  requested: readonly AuthorizationDetail[] | null,
): readonly AuthorizationDetail[] | null | OAuthError => {
  if (requested === null) return granted
  const left = [...(granted ?? [])]
  const isGranted = (one: AuthorizationDetail): boolean => {
    const at = left.findIndex((whole) => isWithin(one, whole))
    return at !== -1 && left.splice(at, 1).length === 1
  }
  return requested.every(isGranted) ? requested : bad('goes beyond what was granted')
}

const isWithin = (one: AuthorizationDetail, whole: AuthorizationDetail): boolean => {
  const members = new Set([...Object.keys(one), ...Object.keys(whole)])
  return [...members].every((member) => {
    const [less, all] = [one[member], whole[member]]
    // An empty list could be read as no limit at all.
    if (LISTS.includes(member) && isTexts(less) && isTexts(all)) {
      return less.length > 0 && less.every((entry) => all.includes(entry))
    }
    return canonical(less) === canonical(all)
  })
}

/** RR-02: what concerns the resources of a token; an object that names no locations concerns each. */
export const detailsFor = (
  details: readonly AuthorizationDetail[] | null,
  resource: readonly string[],
): readonly AuthorizationDetail[] | null => {
  if (resource.length === 0) return details
  return someOf(
    details,
    ({ locations }) =>
      !isTexts(locations) || locations.some((uri) => resource.some((one) => isSameResource(one, uri))),
  )
}

const someOf = (
  details: readonly AuthorizationDetail[] | null,
  isMeant: (one: AuthorizationDetail) => boolean,
): readonly AuthorizationDetail[] | null => {
  const some = details?.filter(isMeant) ?? []
  return some.length === 0 ? null : some
}

const bad = (problem: string): OAuthError =>
  new OAuthError('invalid_authorization_details', `authorization_details ${problem}`)

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isDetail = (value: unknown): value is AuthorizationDetail =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  'type' in value &&
  typeof value.type === 'string'

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((entry) => typeof entry === 'string')

/** What would be read as another value by somebody it is handed on to, or by nobody. */
const nestedProblem = (value: unknown, levels: number): string | undefined => {
  if (typeof value === 'number') return isExact(value) ? undefined : 'has a number that is too large'
  if (typeof value !== 'object' || value === null) return undefined
  if (levels === 0) return `must not be nested beyond ${DEEPEST}`
  if (Object.hasOwn(value, '__proto__')) return 'has a member that is no name'
  return Object.values(value)
    .map((one) => nestedProblem(one, levels - 1))
    .find((problem) => problem !== undefined)
}

/** RFC 8259 section 6: whole numbers are the same everywhere up to 2^53; beyond a double there is no number. */
const isExact = (value: number): boolean =>
  Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value)

/** The same text for the same value, in whatever order its members stand. */
const canonical = (value: unknown): string | undefined =>
  JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  )
