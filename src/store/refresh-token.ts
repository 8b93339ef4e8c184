import type { Confirmation } from '../protocol/confirmation.ts'
import { fromJson, toJson } from './json.ts'
import { all, count, one, removeEnded, run, type Work } from './work.ts'

/** A row of oauth_refresh_token: one generation of a family. Times are epoch seconds. */
export interface RefreshToken {
  readonly refresh_token_id: string
  readonly token_hash: string
  readonly hash_key_id: string
  readonly authorization_id: string
  readonly client_id: string
  readonly iat: number
  /** Its idle end, never behind the authorization's. */
  readonly exp: number
  readonly used_at: number | null
  /** The generation that its use made. */
  readonly successor_id: string | null
  /** Itself, under a key that only the generation before gives; `null` once its window is over. */
  readonly sealed: string | null
  readonly sealed_until: number | null
  /** `exp` of the access token that it was first given with. */
  readonly answer_exp: number | null
  /** How often that answer was asked for again (RT-09). */
  readonly retries: number
  /** The key of a public client, without which it is worth nothing (DP-06, MT-02). */
  readonly cnf: Confirmation | null
  readonly purge_at: number
}

type Row = Omit<RefreshToken, 'cnf'> & { cnf: string | null }

const refreshToken = (row: Row): RefreshToken => ({ ...row, cnf: fromJson<Confirmation>(row.cnf) })

const COLUMNS = `refresh_token_id, token_hash, hash_key_id, authorization_id, client_id, iat, exp,
  used_at, successor_id, sealed, sealed_until, answer_exp, retries, cnf, purge_at`

const FIND = `SELECT ${COLUMNS} FROM oauth_refresh_token WHERE refresh_token_id = $refresh_token_id`

/** One generation, used or not. */
export function* findRefreshToken(refresh_token_id: string): Work<RefreshToken | undefined> {
  const row = yield* one<Row>(FIND, { refresh_token_id })
  return row === undefined ? undefined : refreshToken(row)
}

const INSERT = `INSERT INTO oauth_refresh_token (${COLUMNS})
  VALUES ($refresh_token_id, $token_hash, $hash_key_id, $authorization_id, $client_id, $iat, $exp,
    $used_at, $successor_id, $sealed, $sealed_until, $answer_exp, $retries, $cnf, $purge_at)`

export const insertRefreshToken = (token: RefreshToken): Work<void> =>
  run(INSERT, { ...token, cnf: toJson(token.cnf) })

const CLAIM = `UPDATE oauth_refresh_token SET used_at = $now, successor_id = $successor_id, sealed = NULL
  WHERE refresh_token_id = $refresh_token_id AND used_at IS NULL RETURNING refresh_token_id`

/**
 * RT-07: takes the current generation, once; `false` when somebody was first. Its own sealed copy goes
 * in the same statement: with its first use the window of the one before closes (RT-11).
 */
export function* claimRefreshToken(
  refresh_token_id: string,
  successor_id: string,
  now: number,
): Work<boolean> {
  return (yield* one(CLAIM, { refresh_token_id, successor_id, now })) !== undefined
}

/** The first answer, as it lies sealed. */
export interface Retry {
  readonly sealed: string
  readonly answer_exp: number
}

const CLAIM_RETRY = `UPDATE oauth_refresh_token SET retries = retries + 1
  WHERE refresh_token_id = $successor_id AND used_at IS NULL AND sealed IS NOT NULL AND sealed_until >= $now
    AND retries < $most AND COALESCE(cnf, '') = $cnf RETURNING sealed, answer_exp`

/** A lost answer as it is asked for again. */
export interface AskedAgain {
  /** What the first one led to. */
  readonly successor_id: string
  /** The key that was proven, where the answer is bound to one (RT-08). */
  readonly cnf: Confirmation | null
  readonly now: number
  readonly most: number
}

/** RT-08, RT-09: takes one retry of the answer that made `successor_id`; `undefined` when there is none to take. */
export const claimRetry = ({ cnf, ...again }: AskedAgain): Work<Retry | undefined> =>
  one<Retry>(CLAIM_RETRY, { ...again, cnf: toJson(cnf) ?? '' })

/** RT-11: wipes every sealed copy whose window is over; gives how many. */
export function* wipeSealed(now: number, limit: number): Work<number> {
  const rows = yield* all(
    `UPDATE oauth_refresh_token SET sealed = NULL WHERE refresh_token_id IN (
       SELECT refresh_token_id FROM oauth_refresh_token
       WHERE sealed IS NOT NULL AND sealed_until < $now ORDER BY sealed_until LIMIT $limit
     ) RETURNING refresh_token_id`,
    { now, limit },
  )
  return rows.length
}

/** When the next sealed copy is to be wiped; `undefined` when none lies. */
export function* nextSealedEnd(): Work<number | undefined> {
  const row = yield* one<{ sealed_until: number }>(
    'SELECT sealed_until FROM oauth_refresh_token WHERE sealed IS NOT NULL ORDER BY sealed_until LIMIT 1',
  )
  return row?.sealed_until
}

const EXTEND = `UPDATE oauth_refresh_token SET exp = $exp
  WHERE refresh_token_id = $refresh_token_id AND used_at IS NULL AND exp > $now RETURNING refresh_token_id`

/** `rotate=never` (RT-16): moves the idle end of the token that stays; `false` when it was used up or is over. */
export function* extendRefreshToken(refresh_token_id: string, exp: number, now: number): Work<boolean> {
  return (yield* one(EXTEND, { refresh_token_id, exp, now })) !== undefined
}

/** How many refresh tokens may be used now: of a client, of a person, of both, or of one authorization. */
export const countLiveRefreshTokens = (
  of:
    | { readonly client_id: string }
    | { readonly sub: string; readonly client_id?: string }
    | { readonly authorization_id: string },
  now: number,
): Work<number> => {
  const columns = Object.keys(of).map((name) => `AND authorization.${name} = $${name}`)
  return count(
    `oauth_refresh_token AS token WHERE used_at IS NULL AND exp > $now AND EXISTS (
       SELECT 1 FROM oauth_authorization AS authorization
       WHERE authorization.authorization_id = token.authorization_id AND authorization.revoked_at IS NULL
         AND authorization.expires_at > $now ${columns.join(' ')})`,
    { ...of, now },
  )
}

/** Removes generations that nobody need recognise any more, some at a time; gives how many. */
export const purgeRefreshTokens = (before: number, limit: number): Work<number> =>
  removeEnded({ table: 'oauth_refresh_token', key: 'refresh_token_id', end: 'purge_at' }, before, limit)

/** How many generations `purgeRefreshTokens` would remove. */
export const countPurgeableRefreshTokens = (before: number): Work<number> =>
  count('oauth_refresh_token WHERE purge_at <= $before', { before })
