import { all, one, run, type Work } from './work.ts'

/** A row of oauth_user. Times are epoch seconds. */
export interface User {
  readonly sub: string
  /** As it is shown. */
  readonly username: string
  /** As it is compared. */
  readonly username_key: string
  readonly created_at: number
  readonly password_changed_at: number
}

/** A user with what a presented password is checked against. */
export interface UserWithPassword extends User {
  readonly password_hash: string
}

const COLUMNS = 'sub, username, username_key, created_at, password_changed_at'

export const findUser = (sub: string): Work<User | undefined> =>
  one<User>(`SELECT ${COLUMNS} FROM oauth_user WHERE sub = $sub`, { sub })

export const findUserByName = (username_key: string): Work<UserWithPassword | undefined> =>
  one<UserWithPassword>(
    `SELECT ${COLUMNS}, password_hash FROM oauth_user WHERE username_key = $username_key`,
    { username_key },
  )

/** Adds a user; `false` when the name or the sub is taken. */
export function* insertUser(user: UserWithPassword): Work<boolean> {
  const row = yield* one(
    `INSERT INTO oauth_user (${COLUMNS}, password_hash)
     VALUES ($sub, $username, $username_key, $created_at, $password_changed_at, $password_hash)
     ON CONFLICT DO NOTHING RETURNING sub`,
    { ...user },
  )
  return row !== undefined
}

/** Gives a user another password hash; `false` when there is no such user. */
export function* updatePassword(sub: string, password_hash: string, now: number): Work<boolean> {
  const row = yield* one(
    `UPDATE oauth_user SET password_hash = $password_hash, password_changed_at = $now
     WHERE sub = $sub RETURNING sub`,
    { sub, password_hash, now },
  )
  return row !== undefined
}

/** The same password under newer parameters: nothing changed for the person. Only if nobody changed it since. */
export function* rehashPassword(sub: string, before: string, password_hash: string): Work<void> {
  yield* run(
    'UPDATE oauth_user SET password_hash = $password_hash WHERE sub = $sub AND password_hash = $before',
    { sub, before, password_hash },
  )
}

export function* deleteUser(sub: string): Work<boolean> {
  return (yield* one('DELETE FROM oauth_user WHERE sub = $sub RETURNING sub', { sub })) !== undefined
}

/** A page of users by name, from behind `after`. */
export const listUsers = (page: {
  readonly after?: string | undefined
  readonly limit: number
}): Work<readonly User[]> =>
  all<User>(
    `SELECT ${COLUMNS} FROM oauth_user WHERE username_key > $after ORDER BY username_key LIMIT $limit`,
    { after: page.after ?? '', limit: page.limit },
  )
