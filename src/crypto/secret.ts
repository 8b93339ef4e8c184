import {
  assemble,
  base32,
  ID_RANDOM_BYTES,
  PREFIX,
  parseToken,
  preview,
  type TokenKind,
  timeOrderedId,
} from '../protocol/token-form.ts'
import { dpopNonce, dpopNonceEnd } from './dpop-nonce.ts'
import type { HashKeys } from './hash-key.ts'
import { isSameHash } from './keyed-hash.ts'
import { randomBytes, randomText } from './random.ts'

/** A new access token: the clear value, once, and what may be stored of it. */
export interface MintedToken {
  readonly access_token: string
  readonly jti: string
  readonly token_hash: string
  readonly hash_key_id: string
}

/** A new string of another kind: the clear value, once, and what may be stored of it. */
export interface Minted {
  readonly clear: string
  readonly id: string
  readonly hash: string
  readonly hash_key_id: string
}

/** A client secret as it is stored; the clear value stays with the caller. */
export interface HashedSecret {
  readonly client_secret_id: string
  readonly secret_hash: string
  readonly hash_key_id: string
  readonly preview: string
}

/** A token that somebody presented: well formed, its checksum right, not yet compared with a row. */
export interface PresentedToken {
  readonly kind: TokenKind
  /** The primary key of its row. */
  readonly id: string
  /** Whether a row is this token's, in constant time. */
  matches(row: { readonly token_hash: string; readonly hash_key_id: string }): boolean
}

/** Every random string and every keyed hash of one database. */
export interface Secrets {
  accessToken(at: number): MintedToken
  mint(kind: TokenKind, at: number): Minted
  clientSecret(): string
  hashClientSecret(client_secret: string, at: number): HashedSecret
  /** Whether a presented secret is the stored one, in constant time. */
  matchesClientSecret(
    client_secret: string,
    stored: { readonly secret_hash: string; readonly hash_key_id: string },
  ): boolean
  /** Spends the time of one comparison: an unknown client must not answer faster (ERR-04). */
  pretendToMatch(client_secret: string): false
  /** `undefined` for what is not one of our tokens, a typo included: no row is read for it. */
  present(token: string): PresentedToken | undefined
  /** The name under which something is counted: says nothing of what it is. */
  limitKey(words: string): string
  /** For DPoP proofs (RFC 9449 section 8); `now` in epoch seconds. */
  dpopNonce(now: number): string
  /** Until when such a nonce is taken; `undefined` for one that is not ours, or over. */
  dpopNonceEnd(nonce: string, now: number): number | undefined
}

/** @param keys the hash keys of the database, whose `newest` may change; `at` above is epoch milliseconds */
export const createSecrets = (keys: HashKeys): Secrets => {
  const mint = (kind: TokenKind, at: number): Minted => {
    const id = timeOrderedId(at, randomBytes(ID_RANDOM_BYTES))
    const clear = assemble(PREFIX[kind], id, secretPart())
    const { newest } = keys
    return { clear, id, hash: newest[kind](clear), hash_key_id: newest.hash_key_id }
  }
  return {
    accessToken(at) {
      const { clear, id, hash, hash_key_id } = mint('access_token', at)
      return { access_token: clear, jti: id, token_hash: hash, hash_key_id }
    },
    mint,
    clientSecret: () => assemble(PREFIX.client_secret, '', secretPart()),
    hashClientSecret: (client_secret, at) => ({
      client_secret_id: newId(PREFIX.client_secret_id, at),
      secret_hash: keys.newest.client_secret(client_secret),
      hash_key_id: keys.newest.hash_key_id,
      preview: preview(client_secret),
    }),
    matchesClientSecret(client_secret, { secret_hash, hash_key_id }) {
      const key = keys.find(hash_key_id)
      return key !== undefined && isSameHash(key.client_secret(client_secret), secret_hash)
    },
    pretendToMatch(client_secret) {
      isSameHash(keys.newest.client_secret(client_secret), NO_HASH)
      return false
    },
    present(token) {
      const form = parseToken(token)
      if (form === undefined) return undefined
      const { kind, id } = form
      return {
        kind,
        id,
        matches({ token_hash, hash_key_id }) {
          const key = keys.find(hash_key_id)
          return key !== undefined && isSameHash(key[kind](token), token_hash)
        },
      }
    },
    limitKey: (words) => keys.newest.limit(words),
    dpopNonce: (now) => dpopNonce(keys, now),
    dpopNonceEnd: (nonce, now) => dpopNonceEnd(keys, nonce, now),
  }
}

/** 256 bits: what a secret is hard to guess by (CA-08, TK-10). */
const SECRET_BYTES = 32

const NO_HASH = '_'.repeat(43)

const secretPart = (): string => randomText(SECRET_BYTES)

/** A time-ordered id with the prefix of its kind. `at` is epoch milliseconds. */
export const newId = (prefix: string, at: number): string =>
  prefix + timeOrderedId(at, randomBytes(ID_RANDOM_BYTES))

/** `us_` and 80 random bits; never equals a client_id (TK-11). */
export const newSub = (): string => PREFIX.user + base32(randomBytes(ID_RANDOM_BYTES))

/** `cl_` and 80 random bits; never begins with `https` and never equals a user's `sub` (DR-08, TK-11). */
export const newClientId = (): string => PREFIX.client + base32(randomBytes(ID_RANDOM_BYTES))

/** A short id for one request; random, so that it can be shown to the one who asked. */
export const newRequestId = (): string => randomText(12)
