import type { AccessToken as KnownToken } from '../protocol/access-token.ts'
import type { AuthorizationDetail } from '../protocol/authorization-details.ts'
import type { Confirmation } from '../protocol/confirmation.ts'
import { fromJson, toJson } from './json.ts'
import { all, count, one, removeEnded, run, type Work } from './work.ts'

/** A row of oauth_access_token, with what its client says of it. */
export interface AccessToken extends KnownToken {
  readonly token_hash: string
  readonly hash_key_id: string
}

type Row = Omit<AccessToken, 'aud' | 'cnf' | 'authorization_details'> & {
  aud: string | null
  cnf: string | null
  authorization_details: string | null
}

/**
 * A token without its client, or without the authorization it names, is no token: then the time of
 * revocation is NULL, and 0 while they stand.
 */
const token = (row: Row): AccessToken[] => {
  const { client_revoked_at, authorization_id, authorization_revoked_at } = row
  if (client_revoked_at === null) return []
  if (authorization_id !== null && authorization_revoked_at === null) return []
  return [
    {
      ...row,
      aud: fromJson<readonly string[]>(row.aud),
      cnf: fromJson<Confirmation>(row.cnf),
      authorization_details: fromJson<readonly AuthorizationDetail[]>(row.authorization_details),
      client_revoked_at: client_revoked_at === 0 ? null : client_revoked_at,
      authorization_revoked_at: authorization_revoked_at === 0 ? null : authorization_revoked_at,
    },
  ]
}

// Not a join: SQLite would prepare it anew at every look, at the price of the look itself.
const SELECT = `SELECT jti, token_hash, hash_key_id, client_id, authorization_id, sub, grant_type, scope, aud, cnf, authorization_details,
    iat, exp, revoked_at,
    (SELECT coalesce(client.revoked_at, 0) FROM oauth_client AS client
     WHERE client.client_id = token.client_id) AS client_revoked_at,
    (SELECT coalesce(authorization.revoked_at, 0) FROM oauth_authorization AS authorization
     WHERE authorization.authorization_id = token.authorization_id) AS authorization_revoked_at
  FROM oauth_access_token AS token`

const FIND = `${SELECT} WHERE jti = $jti`

/** One access token and whether its client still stands, in one statement (IN-04). */
export function* findAccessToken(jti: string): Work<AccessToken | undefined> {
  const row = yield* one<Row>(FIND, { jti })
  return row === undefined ? undefined : token(row)[0]
}

const INSERT = `INSERT INTO oauth_access_token
    (jti, token_hash, hash_key_id, client_id, authorization_id, sub, grant_type, scope, aud, cnf, authorization_details, iat, exp)
  VALUES ($jti, $token_hash, $hash_key_id, $client_id, $authorization_id, $sub, $grant_type, $scope, $aud, $cnf, $authorization_details, $iat, $exp)`

/** A token that is new: nothing was revoked yet. */
export type NewAccessToken = Omit<
  AccessToken,
  'revoked_at' | 'client_revoked_at' | 'authorization_revoked_at'
>

export const insertAccessToken = (row: NewAccessToken): Work<void> =>
  run(INSERT, {
    ...row,
    aud: toJson(row.aud),
    cnf: toJson(row.cnf),
    authorization_details: toJson(row.authorization_details),
  })

/** Revokes a live token; `false` when it was revoked or had expired before. */
export function* markAccessTokenRevoked(jti: string, now: number): Work<boolean> {
  const row = yield* one(
    `UPDATE oauth_access_token SET revoked_at = $now
     WHERE jti = $jti AND revoked_at IS NULL AND exp > $now RETURNING jti`,
    { jti, now },
  )
  return row !== undefined
}

/** What a token hangs on stands: it is live until exp, save for its client. */
const STANDS = `revoked_at IS NULL AND (authorization_id IS NULL OR EXISTS (
    SELECT 1 FROM oauth_authorization AS authorization
    WHERE authorization.authorization_id = token.authorization_id AND authorization.revoked_at IS NULL))`

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
    `SELECT jti FROM oauth_access_token AS token
     WHERE client_id = $client_id AND jti > $after AND exp > $now AND ${STANDS} ORDER BY jti LIMIT $limit`,
    { client_id, now, after, limit },
  )
  return rows.map(({ jti }) => jti)
}

/** How many tokens of a client are live. */
export const countLiveTokens = (client_id: string, now: number): Work<number> =>
  count(`oauth_access_token AS token WHERE client_id = $client_id AND exp > $now AND ${STANDS}`, {
    client_id,
    now,
  })

/**
 * How many tokens of a person are live: all, those of one client, or those of one authorization. Walks
 * the table too.
 */
export const countLiveTokensUnder = (
  of: { readonly sub: string; readonly client_id?: string } | { readonly authorization_id: string },
  now: number,
): Work<number> => {
  const columns = Object.keys(of).map((name) => `${name} = $${name}`)
  const wanted = ['authorization_id IS NOT NULL', ...columns].join(' AND ')
  return count(`oauth_access_token AS token WHERE ${wanted} AND exp > $now AND ${STANDS}`, { ...of, now })
}

/** db:prune removes tokens that expired before `before`, some at a time; gives how many. */
export const purgeAccessTokens = (before: number, limit: number): Work<number> =>
  removeEnded({ table: 'oauth_access_token', key: 'jti', end: 'exp' }, before, limit)

/** How many tokens `purgeAccessTokens` would remove. */
export const countExpiredTokens = (before: number): Work<number> =>
  count('oauth_access_token WHERE exp <= $before', { before })
