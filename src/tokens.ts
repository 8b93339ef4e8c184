import {
  type Issued,
  issueAccessToken,
  issueUnder,
  type TokenResponse,
  tokenResponse,
} from './actions/issue.ts'
import {
  BULK,
  countFamily,
  countLiveOf,
  describe,
  findPresented,
  type Lost,
  type Revocation,
  revokeAuthorizations,
  revokeEach,
  revokeToken,
  whyDead,
} from './actions/token.ts'
import { newId } from './crypto/secret.ts'
import { type ActiveToken, INACTIVE, type Inactivity, introspection } from './protocol/access-token.ts'
import { type Client, hasBoundTokens } from './protocol/client-metadata.ts'
import { OAuthError } from './protocol/error.ts'
import { isFapi } from './protocol/fapi.ts'
import { readResources } from './protocol/resource.ts'
import { grantScope } from './protocol/scope.ts'
import { PREFIX } from './protocol/token-form.ts'
import { targetOf } from './protocol/token-target.ts'
import { isJwt } from './resource/presented-jwt.ts'
import { now, type Server } from './server.ts'
import { presentToken, signed, tokenRules } from './signed-tokens.ts'
import { listLiveTokenIds } from './store/access-token.ts'
import {
  type Authorization,
  insertAuthorization,
  listLiveAuthorizationIds,
  revokeAuthorizationsOf,
} from './store/authorization.ts'
import { findClient } from './store/client.ts'
import type { Work } from './store/work.ts'

/** A token that the operator mints; `ttl` in seconds, by default the client's or the server's. */
export interface WantedToken {
  readonly client: Client
  /** Who it is for; the client itself when left out. */
  readonly person?: { readonly sub: string; readonly username: string | null } | undefined
  readonly scope?: string | undefined
  readonly resource?: readonly string[] | undefined
  readonly ttl?: number | undefined
}

/**
 * Mints an access token straight from the database: of a client by the rules of client_credentials but
 * without its secret, or of a person without asking. Who may read the key file may do this.
 *
 * @throws {OAuthError} unauthorized_client, invalid_scope, invalid_target
 */
export const createToken = async (server: Server, wanted: WantedToken): Promise<TokenResponse> => {
  const { client, person } = wanted
  // For a person the operator answers, whatever the client may ask for by itself.
  const grant_type = person === undefined ? 'client_credentials' : 'authorization_code'
  // CA-11: its token would be dead at birth.
  if (client.revoked_at !== null) throw new OAuthError('unauthorized_client', 'the client is revoked')
  if (person === undefined && !client.grant_types.includes(grant_type)) {
    throw new OAuthError('unauthorized_client', 'the client is not registered for client_credentials')
  }
  // RFC 9449 section 5.2: whoever is handed it has no key to prove.
  if (hasBoundTokens(client) || isFapi(server.settings)) {
    throw new OAuthError('unauthorized_client', 'its tokens are bound to a key that only the client has')
  }
  const registered = await server.registry.latest()
  const scope = grantScope(wanted.scope, client, await registered.defaultScopes(), grant_type)
  if (scope instanceof OAuthError) throw scope
  const resource = readResources(wanted.resource ?? [])
  const rules = tokenRules(server.settings, await registered.resources())
  const target = targetOf(resource, client, rules, wanted.ttl)
  if (target instanceof OAuthError) throw target
  const fresh = server.secrets.accessToken(server.clock())
  const at = now(server)
  const { client_id } = client
  if (person === undefined) {
    const own = {
      client_id,
      authorization_id: null,
      sub: client_id,
      grant_type,
      scope,
      ...target,
      ...UNBOUND,
      now: at,
    }
    const issued = await server.store.write(() => issueAccessToken(fresh, own))
    tellIssued(server, issued, { client_id, grant_type, at })
    return tokenResponse(await signed(server, issued), now(server))
  }
  const authorization: Authorization = {
    authorization_id: newId(PREFIX.authorization, server.clock()),
    client_id,
    ...person,
    scope,
    resource: target.aud ?? [],
    authorization_details: null,
    claims: null,
    auth_time: null,
    acr: null,
    amr: null,
    created_at: at,
    last_used_at: at,
    expires_at: at + target.ttl,
    revoked_at: null,
  }
  const issued = await server.store.write(function* work() {
    // TK-11: a token of a person must never read as one of a client.
    if ((yield* findClient(person.sub)) !== undefined) return undefined
    yield* insertAuthorization(authorization)
    return yield* issueUnder(fresh, authorization, {
      grant_type,
      scope,
      ...target,
      ...UNBOUND,
      now: at,
    })
  })
  if (issued === undefined)
    throw new OAuthError('invalid_request', 'this is the id of a client, not of a user')
  tellIssued(server, issued, { client_id, grant_type, at })
  return tokenResponse(await signed(server, issued), now(server))
}

/** Whoever is handed it may use it. */
const UNBOUND = { cnf: null, authorization_details: null } as const

/** What the operator may know of a token: the RFC 7662 answer, or why there is none. */
export type Inspection =
  | { readonly kind: 'active'; readonly token: ActiveToken }
  | { readonly kind: 'inactive'; readonly token: typeof INACTIVE; readonly why: Inactivity }
  | { readonly kind: 'unknown'; readonly token: typeof INACTIVE; readonly why: Unknown }

/** `malformed`: its checksum is wrong; `unsigned`: a JWT that no key signed which the issuer still has. */
export type Unknown = 'malformed' | 'unsigned' | 'not_found'

/** Looks at any token, and says of one that is over that it is. */
export const inspectToken = async (server: Server, token: string): Promise<Inspection> => {
  const presented = await presentToken(server, token, true)
  if (presented?.kind !== 'access_token' && presented?.kind !== 'refresh_token') {
    // No row is read for a typo, but a lost database is no place to say no from (HTTP-18).
    await server.store.turn()
    return { kind: 'unknown', token: INACTIVE, why: isJwt(token) ? 'unsigned' : 'malformed' }
  }
  const at = now(server)
  return server.store.read(
    (function* work(): Work<Inspection> {
      const found = yield* findPresented(presented)
      if (found === undefined) return { kind: 'unknown', token: INACTIVE, why: 'not_found' }
      const why = whyDead(found, at)
      if (why !== undefined) return { kind: 'inactive', token: INACTIVE, why }
      const live = yield* describe(found)
      return { kind: 'active', token: introspection(live.token, server.settings, live) }
    })(),
  )
}

const NOTHING: Lost = { access_tokens: 0, refresh_tokens: 0 }

/** Revokes one token, whoever's it is; `false` when there was nothing to revoke. */
export const revokeOne = async (server: Server, token: string): Promise<boolean> => {
  const presented = await presentToken(server, token)
  if (presented === undefined) {
    await server.store.turn()
    return false
  }
  const outcome = await server.store.write(() => revokeToken(presented, undefined, now(server)))
  tellRevoked(server, outcome, now(server))
  return outcome.kind === 'revoked'
}

/** Tells of a revocation, if there was one. */
export const tellRevoked = ({ events }: Pick<Server, 'events'>, outcome: Revocation, at: number): void => {
  if (outcome.kind !== 'revoked') return
  const { what: token_type, id: jti, client_id, sub } = outcome
  events.emit({ type: 'token_revoked', at, client_id, sub, jti, token_type })
}

/** Tells of a token that was issued. */
export const tellIssued = (
  { events }: Pick<Server, 'events'>,
  { jti, sub, scope }: Pick<Issued, 'jti' | 'sub' | 'scope'>,
  of: { readonly client_id: string; readonly grant_type: string; readonly at: number },
): void => {
  const { at, client_id, grant_type } = of
  events.emit({ type: 'token_issued', at, client_id, sub, grant_type, jti, scope })
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
  const lost = await lossOf(server, { client_id })
  await inBatches(async (after) => {
    const ids = await store.read(listLiveAuthorizationIds(client_id, at, after, BULK))
    if (ids.length > 0) await store.write(() => revokeAuthorizations(ids, at))
    return ids
  })
  await inBatches(async (after) => {
    const jtis = await store.read(listLiveTokenIds(client_id, at, after, BULK))
    await store.write(() => revokeEach(jtis, at))
    return jtis
  })
  return lost
}

/** Revokes all that a person has allowed, and with it every token (RT-17). */
export const revokeAllOfUser = async (server: Server, sub: string): Promise<Lost> => {
  const lost = await lossOf(server, { sub })
  await server.store.write(() => revokeAuthorizationsOf(sub, undefined, now(server)))
  return lost
}

const inBatches = async (step: (after: string) => Promise<readonly string[]>): Promise<void> => {
  for (let after = ''; ; ) {
    const ids = await step(after)
    after = ids.at(-1) ?? after
    if (ids.length < BULK) return
  }
}
