import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto'
import { keyedHash } from './keyed-hash.ts'
import { randomBytes } from './random.ts'

/** NIST SP 800-38D section 8.2: a nonce of 96 bits, a tag of 128. */
const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * RT-07: seals the next refresh token (AES-256-GCM) under a key that only the presented one gives, so
 * that a lost answer can be given again by nobody but its holder: the database alone opens nothing.
 */
export const sealSuccessor = (presented: string, successor: string): string => {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', keyOf(presented), nonce)
  const sealed = [nonce, cipher.update(successor, 'utf8'), cipher.final(), cipher.getAuthTag()]
  return Buffer.concat(sealed).toString('base64url')
}

/** @throws {Error} when it was sealed under another token, or changed since */
export const openSuccessor = (presented: string, sealed: string): string => {
  const bytes = Buffer.from(sealed, 'base64url')
  const decipher = createDecipheriv('aes-256-gcm', keyOf(presented), bytes.subarray(0, NONCE_BYTES))
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
  const clear = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES))
  return Buffer.concat([clear, decipher.final()]).toString('utf8')
}

/**
 * HKDF-SHA-256's extract step (RFC 5869 section 2.2) with the purpose as its salt: the token is 256 random
 * bits and needs one key, so nothing is expanded.
 */
const extract = keyedHash(Buffer.from('oauthd sealed successor'))

// A cipher made with bare bytes costs nine times as much.
const keyOf = (presented: string): KeyObject => createSecretKey(Buffer.from(extract(presented), 'base64url'))
