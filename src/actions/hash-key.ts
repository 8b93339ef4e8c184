import {
  claimWitness,
  deleteHashKey,
  type HashKeyRow,
  insertHashKey,
  listHashKeys,
} from '../store/hash-key.ts'
import { countHashKeyUses, deleteHashedRows, type HashKeyUses, NO_USES } from '../store/hash-key-use.ts'
import type { Work } from '../store/work.ts'

/**
 * How long a new hash key lies before anything is hashed under it (KEY-06), so that every process on the
 * database has read it by then. Seconds.
 */
export const HASH_KEY_DELAY = 60

/** Which of the keys, oldest first, hashes: the newest that has activated. */
export const activeHashKey = <K extends Pick<HashKeyRow, 'activates_at'>>(
  keys: readonly K[],
  now: number,
): K | undefined => keys.findLast(({ activates_at }) => activates_at <= now)

/** A new hash key, sealed beside another. */
export interface FreshHashKey {
  readonly hash_key_id: string
  readonly sealed: string
  readonly witness: Pick<HashKeyRow, 'hash_key_id' | 'sealed'>
}

/** When the new key begins to hash; `undefined` where the master secret was rotated since it was sealed. */
export function* addHashKey(
  { hash_key_id, sealed, witness }: FreshHashKey,
  now: number,
): Work<number | undefined> {
  if (!(yield* claimWitness(witness))) return undefined
  const activates_at = now + HASH_KEY_DELAY
  yield* insertHashKey({ hash_key_id, sealed, activates_at }, now)
  return activates_at
}

/** A hash key that hashes nothing new any more. */
export interface OldHashKey {
  readonly hash_key_id: string
  /** What is lost with it. */
  readonly uses: HashKeyUses
}

/** Who hashed under the key before has seen the new one for as long as it lay; a clock may be behind. */
export function* listOldHashKeys(now: number): Work<readonly OldHashKey[]> {
  const keys = yield* listHashKeys()
  const active = activeHashKey(keys, now - HASH_KEY_DELAY)
  const old = active === undefined ? [] : keys.slice(0, keys.indexOf(active))
  if (old.length === 0) return []
  const uses = yield* countHashKeyUses(now)
  return old.map(({ hash_key_id }) => ({ hash_key_id, uses: uses.get(hash_key_id) ?? NO_USES }))
}

/** KEY-06: drops old hash keys, and with each whatever was hashed under it. */
export function* dropHashKeys(hash_key_ids: readonly string[]): Work<void> {
  for (const hash_key_id of hash_key_ids) {
    yield* deleteHashedRows(hash_key_id)
    yield* deleteHashKey(hash_key_id)
  }
}
