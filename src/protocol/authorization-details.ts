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
  if (!isShallow(given, DEEPEST)) throw bad(`must not be nested beyond ${DEEPEST}`)
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
 * RR-03: what a later request asks for of what was granted; all of it when it asks for none. An object may
 * lose entries of the lists that every type has, and nothing else of it may differ.
 */
export const narrowDetails = (
  granted: readonly AuthorizationDetail[] | null,
  requested: readonly AuthorizationDetail[] | null,
): readonly AuthorizationDetail[] | null | OAuthError => {
  if (requested === null) return granted
  const isGranted = (one: AuthorizationDetail): boolean =>
    (granted ?? []).some((whole) => isWithin(one, whole))
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
  if (details === null || resource.length === 0) return details
  const concerned = details.filter(
    ({ locations }) =>
      !isTexts(locations) || locations.some((uri) => resource.some((one) => isSameResource(one, uri))),
  )
  return concerned.length === 0 ? null : concerned
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

const isShallow = (value: unknown, levels: number): boolean =>
  typeof value !== 'object' ||
  value === null ||
  (levels > 0 && Object.values(value).every((one) => isShallow(one, levels - 1)))

/** The same text for the same value, in whatever order its members stand. */
const canonical = (value: unknown): string | undefined =>
  JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  )
