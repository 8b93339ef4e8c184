import { all, run, type Work } from './work.ts'

/** A row of oauthd_hash_key. */
export interface HashKeyRow {
  readonly hash_key_id: string
  readonly sealed: string
}

/** Every hash key, oldest first: a handful over the life of a database. */
export function* listHashKeys(): Work<readonly HashKeyRow[]> {
  return yield* all<HashKeyRow>(
    'SELECT hash_key_id, sealed FROM oauthd_hash_key ORDER BY hash_key_id LIMIT 1000',
  )
}

/** Adds the first hash key; does nothing when another process was quicker. */
export function* insertFirstHashKey(key: HashKeyRow, now: number): Work<void> {
  yield* run(
    `INSERT INTO oauthd_hash_key (hash_key_id, sealed, created_at)
     SELECT $hash_key_id, $sealed, $now WHERE NOT EXISTS (SELECT 1 FROM oauthd_hash_key)`,
    { hash_key_id: key.hash_key_id, sealed: key.sealed, now },
  )
}
