import { one, type Work } from './work.ts'

/** Every table of schema.sql, in its order. */
export const TABLES: readonly string[] = [
  'oauthd_migration',
  'oauthd_state',
  'oauthd_hash_key',
  'oauth_signing_key',
  'oauth_scope',
  'oauth_resource',
  'oauth_client',
  'oauth_client_secret',
  'oauth_access_token',
  'oauth_user',
  'oauth_session',
  'oauth_authorization_request',
  'oauth_pushed_request',
  'oauth_authorization',
  'oauth_authorization_code',
  'oauth_refresh_token',
  'oauth_consent',
  'oauthd_limit',
  'oauthd_used_jti',
  'oauthd_audit',
  'oauthd_audit_head',
]

/** So many are counted in a few milliseconds; all of a large table would keep every request waiting. */
export const MOST_COUNTED = 100_000

/** How many rows a table has, up to {@link MOST_COUNTED}. */
export function* countRows(table: string, most: number = MOST_COUNTED): Work<number> {
  const counted = yield* one<{ rows: number }>(
    `SELECT count(*) AS rows FROM (SELECT 1 FROM ${table} LIMIT $most) AS found`,
    { most },
  )
  return counted?.rows ?? 0
}
