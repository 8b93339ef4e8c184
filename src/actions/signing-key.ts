import { activeKey, keyState } from '../protocol/key-state.ts'
import { claimWitness, type HashKeyRow } from '../store/hash-key.ts'
import {
  deleteSigningKey,
  insertSigningKey,
  listSigningKeys,
  markSigningKeyRevoked,
  type SigningKeyRecord,
} from '../store/signing-key.ts'
import type { Work } from '../store/work.ts'

/** A new signing key, sealed beside a hash key. */
export interface FreshSigningKey {
  readonly kid: string
  readonly alg: string
  readonly public_jwk: string
  readonly sealed: string
  /** The row it was sealed beside, as it was then. */
  readonly witness: Pick<HashKeyRow, 'hash_key_id' | 'sealed'>
}

/** `resealed`: the master secret was rotated meanwhile, and the key must be sealed again. */
export type Added = 'added' | 'there_is_one' | 'resealed'

/** KEY-02: the first key of an algorithm signs at once. Of several processes one adds it. */
export function* addFirstSigningKey(fresh: FreshSigningKey, now: number): Work<Added> {
  if (!(yield* claimWitness(fresh.witness))) return 'resealed'
  if (activeKey(yield* listSigningKeys(), fresh.alg, now) !== undefined) return 'there_is_one'
  yield* insert(fresh, now, now)
  return 'added'
}

/** What a rotation has led to: the new key, and the one that signs until then. */
export interface Rotated {
  readonly kind: 'rotated'
  readonly activates_at: number
  readonly previous: SigningKeyRecord | undefined
}

/** KEY-02: a new key, published now; it signs after `delay` seconds, or at once where nothing else does. */
export function* rotateSigningKey(
  fresh: FreshSigningKey,
  delay: number,
  now: number,
): Work<Rotated | { readonly kind: 'resealed' }> {
  if (!(yield* claimWitness(fresh.witness))) return { kind: 'resealed' }
  const previous = activeKey(yield* listSigningKeys(), fresh.alg, now)
  const activates_at = previous === undefined ? now : now + delay
  yield* insert(fresh, now, activates_at)
  return { kind: 'rotated', activates_at, previous }
}

/** What became of a key that was to be revoked; `successor`: the key that was made in its place. */
export type RevokedKey =
  | { readonly kind: 'revoked'; readonly alg: string; readonly successor: string | undefined }
  | { readonly kind: 'resealed' }
  | { readonly kind: 'unknown' }

/**
 * KEY-04: the key leaves the JWK set at once, and where it was the one that signs a new one does.
 *
 * @param fresh of the algorithm of the key
 */
export function* revokeSigningKey(kid: string, fresh: FreshSigningKey, now: number): Work<RevokedKey> {
  if (!(yield* claimWitness(fresh.witness))) return { kind: 'resealed' }
  const before = yield* listSigningKeys()
  const alg = yield* markSigningKeyRevoked(kid, now)
  if (alg === undefined) return { kind: 'unknown' }
  // Only where it signed: a key that waited, or that was replaced, leaves no gap.
  if (activeKey(before, alg, now)?.kid !== kid) return { kind: 'revoked', alg, successor: undefined }
  if (activeKey(yield* listSigningKeys(), alg, now) !== undefined)
    return { kind: 'revoked', alg, successor: undefined }
  yield* insert(fresh, now, now)
  return { kind: 'revoked', alg, successor: fresh.kid }
}

/** KEY-03: removes keys that are over: no JWT that they signed lives, nor would if it were not revoked. */
export function* purgeSigningKeys(before: number): Work<number> {
  const over = yield* listOver(before)
  for (const kid of over) yield* deleteSigningKey(kid)
  return over.length
}

/** How many `purgeSigningKeys` would remove. */
export function* countOverSigningKeys(before: number): Work<number> {
  return (yield* listOver(before)).length
}

function* listOver(before: number): Work<readonly string[]> {
  const keys = yield* listSigningKeys()
  const isOver = (key: SigningKeyRecord): boolean =>
    keyState(key, keys, before) === 'gone' ||
    (key.revoked_at !== null && Math.max(key.revoked_at, key.signed_until ?? 0) <= before)
  return keys.filter(isOver).map(({ kid }) => kid)
}

function* insert(
  { kid, alg, public_jwk, sealed }: FreshSigningKey,
  now: number,
  activates_at: number,
): Work<void> {
  yield* insertSigningKey({ kid, alg, public_jwk, sealed, created_at: now, activates_at })
}
