import { audited } from './actions/audit.ts'
import {
  type Issued,
  issueAccessToken,
  issueUnder,
  type TokenResponse,
  tokenResponse,
} from './actions/issue.ts'
import { describe, findPresented, whyDead } from './actions/token.ts'
import { increase } from './counters.ts'
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
import { type Authorization, insertAuthorization } from './store/authorization.ts'
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
  const issue = function* work(): Work<Issued | undefined> {
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
  }
  // No token is written down, but that somebody was answered for without being asked.
  const { authorization_id } = authorization
  const issued = await server.store.write(() =>
    audited(
      server.audit(),
      issue(),
      (done) =>
        done && {
          type: 'authorization_approved',
          client_id,
          sub: person.sub,
          authorization_id,
          detail: { scope, answer: 'operator' },
        },
    ),
  )
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

/** Tells of a token that was issued. */
export const tellIssued = (
  { events, counters }: Pick<Server, 'events' | 'counters'>,
  { jti, sub, scope }: Pick<Issued, 'jti' | 'sub' | 'scope'>,
  of: { readonly client_id: string; readonly grant_type: string; readonly at: number },
): void => {
  const { at, client_id, grant_type } = of
  increase(counters.issued, grant_type)
  events.emit({ type: 'token_issued', at, client_id, sub, grant_type, jti, scope })
}
