import { JWT_HASH } from '../protocol/access-token.ts'
import { accessTokenClaims } from '../protocol/access-token-claims.ts'
import type { AuthorizationDetail } from '../protocol/authorization-details.ts'
import type { Person } from '../protocol/claims.ts'
import { type Confirmation, type TokenType, tokenType } from '../protocol/confirmation.ts'
import type { SigningAlg } from '../protocol/key-state.ts'
import type { TokenTarget } from '../protocol/token-target.ts'
import { insertAccessToken } from '../store/access-token.ts'
import type { Authorization } from '../store/authorization.ts'
import { insertRefreshToken, type RefreshToken } from '../store/refresh-token.ts'
import type { Work } from '../store/work.ts'

/** An access token minted before the transaction: the clear value, and what is stored of it. */
export interface FreshToken {
  readonly access_token: string
  readonly jti: string
  readonly token_hash: string
  readonly hash_key_id: string
}

/** A refresh token minted before the transaction. */
export interface FreshRefreshToken {
  readonly refresh_token: string
  readonly refresh_token_id: string
  readonly token_hash: string
  readonly hash_key_id: string
}

/** What a token stands for. Times are epoch seconds. */
export interface TokenGrant extends TokenTarget {
  readonly client_id: string
  /** What a person allowed; `null` for a client's own token. */
  readonly authorization_id: string | null
  readonly sub: string
  readonly grant_type: string
  readonly scope: string
  /** The key it is bound to; `null`: a bearer token. */
  readonly cnf: Confirmation | null
  readonly authorization_details: readonly AuthorizationDetail[] | null
  readonly now: number
  /** Of whom it is; `undefined` for a client's own token. */
  readonly person?: Person
}

/** What was issued; `expires_in` is counted from `exp` when the answer is written (TM-02). */
export interface Issued {
  readonly access_token: string
  /** It is a JWT of these claims, which is signed after the commit; the string above opens nothing. */
  readonly jwt?: { readonly alg: SigningAlg; readonly claims: Readonly<Record<string, unknown>> }
  readonly jti: string
  readonly sub: string
  readonly scope: string
  readonly token_type: TokenType
  readonly exp: number
  /** What was granted in detail (RFC 9396 section 7); absent: nothing. */
  readonly authorization_details?: readonly AuthorizationDetail[]
  /** The refresh token that goes with it, if any. */
  readonly refresh?: IssuedRefresh
}

/** A refresh token to answer with: at hand, or sealed for who presented the one before (RT-08). */
export type IssuedRefresh =
  | { readonly kind: 'clear'; readonly refresh_token: string; readonly sealed_until?: number | null }
  | { readonly kind: 'sealed'; readonly sealed: string }

/** The only place where a token row is inserted. */
export function* issueAccessToken(fresh: FreshToken, grant: TokenGrant): Work<Issued> {
  const { client_id, authorization_id, sub, grant_type, scope, aud, cnf, authorization_details } = grant
  const { access_token, jti, token_hash, hash_key_id } = fresh
  const { jwt } = grant
  const exp = grant.now + grant.ttl
  const token = {
    jti,
    token_hash: jwt === undefined ? token_hash : JWT_HASH,
    hash_key_id,
    client_id,
    authorization_id,
    sub,
    grant_type,
    scope,
    aud,
    cnf,
    authorization_details,
    iat: grant.now,
    exp,
  }
  yield* insertAccessToken(token)
  const told = { access_token, jti, sub, scope, token_type: tokenType(cnf), exp }
  const issued = authorization_details === null ? told : { ...told, authorization_details }
  if (jwt === undefined) return issued
  return { ...issued, jwt: { alg: jwt.alg, claims: accessTokenClaims(token, jwt.iss, grant.person) } }
}

/** What a token under an authorization differs in from what was allowed. */
export type TokenUnder = Omit<TokenGrant, 'client_id' | 'authorization_id' | 'sub' | 'person'>

/** RT-06: an access token of a person, which never outlives what it was issued under. */
export const issueUnder = (
  fresh: FreshToken,
  authorization: Authorization,
  under: TokenUnder,
): Work<Issued> => {
  const { authorization_id, client_id, sub, expires_at } = authorization
  const ttl = Math.min(under.ttl, expires_at - under.now)
  return issueAccessToken(fresh, {
    ...under,
    client_id,
    authorization_id,
    sub,
    person: authorization,
    ttl,
  })
}

/** A generation of a refresh token. */
export interface Generation {
  readonly now: number
  /** Seconds. */
  readonly idle_ttl: number
  /** The key of a public client that it is bound to (DP-06). */
  readonly cnf: Confirmation | null
  /** What is kept of the answer it goes out with, so that it can be given again (RT-07). */
  readonly answer?: Pick<RefreshToken, 'sealed' | 'sealed_until' | 'answer_exp'>
}

const NO_ANSWER = { sealed: null, sealed_until: null, answer_exp: null }

/** Inserts a generation: the first, or the one that takes the place of one that was used. */
export const issueRefreshToken = (
  { refresh_token_id, token_hash, hash_key_id }: FreshRefreshToken,
  { authorization_id, client_id, expires_at }: Authorization,
  { now, idle_ttl, cnf, answer = NO_ANSWER }: Generation,
): Work<void> =>
  insertRefreshToken({
    refresh_token_id,
    token_hash,
    hash_key_id,
    authorization_id,
    client_id,
    iat: now,
    exp: Math.min(now + idle_ttl, expires_at),
    used_at: null,
    successor_id: null,
    ...answer,
    retries: 0,
    cnf,
    purge_at: expires_at,
  })

/** The token response of RFC 6749 section 5.1; an empty scope leaves the member out. */
export interface TokenResponse {
  readonly access_token: string
  readonly token_type: TokenType
  readonly expires_in: number
  readonly refresh_token?: string
  readonly scope?: string
  readonly authorization_details?: readonly AuthorizationDetail[]
}

/**
 * @param now epoch seconds at the moment of answering: `expires_in` is never larger than the truth
 * @param refresh_token in clear, if one goes with it
 */
export const tokenResponse = (issued: Issued, now: number, refresh_token?: string): TokenResponse => {
  const expires_in = Math.max(0, issued.exp - now)
  const response = {
    access_token: issued.access_token,
    token_type: issued.token_type,
    expires_in,
    ...(refresh_token === undefined ? undefined : { refresh_token }),
  } as const
  const scoped = issued.scope === '' ? response : { ...response, scope: issued.scope }
  const { authorization_details } = issued
  return authorization_details === undefined ? scoped : { ...scoped, authorization_details }
}
