import { issueAccessToken, type TokenResponse, tokenResponse } from './actions/issue.ts'
import { BULK, findPresented, revokeEach, revokeToken } from './actions/token.ts'
import {
  type ActiveToken,
  INACTIVE,
  type Inactivity,
  introspection,
  whyInactive,
} from './protocol/access-token.ts'
import type { Client } from './protocol/client-metadata.ts'
import { OAuthError } from './protocol/error.ts'
import { readResources } from './protocol/resource.ts'
import { grantScope } from './protocol/scope.ts'
import { now, type Server } from './server.ts'
import { listLiveTokenIds } from './store/access-token.ts'

/** A token that the operator mints; `ttl` in seconds, by default the client's or the server's. */
export interface WantedToken {
  readonly client: Client
  readonly scope?: string | undefined
  readonly resource?: readonly string[] | undefined
  readonly ttl?: number | undefined
}

const GRANT_TYPE = 'client_credentials'

/**
 * Mints an access token of a client straight from the database, by the rules of client_credentials
 * but without its secret: who may read the key file may do this.
 *
 * @throws {OAuthError} unauthorized_client, invalid_scope, invalid_target
 */
export const createToken = async (server: Server, wanted: WantedToken): Promise<TokenResponse> => {
  const { client } = wanted
  // CA-11: its token would be dead at birth.
  if (client.revoked_at !== null) throw new OAuthError('unauthorized_client', 'the client is revoked')
  if (!client.grant_types.includes(GRANT_TYPE)) {
    throw new OAuthError('unauthorized_client', 'the client is not registered for client_credentials')
  }
  const registered = await server.registry.latest()
  const scope = grantScope(wanted.scope, client, await registered.defaultScopes(), GRANT_TYPE)
  if (scope instanceof OAuthError) throw scope
  const resources = readResources(wanted.resource ?? [])
  const fresh = server.secrets.accessToken(server.clock())
  const ttl = wanted.ttl ?? client.access_token_ttl ?? server.settings.access_token_ttl
  const { client_id } = client
  const aud = resources.length === 0 ? null : resources
  const issued = await server.store.write(() =>
    issueAccessToken(fresh, {
      client_id,
      sub: client_id,
      grant_type: GRANT_TYPE,
      scope,
      aud,
      now: now(server),
      ttl,
    }),
  )
  return tokenResponse(issued, now(server))
}

/** What the operator may know of a token: the RFC 7662 answer, or why there is none. */
export type Inspection =
  | { readonly kind: 'active'; readonly token: ActiveToken }
  | { readonly kind: 'inactive'; readonly token: typeof INACTIVE; readonly why: Inactivity }
  | { readonly kind: 'unknown'; readonly token: typeof INACTIVE; readonly why: 'malformed' | 'not_found' }

/** Looks at any token. `malformed`: not one of ours, or mistyped: its checksum is wrong. */
export const inspectToken = async (server: Server, token: string): Promise<Inspection> => {
  const presented = server.secrets.present(token)
  if (presented === undefined) return { kind: 'unknown', token: INACTIVE, why: 'malformed' }
  const row = await server.store.read(findPresented(presented))
  if (row === undefined) return { kind: 'unknown', token: INACTIVE, why: 'not_found' }
  const why = whyInactive(row, now(server))
  if (why !== undefined) return { kind: 'inactive', token: INACTIVE, why }
  return { kind: 'active', token: introspection(row, server.settings) }
}

/** Revokes one token, whoever's it is; `false` when there was nothing to revoke. */
export const revokeOne = async (server: Server, token: string): Promise<boolean> => {
  const presented = server.secrets.present(token)
  if (presented === undefined) return false
  const outcome = await server.store.write(() => revokeToken(presented, undefined, now(server)))
  return outcome.kind === 'revoked'
}

/** Revokes every live token that a client has now, some at a time so that others may write between; gives how many. */
export const revokeAllOfClient = async (server: Server, client_id: string): Promise<number> => {
  const { store } = server
  let revoked = 0
  let after = ''
  for (;;) {
    const jtis = await store.read(listLiveTokenIds(client_id, now(server), after, BULK))
    revoked += await store.write(() => revokeEach(jtis, now(server)))
    after = jtis.at(-1) ?? after
    if (jtis.length < BULK) return revoked
  }
}
