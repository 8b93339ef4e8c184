import type { AccessToken as KnownToken } from '../protocol/access-token.ts'
import { all, one, run, type Work } from './work.ts'

/** A row of oauth_access_token, with what its client says of it. */
export interface AccessToken extends KnownToken {
  readonly token_hash: string
  readonly hash_key_id: string
}

type Row = Omit<AccessToken, 'aud'> & { aud: string | null }

/** A token without its client is no token: then `client_revoked_at` is NULL, and 0 while it stands. */
const token = (row: Row): AccessToken[] =>
  row.client_revoked_at === null
    ? []
    : [
        {
          ...row,
          aud: row.aud === null ? null : (JSON.parse(row.aud) as readonly string[]),
          client_revoked_at: row.client_revoked_at === 0 ? null : row.client_revoked_at,
        },
      ]

// Not a join: SQLite would prepare it anew at every look, at the price of the look itself.
const SELECT = `SELECT jti, token_hash, hash_key_id, client_id, sub, grant_type, scope, aud, iat, exp, revoked_at,
    (SELECT coalesce(client.revoked_at, 0) FROM oauth_client AS client
     WHERE client.client_id = token.client_id) AS client_revoked_at
  FROM oauth_access_token AS token`

const FIND = `${SELECT} WHERE jti = $jti`

/** One access token and whether its client still stands, in one statement (IN-04). */
export function* findAccessToken(jti: string): Work<AccessToken | undefined> {
  const row = yield* one<Row>(FIND, { jti })
  return row === undefined ? undefined : token(row)[0]
}

const INSERT = `INSERT INTO oauth_access_token
    (jti, token_hash, hash_key_id, client_id, sub, grant_type, scope, aud, iat, exp)
  VALUES ($jti, $token_hash, $hash_key_id, $client_id, $sub, $grant_type, $scope, $aud, $iat, $exp)`

export const insertAccessToken = (row: Omit<AccessToken, 'revoked_at' | 'client_revoked_at'>): Work<void> =>
  run(INSERT, { ...row, aud: row.aud === null ? null : JSON.stringify(row.aud) })

/** Revokes a live token; `false` when it was revoked or had expired before. */
export function* markAccessTokenRevoked(jti: string, now: number): Work<boolean> {
  const row = yield* one(
    `UPDATE oauth_access_token SET revoked_at = $now
     WHERE jti = $jti AND revoked_at IS NULL AND exp > $now RETURNING jti`,
    { jti, now },
  )
  return row !== undefined
}

/**
 * The ids of a client's live tokens behind `after`, in their order. Walks the table: an index by client
 * would cost every token issued 5 µs, for what an operator asks once in a while (decision 0007).
 */
export function* listLiveTokenIds(
  client_id: string,
  now: number,
  after: string,
  limit: number,
): Work<readonly string[]> {
  const rows = yield* all<{ jti: string }>(
    `SELECT jti FROM oauth_access_token
     WHERE client_id = $client_id AND jti > $after AND revoked_at IS NULL AND exp > $now ORDER BY jti LIMIT $limit`,
    { client_id, now, after, limit },
  )
  return rows.map(({ jti }) => jti)
}

/** How many tokens of a client are live. */
export function* countLiveTokens(client_id: string, now: number): Work<number> {
  const row = yield* one<{ live: number }>(
    `SELECT count(*) AS live FROM oauth_access_token
     WHERE client_id = $client_id AND revoked_at IS NULL AND exp > $now`,
    { client_id, now },
  )
  return row?.live ?? 0
}

/** db:prune removes tokens that expired before `before`, some at a time; gives how many. */
export function* purgeAccessTokens(before: number, limit: number): Work<number> {
  const rows = yield* all(
    `DELETE FROM oauth_access_token WHERE jti IN (
       SELECT jti FROM oauth_access_token WHERE exp <= $before ORDER BY exp LIMIT $limit
     ) RETURNING jti`,
    { before, limit },
  )
  return rows.length
}

/** How many tokens `purgeAccessTokens` would remove. */
export function* countExpiredTokens(before: number): Work<number> {
  const row = yield* one<{ expired: number }>(
    'SELECT count(*) AS expired FROM oauth_access_token WHERE exp <= $before',
    { before },
  )
  return row?.expired ?? 0
}
