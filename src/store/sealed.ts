import { all, one, run, type Work } from './work.ts'

/** One value that rests sealed under the master secret, and where. */
export interface SealedRow {
  readonly kind: 'hash_key' | 'signing_key'
  /** The name that it is sealed with: the primary key of its row. */
  readonly name: string
  readonly sealed: string
}

const LIST = `SELECT 'hash_key' AS kind, hash_key_id AS name, sealed FROM oauthd_hash_key
  UNION ALL SELECT 'signing_key' AS kind, kid AS name, sealed FROM oauth_signing_key
  ORDER BY kind, name LIMIT 2000`

/** All that is sealed under the master secret, hash keys first, the oldest of them first. */
export function* listSealed(): Work<readonly SealedRow[]> {
  return yield* all<SealedRow>(LIST)
}

export function* updateSealed({ kind, name, sealed }: SealedRow): Work<void> {
  if (kind === 'hash_key') {
    yield* run('UPDATE oauthd_hash_key SET sealed = $sealed WHERE hash_key_id = $name', { name, sealed })
  } else {
    yield* run('UPDATE oauth_signing_key SET sealed = $sealed WHERE kid = $name', { name, sealed })
  }
}

/**
 * Takes the turn to rotate the master secret, until `until`; `false` while another has it. Who was killed with it
 * gives it up by time.
 */
export function* claimSecretRotation(until: number, now: number): Work<boolean> {
  const row = yield* one(
    `INSERT INTO oauthd_state (name, value) VALUES ('secret_rotation', $until)
     ON CONFLICT (name) DO UPDATE SET value = excluded.value
     WHERE CAST(oauthd_state.value AS INTEGER) <= $now RETURNING name`,
    { until: String(until), now },
  )
  return row !== undefined
}

/** Whether the turn that was taken until then is still had, here and to the end of this transaction. */
export function* holdsSecretRotation(until: number): Work<boolean> {
  const row = yield* one(
    `UPDATE oauthd_state SET value = $until WHERE name = 'secret_rotation' AND value = $until RETURNING name`,
    { until: String(until) },
  )
  return row !== undefined
}

/** Gives the turn back that was taken until then, unless somebody else has it by now. */
export function* releaseSecretRotation(until: number): Work<void> {
  yield* run("DELETE FROM oauthd_state WHERE name = 'secret_rotation' AND value = $until", {
    until: String(until),
  })
}
