import { usernameKey } from '../protocol/username.ts'
import { countLiveAuthorizations, revokeAuthorizationsOf } from '../store/authorization.ts'
import { findClient } from '../store/client.ts'
import { countConsents, deleteConsentsOf } from '../store/consent.ts'
import { countSessions, deleteSessionsOf } from '../store/session.ts'
import {
  deleteUser,
  findUser,
  findUserByName,
  insertUser,
  type User,
  type UserWithPassword,
  updatePassword,
} from '../store/user.ts'
import type { Work } from '../store/work.ts'

/** What became of a new user; `taken` says what somebody else has. */
export type Created =
  | { readonly kind: 'created' }
  | { readonly kind: 'taken'; readonly what: 'username' | 'sub' | 'client_id' }

/** Adds a user. A `sub` never equals a client_id, of a revoked client either: its tokens name it. */
export function* createUser(user: UserWithPassword): Work<Created> {
  if ((yield* findClient(user.sub)) !== undefined) return { kind: 'taken', what: 'client_id' }
  // Commands take a name or a `sub`: one that means two people reaches neither.
  for (const name of [user.username, user.username_key]) {
    const found = yield* findUser(name)
    if (found !== undefined && found.sub !== user.sub) return { kind: 'taken', what: 'username' }
  }
  const named = yield* findUserByName(usernameKey(user.sub))
  if (named !== undefined && named.username_key !== user.username_key) return { kind: 'taken', what: 'sub' }
  if (yield* insertUser(user)) return { kind: 'created' }
  const namesake = yield* findUserByName(user.username_key)
  return { kind: 'taken', what: namesake === undefined ? 'sub' : 'username' }
}

/** What ended with a password or a user: sessions, and what the person had allowed. */
export interface Ended {
  readonly sessions: number
  readonly authorizations: number
}

/**
 * PG-09: another password ends what may have been got with the one before: sessions, unless they are
 * to be kept, refresh families and access tokens. `undefined` when there is no such user.
 */
export function* setPassword(
  sub: string,
  password_hash: string,
  { keep_sessions, now }: { readonly keep_sessions: boolean; readonly now: number },
): Work<Ended | undefined> {
  if (!(yield* updatePassword(sub, password_hash, now))) return undefined
  const sessions = keep_sessions ? 0 : yield* deleteSessionsOf(sub)
  return { sessions, authorizations: yield* revokeAuthorizationsOf(sub, undefined, now) }
}

/** What goes with a user who is deleted. */
export interface Removed extends Ended {
  readonly consents: number
}

/** PG-09: a user goes with every session, consent and token. `undefined` when there is none. */
export function* removeUser(sub: string, now: number): Work<Removed | undefined> {
  if (!(yield* deleteUser(sub))) return undefined
  const sessions = yield* deleteSessionsOf(sub)
  const consents = yield* deleteConsentsOf(sub)
  return { sessions, consents, authorizations: yield* revokeAuthorizationsOf(sub, undefined, now) }
}

/** What would go with a user: what `user:delete` says before it does it. */
export function* describeLoss(sub: string, now: number): Work<Removed> {
  return {
    sessions: yield* countSessions(sub, now),
    consents: yield* countConsents(sub),
    authorizations: yield* countLiveAuthorizations(sub, now),
  }
}

/** A user by name or by `sub`; more than one when the name of one is the sub of another. */
export function* findUsers(username_key: string, sub: string): Work<readonly User[]> {
  const [byName, bySub] = [yield* findUserByName(username_key), yield* findUser(sub)]
  const users = [byName, bySub].filter((user) => user !== undefined)
  return users.length === 2 && byName?.sub === bySub?.sub ? users.slice(1) : users
}
