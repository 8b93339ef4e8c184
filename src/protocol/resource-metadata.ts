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
}

const WELL_KNOWN = '/.well-known/oauth-protected-resource'

/**
 * The document that the resource serves at {@link resourceMetadataUrl}. Scopes that are never granted for
 * a resource, such as `offline_access` (PR-05), are left out.
 *
 * @throws {TypeError} naming what is wrong with `resource` or `scopes`
 */
export const protectedResourceMetadata = (
  {
    resource,
    resource_name = null,
    scopes = [],
  }: {
    readonly resource: string
    readonly resource_name?: string | null
    readonly scopes?: readonly string[]
  },
  { issuer }: { readonly issuer: string },
): ProtectedResourceMetadata => {
  const named = {
    resource: checkedResource(resource),
    ...(resource_name === null ? undefined : { resource_name }),
    authorization_servers: [issuer],
  }
  const supported = [...new Set(checkedScopes(scopes))].filter(isAdvertised)
  const bearer_methods_supported = ['header'] as const
  return supported.length === 0
    ? { ...named, bearer_methods_supported }
    : { ...named, scopes_supported: supported, bearer_methods_supported }
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
