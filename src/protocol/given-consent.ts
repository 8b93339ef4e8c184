import type { AuthorizationRequest } from './authorization-request.ts'
import { distinctResources, isSameResource } from './resource.ts'
import { covers, joinScopes, parseScope } from './scope.ts'

/**
 * What a person has allowed a client at one resource (RFC 8707): a scope opens another door at each, so
 * what was allowed at one says nothing of the others. Members are named as they are stored.
 */
export interface AllowedAt {
  /** `null`: the issuer's own, for which a request names none. */
  readonly resource: string | null
  /** All that was allowed there; may be empty. */
  readonly scope: string
  /** What of it is allowed again without asking; `null`: nothing is. */
  readonly remembered: string | null
}

/** What a person has allowed a client so far, each resource once. */
export type GivenConsent = readonly AllowedAt[]

interface Wanted {
  readonly scope: string
  readonly resource: readonly string[]
}

/**
 * AZ-12, RI-04: the same or less, at each of its resources. Details are never remembered (RR-03): a payment
 * that was allowed once is not allowed twice.
 */
export const isRemembered = (
  consent: GivenConsent | undefined,
  { scope, resource, authorization_details }: Wanted & Pick<AuthorizationRequest, 'authorization_details'>,
): boolean =>
  authorization_details === null &&
  placesOf(resource).every((place) => {
    const remembered = allowedAt(consent, place)?.remembered ?? null
    return remembered !== null && covers(remembered, scope)
  })

/** O21 7.3.1: what of a request was not allowed before at each of its resources, in its order. */
export const newScopes = (
  consent: GivenConsent | undefined,
  { scope, resource }: Wanted,
): readonly string[] => {
  const had = placesOf(resource).map((place) => allowedAt(consent, place)?.scope ?? '')
  return (parseScope(scope) ?? []).filter((token) => !had.every((there) => covers(there, token)))
}

/** MC-08: what was allowed before stays allowed, and what is allowed now is added where it is allowed. */
export const grownConsent = (
  before: GivenConsent,
  { scope, resource, remember }: Wanted & { readonly remember: boolean },
): GivenConsent => {
  const places = placesOf(resource)
  const grown = before.map((one) =>
    places.some((place) => isSamePlace(one.resource, place)) ? added(one, scope, remember) : one,
  )
  const unseen = places.filter((place) => allowedAt(before, place) === undefined)
  return [...grown, ...unseen.map((place) => added(nothingAt(place), scope, remember))]
}

/** Everything that was allowed anywhere, as a list shows it. */
export const allAllowed = (consent: GivenConsent): Wanted => ({
  scope: consent.reduce((scope, one) => joinScopes(scope, one.scope), ''),
  resource: distinctResources(consent.flatMap(({ resource }) => (resource === null ? [] : [resource]))),
})

const nothingAt = (resource: string | null): AllowedAt => ({ resource, scope: '', remembered: null })

const added = (one: AllowedAt, scope: string, remember: boolean): AllowedAt => ({
  resource: one.resource,
  scope: joinScopes(one.scope, scope),
  remembered: remember ? joinScopes(one.remembered ?? '', scope) : one.remembered,
})

const placesOf = (resource: readonly string[]): readonly (string | null)[] =>
  resource.length === 0 ? [null] : resource

const isSamePlace = (one: string | null, other: string | null): boolean =>
  one === null || other === null ? one === other : isSameResource(one, other)

const allowedAt = (consent: GivenConsent | undefined, place: string | null): AllowedAt | undefined =>
  consent?.find(({ resource }) => isSamePlace(resource, place))
