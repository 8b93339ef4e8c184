import * as errors from 'jose/errors'
import { createLocalJWKSet } from 'jose/jwks/local'
import { compactVerify } from 'jose/jws/compact/verify'
import type { JWTVerifyGetKey } from 'jose/jwt/verify'
import { type GivenJwk, publicJwkProblem } from '../protocol/jwk.ts'

/** Finds a key of a client by the header of what it signed; throws jose's errors when there is none. */
export type ClientKeys = JWTVerifyGetKey

/** Imported once for as long as the set is kept. */
const imported = new WeakMap<object, ClientKeys>()

/** RFC 7517 section 5: keys that are not understood are passed over; so are those that are no public ones. */
export const localKeys = (jwks: { readonly keys: readonly GivenJwk[] }): ClientKeys => {
  const known = imported.get(jwks)
  if (known !== undefined) return known
  const usable = jwks.keys.filter((jwk) => publicJwkProblem(jwk) === undefined)
  const keys = createLocalJWKSet({ keys: usable.map((jwk) => ({ ...jwk, kty: String(jwk['kty']) })) })
  imported.set(jwks, keys)
  return keys
}

/** How many keys are tried where the header names none: each costs a look at the signature. */
const MOST_TRIES = 4

/**
 * What is wrong with the signature of a JWT that comes from a client; `undefined` when it is by one of its
 * keys. What a header carries of keys itself (`jwk`, `jku`, `x5u`, `x5c`) is nobody's key (RFC 8725 section 3.10).
 *
 * @returns words for the log; keys that cannot be had are a problem of the client's too
 */
export const signatureProblem = async (
  jwt: string,
  keys: ClientKeys,
  algorithms: readonly string[],
): Promise<string | undefined> => {
  const options = { algorithms: [...algorithms] }
  try {
    await compactVerify(jwt, keys, options)
    return undefined
  } catch (error) {
    if (error instanceof errors.JWKSMultipleMatchingKeys) return await amongMany(jwt, error, options)
    return error instanceof Error ? error.message : String(error)
  }
}

/** Of several keys that fit, without a `kid` that says which, any may be it: one is retired while another comes. */
const amongMany = async (
  jwt: string,
  candidates: errors.JWKSMultipleMatchingKeys,
  options: { readonly algorithms: string[] },
): Promise<string | undefined> => {
  let tries = 0
  for await (const key of candidates) {
    if (tries === MOST_TRIES) break
    tries += 1
    try {
      await compactVerify(jwt, key, options)
      return undefined
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error
    }
  }
  return `${candidates.code}: ${candidates.message}`
}
