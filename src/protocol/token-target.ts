import type { Client } from './client-metadata.ts'
import type { DetailTypes } from './detail-types.ts'
import { OAuthError } from './error.ts'
import { fapiAlg } from './fapi.ts'
import type { SigningAlg } from './key-state.ts'
import { JWT_LIFETIME, LONGEST_JWT_LIFETIME } from './lifetime.ts'
import {
  type AccessTokenFormat,
  knownResources,
  type ProtectedResource,
  type Resources,
} from './protected-resource.ts'
import { resourceKey } from './resource.ts'

/** What a new access token is made as, which the resource it is for decides. */
export interface TokenTarget {
  /** The resources, as they are registered; `null`: the issuer (AT-03). */
  readonly aud: readonly string[] | null
  /** Seconds. */
  readonly ttl: number
  /** Who signs it and with what; `undefined`: it is opaque. */
  readonly jwt: { readonly iss: string; readonly alg: SigningAlg } | undefined
}

/** What the server says of tokens, where neither client nor resource does. */
export interface TokenRules {
  readonly resources: Resources
  readonly issuer: string
  readonly access_token_format: AccessTokenFormat
  /** Seconds. */
  readonly access_token_ttl: number
  readonly signing_alg: SigningAlg
  readonly authorization_details: DetailTypes
}

/**
 * What a token for `resource` is made as.
 *
 * A JWT is for one resource alone: of a scope in it two could not tell which of them it is for (AT-03).
 *
 * @param resource what was granted of what was asked for, each once; none: the issuer
 * @param wanted_ttl what the operator asks for, over everybody's
 */
export const targetOf = (
  resource: readonly string[],
  client: Pick<Client, 'access_token_ttl' | 'profile'>,
  rules: TokenRules,
  wanted_ttl?: number,
): TokenTarget | OAuthError => {
  const aud = knownResources(rules.resources, resource)
  if (aud instanceof OAuthError) return aud
  const known = aud.flatMap((uri) => rules.resources.get(resourceKey(uri)) ?? [])
  const own_ttl = wanted_ttl ?? client.access_token_ttl ?? shortest(known)
  const isJwt =
    known.length < aud.length || aud.length === 0
      ? rules.access_token_format === 'jwt'
      : known.some((one) => (one.access_token_format ?? rules.access_token_format) === 'jwt')
  const named = aud.length === 0 ? null : aud
  if (!isJwt) return { aud: named, ttl: own_ttl ?? rules.access_token_ttl, jwt: undefined }
  if (aud.length > 1) {
    return new OAuthError('invalid_target', 'a token for that resource has one audience: name one resource')
  }
  // RV-06: what the operator asks for is not cut without a word.
  if (wanted_ttl !== undefined && wanted_ttl > LONGEST_JWT_LIFETIME) {
    return new OAuthError(
      'invalid_target',
      'a token for that resource is a JWT, which lives a day at the most',
    )
  }
  const server_ttl =
    rules.access_token_format === 'jwt'
      ? rules.access_token_ttl
      : Math.min(JWT_LIFETIME, rules.access_token_ttl)
  const ttl = Math.min(own_ttl ?? server_ttl, LONGEST_JWT_LIFETIME)
  const alg = fapiAlg(known[0]?.signing_alg ?? rules.signing_alg, client)
  return { aud: named, ttl, jwt: { iss: rules.issuer, alg } }
}

/** How long a token for `resource` may live where its client says nothing: an approval lasts for it. Seconds. */
export const longestTtl = (
  resource: readonly string[],
  { resources, access_token_ttl }: Pick<TokenRules, 'resources' | 'access_token_ttl'>,
): number =>
  resource.reduce(
    (longest, uri) => Math.max(longest, resources.get(resourceKey(uri))?.access_token_ttl ?? 0),
    access_token_ttl,
  )

/** A token for several lives as long as each of them lets it. */
const shortest = (known: readonly ProtectedResource[]): number | undefined => {
  const ttls = known.flatMap(({ access_token_ttl }) => access_token_ttl ?? [])
  return ttls.length === 0 ? undefined : Math.min(...ttls)
}
