import { type BearerChallenge, type Schemes, tokenChallenge } from '../protocol/bearer.ts'
import type { ErrorCode, OAuthError } from '../protocol/error.ts'

/** An answer instead of the route's, as plain values: each adapter writes it in its framework's way. */
export interface Refusal {
  readonly status: 400 | 401 | 403 | 503
  readonly headers: Readonly<Record<string, string>>
  /** JSON: `error` and `error_description`; of a request without a token what it needs, as `hint`. */
  readonly body: string
}

/** What every challenge of a route says, whatever is wrong. */
export interface Challenged extends Omit<BearerChallenge, 'error'> {
  /** Those that the challenge names, the one that was used first. */
  readonly schemes: Schemes
}

/** RFC 6750 section 3.1: no credentials, no error, neither in challenge nor body: there is nothing to be wrong. */
export const noToken = (challenged: Challenged): Refusal =>
  answer(
    401,
    { hint: `an access token is needed, in the Authorization header: ${challenged.schemes[0]} TOKEN` },
    tokenChallenge(challenged.schemes, challenged),
  )

/** RFC 6750 section 3.1: malformed, or a token in more places than one. */
export const badRequest = (challenged: Challenged, error_description: string): Refusal => {
  const { realm, resource_metadata, algs, schemes } = challenged
  const challenge = tokenChallenge(schemes, { error: 'invalid_request', realm, resource_metadata, algs })
  return refusal(400, 'invalid_request', error_description, challenge)
}

/** Expired, revoked, malformed, unknown: the caller is not told which. */
export const badToken = (challenged: Challenged, error_description: string): Refusal =>
  refusal(401, 'invalid_token', error_description, challengeOf(challenged, 'invalid_token'))

/** RFC 9449 section 7.1: the token is live, and who sent it has not proven that it may; with a nonce, if one would help. */
export const unproven = (
  challenged: Challenged,
  { error, error_description, dpop_nonce }: OAuthError,
): Refusal => {
  const refused = refusal(401, error, error_description, challengeOf(challenged, error))
  if (dpop_nonce === undefined) return refused
  return { ...refused, headers: { ...refused.headers, 'dpop-nonce': dpop_nonce } }
}

/** RFC 6750 section 3.1: the token is live and does not reach. */
export const missingScope = (challenged: Challenged, isOneEnough: boolean): Refusal =>
  refusal(
    403,
    'insufficient_scope',
    isOneEnough
      ? 'the access token has none of the scopes needed'
      : 'the access token lacks the scope needed',
    challengeOf(challenged, 'insufficient_scope'),
  )

/** No error in the challenge: none of RFC 6750's is true, and a wider scope would not help. */
export const wrongClient = (challenged: Challenged): Refusal =>
  refusal(
    403,
    'access_denied',
    'this is not for the client of the access token',
    tokenChallenge(challenged.schemes, challenged),
  )

/** ERR-10: nobody could say whether the token is live, which is neither yes nor no. */
export const cannotKnow: Refusal = {
  status: 503,
  headers: {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'retry-after': '1',
  },
  body: JSON.stringify({ error: 'temporarily_unavailable', error_description: 'try again in a moment' }),
}

const challengeOf = (challenged: Challenged, error: ErrorCode): string =>
  tokenChallenge(challenged.schemes, { ...challenged, error })

const refusal = (
  status: Refusal['status'],
  error: ErrorCode,
  error_description: string,
  challenge: string,
): Refusal => answer(status, { error, error_description }, challenge)

const answer = (status: Refusal['status'], body: object, challenge: string): Refusal => ({
  status,
  headers: {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'www-authenticate': challenge,
  },
  body: JSON.stringify(body),
})
