import { OAuthError } from './error.ts'
import { splitUri, webUriProblem } from './uri.ts'

/** RFC 3986 section 6.2.3, for the two schemes a resource may have. */
const DEFAULT_PORT: Readonly<Record<string, string>> = { http: '80', https: '443' }

/** More than any client needs; each is parsed, and all stand in the row of the token. */
const MAX_RESOURCES = 20

/** What keeps `uri` from being a resource (RFC 8707 section 2: absolute, no fragment); words after its name. */
export const resourceProblem = (uri: string): string | undefined => webUriProblem(uri)

/**
 * The resources a request names, each once, in its order and spelling.
 *
 * @throws {OAuthError} invalid_target (RFC 8707 section 2)
 */
export const readResources = (resource: readonly string[]): readonly string[] => {
  if (resource.length === 0) return resource
  if (resource.length > MAX_RESOURCES) {
    throw new OAuthError('invalid_target', `at most ${MAX_RESOURCES} resources may be named`)
  }
  for (const uri of resource) {
    const problem = resourceProblem(uri)
    if (problem !== undefined) throw new OAuthError('invalid_target', `resource ${problem}`)
  }
  return distinctResources(resource)
}

/** Leaves out what names the same resource as an earlier one. */
export const distinctResources = (resource: readonly string[]): readonly string[] => {
  const seen = new Map<string, string>()
  for (const uri of resource) {
    const key = resourceKey(uri)
    if (!seen.has(key)) seen.set(key, uri)
  }
  return [...seen.values()]
}

/**
 * RI-02, RT-04: the granted resources that a later request names, as they were granted; all of them
 * when it names none. It may narrow, never widen (RFC 8707 section 2.2).
 */
export const narrowResources = (
  granted: readonly string[],
  requested: readonly string[],
): readonly string[] | OAuthError => {
  if (requested.length === 0) return granted
  const named = granted.filter((uri) => requested.some((one) => isSameResource(one, uri)))
  if (named.length === requested.length) return named
  return new OAuthError('invalid_target', 'resource goes beyond what was granted')
}

/** RI-03: scheme and host without case, the default port and the empty path as if written. */
export const isSameResource = (one: string, other: string): boolean =>
  one === other || resourceKey(one) === resourceKey(other)

/** For comparing only: path and query stay as written, since RFC 8707 gives them no equivalences. */
export const resourceKey = (uri: string): string => {
  const { scheme = '', host = '', port, path, query } = splitUri(uri)
  const lower = scheme.toLowerCase()
  const explicit = port === undefined || port === '' || port === DEFAULT_PORT[lower] ? '' : `:${port}`
  const search = query === undefined ? '' : `?${query}`
  return `${lower}://${host.toLowerCase()}${explicit}${path === '' ? '/' : path}${search}`
}
