import { count, one, removeEnded, run, type Work } from './work.ts'

/** How much of a budget is spent, and when it is whole again. */
export interface Spent {
  readonly count: number
  /** Epoch seconds. */
  readonly resets_at: number
}

/** A window that ends so much later than one that begins now was opened before the clock was set back. Seconds. */
export const SKEW = 60

const IS_OPEN = 'oauthd_limit.resets_at > $now AND oauthd_limit.resets_at <= $latest'

/** Spends of a budget: the first of a window opens it until `resets_at`. Shared by every process. */
export function* spend(limit_key: string, now: number, resets_at: number, amount = 1): Work<Spent> {
  const row = yield* one<Spent>(
    `INSERT INTO oauthd_limit (limit_key, count, resets_at) VALUES ($limit_key, $amount, $resets_at)
     ON CONFLICT (limit_key) DO UPDATE SET
       count = CASE WHEN ${IS_OPEN} THEN oauthd_limit.count + $amount ELSE $amount END,
       resets_at = CASE WHEN ${IS_OPEN} THEN oauthd_limit.resets_at ELSE excluded.resets_at END
     RETURNING count, resets_at`,
    { limit_key, now, resets_at, amount, latest: resets_at + SKEW },
  )
  return row ?? { count: amount, resets_at }
}

/** Gives one of a budget back; of a budget that is whole again nothing is kept. */
export function* refund(limit_key: string): Work<void> {
  yield* run('DELETE FROM oauthd_limit WHERE limit_key = $limit_key AND count <= 1', { limit_key })
  yield* run('UPDATE oauthd_limit SET count = count - 1 WHERE limit_key = $limit_key AND count > 1', {
    limit_key,
  })
}

/** Makes a budget whole: a good sign-in forgives the failures before it. */
export function* forgive(limit_key: string): Work<void> {
  yield* run('DELETE FROM oauthd_limit WHERE limit_key = $limit_key', { limit_key })
}

/** Removes budgets that are whole again, some at a time; gives how many. */
export const purgeLimits = (before: number, limit: number): Work<number> =>
  removeEnded({ table: 'oauthd_limit', key: 'limit_key', end: 'resets_at' }, before, limit)

/** How many budgets `purgeLimits` would remove. */
export const countWholeLimits = (before: number): Work<number> =>
  count('oauthd_limit WHERE resets_at <= $before', { before })
