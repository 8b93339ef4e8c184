import { countExpiredTokens, purgeAccessTokens } from '../store/access-token.ts'
import { countEndedAuthorizations, purgeAuthorizations } from '../store/authorization.ts'
import { countPurgeableCodes, purgeAuthorizationCodes } from '../store/authorization-code.ts'
import { countEndedRequests, purgeAuthorizationRequests } from '../store/authorization-request.ts'
import { countExpiredSecrets, purgeClientSecrets } from '../store/client-secret.ts'
import { countWholeLimits, purgeLimits } from '../store/limit.ts'
import { countEndedPushedRequests, purgePushedRequests } from '../store/pushed-request.ts'
import { countPurgeableRefreshTokens, purgeRefreshTokens } from '../store/refresh-token.ts'
import { countEndedSessions, purgeSessions } from '../store/session.ts'
import { countEndedJtis, purgeUsedJtis } from '../store/used-jti.ts'
import type { Work } from '../store/work.ts'
import { countOverSigningKeys, purgeSigningKeys } from './signing-key.ts'

/** How many rows a purge removed, by what they were. */
export interface Purged {
  readonly access_tokens: number
  readonly refresh_tokens: number
  readonly authorization_codes: number
  readonly authorizations: number
  readonly authorization_requests: number
  readonly pushed_requests: number
  readonly sessions: number
  readonly client_secrets: number
  readonly limits: number
  readonly used_jtis: number
  readonly signing_keys: number
}

/** Removes up to `limit` rows of each kind that are over (LG-03). Repeat until all are below `limit`. */
export function* purgeSome(before: number, limit: number): Work<Purged> {
  const access_tokens = yield* purgeAccessTokens(before, limit)
  const refresh_tokens = yield* purgeRefreshTokens(before, limit)
  const authorization_codes = yield* purgeAuthorizationCodes(before, limit)
  // No token or code outlives its authorization, and none is left to name one that is gone.
  const isLast = Math.max(access_tokens, refresh_tokens, authorization_codes) < limit
  return {
    access_tokens,
    refresh_tokens,
    authorization_codes,
    authorizations: isLast ? yield* purgeAuthorizations(before, limit) : 0,
    authorization_requests: yield* purgeAuthorizationRequests(before, limit),
    pushed_requests: yield* purgePushedRequests(before, limit),
    sessions: yield* purgeSessions(before, limit),
    client_secrets: yield* purgeClientSecrets(before, limit),
    limits: yield* purgeLimits(before, limit),
    used_jtis: yield* purgeUsedJtis(before, limit),
    signing_keys: yield* purgeSigningKeys(before),
  }
}

/** What a purge would remove. */
export function* countPurgeable(before: number): Work<Purged> {
  return {
    access_tokens: yield* countExpiredTokens(before),
    refresh_tokens: yield* countPurgeableRefreshTokens(before),
    authorization_codes: yield* countPurgeableCodes(before),
    authorizations: yield* countEndedAuthorizations(before),
    authorization_requests: yield* countEndedRequests(before),
    pushed_requests: yield* countEndedPushedRequests(before),
    sessions: yield* countEndedSessions(before),
    client_secrets: yield* countExpiredSecrets(before),
    limits: yield* countWholeLimits(before),
    used_jtis: yield* countEndedJtis(before),
    signing_keys: yield* countOverSigningKeys(before),
  }
}

export const NOTHING_PURGED: Purged = {
  access_tokens: 0,
  refresh_tokens: 0,
  authorization_codes: 0,
  authorizations: 0,
  authorization_requests: 0,
  pushed_requests: 0,
  sessions: 0,
  client_secrets: 0,
  limits: 0,
  used_jtis: 0,
  signing_keys: 0,
}

/** Both together. */
export const sumOf = (one: Purged, other: Purged): Purged => ({
  access_tokens: one.access_tokens + other.access_tokens,
  refresh_tokens: one.refresh_tokens + other.refresh_tokens,
  authorization_codes: one.authorization_codes + other.authorization_codes,
  authorizations: one.authorizations + other.authorizations,
  authorization_requests: one.authorization_requests + other.authorization_requests,
  pushed_requests: one.pushed_requests + other.pushed_requests,
  sessions: one.sessions + other.sessions,
  client_secrets: one.client_secrets + other.client_secrets,
  limits: one.limits + other.limits,
  used_jtis: one.used_jtis + other.used_jtis,
  signing_keys: one.signing_keys + other.signing_keys,
})
