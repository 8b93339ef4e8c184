import { OAuthError } from './error.ts'

/** RFC 6750 section 2.1: b64token. The scheme's case does not count (RFC 9110 section 11.1). */
const BEARER = /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i
const B64TOKEN = /^[A-Za-z0-9\-._~+/]+=*$/
/** Several headers come as one list (RFC 9110 section 5.3); a token of ours anywhere in it is meant. */
const IS_BEARER = /(?:^|,[ \t]*)bearer(?: |$)/i

const REALM = 'oauthd'

/** The parameters of a Bearer challenge, RFC 6750 section 3. */
export interface BearerChallenge {
  /** `invalid_token`, `insufficient_scope`, …; none for a request that had no credentials. */
  readonly error?: string
  /** What the resource needs. */
  readonly scope?: string | undefined
  /** Whose the resource is, in words; ours by default. */
  readonly realm?: string | undefined
  /** RFC 9728 section 5.1: where the resource says what it is. */
  readonly resource_metadata?: string | undefined
}

/**
 * The token of an `Authorization: Bearer` header.
 *
 * @param authorization `null` when there is no such header
 * @returns `undefined` when it carries none: absent, or of another scheme
 * @throws {OAuthError} invalid_request (RFC 6750 section 3.1) with its challenge, when it is malformed, or there is more than one
 */
export const bearerToken = (authorization: string | null): string | undefined => {
  if (authorization === null || !IS_BEARER.test(authorization)) return undefined
  const [, token] = BEARER.exec(authorization) ?? []
  if (token === undefined) {
    throw new OAuthError('invalid_request', 'the Authorization header is not well formed', {
      challenge: bearerChallenge({ error: 'invalid_request' }),
    })
  }
  return token
}

/** RFC 6750 section 2.1: whether the header could carry it. */
export const isBearerToken = (text: string): boolean => B64TOKEN.test(text)

/** RFC 7617 section 2: the challenge to a client that came with Basic and was refused (ERR-03). */
export const basicChallenge = (realm: string = REALM): string => `Basic ${parameters([['realm', realm]])}`

/** RFC 6750 section 3: the scheme is followed by at least one parameter, so the realm is always there. */
export const bearerChallenge = (challenge: BearerChallenge = {}): string => {
  const { error, scope, realm = REALM, resource_metadata } = challenge
  return `Bearer ${parameters([
    ['realm', realm],
    ['error', error],
    ['scope', scope],
    ['resource_metadata', resource_metadata],
  ])}`
}

const parameters = (pairs: readonly (readonly [name: string, value: string | undefined])[]): string =>
  pairs.flatMap(([name, value]) => (value === undefined ? [] : `${name}="${quotable(value)}"`)).join(', ')

/** RFC 9110 section 5.6.4: no value may end its quotes early, nor its line. */
const quotable = (value: string): string =>
  value.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, (special) => `\\${special}`)
