import { all, one, run, type Work } from './work.ts'

/** A row of oauthd_hash_key. */
export interface HashKeyRow {
  readonly hash_key_id: string
  readonly sealed: string
  readonly activates_at: number
}

/** Every hash key, oldest first: a handful over the life of a database. */
export function* listHashKeys(): Work<readonly HashKeyRow[]> {
  return yield* all<HashKeyRow>(
    'SELECT hash_key_id, sealed, activates_at FROM oauthd_hash_key ORDER BY activates_at, hash_key_id LIMIT 1000',
  )
}

/** Adds the first hash key; does nothing when another process was quicker. */
export function* insertFirstHashKey(key: Omit<HashKeyRow, 'activates_at'>, now: number): Work<void> {
  yield* run(
    `INSERT INTO oauthd_hash_key (hash_key_id, sealed, created_at, activates_at)
     SELECT $hash_key_id, $sealed, $now, $now WHERE NOT EXISTS (SELECT 1 FROM oauthd_hash_key)`,
    { hash_key_id: key.hash_key_id, sealed: key.sealed, now },
  )
}

export function* insertHashKey(key: HashKeyRow, now: number): Work<void> {
  yield* run(
    `INSERT INTO oauthd_hash_key (hash_key_id, sealed, created_at, activates_at)
     VALUES ($hash_key_id, $sealed, $now, $activates_at)`,
    { hash_key_id: key.hash_key_id, sealed: key.sealed, now, activates_at: key.activates_at },
  )
}

export function* deleteHashKey(hash_key_id: string): Work<void> {
  yield* run('DELETE FROM oauthd_hash_key WHERE hash_key_id = $hash_key_id', { hash_key_id })
}

/**
 * Whether a row is still sealed as it was: then no rotation of the master secret has come between, and none
 * comes before the end of this transaction.
 */
export function* claimWitness({ hash_key_id, sealed }: Omit<HashKeyRow, 'activates_at'>): Work<boolean> {
  const row = yield* one(
    `UPDATE oauthd_hash_key SET sealed = $sealed
     WHERE hash_key_id = $hash_key_id AND sealed = $sealed RETURNING hash_key_id`,
    { hash_key_id, sealed },
  )
  return row !== undefined
}
