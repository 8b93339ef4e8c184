import { calculateJwkThumbprint } from 'jose/jwk/thumbprint'
import { exportJWK } from 'jose/key/export'
import { generateKeyPair } from 'jose/key/generate/keypair'
import { type SealKey, seal } from './seal.ts'

/** A new signing key, ready to be stored: the public half in clear, the private half sealed. */
export interface NewSigningKey {
  readonly kid: string
  readonly alg: string
  readonly public_jwk: string
  readonly sealed: string
}

/** RS256 is the one algorithm that every resource server must know (RFC 9068 section 2.1). */
export const DEFAULT_ALG = 'RS256'

/**
 * Generates a signing key. `kid` is its RFC 7638 thumbprint; RSA keys have 3072 bits (KEY-01).
 */
export const generateSigningKey = async (
  keys: readonly [SealKey, ...SealKey[]],
  alg: string = DEFAULT_ALG,
): Promise<NewSigningKey> => {
  const { publicKey, privateKey } = await generateKeyPair(alg, { modulusLength: 3072, extractable: true })
  const public_jwk = await exportJWK(publicKey)
  const kid = await calculateJwkThumbprint(public_jwk)
  const private_jwk = Buffer.from(JSON.stringify(await exportJWK(privateKey)))
  return {
    kid,
    alg,
    public_jwk: JSON.stringify({ ...public_jwk, kid, use: 'sig', alg }),
    sealed: await seal(keys, kid, private_jwk),
  }
}
