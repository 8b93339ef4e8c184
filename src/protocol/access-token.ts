import type { AuthorizationDetail } from './authorization-details.ts'
import { type Person, personMembers } from './claims.ts'
import type { Client } from './client-metadata.ts'
import { type Confirmation, type TokenType, tokenType } from './confirmation.ts'
import { isSameResource } from './resource.ts'

/** What is known of an access token. Times are epoch seconds. */
export interface AccessToken {
  readonly jti: string
  readonly client_id: string
  /** What a person allowed that led to it; `null` for a client's own token. */
  readonly authorization_id: string | null
  readonly sub: string
  readonly grant_type: string
  /** Space-separated; may be empty. */
  readonly scope: string
  /** The resources it is for; `null`: the issuer's own (AT-03). */
  readonly aud: readonly string[] | null
  /** The key that it is bound to; `null`: a bearer token. */
  readonly cnf: Confirmation | null
  readonly authorization_details: readonly AuthorizationDetail[] | null
  readonly iat: number
  readonly exp: number
  readonly revoked_at: number | null
  /** When its client was revoked, which ends every token at once (CA-11). */
  readonly client_revoked_at: number | null
  /** When its authorization was revoked, which ends all that it led to at once. */
  readonly authorization_revoked_at: number | null
}

/** What rests of a JWT instead of a hash: its signature proves it, and no keyed hash is so short. */
export const JWT_HASH = 'jwt'

/** RFC 7662 section 2.2. */
export type Introspection = { readonly active: false } | ActiveToken

export interface ActiveToken {
  readonly active: true
  readonly scope?: string
  readonly client_id: string
  /** Absent for a refresh token, which opens nothing by itself. */
  readonly token_type?: TokenType
  /** The key that it is bound to; absent for a bearer token. */
  readonly cnf?: Confirmation
  readonly exp: number
  readonly iat: number
  readonly sub: string
  readonly aud: string | readonly string[]
  readonly iss: string
  readonly jti: string
  /** Ours, not of RFC 7662: tells a client's own token from a person's. */
  readonly grant_type: string
  /** The person's, where it is known. */
  readonly username?: string
  readonly auth_time?: number
  readonly acr?: string
  readonly amr?: readonly string[]
  /** Extra claims, given at approval. */
  readonly [claim: string]: unknown
}

/** What a token says of itself, whatever kind it is. */
export type TokenFacts = Pick<
  AccessToken,
  | 'jti'
  | 'client_id'
  | 'sub'
  | 'grant_type'
  | 'scope'
  | 'aud'
  | 'cnf'
  | 'authorization_details'
  | 'iat'
  | 'exp'
>

export interface Inactivity {
  readonly reason: 'revoked' | 'client_revoked' | 'authorization_revoked' | 'used' | 'expired'
  readonly at: number
}

/** RFC 7662 section 2.2: what is said of every token that is not live, whatever the reason. */
export const INACTIVE: { readonly active: false } = Object.freeze({ active: false })

/** TM-02: dead exactly at exp, with no grace for the clock of whoever asks. */
export const isLive = (token: AccessToken, now: number): boolean =>
  token.revoked_at === null &&
  token.client_revoked_at === null &&
  token.authorization_revoked_at === null &&
  now < token.exp

/** Why a token is not live; `undefined` when it is. For the operator only (`token:introspect --explain`). */
export const whyInactive = (
  token: Pick<AccessToken, 'exp' | 'revoked_at' | 'client_revoked_at' | 'authorization_revoked_at'>,
  now: number,
): Inactivity | undefined => {
  if (token.revoked_at !== null) return { reason: 'revoked', at: token.revoked_at }
  if (token.client_revoked_at !== null) return { reason: 'client_revoked', at: token.client_revoked_at }
  if (token.authorization_revoked_at !== null) {
    return { reason: 'authorization_revoked', at: token.authorization_revoked_at }
  }
  return now < token.exp ? undefined : { reason: 'expired', at: token.exp }
}

/**
 * The answer of RFC 7662 section 2.2 about a live token.
 *
 * @param person of whom it is; `undefined` for a client's own token
 */
export const introspection = (
  token: TokenFacts,
  server: { readonly issuer: string },
  {
    person,
    isRefreshToken = false,
  }: { readonly person?: Person | undefined; readonly isRefreshToken?: boolean } = {},
): ActiveToken => {
  const { client_id, exp, iat, sub, jti, grant_type, scope } = token
  const aud = audience(token.aud, server.issuer)
  const times = { exp, iat, sub, aud, iss: server.issuer, jti, grant_type }
  const about = isRefreshToken
    ? { client_id, ...times }
    : { client_id, token_type: tokenType(token.cnf), ...times }
  // RFC 6749 section 3.3: a scope has a token or more, so an empty one leaves the member out.
  const own = scope === '' ? { active: true as const, ...about } : { active: true as const, scope, ...about }
  const described = person === undefined ? own : { ...own, ...personMembers(person) }
  const { cnf, authorization_details } = token
  if (cnf === null && authorization_details === null) return described
  return {
    ...described,
    ...(cnf === null ? undefined : { cnf }),
    ...(authorization_details === null ? undefined : { authorization_details }),
  }
}

/**
 * IN-05: an `own` caller sees what was issued to it and what is meant for a resource of its own.
 * What it may not see is answered like a token that does not exist (RFC 7662 section 4).
 *
 * @param server a token without a resource is meant for its issuer, which may be the caller's resource
 */
export const maySee = (
  caller: Pick<Client, 'client_id' | 'introspect' | 'resource'>,
  token: Pick<AccessToken, 'client_id' | 'aud'>,
  server: { readonly issuer: string },
): boolean => {
  if (seesWhole(caller, token)) return true
  const aud = token.aud ?? [server.issuer]
  return caller.resource.some((resource) => aud.some((one) => isSameResource(one, resource)))
}

/** RFC 7519 section 4.1.3: one audience may be a string, and most readers expect it so. */
const audience = (aud: readonly string[] | null, issuer: string): string | readonly string[] => {
  const [first = issuer, ...more] = aud ?? []
  return more.length === 0 ? first : [first, ...more]
}

/** Whose token it is, and whoever may look at any, sees all that it says. */
export const seesWhole = (
  caller: Pick<Client, 'client_id' | 'introspect'>,
  token: Pick<AccessToken, 'client_id'>,
): boolean => caller.introspect === 'any' || token.client_id === caller.client_id
