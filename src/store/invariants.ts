import { all, type Work } from './work.ts'

/** What is never so in a database that oauthd alone has written. */
export interface Broken {
  readonly check: string
  /** What is wrong, in words that follow a number. */
  readonly message: string
  /** The ids, 1000 at most. */
  readonly ids: readonly string[]
}

interface Invariant {
  readonly message: string
  /** Selects the ids of what breaks it, as `id`. What is over and waits for db:prune breaks nothing. */
  readonly broken: string
}

const LIVE_TOKEN = 'exp > $now AND revoked_at IS NULL'
/** A JWT is proved by its signature, under no hash key. */
const LIVE_HASH = `${LIVE_TOKEN} AND token_hash <> 'jwt'`

/** Rows of these tables that have no parent by `key`. */
const orphans = (
  tables: readonly (readonly [table: string, id: string, isLive: string])[],
  key: string,
  parent: string,
): string =>
  tables
    .map(
      ([table, id, isLive]) =>
        `SELECT ${id} AS id FROM ${table} WHERE ${isLive} AND ${key} IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM ${parent} WHERE ${parent}.${key} = ${table}.${key})`,
    )
    .join(' UNION ALL ')

const OF_A_PERSON = [
  ['oauth_refresh_token', 'refresh_token_id', 'purge_at > $now'],
  ['oauth_authorization_code', 'code_id', 'purge_at > $now'],
] as const

const OF_A_CLIENT = [['oauth_access_token', 'jti', LIVE_TOKEN], ...OF_A_PERSON] as const

const INVARIANTS: Readonly<Record<string, Invariant>> = {
  live_generation: {
    message: 'families with more than one live refresh token (RT-07)',
    broken: `SELECT authorization_id AS id FROM oauth_refresh_token WHERE used_at IS NULL
      GROUP BY authorization_id HAVING count(*) > 1`,
  },
  refresh_succession: {
    message: 'refresh tokens whose use and successor do not fit together (RT-07)',
    broken: `SELECT refresh_token_id AS id FROM oauth_refresh_token AS used WHERE purge_at > $now
      AND ((used_at IS NULL) <> (successor_id IS NULL) OR (successor_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM oauth_refresh_token AS next
        WHERE next.refresh_token_id = used.successor_id AND next.authorization_id = used.authorization_id)))`,
  },
  refresh_fork: {
    message: 'refresh tokens that succeed more than one (RT-07)',
    broken: `SELECT successor_id AS id FROM oauth_refresh_token WHERE successor_id IS NOT NULL
      GROUP BY successor_id HAVING count(*) > 1`,
  },
  code_used_twice: {
    message: 'approvals whose code was redeemed more than once (OAuth 2.1 section 4.1.3)',
    broken: `SELECT authorization_id AS id FROM oauth_refresh_token WHERE purge_at > $now AND refresh_token_id NOT IN (
        SELECT successor_id FROM oauth_refresh_token WHERE successor_id IS NOT NULL)
      GROUP BY authorization_id HAVING count(*) > 1`,
  },
  one_code: {
    message: 'approvals with more than one code',
    broken: `SELECT authorization_id AS id FROM oauth_authorization_code
      GROUP BY authorization_id HAVING count(*) > 1`,
  },
  client_gone: {
    message: 'tokens, codes and approvals whose client is gone',
    broken: orphans(
      [...OF_A_CLIENT, ['oauth_authorization', 'authorization_id', 'expires_at > $now']],
      'client_id',
      'oauth_client',
    ),
  },
  authorization_gone: {
    message: 'tokens and codes whose approval is gone',
    broken: orphans(OF_A_CLIENT, 'authorization_id', 'oauth_authorization'),
  },
  hash_key_gone: {
    message: 'tokens, codes and sessions whose hash key is gone',
    broken: orphans(
      [
        ['oauth_access_token', 'jti', LIVE_HASH],
        ...OF_A_PERSON,
        ['oauth_session', 'session_id', 'expires_at > $now'],
        ['oauth_pushed_request', 'pushed_id', 'expires_at > $now'],
      ],
      'hash_key_id',
      'oauthd_hash_key',
    ),
  },
  lasting_secrets: {
    message: 'clients with more than one secret that does not expire (SEC-01)',
    broken: `SELECT client_id AS id FROM oauth_client_secret WHERE expires_at IS NULL
      GROUP BY client_id HAVING count(*) > 1`,
  },
}

/** How many there are. */
export const INVARIANT_COUNT: number = Object.keys(INVARIANTS).length

/**
 * The invariants that do not hold. Walks every table: for an operator, not for a request.
 *
 * @param now epoch seconds
 */
export function* brokenInvariants(now: number): Work<readonly Broken[]> {
  const broken: Broken[] = []
  for (const [check, { message, broken: ids }] of Object.entries(INVARIANTS)) {
    const params = ids.includes('$now') ? { now } : {}
    const rows = yield* all<{ id: string }>(
      `SELECT id FROM (${ids}) AS broken ORDER BY id LIMIT 1000`,
      params,
    )
    if (rows.length > 0) broken.push({ check, message, ids: rows.map(({ id }) => id) })
  }
  return broken
}
