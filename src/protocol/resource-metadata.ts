import { signingAlgorithms } from './algorithms.ts'
import { isFapi, type Profile } from './fapi.ts'
import { resourceProblem } from './resource.ts'
import { isAdvertised, parseScope } from './scope.ts'
import { splitUri } from './uri.ts'

/** What a protected resource says of itself (RFC 9728 section 2). */
export interface ProtectedResourceMetadata {
  /** The resource indicator, as it was given: a client compares it letter by letter (section 3.3). */
  readonly resource: string
  /** What people call it; left out when it has no name. */
  readonly resource_name?: string
  readonly authorization_servers: readonly string[]
  /** Left out when there are none (section 3.2). */
  readonly scopes_supported?: readonly string[]
  /** Never `query`, never `body`: what stands there is not read. */
  readonly bearer_methods_supported: readonly ['header']
  /** RFC 9449: how proofs may be signed. */
  readonly dpop_signing_alg_values_supported?: readonly string[]
  /** Bearer tokens are refused. */
  readonly dpop_bound_access_tokens_required?: true
  /** RFC 8705: certificates are seen, and tokens bound to them taken. */
  readonly tls_client_certificate_bound_access_tokens?: true
}

/** What a resource may say of itself. */
export interface DescribedResource {
  readonly resource: string
  readonly scopes?: readonly string[]
  /** `optional`: it takes tokens that are bound by DPoP; `required`: no others. Left out, nothing is said. */
  readonly dpop?: 'optional' | 'required' | undefined
  /** Whether it takes tokens that are bound to a client certificate. */
  readonly tls_client_certificate_bound_access_tokens?: boolean | undefined
}

const WELL_KNOWN = '/.well-known/oauth-protected-resource'

/**
 * The document that the resource serves at {@link resourceMetadataUrl}. Scopes that are never granted for
 * a resource, such as `offline_access` (PR-05), are left out.
 *
 * @throws {TypeError} naming what is wrong with `resource`, `scopes` or `dpop`
 */
export const protectedResourceMetadata = (
  {
    resource,
    resource_name = null,
    scopes = [],
    dpop,
    tls_client_certificate_bound_access_tokens = false,
  }: DescribedResource & { readonly resource_name?: string | null },
  { issuer, profile }: { readonly issuer: string; readonly profile?: Profile | undefined },
): ProtectedResourceMetadata => {
  const supported = [...new Set(checkedScopes(scopes))].filter(isAdvertised)
  return {
    resource: checkedResource(resource),
    ...(resource_name === null ? undefined : { resource_name }),
    authorization_servers: [issuer],
    ...(supported.length === 0 ? undefined : { scopes_supported: supported }),
    bearer_methods_supported: ['header'],
    ...(dpop === undefined ? undefined : byDpop(dpop, signingAlgorithms(isFapi({ profile })))),
    ...(tls_client_certificate_bound_access_tokens
      ? { tls_client_certificate_bound_access_tokens: true }
      : undefined),
  }
}

const byDpop = (
  dpop: 'optional' | 'required',
  dpop_signing_alg_values_supported: readonly string[],
): Partial<ProtectedResourceMetadata> => {
  if (dpop !== 'optional' && dpop !== 'required') throw new TypeError("dpop must be 'optional' or 'required'")
  return dpop === 'optional'
    ? { dpop_signing_alg_values_supported }
    : { dpop_signing_alg_values_supported, dpop_bound_access_tokens_required: true }
}

/**
 * RFC 9728 section 3.1: the well-known part stands between the resource's host and its path and query; the
 * slash right behind the host goes when nothing but it, or a query, follows.
 */
export const resourceMetadataUrl = (resource: string): string => {
  const { scheme, host, port, path, query } = splitUri(resource)
  const authority = port === undefined ? host : `${host}:${port}`
  const search = query === undefined ? '' : `?${query}`
  return `${scheme}://${authority}${WELL_KNOWN}${path === '/' ? '' : path}${search}`
}

/** @throws {TypeError} when it is no resource indicator (RFC 8707 section 2) */
export const checkedResource = (resource: unknown): string => {
  const problem = typeof resource === 'string' ? resourceProblem(resource) : 'must be a string'
  if (problem !== undefined) throw new TypeError(`resource ${problem}`)
  return String(resource)
}

const checkedScopes = (scopes: unknown): readonly string[] => {
  if (!Array.isArray(scopes)) throw new TypeError('scopes must be a list of scopes')
  return scopes.map((scope: unknown) => {
    if (typeof scope === 'string' && parseScope(scope)?.length === 1) return scope
    throw new TypeError('scopes must be a list of scopes, one in each string (RFC 6749 section 3.3)')
  })
}
