import {
  type Inactivity,
  isLive,
  maySee,
  seesWhole,
  type TokenFacts,
  whyInactive,
} from '../protocol/access-token.ts'
import { detailsFor } from '../protocol/authorization-details.ts'
import type { Person } from '../protocol/claims.ts'
import type { Client } from '../protocol/client-metadata.ts'
import type { TokenKind } from '../protocol/token-form.ts'
import {
  type AccessToken,
  countLiveTokens,
  countLiveTokensUnder,
  findAccessToken,
  markAccessTokenRevoked,
} from '../store/access-token.ts'
import { type Authorization, findAuthorization, markAuthorizationRevoked } from '../store/authorization.ts'
import { findClient } from '../store/client.ts'
import { countLiveRefreshTokens, findRefreshToken, type RefreshToken } from '../store/refresh-token.ts'
import type { Work } from '../store/work.ts'

/** A token that somebody presented: its kind and public half, and the comparison with a row. */
export interface Presented {
  readonly kind: TokenKind
  readonly id: string
  matches(row: { readonly token_hash: string; readonly hash_key_id: string }): boolean
}

/** A presented token with what it hangs on, live or not. */
export type Found =
  | { readonly kind: 'access_token'; readonly token: AccessToken }
  | {
      readonly kind: 'refresh_token'
      readonly token: RefreshToken
      readonly authorization: Authorization
      readonly client_revoked_at: number | null
    }

/** What is presented, live or not; `undefined` when there is none or the secret is wrong. Codes are no tokens. */
export function* findPresented(presented: Presented): Work<Found | undefined> {
  if (presented.kind === 'access_token') {
    const token = yield* findAccessToken(presented.id)
    return token !== undefined && presented.matches(token) ? { kind: 'access_token', token } : undefined
  }
  if (presented.kind !== 'refresh_token') return undefined
  const token = yield* findRefreshToken(presented.id)
  if (token === undefined || !presented.matches(token)) return undefined
  const authorization = yield* findAuthorization(token.authorization_id)
  const client = yield* findClient(token.client_id)
  if (authorization === undefined || client === undefined) return undefined
  return { kind: 'refresh_token', token, authorization, client_revoked_at: client.revoked_at }
}

/** Why what was found is not live; `undefined` when it is. */
export const whyDead = (found: Found, now: number): Inactivity | undefined => {
  if (found.kind === 'access_token') return whyInactive(found.token, now)
  const { token, authorization, client_revoked_at } = found
  // A used one is inactive at once, also inside its retry window.
  if (authorization.revoked_at === null && client_revoked_at === null && token.used_at !== null) {
    return { reason: 'used', at: token.used_at }
  }
  const { authorization_id } = token
  const { revoked_at: authorization_revoked_at } = authorization
  const state = { authorization_id, revoked_at: null, client_revoked_at, authorization_revoked_at }
  return whyInactive({ ...refreshFacts(token, authorization), ...state }, now)
}

/** A live token as its answer is made from. */
export interface LiveToken {
  readonly token: TokenFacts
  /** Of whom it is; `undefined` for a client's own token. */
  readonly person: Person | undefined
  readonly isRefreshToken: boolean
}

/** What is said of a token that was found to be live. */
export function* describe(found: Found): Work<LiveToken> {
  if (found.kind === 'refresh_token') {
    const { token, authorization: person } = found
    return { token: refreshFacts(token, person), person, isRefreshToken: true }
  }
  const { token } = found
  const { authorization_id } = token
  const person = authorization_id === null ? undefined : yield* findAuthorization(authorization_id)
  return { token, person, isRefreshToken: false }
}

const refreshFacts = (
  token: RefreshToken,
  { sub, scope, resource, authorization_details }: Authorization,
): TokenFacts => ({
  jti: token.refresh_token_id,
  client_id: token.client_id,
  sub,
  grant_type: 'authorization_code',
  scope,
  aud: resource.length === 0 ? null : resource,
  cnf: token.cnf,
  authorization_details,
  iat: token.iat,
  exp: token.exp,
})

/**
 * RFC 7662: the live token, if the caller may see it. Everything else is `undefined`, and the
 * caller cannot tell why (IN-02, IN-05).
 * @param caller the authenticated client; `undefined` for the operator, who sees all
 */
export function* introspectToken(
  presented: Presented,
  caller: Client | undefined,
  server: { readonly issuer: string; readonly now: number },
): Work<LiveToken | undefined> {
  const found = yield* findPresented(presented)
  if (found === undefined) return undefined
  if (found.kind === 'refresh_token') {
    // IN-05: nobody else's business, whatever the caller may see else.
    const isSeen = caller === undefined || caller.client_id === found.token.client_id
    return isSeen && whyDead(found, server.now) === undefined ? yield* describe(found) : undefined
  }
  const { token } = found
  if (!isLive(token, server.now)) return undefined
  if (caller !== undefined && !maySee(caller, token, server)) return undefined
  const live = yield* describe(found)
  if (token.authorization_details === null || caller === undefined || seesWhole(caller, token)) return live
  // RR-02, RFC 9396 section 9.2: of a token for several resources each reads what concerns it.
  return {
    ...live,
    token: { ...token, authorization_details: detailsFor(token.authorization_details, caller.resource) },
  }
}

/** What became of a revocation. */
export type Revocation =
  | {
      readonly kind: 'revoked'
      readonly what: 'access_token' | 'refresh_token'
      readonly id: string
      readonly client_id: string
      readonly sub: string
    }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'foreign' }

/**
 * RFC 7009: revokes a token of `client_id`: an access token by itself, a refresh token of any generation
 * with its authorization and all that led to (RV-02). An unknown or dead token is nothing to revoke;
 * another client's is left alone (RV-04).
 * @param client_id `undefined` for the operator, who may revoke any
 */
export function* revokeToken(
  presented: Presented,
  client_id: string | undefined,
  now: number,
): Work<Revocation> {
  const found = yield* findPresented(presented)
  if (found === undefined) return { kind: 'nothing' }
  if (client_id !== undefined && found.token.client_id !== client_id) return { kind: 'foreign' }
  if (found.kind === 'refresh_token') {
    const { token, authorization, client_revoked_at } = found
    if (client_revoked_at !== null || authorization.expires_at <= now) return { kind: 'nothing' }
    const ended = yield* markAuthorizationRevoked(token.authorization_id, now)
    const { client_id, refresh_token_id: id } = token
    return ended
      ? { kind: 'revoked', what: found.kind, id, client_id, sub: authorization.sub }
      : { kind: 'nothing' }
  }
  const { token } = found
  // It died with its client or its authorization, for good.
  if (token.client_revoked_at !== null || token.authorization_revoked_at !== null) return { kind: 'nothing' }
  const revoked = yield* markAccessTokenRevoked(token.jti, now)
  const { jti: id, client_id: of, sub } = token
  return revoked ? { kind: 'revoked', what: found.kind, id, client_id: of, sub } : { kind: 'nothing' }
}

/** How many rows one transaction of a bulk change touches: a few milliseconds of write lock. */
export const BULK = 1000

/** Revokes each of some tokens that is still live; gives how many were. */
export function* revokeEach(jtis: readonly string[], now: number): Work<number> {
  let revoked = 0
  for (const jti of jtis) if (yield* markAccessTokenRevoked(jti, now)) revoked += 1
  return revoked
}

/** Ends each of some authorizations that still stands, with all it led to; gives how many did. */
export function* revokeAuthorizations(ids: readonly string[], now: number): Work<number> {
  let ended = 0
  for (const authorization_id of ids) if (yield* markAuthorizationRevoked(authorization_id, now)) ended += 1
  return ended
}

/** How many live tokens a revocation ends. */
export interface Lost {
  readonly access_tokens: number
  readonly refresh_tokens: number
}

/** What ends with a presented token: an access token alone, a refresh token with all beside it. */
export function* countFamily(presented: Presented, now: number): Work<Lost> {
  const found = yield* findPresented(presented)
  if (found === undefined) return { access_tokens: 0, refresh_tokens: 0 }
  if (found.kind === 'access_token') {
    return { access_tokens: whyDead(found, now) === undefined ? 1 : 0, refresh_tokens: 0 }
  }
  const { authorization_id } = found.token
  return {
    access_tokens: yield* countLiveTokensUnder({ authorization_id }, now),
    refresh_tokens: yield* countLiveRefreshTokens({ authorization_id }, now),
  }
}

/** The live tokens of a client, of a person, or of what a person allowed one client. */
export function* countLiveOf(
  of: { readonly client_id: string } | { readonly sub: string; readonly client_id?: string },
  now: number,
): Work<Lost> {
  return {
    access_tokens:
      'sub' in of ? yield* countLiveTokensUnder(of, now) : yield* countLiveTokens(of.client_id, now),
    refresh_tokens: yield* countLiveRefreshTokens(of, now),
  }
}
