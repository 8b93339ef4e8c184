import { all, one, run, type Work } from './work.ts'

/** A secret of a client as it rests: hash, the key it was hashed under, and how long it holds. */
export interface ClientSecret {
  readonly client_secret_id: string
  readonly client_id: string
  readonly secret_hash: string
  readonly hash_key_id: string
  readonly preview: string
  readonly created_at: number
  readonly expires_at: number | null
}

/** Every stored secret of a client, oldest first: two at the most, and expired ones that db:prune has not met. */
export function* listClientSecrets(client_id: string): Work<readonly ClientSecret[]> {
  return yield* all<ClientSecret>(
    `SELECT client_secret_id, client_id, secret_hash, hash_key_id, preview, created_at, expires_at
     FROM oauth_client_secret WHERE client_id = $client_id ORDER BY client_secret_id LIMIT 100`,
    { client_id },
  )
}

/** A secret as it may be shown: nothing that it could be checked with. */
export type ShownSecret = Pick<ClientSecret, 'client_secret_id' | 'preview' | 'created_at' | 'expires_at'>

/** The secrets of a client as `listClientSecrets` lists them, without their hashes. */
export function* listShownSecrets(client_id: string): Work<readonly ShownSecret[]> {
  return yield* all<ShownSecret>(
    `SELECT client_secret_id, preview, created_at, expires_at
     FROM oauth_client_secret WHERE client_id = $client_id ORDER BY client_secret_id LIMIT 100`,
    { client_id },
  )
}

export function* insertClientSecret(secret: ClientSecret): Work<void> {
  yield* run(
    `INSERT INTO oauth_client_secret (client_secret_id, client_id, secret_hash, hash_key_id, preview, created_at, expires_at)
     VALUES ($client_secret_id, $client_id, $secret_hash, $hash_key_id, $preview, $created_at, $expires_at)`,
    { ...secret },
  )
}

/** Puts another hash of the same secret in place, unless that has changed since. */
export function* renewSecretHash(
  { client_secret_id, secret_hash: old_hash }: Pick<ClientSecret, 'client_secret_id' | 'secret_hash'>,
  { secret_hash, hash_key_id }: Pick<ClientSecret, 'secret_hash' | 'hash_key_id'>,
): Work<void> {
  yield* run(
    `UPDATE oauth_client_secret SET secret_hash = $secret_hash, hash_key_id = $hash_key_id
     WHERE client_secret_id = $client_secret_id AND secret_hash = $old_hash`,
    { client_secret_id, secret_hash, hash_key_id, old_hash },
  )
}

/** Ends a secret at `expires_at`, or sooner when it ends sooner by itself. */
export function* expireClientSecret(client_secret_id: string, expires_at: number): Work<void> {
  yield* run(
    `UPDATE oauth_client_secret SET expires_at = $expires_at
     WHERE client_secret_id = $client_secret_id AND (expires_at IS NULL OR expires_at > $expires_at)`,
    { client_secret_id, expires_at },
  )
}

export function* deleteClientSecret(client_secret_id: string): Work<void> {
  yield* run('DELETE FROM oauth_client_secret WHERE client_secret_id = $client_secret_id', {
    client_secret_id,
  })
}

/** Removes every secret of a client: two, or a few that wait for db:prune. */
export function* deleteClientSecrets(client_id: string): Work<void> {
  yield* run('DELETE FROM oauth_client_secret WHERE client_id = $client_id', { client_id })
}

/** Removes secrets that ended before `now`, some at a time; gives how many. */
export function* purgeClientSecrets(now: number, limit: number): Work<number> {
  const rows = yield* all(
    `DELETE FROM oauth_client_secret WHERE client_secret_id IN (
       SELECT client_secret_id FROM oauth_client_secret WHERE expires_at <= $now ORDER BY client_secret_id LIMIT $limit
     ) RETURNING client_secret_id`,
    { now, limit },
  )
  return rows.length
}

/** How many secrets `purgeClientSecrets` would remove. */
export function* countExpiredSecrets(now: number): Work<number> {
  const row = yield* one<{ expired: number }>(
    'SELECT count(*) AS expired FROM oauth_client_secret WHERE expires_at <= $now',
    { now },
  )
  return row?.expired ?? 0
}
