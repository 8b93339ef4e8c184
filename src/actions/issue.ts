import { insertAccessToken } from '../store/access-token.ts'
import type { Work } from '../store/work.ts'

/** An access token minted before the transaction: the clear value, and what is stored of it. */
export interface FreshToken {
  readonly access_token: string
  readonly jti: string
  readonly token_hash: string
  readonly hash_key_id: string
}

/** What a token stands for. Times are epoch seconds, `ttl` seconds; `aud` null is the issuer. */
export interface TokenGrant {
  readonly client_id: string
  readonly sub: string
  readonly grant_type: string
  readonly scope: string
  readonly aud: readonly string[] | null
  readonly now: number
  readonly ttl: number
}

/** What was issued; `expires_in` is counted from `exp` when the answer is written (TM-02). */
export interface Issued {
  readonly access_token: string
  readonly jti: string
  readonly scope: string
  readonly exp: number
}

/** The only place where a token row is inserted. */
export function* issueAccessToken(fresh: FreshToken, grant: TokenGrant): Work<Issued> {
  const { client_id, sub, grant_type, scope, aud, now, ttl } = grant
  const { access_token, jti, token_hash, hash_key_id } = fresh
  const exp = now + ttl
  yield* insertAccessToken({
    jti,
    token_hash,
    hash_key_id,
    client_id,
    sub,
    grant_type,
    scope,
    aud,
    iat: now,
    exp,
  })
  return { access_token, jti, scope, exp }
}

/** The token response of RFC 6749 section 5.1; an empty scope leaves the member out. */
export interface TokenResponse {
  readonly access_token: string
  readonly token_type: 'Bearer'
  readonly expires_in: number
  readonly scope?: string
}

/** @param now epoch seconds at the moment of answering: `expires_in` is never larger than the truth */
export const tokenResponse = (issued: Issued, now: number): TokenResponse => {
  const expires_in = Math.max(0, issued.exp - now)
  const response = { access_token: issued.access_token, token_type: 'Bearer', expires_in } as const
  return issued.scope === '' ? response : { ...response, scope: issued.scope }
}
