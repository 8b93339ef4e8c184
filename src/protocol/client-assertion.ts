/** A client authenticates by a JWT that it signed (RFC 7523 section 3, rfc7523bis sections 4 and 5). */
import { signingAlgorithms } from './algorithms.ts'
import { assertionTimeProblem, type JwtContent, LATE, typOf } from './client-jwt.ts'
import type { Client } from './client-metadata.ts'
import { isFapi } from './fapi.ts'
import { endpoint } from './issuer.ts'
import { isJti } from './jti.ts'

/** RFC 7523 section 2.2. */
export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** Whose assertion it must be, for whom, and when. */
export interface ExpectedAssertion {
  readonly client: Pick<
    Client,
    'client_id' | 'token_endpoint_auth_signing_alg' | 'legacy_assertion_aud' | 'profile'
  >
  readonly issuer: string
  readonly prefix: string
  /** The name of the endpoint that is called. */
  readonly called: string
  /** Epoch seconds. */
  readonly now: number
}

/** An assertion that says what it must; its signature is checked elsewhere. */
export interface Assertion {
  readonly jti: string
  /** Epoch seconds: from then on it would be refused without its `jti` being known (JA-06). */
  readonly until: number
  /** Only `legacy_assertion_aud` let it pass. */
  readonly isLegacy: boolean
}

/** JA-08: the algorithms that a client's assertions may have. */
export const assertionAlgorithms = ({
  profile,
  token_endpoint_auth_signing_alg: only,
}: ExpectedAssertion['client']): readonly string[] => {
  const all = signingAlgorithms(isFapi({ profile }))
  return only === null ? all : all.filter((alg) => alg === only)
}

/** JA-02 to JA-08, but for the signature. @returns words for the log when the assertion is no good */
export const judgeAssertion = (content: JwtContent, expected: ExpectedAssertion): Assertion | string => {
  const { header, claims } = content
  const { client, now } = expected
  const { alg } = header
  if (typeof alg !== 'string' || !assertionAlgorithms(client).includes(alg)) return 'alg is not taken'
  // JA-05: what was signed to be something else is no assertion; to insist on the new typ is not recommended.
  if (!TYPES.includes(typOf(content))) return 'typ is that of something else'
  if (claims['iss'] !== client.client_id) return 'iss must be the client_id'
  if (claims['sub'] !== client.client_id) return 'sub must be the client_id'
  const isSound = isIssuerAlone(claims['aud'], expected)
  if (!isSound && !isLegacy(claims['aud'], expected))
    return 'aud must be the issuer of this server, and nothing else'
  const problem = assertionTimeProblem(claims, now)
  if (problem !== undefined) return problem
  const { jti, exp } = claims
  if (!isJti(jti)) return 'jti is missing, or is no text of a fitting length'
  return { jti, until: Math.ceil(Number(exp)) + LATE, isLegacy: !isSound }
}

const TYPES: readonly (string | undefined)[] = [undefined, 'jwt', 'client-authentication+jwt']

/** JA-03, FA-04: an audience that somebody else could have named is how an assertion is stolen. */
const isIssuerAlone = (aud: unknown, { issuer, client }: ExpectedAssertion): boolean =>
  aud === issuer || (!isFapi(client) && Array.isArray(aud) && aud.length === 1 && aud[0] === issuer)

/** Decision 5: what clients of before send; switched on for one client, and never in FAPI. */
const isLegacy = (aud: unknown, { issuer, prefix, called, client }: ExpectedAssertion): boolean => {
  if (!client.legacy_assertion_aud || isFapi(client)) return false
  const known = [issuer, endpoint(issuer, prefix, 'token'), endpoint(issuer, prefix, called)]
  const named: readonly unknown[] = Array.isArray(aud) ? aud : [aud]
  return named.length > 0 && named.every((one) => typeof one === 'string' && known.includes(one))
}
