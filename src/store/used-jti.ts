import { count, one, removeEnded, type Work } from './work.ts'

/**
 * Takes a `jti` for good: `false` when it was taken before, by whichever process (JA-06, DP-04).
 *
 * @param expires_at epoch seconds: from then on the JWT itself is refused, and the row may go
 */
export function* claimJti(jti_key: string, expires_at: number): Work<boolean> {
  const row = yield* one(
    `INSERT INTO oauthd_used_jti (jti_key, expires_at) VALUES ($jti_key, $expires_at)
     ON CONFLICT DO NOTHING RETURNING jti_key`,
    { jti_key, expires_at },
  )
  return row !== undefined
}

/** Removes those whose JWT is over, some at a time; gives how many. */
export const purgeUsedJtis = (before: number, limit: number): Work<number> =>
  removeEnded({ table: 'oauthd_used_jti', key: 'jti_key', end: 'expires_at' }, before, limit)

/** How many `purgeUsedJtis` would remove. */
export const countEndedJtis = (before: number): Work<number> =>
  count('oauthd_used_jti WHERE expires_at <= $before', { before })
