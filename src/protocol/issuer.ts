import { isLoopbackHost, splitUri, webUriProblem } from './uri.ts'

const WELL_KNOWN = '/.well-known/oauth-authorization-server'

/** `{issuer}/{prefix}/{name}`, an issuer path included; the prefix may hold slashes or be empty. */
export const endpoint = (issuer: string, prefix: string, name: string): string => {
  const segments = [withoutSlashesBehind(issuer), withoutSlashesBehind(prefix.replace(/^\/+/, '')), name]
  return segments.filter((segment) => segment !== '').join('/')
}

/** By hand: a pattern would begin anew at each slash of a row that does not end the text. */
const withoutSlashesBehind = (text: string): string => {
  let end = text.length
  while (text.endsWith('/', end)) end -= 1
  return text.slice(0, end)
}

/**
 * RFC 8414 section 3: the well-known part stands between the issuer's host and its path, which loses
 * a slash at its end.
 */
export const wellKnownPath = (issuer: string): string => WELL_KNOWN + issuerPath(issuer)

/** The issuer's path without a slash at its end; empty when it has none. */
export const issuerPath = (issuer: string): string => splitUri(issuer).path.replace(/\/$/, '')

/** The address of an endpoint at another host, where clients show their certificates (RFC 8705 section 5). */
export const aliasOf = (issuer: string, prefix: string, name: string, mtls_url: string): string =>
  endpoint(mtls_url + issuerPath(issuer), prefix, name)

/** Whether it is for one machine only: a trial, a test (HTTP-16). */
export const isLoopbackIssuer = (issuer: string): boolean => isLoopbackHost(splitUri(issuer).host ?? '')

/**
 * Why `issuer` cannot be one; `undefined` when it can. It may have a path, and is used exactly as
 * given, a slash at its end included (MD-02).
 *
 * https unless its host is loopback (HTTP-16); no query and no fragment (RFC 8414 section 2).
 */
export const issuerProblem = (issuer: string): string | undefined => {
  const problem = webUriProblem(issuer)
  if (problem !== undefined) return problem
  const { path, query } = splitUri(issuer)
  if (query !== undefined) return 'must not have a query'
  // It becomes part of our routes, whose patterns give other characters a meaning.
  if (!/^(?:\/[\w.~-]+)*\/?$/.test(path))
    return 'must have a path of A-Z, a-z, 0-9, . _ ~ - between single slashes'
  // RFC 8414 section 3.3: compared character by character, and clients hand it through URL parsers.
  const { href } = new URL(issuer)
  const normal = path === '' ? href.replace(/\/$/, '') : href
  return issuer === normal ? undefined : `must be written as ${normal}`
}
