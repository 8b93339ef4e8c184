/** A client's key and its proofs (RFC 9449), sound but for what is given. */
import { createHash, randomUUID } from 'node:crypto'
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  SignJWT,
} from 'jose'

export interface DpopKey {
  readonly alg: string
  readonly private_key: CryptoKey
  readonly jwk: JWK
  /** Of the whole pair: what must never be in a proof. */
  readonly private_jwk: JWK
  readonly jkt: string
}

export const dpopKey = async (alg = 'ES256'): Promise<DpopKey> => {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = await exportJWK(publicKey)
  return {
    alg,
    private_key: privateKey,
    jwk,
    private_jwk: await exportJWK(privateKey),
    jkt: await calculateJwkThumbprint(jwk),
  }
}

export interface ProofOf {
  readonly htm?: unknown
  readonly htu?: unknown
  readonly iat?: unknown
  readonly jti?: unknown
  readonly nonce?: unknown
  /** The access token that it goes with. */
  readonly access_token?: string
  /** Members of the header, over the usual ones. */
  readonly header?: Readonly<Record<string, unknown>>
}

/** A proof by `key`; a claim that is `undefined` is left out. */
export const dpopProof = async (key: DpopKey, of: ProofOf): Promise<string> => {
  const { access_token, header, ...claims } = of
  const ath =
    access_token === undefined ? {} : { ath: createHash('sha256').update(access_token).digest('base64url') }
  const payload: Record<string, unknown> = { jti: randomUUID(), htm: 'POST', ...ath, ...claims }
  return new SignJWT(payload as JWTPayload)
    .setProtectedHeader({ typ: 'dpop+jwt', alg: key.alg, jwk: key.jwk, ...header })
    .sign(key.private_key)
}
