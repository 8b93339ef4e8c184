import { nearest } from '../protocol/nearest.ts'
import type { Server } from '../server.ts'
import { listUsers, type User } from '../store/user.ts'
import { findUsersBy } from '../users.ts'
import { type Failure, misused, notFound } from './failure.ts'

/**
 * The user that `--user U` or an operand names, by name or by `sub`.
 * @throws {Failure} exit 3 when there is none, with the name that was probably meant; 2 when there are two
 */
export const findUser = async (server: Server, name_or_sub: string): Promise<User> => {
  const user = await maybeUser(server, name_or_sub)
  if (user !== undefined) return user
  throw await noSuchUser(server, name_or_sub)
}

/** The same where there may be none. @throws {Failure} exit 2 when it is the name of one and the `sub` of another */
export const maybeUser = async (server: Server, name_or_sub: string): Promise<User | undefined> => {
  const [user, other] = await findUsersBy(server, name_or_sub)
  if (other === undefined) return user
  throw misused(
    `${name_or_sub} is the name of one user and the sub of another`,
    `oauthd user:list tells them apart: ${[user, other].map((each) => `${each?.username} (${each?.sub})`).join(', ')}`,
  )
}

/** Somebody else may have deleted the user since it was looked for. */
export const userIsGone = ({ username }: User): Failure =>
  notFound('user_not_found', `no user ${username} any more`, 'oauthd user:list shows them')

const SEARCHED = 500

const noSuchUser = async ({ store }: Server, name_or_sub: string): Promise<Failure> => {
  const users = await store.read(listUsers({ limit: SEARCHED }))
  const names = users.map(({ username }) => username)
  const meant = nearest(name_or_sub, names)
  const hint = meant === undefined ? 'oauthd user:list shows them' : `did you mean ${meant}?`
  return notFound('user_not_found', `no user ${name_or_sub}`, hint)
}
