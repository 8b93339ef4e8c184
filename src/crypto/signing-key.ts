import { calculateJwkThumbprint } from 'jose/jwk/thumbprint'
import { SignJWT } from 'jose/jwt/sign'
import { exportJWK } from 'jose/key/export'
import { generateKeyPair } from 'jose/key/generate/keypair'
import { importJWK } from 'jose/key/import'
import type { SigningAlg } from '../protocol/key-state.ts'

/** A new signing key: the public half as it is published, the private half to be sealed. */
export interface NewSigningKey {
  readonly kid: string
  readonly alg: SigningAlg
  readonly public_jwk: string
  readonly private_jwk: Uint8Array
}

/**
 * Generates a signing key. `kid` is its RFC 7638 thumbprint; RSA keys have 3072 bits (KEY-01).
 */
export const generateSigningKey = async (alg: SigningAlg): Promise<NewSigningKey> => {
  for (;;) {
    const key = await generate(alg)
    // One in 64 does, and `key:revoke` would take it for a flag.
    if (!key.kid.startsWith('-')) return key
  }
}

const generate = async (alg: SigningAlg): Promise<NewSigningKey> => {
  const { publicKey, privateKey } = await generateKeyPair(alg, { modulusLength: 3072, extractable: true })
  const public_jwk = await exportJWK(publicKey)
  const kid = await calculateJwkThumbprint(public_jwk)
  return {
    kid,
    alg,
    public_jwk: JSON.stringify({ ...public_jwk, kid, use: 'sig', alg }),
    private_jwk: Buffer.from(JSON.stringify(await exportJWK(privateKey))),
  }
}

/** A half of a key, ready to be used. */
export type Key = Awaited<ReturnType<typeof importJWK>>

/** @param jwk a JWK as JSON text, or its bytes */
export const importKey = (jwk: string | Uint8Array, alg: string): Promise<Key> =>
  importJWK(JSON.parse(typeof jwk === 'string' ? jwk : Buffer.from(jwk).toString()), alg)

/** What a JWT says. */
export type Claims = Readonly<Record<string, unknown>>

export interface Header {
  readonly alg: string
  readonly typ: string
  readonly kid: string
}

/** A JWT in compact form, of these claims and no others. */
export const signJwt = (private_key: Key, header: Header, claims: Claims): Promise<string> =>
  new SignJWT({ ...claims }).setProtectedHeader({ ...header }).sign(private_key)
