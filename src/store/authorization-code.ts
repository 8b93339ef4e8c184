import { count, one, removeEnded, run, type Work } from './work.ts'

/** A row of oauth_authorization_code. Times are epoch seconds. */
export interface AuthorizationCode {
  readonly code_id: string
  readonly code_hash: string
  readonly hash_key_id: string
  readonly authorization_id: string
  readonly client_id: string
  readonly redirect_uri: string
  readonly code_challenge: string
  /** The thumbprint of the key that alone may redeem it (RFC 9449 section 10). */
  readonly dpop_jkt: string | null
  readonly wrong_tries: number
  readonly expires_at: number
  /** When the authorization shall end, once this is used. */
  readonly authorization_expires_at: number
  /** Its own end; that of the authorization once it is used. */
  readonly purge_at: number
  readonly used_at: number | null
}

/** TK-07: how often a code may be tried with a wrong verifier before it is dead. */
export const MOST_WRONG_TRIES = 3

const COLUMNS = `code_id, code_hash, hash_key_id, authorization_id, client_id, redirect_uri, code_challenge,
  dpop_jkt, wrong_tries, expires_at, authorization_expires_at, purge_at, used_at`

const FIND = `SELECT ${COLUMNS} FROM oauth_authorization_code WHERE code_id = $code_id`

/** One code, used or not. */
export const findAuthorizationCode = (code_id: string): Work<AuthorizationCode | undefined> =>
  one<AuthorizationCode>(FIND, { code_id })

const INSERT = `INSERT INTO oauth_authorization_code (${COLUMNS})
  VALUES ($code_id, $code_hash, $hash_key_id, $authorization_id, $client_id, $redirect_uri, $code_challenge,
    $dpop_jkt, $wrong_tries, $expires_at, $authorization_expires_at, $purge_at, $used_at)`

export function* insertAuthorizationCode(code: AuthorizationCode): Work<void> {
  yield* run(INSERT, { ...code })
}

const CLAIM = `UPDATE oauth_authorization_code SET used_at = $now, purge_at = authorization_expires_at
  WHERE code_id = $code_id AND used_at IS NULL AND wrong_tries < $most RETURNING code_id`

/** Takes a code, once: of two that are redeemed together one wins (OAuth 2.1 section 4.1.3). It is kept from now on (TK-08). */
export function* claimAuthorizationCode(code_id: string, now: number): Work<boolean> {
  return (yield* one(CLAIM, { code_id, now, most: MOST_WRONG_TRIES })) !== undefined
}

/** TK-07: counts a try with a wrong verifier. */
export function* countWrongTry(code_id: string): Work<void> {
  yield* run(
    'UPDATE oauth_authorization_code SET wrong_tries = wrong_tries + 1 WHERE code_id = $code_id AND used_at IS NULL',
    { code_id },
  )
}

/** Removes codes that ended unused or that nobody need recognise any more, some at a time; gives how many. */
export const purgeAuthorizationCodes = (before: number, limit: number): Work<number> =>
  removeEnded({ table: 'oauth_authorization_code', key: 'code_id', end: 'purge_at' }, before, limit)

/** How many codes `purgeAuthorizationCodes` would remove. */
export const countPurgeableCodes = (before: number): Work<number> =>
  count('oauth_authorization_code WHERE purge_at <= $before', { before })
