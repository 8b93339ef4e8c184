/** The keys of a client, as they are registered (RFC 7591 section 2). */
import { signingAlgorithms } from './algorithms.ts'
import type { ClientMetadata } from './client-metadata.ts'
import type { JsonWebKeys } from './client-security.ts'
import { isFapi } from './fapi.ts'
import { type GivenJwk, publicJwkProblem, signsWith } from './jwk.ts'
import { badMetadata, readChoice } from './metadata-member.ts'
import { webUriProblem } from './uri.ts'

const MOST_KEYS = 20
/** Of the whole set as JSON: an `x5c` chain has room in it. */
const LARGEST = 32_768
const LONGEST_URI = 2048

/** A JSON Web Key Set (RFC 7517 section 5) of public keys alone (DR-04). */
export const readJwks = (member: string, given: unknown): JsonWebKeys => {
  const keys = isObject(given) ? given['keys'] : undefined
  if (!Array.isArray(keys) || keys.length === 0)
    throw badMetadata(member, 'must be {"keys":[…]} with a key in it')
  if (keys.length > MOST_KEYS) throw badMetadata(member, `must have at most ${MOST_KEYS} keys`)
  const known = keys.map((jwk: unknown, index): GivenJwk => {
    if (!isObject(jwk)) throw badMetadata(`${member}.keys[${index}]`, 'must be an object')
    const problem = publicJwkProblem(jwk)
    if (problem !== undefined) throw badMetadata(`${member}.keys[${index}]`, problem)
    return jwk
  })
  const jwks = { keys: known }
  if (JSON.stringify(jwks).length > LARGEST) throw badMetadata(member, `must be at most ${LARGEST} bytes`)
  return jwks
}

/** https, or http where it is on a loopback host; whether it may be asked is seen when it is (JA-09). */
export const readJwksUri = (member: string, given: unknown): string => {
  if (typeof given !== 'string') throw badMetadata(member, 'must be a string')
  const problem =
    given.length > LONGEST_URI ? `is longer than ${LONGEST_URI} characters` : webUriProblem(given)
  if (problem !== undefined) throw badMetadata(member, problem)
  return given
}

/** An algorithm of a JWT that the client signs; `none` and what a shared secret signs are not among them. */
export const readSigningAlg = (member: string, given: unknown): string =>
  readChoice(member, given, signingAlgorithms(false))

/** What the keys of a client are for, and that they are there. @throws {OAuthError} invalid_client_metadata */
export const refuseUnfitKeys = (metadata: ClientMetadata): void => {
  const { jwks, jwks_uri, token_endpoint_auth_signing_alg: alg } = metadata
  // RFC 7591 section 2: they MUST NOT both be present.
  if (jwks !== null && jwks_uri !== null)
    throw badMetadata('jwks', 'not beside jwks_uri; leave one of them out')
  if (metadata.token_endpoint_auth_method !== 'private_key_jwt') {
    if (alg !== null) throw badMetadata('token_endpoint_auth_signing_alg', 'only private_key_jwt uses it')
    if (metadata.legacy_assertion_aud)
      throw badMetadata('legacy_assertion_aud', 'only private_key_jwt uses it')
    return
  }
  if (jwks === null && jwks_uri === null) {
    throw badMetadata('token_endpoint_auth_method', 'private_key_jwt needs jwks or jwks_uri')
  }
  const algorithms = alg === null ? signingAlgorithms(isFapi(metadata)) : [alg]
  if (jwks !== null && !jwks.keys.some((jwk) => algorithms.some((one) => signsWith(jwk, one)))) {
    throw badMetadata('jwks', `has no key that signs with ${algorithms.join(', ')}`)
  }
}

const isObject = (value: unknown): value is GivenJwk =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
