/**
 * The algorithms of a JWT that comes from a client: its assertion, its DPoP proof, its request object. Signed
 * by a private key all of them: `none` is no signature, and what a shared secret signs the server could have
 * made itself (JA-08, RFC 8725 section 3.2).
 */
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'] as const

export type SigningAlgorithm = (typeof ALGORITHMS)[number]

/** FAPI 2.0 section 5.4.1: RSASSA-PKCS1-v1_5 is not for it (FA-07). */
const FAPI_ALGORITHMS: readonly SigningAlgorithm[] = ALGORITHMS.filter((alg) => alg !== 'RS256')

/** What is taken, and what metadata says of it, in this order. */
export const signingAlgorithms = (isFapi: boolean): readonly SigningAlgorithm[] =>
  isFapi ? FAPI_ALGORITHMS : ALGORITHMS
