import { OAuthError } from './error.ts'
import { hasDotSegment, isUriText, splitUri, webUriProblem } from './uri.ts'

const MAX_LENGTH = 2048

/** RU-03: schemes that run or read something in the browser instead of reaching an app. */
const DANGEROUS = /^(?:javascript|data|vbscript|file|blob|about)$/i

/** RFC 8252 section 7.3, with localhost as OAuth 2.1 section 8.4.2 has it: origin, port, the rest. */
const LOOPBACK = /^(http:\/\/(?:127\.0\.0\.1|\[::1\]|localhost))(?::(\d+))?((?:[/?][^#]*)?)$/
const MAX_PORT = 65_535

/** Whether an http redirect URI leads to an app on the same device (RFC 8252 section 7.3). */
export const isLoopbackRedirectUri = (uri: string): boolean => LOOPBACK.test(uri)

/**
 * OAuth 2.1 section 2.3.1: simple string comparison, so case, slashes, ports and percent-encoding all
 * count. The one exception is the port of an http loopback URI (section 8.4.2).
 */
export const matchesRedirectUri = (registered: string, presented: string): boolean => {
  if (registered === presented) return true
  const [, origin, , rest] = LOOPBACK.exec(registered) ?? []
  if (origin === undefined) return false
  const [, presentedOrigin, port, presentedRest] = LOOPBACK.exec(presented) ?? []
  return origin === presentedOrigin && rest === presentedRest && isPort(port)
}

/**
 * Why `uri` cannot be registered; `undefined` when it can.
 *
 * @param client whether the client is public: only such a one may have a private-use scheme, which
 *   any app on a device can claim (RFC 8252 section 8.4)
 */
export const registrableRedirectUri = (
  uri: string,
  client: { readonly public: boolean },
): OAuthError | undefined => {
  const problem = registrationProblem(uri, client.public)
  return problem === undefined ? undefined : new OAuthError('invalid_redirect_uri', problem)
}

/** A part in which two redirect URIs differ, as `client:check-redirect` names it. */
export type Difference =
  | 'scheme'
  | 'userinfo'
  | 'host'
  | 'host.case'
  | 'port'
  | 'path'
  | 'path.trailing_slash'
  | 'path.case'
  | 'encoding'
  | 'query'
  | 'fragment'

/** Why `presented` does not match `registered`, part by part; empty exactly when it matches. */
export const differences = (registered: string, presented: string): Difference[] => {
  const had = splitUri(registered)
  const got = splitUri(presented)
  const anyPort = LOOPBACK.test(registered) && isPort(got.port)
  const found: Difference[] = []
  if (had.scheme !== got.scheme) found.push('scheme')
  if (had.userinfo !== got.userinfo) found.push('userinfo')
  if (had.host !== got.host) found.push(isSameText(had.host, got.host) ? 'host.case' : 'host')
  if (had.port !== got.port && !anyPort) found.push('port')
  if (had.path !== got.path) found.push(pathDifference(had.path, got.path))
  if (had.query !== got.query) found.push(isSameDecoded(had.query, got.query) ? 'encoding' : 'query')
  if (had.fragment !== got.fragment) found.push('fragment')
  return [...new Set(found)]
}

const registrationProblem = (uri: string, isPublic: boolean): string | undefined => {
  if (uri.length > MAX_LENGTH) return `is longer than ${MAX_LENGTH} characters`
  if (uri.includes('\\')) return 'must not hold a backslash'
  // OAuth 2.1 section 2.3.1 compares whole strings, so a pattern would only look as if it worked.
  if (uri.includes('*')) return 'must not hold a wildcard: each address is registered in full'
  if (!isUriText(uri)) return 'holds a character that no URI has (white space, a control, or not ASCII)'
  const { scheme, userinfo, host, path, fragment } = splitUri(uri)
  if (scheme === undefined) return 'must be absolute, with a scheme'
  if (!/^[a-z][a-z0-9+.-]*$/i.test(scheme)) return 'has no valid scheme'
  if (DANGEROUS.test(scheme)) return 'has a scheme that is never a redirect'
  if (fragment !== undefined) return 'must not have a fragment'
  if (userinfo !== undefined) return 'must not hold a user name or password'
  if (hasDotSegment(path)) return 'must not hold . or .. segments or a backslash'
  if (/^https?$/i.test(scheme)) return webUriProblem(uri)
  // RFC 8252 section 7.1: a domain name in reverse, so that two apps do not meet by accident.
  if (!scheme.includes('.'))
    return 'needs https, or a private-use scheme with a dot in it (com.example.app:/cb)'
  if (host === undefined && !path.startsWith('/')) return 'needs a / after the scheme (com.example.app:/cb)'
  return isPublic ? undefined : 'has a private-use scheme, which only a public client may have'
}

const isPort = (port: string | undefined): boolean =>
  port === undefined || (/^[1-9]\d*$/.test(port) && Number(port) <= MAX_PORT)

const pathDifference = (had: string, got: string): Difference => {
  if (had === `${got}/` || got === `${had}/`) return 'path.trailing_slash'
  if (isSameDecoded(had, got)) return 'encoding'
  return isSameText(had, got) ? 'path.case' : 'path'
}

const isSameText = (one: string | undefined, other: string | undefined): boolean =>
  one?.toLowerCase() === other?.toLowerCase()

const isSameDecoded = (one: string | undefined, other: string | undefined): boolean =>
  one !== undefined && other !== undefined && decoded(one) === decoded(other)

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
