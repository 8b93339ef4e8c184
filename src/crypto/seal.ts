import { hkdfSync } from 'node:crypto'
import { decodeProtectedHeader } from 'jose/decode/protected_header'
import { compactDecrypt } from 'jose/jwe/compact/decrypt'
import { CompactEncrypt } from 'jose/jwe/compact/encrypt'

/** A master secret in use: the key that seals, and a public name that tells one secret from another. */
export interface SealKey {
  readonly kid: string
  readonly key: Uint8Array
}

/** Thrown when a sealed value was made under a master secret that is not at hand. */
export class WrongSecret extends Error {}

/** The master secret is at least this long: it stands in for 256 random bits, and a word cannot. Characters. */
export const SECRET_MIN_LENGTH = 32

/** Whether a master secret may be used as it is given, which may be several separated by commas. */
export const isLongEnough = (master_secret: string): boolean =>
  master_secret.split(',').every((part) => part.trim().length >= SECRET_MIN_LENGTH)

/**
 * Derives the sealing keys from the master secret as it is given: one secret, or several separated
 * by commas, newest first, while it is being rotated.
 *
 * @throws {RangeError} when one of them is shorter than 32 characters
 */
export const sealKeys = (master_secret: string): readonly [SealKey, ...SealKey[]] => {
  const [first, ...rest] = master_secret.split(',').map((part) => sealKey(part.trim()))
  if (first === undefined) throw new RangeError('no master secret')
  return [first, ...rest]
}

const sealKey = (secret: string): SealKey => {
  if (secret.length < SECRET_MIN_LENGTH) {
    throw new RangeError(`the master secret must have at least ${SECRET_MIN_LENGTH} characters`)
  }
  return {
    kid: Buffer.from(derive(secret, 'oauthd seal key id', 9)).toString('base64url'),
    key: derive(secret, 'oauthd seal key', 32),
  }
}

/** HKDF-SHA-256 (RFC 5869) without salt: one purpose, one key. */
export const derive = (secret: string | Uint8Array, purpose: string, bytes: number): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(0), purpose, bytes))

/**
 * Seals a value (RFC 7516, alg dir, enc A256GCM) under the first of the keys. `name` is bound into it, so
 * that a sealed value moved to another row does not open there.
 */
export const seal = (
  keys: readonly [SealKey, ...SealKey[]],
  name: string,
  value: Uint8Array,
): Promise<string> =>
  new CompactEncrypt(value)
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: keys[0].kid, sealed: name })
    .encrypt(keys[0].key)

/** Which of the keys sealed a value; `undefined`: none of them. */
export const sealedUnder = <K extends SealKey>(keys: readonly K[], sealed: string): K | undefined => {
  const { kid } = decodeProtectedHeader(sealed)
  return keys.find((key) => key.kid === kid)
}

/**
 * Opens what `seal` sealed under any of the secrets.
 * @throws {WrongSecret} sealed under another master secret, or changed since
 */
export const unseal = async (keys: readonly SealKey[], name: string, sealed: string): Promise<Uint8Array> => {
  const { plaintext, protectedHeader } = await compactDecrypt(
    sealed,
    (header) => {
      const known = keys.find(({ kid }) => kid === header.kid)
      if (known === undefined) throw new WrongSecret('sealed under another master secret')
      return known.key
    },
    { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] },
  ).catch((cause: unknown) => {
    throw cause instanceof WrongSecret ? cause : new WrongSecret('a sealed value does not open', { cause })
  })
  if (protectedHeader['sealed'] !== name) throw new WrongSecret('a sealed value stands in another row')
  return plaintext
}
