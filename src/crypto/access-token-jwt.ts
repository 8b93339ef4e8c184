import * as errors from 'jose/errors'
import { type JWTVerifyGetKey, type JWTVerifyOptions, jwtVerify } from 'jose/jwt/verify'

/** Finds the key that the header of a token names. */
export type KeyOf = JWTVerifyGetKey

/** The time at which a token is looked at. */
export type Instant = NonNullable<JWTVerifyOptions['currentDate']>

/** What a token must say, RFC 9068 section 4. */
export interface Expected {
  readonly issuer: string
  readonly audience: string | readonly string[]
  readonly keyOf: KeyOf
}

/** Signatures by a private key alone: `none` and a shared secret are no signature of the server's. */
const ALGORITHMS: readonly string[] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
]

/** RFC 9068 section 2.2. */
const REQUIRED: readonly string[] = ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti']

/**
 * The claims of a JWT access token that is what it says, or `undefined`: malformed, of another type
 * (an ID token, say), issuer or audience, expired, or signed by nobody that is known.
 *
 * @throws whatever `keyOf` throws because the keys cannot be had
 */
export const checkAccessTokenJwt = async (
  token: string,
  { issuer, audience, keyOf }: Expected,
  at: Instant,
): Promise<Readonly<Record<string, unknown>> | undefined> => {
  const options: JWTVerifyOptions = {
    typ: 'at+jwt',
    algorithms: [...ALGORITHMS],
    issuer,
    audience: typeof audience === 'string' ? audience : [...audience],
    requiredClaims: [...REQUIRED],
    currentDate: at,
  }
  try {
    const { payload } = await jwtVerify(token, keyOf, options)
    return payload
  } catch (error) {
    if (isRefusal(error)) return undefined
    throw error
  }
}

/** What says that the token is no good; everything else says that nobody could tell. */
const REFUSALS: readonly string[] = [
  errors.JWTInvalid.code,
  errors.JWTExpired.code,
  errors.JWTClaimValidationFailed.code,
  errors.JWSInvalid.code,
  errors.JWSSignatureVerificationFailed.code,
  errors.JOSEAlgNotAllowed.code,
  errors.JOSENotSupported.code,
  errors.JWKSNoMatchingKey.code,
  errors.JWKSMultipleMatchingKeys.code,
]

/** Whether an error of jose says that a token is no good. */
export const isRefusal = (error: unknown): boolean =>
  error instanceof errors.JOSEError && REFUSALS.includes(error.code)
