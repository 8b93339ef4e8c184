/** A URI in parts as RFC 3986 appendix B cuts it: nothing decoded, nothing normalised, any text accepted. */
export interface UriParts {
  readonly scheme: string | undefined
  readonly userinfo: string | undefined
  /** `undefined` without `//`; an IPv6 address keeps its brackets. */
  readonly host: string | undefined
  readonly port: string | undefined
  readonly path: string
  readonly query: string | undefined
  readonly fragment: string | undefined
}

const WHOLE = /^(?:([^:/?#]+):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#([\s\S]*))?$/
const AUTHORITY = /^(?:([\s\S]*)@)?(\[[^\]]*\]|[^:]*)(?::([\s\S]*))?$/
/** RFC 3986 section 2: reserved, unreserved, or a whole percent-encoded octet. */
const URI_TEXT = /^(?:[\w\-.~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*$/
const LOOPBACK = /^(?:localhost|\[?::1\]?|127(?:\.\d{1,3}){3})$/i

export const splitUri = (text: string): UriParts => {
  const [, scheme, authority, path = '', query, fragment] = WHOLE.exec(text) ?? []
  const [, userinfo, host, port] = authority === undefined ? [] : (AUTHORITY.exec(authority) ?? [])
  return { scheme, userinfo, host, port, path, query, fragment }
}

/** RFC 3986 section 2: only the characters that a URI has, and no broken percent-encoding. */
export const isUriText = (text: string): boolean => URI_TEXT.test(text)

/** 127.0.0.0/8, ::1 or localhost, spelled so, of a host that is one (HTTP-16, RFC 8252 section 7.3). */
export const isLoopbackHost = (host: string): boolean => LOOPBACK.test(host)

/** A `.` or `..` segment, or a backslash, percent-encoded or not: somebody would resolve it. */
export const hasDotSegment = (path: string): boolean => {
  const plain = path.replace(/%2e/gi, '.').replace(/%2f/gi, '/').replace(/%5c/gi, '\\')
  return plain.includes('\\') || plain.split('/').some((segment) => segment === '.' || segment === '..')
}

/**
 * What keeps `text` from being an absolute https URI (http on a loopback host) with neither userinfo
 * nor fragment; `undefined` when nothing does. Words to follow the name of the thing.
 */
export const webUriProblem = (text: string): string | undefined => {
  if (!isUriText(text)) return 'holds a character that no URI has'
  const { scheme, userinfo, host, fragment } = splitUri(text)
  if (scheme === undefined) return 'must be absolute'
  if (!/^https?$/i.test(scheme)) return 'must be https, or http on a loopback host'
  if (host === undefined || host === '') return 'has no host'
  if (userinfo !== undefined) return 'must not hold a user name or password'
  if (fragment !== undefined) return 'must not have a fragment'
  if (!URL.canParse(text)) return 'is not a valid URI'
  if (scheme.toLowerCase() === 'http' && !isLoopbackHost(host)) {
    return 'must be https (http only on 127.0.0.1, [::1] or localhost)'
  }
  return undefined
}
