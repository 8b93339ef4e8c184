import { signingAlgorithms } from './algorithms.ts'
import { type Confirmation, type TokenType, tokenType } from './confirmation.ts'
import { OAuthError } from './error.ts'

/** RFC 6750 section 2.1, RFC 9449 section 7.1: token68. The scheme's case does not count (RFC 9110 section 11.1). */
const CREDENTIALS = /^(?:bearer|(dpop)) +([A-Za-z0-9\-._~+/]+=*)$/i
const TOKEN68 = /^[A-Za-z0-9\-._~+/]+=*$/
/** Several headers come as one list (RFC 9110 section 5.3); a token of ours anywhere in it is meant. */
const IS_OURS = /(?:^|,[ \t]*)(?:bearer|dpop)(?: |$)/i

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
  /** RFC 9449 section 7.1: how a proof may be signed; all that we know by default. */
  readonly algs?: readonly string[] | undefined
}

/** An access token as a request shows it. */
export interface Credential {
  /** What the sender takes it for. */
  readonly scheme: TokenType
  readonly token: string
}

/**
 * The access token of an `Authorization` header, `Bearer` or `DPoP`.
 *
 * @param authorization `null` when there is no such header
 * @returns `undefined` when it carries none: absent, or of another scheme
 * @throws {OAuthError} invalid_request (RFC 6750 section 3.1) with its challenge, when it is malformed, or there is more than one
 */
export const credentialOf = (authorization: string | null): Credential | undefined => {
  if (authorization === null || !IS_OURS.test(authorization)) return undefined
  const [, dpop, token] = CREDENTIALS.exec(authorization) ?? []
  if (token === undefined) {
    throw new OAuthError('invalid_request', 'the Authorization header is not well formed', {
      challenge: bearerChallenge({ error: 'invalid_request' }),
    })
  }
  return { scheme: dpop === undefined ? 'Bearer' : 'DPoP', token }
}

/** RFC 6750 section 2.1: whether the header could carry it. */
export const isBearerToken = (text: string): boolean => TOKEN68.test(text)

/** RFC 7617 section 2: the challenge to a client that came with Basic and was refused (ERR-03). */
export const basicChallenge = (realm: string = REALM): string => `Basic ${parameters([['realm', realm]])}`

/** The schemes that a challenge names, the one that says what is wrong first. */
export type Schemes = readonly [TokenType, ...TokenType[]]

/**
 * RFC 9449 section 7.2: where DPoP was used, or would have been right, a challenge says that both schemes are
 * taken.
 */
export const schemesFor = ({ scheme }: Credential, cnf: Confirmation | undefined): Schemes => {
  if (scheme === 'DPoP') return USED_DPOP
  return cnf !== undefined && tokenType(cnf) === 'DPoP' ? USED_BEARER : BEARER_ALONE
}

const BEARER_ALONE: Schemes = ['Bearer']
const USED_BEARER: Schemes = ['Bearer', 'DPoP']
const USED_DPOP: Schemes = ['DPoP', 'Bearer']

/**
 * RFC 6750 section 3, RFC 9449 section 7.1: what is wrong, said by the scheme that was used; the others would
 * be taken too. A scheme is followed by at least one parameter, so the realm is always there.
 */
export const tokenChallenge = ([used, ...others]: Schemes, challenge: BearerChallenge): string =>
  [
    schemeChallenge(used, challenge),
    ...others.map((scheme) => schemeChallenge(scheme, { realm: challenge.realm, algs: challenge.algs })),
  ].join(', ')

/** The challenge where a bearer token would do. */
export const bearerChallenge = (challenge: BearerChallenge = {}): string =>
  schemeChallenge('Bearer', challenge)

const schemeChallenge = (
  scheme: TokenType,
  { error, scope, realm = REALM, resource_metadata, algs = signingAlgorithms(false) }: BearerChallenge,
): string =>
  `${scheme} ${parameters([
    ['realm', realm],
    ['error', error],
    ['scope', scope],
    ['resource_metadata', resource_metadata],
    ['algs', scheme === 'DPoP' ? algs.join(' ') : undefined],
  ])}`

const parameters = (pairs: readonly (readonly [name: string, value: string | undefined])[]): string =>
  pairs.flatMap(([name, value]) => (value === undefined ? [] : `${name}="${quotable(value)}"`)).join(', ')

/** RFC 9110 section 5.6.4: no value may end its quotes early, nor its line. */
const quotable = (value: string): string =>
  value.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, (special) => `\\${special}`)
