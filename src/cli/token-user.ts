import { chosenSubProblem } from '../protocol/username.ts'
import type { Server } from '../server.ts'
import { findClient } from '../store/client.ts'
import { misused } from './failure.ts'
import { maybeUser } from './user-find.ts'

/** Whom `--user` names: somebody of the built-in users, or a `sub` that an app has made up. */
export interface NamedPerson {
  readonly sub: string
  readonly username: string | null
}

/**
 * A person by name or `sub`; one without a row here is taken as a `sub`, since an app may have users of
 * its own.
 * @throws {Failure} exit 2 when it names two, or cannot be a `sub`, as the id of a client cannot (TK-11)
 */
export const namedPerson = async (server: Server, name_or_sub: string): Promise<NamedPerson> => {
  const user = await maybeUser(server, name_or_sub)
  if (user !== undefined) return { sub: user.sub, username: user.username }
  const problem = chosenSubProblem(name_or_sub)
  if (problem !== undefined) throw misused(`--user ${problem}`, 'give the name of a user, or a sub')
  if ((await server.store.read(findClient(name_or_sub))) !== undefined) {
    throw misused(`${name_or_sub} is the id of a client, not of a user`, 'give the name of a user, or a sub')
  }
  return { sub: name_or_sub, username: null }
}
