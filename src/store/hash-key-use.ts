import { all, run, type Work } from './work.ts'

/** How many rows that still count name a hash key, by what they are. */
export interface HashKeyUses {
  readonly client_secrets: number
  readonly access_tokens: number
  readonly refresh_tokens: number
  readonly authorization_codes: number
  readonly sessions: number
  readonly pushed_requests: number
}

interface Users {
  readonly table: string
  /** Which of its rows are under a hash key at all. */
  readonly isHashed?: string
  /** Which rows still count. Used codes and refresh tokens do: by them a replay is recognised. */
  readonly isLive: string
}

const USERS: Readonly<Record<keyof HashKeyUses, Users>> = {
  client_secrets: { table: 'oauth_client_secret', isLive: '(expires_at IS NULL OR expires_at > $now)' },
  access_tokens: {
    table: 'oauth_access_token',
    // A JWT is proved by its signature.
    isHashed: "token_hash <> 'jwt'",
    isLive: 'exp > $now AND revoked_at IS NULL',
  },
  refresh_tokens: { table: 'oauth_refresh_token', isLive: 'purge_at > $now' },
  authorization_codes: { table: 'oauth_authorization_code', isLive: 'purge_at > $now' },
  sessions: { table: 'oauth_session', isLive: 'expires_at > $now' },
  pushed_requests: { table: 'oauth_pushed_request', isLive: 'expires_at > $now' },
}

export const NO_USES: HashKeyUses = {
  client_secrets: 0,
  access_tokens: 0,
  refresh_tokens: 0,
  authorization_codes: 0,
  sessions: 0,
  pushed_requests: 0,
}

/** The uses of each hash key that has any. Walks the tables: nothing else would be found by that column. */
export function* countHashKeyUses(now: number): Work<ReadonlyMap<string, HashKeyUses>> {
  const uses = new Map<string, HashKeyUses>()
  for (const [kind, { table, isHashed, isLive }] of Object.entries(USERS)) {
    const rows = yield* all<{ hash_key_id: string; rows: number }>(
      `SELECT hash_key_id, count(*) AS rows FROM ${table} WHERE ${isHashed ?? '1 = 1'} AND ${isLive}
       GROUP BY hash_key_id ORDER BY hash_key_id LIMIT 1000`,
      { now },
    )
    for (const { hash_key_id, rows: count } of rows) {
      uses.set(hash_key_id, { ...(uses.get(hash_key_id) ?? NO_USES), [kind]: count })
    }
  }
  return uses
}

/** Removes every row that names a hash key, live or not: nobody can show again what it was made from. */
export function* deleteHashedRows(hash_key_id: string): Work<void> {
  for (const { table, isHashed } of Object.values(USERS)) {
    yield* run(`DELETE FROM ${table} WHERE hash_key_id = $hash_key_id AND ${isHashed ?? '1 = 1'}`, {
      hash_key_id,
    })
  }
}
