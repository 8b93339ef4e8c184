import { audited } from './actions/audit.ts'
import {
  createUser as createRow,
  describeLoss,
  type Ended,
  findUsers,
  type Removed,
  removeUser,
  setPassword as setPasswordHash,
} from './actions/user.ts'
import { newSub } from './crypto/secret.ts'
import { passwordProblem, preparePassword } from './protocol/password-rules.ts'
import { chosenSubProblem, readUsername, type Username, usernameKey } from './protocol/username.ts'
import { now, type Server } from './server.ts'
import { deleteSession, deleteSessionsOf } from './store/session.ts'
import type { User } from './store/user.ts'

/** A value that cannot be taken; `what` it is, and why in words that follow on it. */
export class RefusedValue extends Error {
  readonly what: 'username' | 'password' | 'sub'

  constructor(what: RefusedValue['what'], problem: string) {
    super(problem)
    this.name = 'RefusedValue'
    this.what = what
  }
}

/** A person who is to sign in at the built-in page. */
export interface NewUser {
  readonly username: string
  readonly password: string
  /** Chosen instead of generated: what an app already calls the person. */
  readonly sub?: string | undefined
}

/** What is taken by somebody else. */
export interface Taken {
  readonly taken: 'username' | 'sub' | 'client_id'
}

/**
 * What `createUser` would add; needs no database.
 *
 * @throws {RefusedValue}
 */
export const judgeNewUser = ({ username: given, password, sub }: NewUser): Username => {
  const name = readUsername(given)
  if (typeof name === 'string') throw new RefusedValue('username', name)
  const problem = sub === undefined ? undefined : chosenSubProblem(sub)
  if (problem !== undefined) throw new RefusedValue('sub', problem)
  refusePassword(password, name.username)
  return name
}

/**
 * Adds a user; command line and library both come through here.
 *
 * @throws {RefusedValue}
 */
export const createUser = async (server: Server, given: NewUser): Promise<User | Taken> => {
  const name = judgeNewUser(given)
  const password_hash = await server.passwords.hash(preparePassword(given.password))
  const at = now(server)
  const user: User = { sub: given.sub ?? newSub(), ...name, created_at: at, password_changed_at: at }
  const created = await server.store.write(() =>
    audited(server.audit(), createRow({ ...user, password_hash }), ({ kind }) =>
      kind === 'created' ? { type: 'user_created', sub: user.sub } : undefined,
    ),
  )
  return created.kind === 'created' ? user : { taken: created.what }
}

/** Users whose name or `sub` this is: none, one, or two when the name of one is the sub of another. */
export const findUsersBy = (server: Server, name_or_sub: string): Promise<readonly User[]> =>
  server.store.read(findUsers(usernameKey(name_or_sub), name_or_sub))

/**
 * Gives a user another password and ends what the one before may have led to (PG-09).
 *
 * @returns `undefined` when the user is gone
 * @throws {RefusedValue}
 */
export const setPassword = async (
  server: Server,
  { sub, username }: User,
  password: string,
  { keep_sessions = false }: { readonly keep_sessions?: boolean } = {},
): Promise<Ended | undefined> => {
  refusePassword(password, username)
  const password_hash = await server.passwords.hash(preparePassword(password))
  return server.store.write(() =>
    audited(
      server.audit(),
      setPasswordHash(sub, password_hash, { keep_sessions, now: now(server) }),
      (ended) => ended && { type: 'user_password_changed', sub, detail: { ...ended } },
    ),
  )
}

/** What would go with a user. */
export const lossOf = (server: Server, sub: string): Promise<Removed> =>
  server.store.read(describeLoss(sub, now(server)))

/** Deletes a user with every session, consent and token (PG-09); `undefined` when there was none. */
export const deleteUser = (server: Server, sub: string): Promise<Removed | undefined> =>
  server.store.write(() =>
    audited(
      server.audit(),
      removeUser(sub, now(server)),
      (removed) => removed && { type: 'user_deleted', sub, detail: { ...removed } },
    ),
  )

/** Signs one browser out; `false` when there was no such session. */
export const endSession = (server: Server, session_id: string): Promise<boolean> =>
  server.store.write(() => deleteSession(session_id))

/** Signs a person out everywhere; gives of how many browsers. */
export const endSessionsOf = (server: Server, sub: string): Promise<number> =>
  server.store.write(() => deleteSessionsOf(sub))

const refusePassword = (password: string, username: string): void => {
  const problem = passwordProblem(password, username)
  if (problem !== undefined) throw new RefusedValue('password', problem)
}
