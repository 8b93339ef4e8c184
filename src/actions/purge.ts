import { countExpiredTokens, purgeAccessTokens } from '../store/access-token.ts'
import { countExpiredSecrets, purgeClientSecrets } from '../store/client-secret.ts'
import type { Work } from '../store/work.ts'

/** How many rows a purge removed, by what they were. */
export interface Purged {
  readonly access_tokens: number
  readonly client_secrets: number
}

/** Removes up to `limit` expired rows of each kind (LG-03). Repeat until both are below `limit`. */
export function* purgeSome(before: number, limit: number): Work<Purged> {
  return {
    access_tokens: yield* purgeAccessTokens(before, limit),
    client_secrets: yield* purgeClientSecrets(before, limit),
  }
}

/** What a purge would remove. */
export function* countPurgeable(before: number): Work<Purged> {
  return {
    access_tokens: yield* countExpiredTokens(before),
    client_secrets: yield* countExpiredSecrets(before),
  }
}
