import { audited } from './actions/audit.ts'
import {
  BULK,
  countFamily,
  countLiveOf,
  type Lost,
  type Presented,
  type Revocation,
  revokeAuthorizations,
  revokeEach,
  revokeToken,
} from './actions/token.ts'
import type { DoneBy } from './audit-trail.ts'
import { now, type Server } from './server.ts'
import { presentToken } from './signed-tokens.ts'
import { listLiveTokenIds } from './store/access-token.ts'
import { listLiveAuthorizationIds, revokeAuthorizationsOf } from './store/authorization.ts'
import type { Work } from './store/work.ts'

const NOTHING: Lost = { access_tokens: 0, refresh_tokens: 0 }

/** Revokes one token, whoever's it is; `false` when there was nothing to revoke. */
export const revokeOne = async (server: Server, token: string): Promise<boolean> => {
  const presented = await presentToken(server, token)
  if (presented === undefined) {
    await server.store.turn()
    return false
  }
  return (await revokePresented(server, presented, undefined)).kind === 'revoked'
}

/** The same for one that was presented, by a client or the operator. */
export const revokePresented = async (
  server: Server,
  presented: Presented,
  client_id: string | undefined,
  by?: DoneBy & { readonly now: number },
): Promise<Revocation> => {
  const at = by?.now ?? now(server)
  const outcome = await server.store.write(() =>
    audited(server.audit(by), revokeToken(presented, client_id, at), (done) => {
      if (done.kind !== 'revoked') return undefined
      const { what: token_type, id: jti, client_id: of, sub } = done
      return { type: 'token_revoked', client_id: of, sub, jti, detail: { token_type } }
    }),
  )
  tellRevoked(server, outcome, at)
  return outcome
}

/** Tells of a revocation, if there was one. */
const tellRevoked = ({ events }: Pick<Server, 'events'>, outcome: Revocation, at: number): void => {
  if (outcome.kind !== 'revoked') return
  const { what: token_type, id: jti, client_id, sub } = outcome
  events.emit({ type: 'token_revoked', at, client_id, sub, jti, token_type })
}

/** What would end with a token: itself, or a refresh token and all its access tokens; nothing for a dead one. */
export const lossOfToken = async (server: Server, token: string): Promise<Lost> => {
  const presented = await presentToken(server, token)
  if (presented === undefined) return NOTHING
  return server.store.read(countFamily(presented, now(server)))
}

/** What a client, or a person, would lose. Walks the table (decision 0007). */
export const lossOf = (
  server: Server,
  of: { readonly client_id: string } | { readonly sub: string },
): Promise<Lost> => server.store.read(countLiveOf(of, now(server)))

/** Revokes every live token that a client has now, some at a time so that others may write between. */
export const revokeAllOfClient = async (server: Server, client_id: string): Promise<Lost> => {
  const { store } = server
  const at = now(server)
  const bulk = bulkOf(server)
  const lost = await lossOf(server, { client_id })
  await inBatches(async (after) => {
    const ids = await store.read(listLiveAuthorizationIds(client_id, at, after, BULK))
    if (ids.length > 0)
      await store.write(() => bulk('authorizations', revokeAuthorizations(ids, at), { client_id }))
    return ids
  })
  await inBatches(async (after) => {
    const jtis = await store.read(listLiveTokenIds(client_id, at, after, BULK))
    await store.write(() => bulk('access_tokens', revokeEach(jtis, at), { client_id }))
    return jtis
  })
  return lost
}

/** Revokes all that a person has allowed, and with it every token (RT-17). */
export const revokeAllOfUser = async (server: Server, sub: string): Promise<Lost> => {
  const lost = await lossOf(server, { sub })
  const bulk = bulkOf(server)
  await server.store.write(() =>
    bulk('authorizations', revokeAuthorizationsOf(sub, undefined, now(server)), { sub }),
  )
  return lost
}

/** Many at once are one row of the audit trail a transaction, with how many they were. */
const bulkOf =
  ({ audit }: Server) =>
  (
    what: 'authorizations' | 'access_tokens',
    work: Work<number>,
    of: { readonly client_id: string } | { readonly sub: string },
  ): Work<number> =>
    audited(audit(), work, (ended) =>
      ended === 0 ? undefined : { type: 'token_revoked', ...of, detail: { [what]: ended } },
    )

const inBatches = async (step: (after: string) => Promise<readonly string[]>): Promise<void> => {
  for (let after = ''; ; ) {
    const ids = await step(after)
    after = ids.at(-1) ?? after
    if (ids.length < BULK) return
  }
}
