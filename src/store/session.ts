import { all, count, one, removeEnded, run, type Work } from './work.ts'

/** A row of oauth_session: a signed-in browser. Times are epoch seconds. */
export interface Session {
  readonly session_id: string
  readonly session_hash: string
  readonly hash_key_id: string
  readonly sub: string
  readonly username: string
  /** As the browser said, cut; for the person's own list. */
  readonly user_agent: string | null
  readonly auth_time: number
  readonly expires_at: number
}

const COLUMNS = 'session_id, session_hash, hash_key_id, sub, username, user_agent, auth_time, expires_at'

export const findSession = (session_id: string): Work<Session | undefined> =>
  one<Session>(`SELECT ${COLUMNS} FROM oauth_session WHERE session_id = $session_id`, { session_id })

export function* insertSession(session: Session): Work<void> {
  yield* run(
    `INSERT INTO oauth_session (${COLUMNS})
     VALUES ($session_id, $session_hash, $hash_key_id, $sub, $username, $user_agent, $auth_time, $expires_at)`,
    { ...session },
  )
}

/** Ends one session; `false` when there was none. */
export function* deleteSession(session_id: string): Work<boolean> {
  const row = yield* one('DELETE FROM oauth_session WHERE session_id = $session_id RETURNING session_id', {
    session_id,
  })
  return row !== undefined
}

/** Ends every session of a person but `except`; gives how many. */
export function* deleteSessionsOf(sub: string, except = ''): Work<number> {
  const rows = yield* all(
    'DELETE FROM oauth_session WHERE sub = $sub AND session_id <> $except RETURNING session_id',
    { sub, except },
  )
  return rows.length
}

/** How many browsers a person is signed in at. */
export function* countSessions(sub: string, now: number): Work<number> {
  const row = yield* one<{ live: number }>(
    'SELECT count(*) AS live FROM oauth_session WHERE sub = $sub AND expires_at > $now',
    { sub, now },
  )
  return row?.live ?? 0
}

/** A session as a list shows it: never its hash. */
export type ListedSession = Omit<Session, 'session_hash' | 'hash_key_id'>

/** Which sessions `listSessions` gives; `before` is the last of the page before. */
export interface SessionFilter {
  readonly sub?: string | undefined
  readonly before?: string | undefined
  readonly limit: number
}

/** Live sessions, newest first: of one person, found by key, or of all when `sub` is undefined. */
export const listSessions = (
  { sub, before, limit }: SessionFilter,
  now: number,
): Work<readonly ListedSession[]> => {
  const ofOne = sub === undefined ? '' : 'sub = $sub AND'
  const behind = before === undefined ? '' : 'session_id < $before AND'
  return all<ListedSession>(
    `SELECT session_id, sub, username, user_agent, auth_time, expires_at FROM oauth_session
     WHERE ${ofOne} ${behind} expires_at > $now ORDER BY session_id DESC LIMIT $limit`,
    { ...(sub === undefined ? {} : { sub }), ...(before === undefined ? {} : { before }), now, limit },
  )
}

/** Removes sessions that ended before `before`, some at a time; gives how many. */
export const purgeSessions = (before: number, limit: number): Work<number> =>
  removeEnded({ table: 'oauth_session', key: 'session_id', end: 'expires_at' }, before, limit)

/** How many sessions `purgeSessions` would remove. */
export const countEndedSessions = (before: number): Work<number> =>
  count('oauth_session WHERE expires_at <= $before', { before })
