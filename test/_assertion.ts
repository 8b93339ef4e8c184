/** A client's key and its assertions (RFC 7523), sound but for what is given. */
import { randomUUID } from 'node:crypto'
import {
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
} from 'jose'
import type { GivenMetadata } from '../src/protocol/client-metadata.ts'

export interface Signer {
  readonly alg: string
  readonly private_key: CryptoKey
  /** With `kid`, and no `alg`: it may be tried with another. */
  readonly jwk: JWK
  /** Of the whole pair: what must never be registered. */
  readonly private_jwk: JWK
}

export const signer = async (alg = 'ES256', kid = 'k1'): Promise<Signer> => {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  return {
    alg,
    private_key: privateKey,
    jwk: { ...(await exportJWK(publicKey)), kid },
    private_jwk: { ...(await exportJWK(privateKey)), kid },
  }
}

/** What a client is registered with to authenticate by these keys. */
export const keysOf = (...signers: readonly Signer[]): GivenMetadata => ({
  token_endpoint_auth_method: 'private_key_jwt',
  jwks: { keys: signers.map(({ jwk }) => jwk) },
})

/** Who signs for whom, and when (epoch seconds); members are put over the usual ones, `undefined` leaves one out. */
export interface AssertionOf {
  readonly client_id: string
  readonly aud: unknown
  readonly now: number
  readonly claims?: Readonly<Record<string, unknown>>
  readonly header?: Readonly<Record<string, unknown>>
}

export const assertion = async (key: Signer, of: AssertionOf): Promise<string> => {
  const { client_id, aud, now } = of
  const claims: Record<string, unknown> = {
    iss: client_id,
    sub: client_id,
    aud,
    jti: randomUUID(),
    iat: now,
    exp: now + 60,
    ...of.claims,
  }
  const header: Record<string, unknown> = { kid: key.jwk.kid, typ: 'client-authentication+jwt', ...of.header }
  return new SignJWT(claims as JWTPayload)
    .setProtectedHeader({ alg: key.alg, ...header } as JWTHeaderParameters)
    .sign(key.private_key)
}

export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

/** The two parameters that go with a request. */
export const asserting = (client_assertion: string): Readonly<Record<string, string>> => ({
  client_assertion_type: ASSERTION_TYPE,
  client_assertion,
})
