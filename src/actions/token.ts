import { isLive, maySee } from '../protocol/access-token.ts'
import type { Client } from '../protocol/client-metadata.ts'
import type { TokenKind } from '../protocol/token-form.ts'
import { type AccessToken, findAccessToken, markAccessTokenRevoked } from '../store/access-token.ts'
import type { Work } from '../store/work.ts'

/** A token that somebody presented: its kind and public half, and the comparison with a row. */
export interface Presented {
  readonly kind: TokenKind
  readonly id: string
  matches(row: { readonly token_hash: Uint8Array; readonly hash_key_id: string }): boolean
}

/** The row of a presented access token, live or not; `undefined` when there is none or the secret is wrong. */
export function* findPresented(presented: Presented): Work<AccessToken | undefined> {
  if (presented.kind !== 'access_token') return undefined
  const row = yield* findAccessToken(presented.id)
  return row !== undefined && presented.matches(row) ? row : undefined
}

/**
 * RFC 7662: the live token, if the caller may see it. Everything else is `undefined`, and the
 * caller cannot tell why (IN-02, IN-05).
 * @param caller the authenticated client; `undefined` for the operator, who sees all
 */
export function* introspectToken(
  presented: Presented,
  caller: Client | undefined,
  server: { readonly issuer: string; readonly now: number },
): Work<AccessToken | undefined> {
  const row = yield* findPresented(presented)
  if (row === undefined || !isLive(row, server.now)) return undefined
  return caller === undefined || maySee(caller, row, server) ? row : undefined
}

/** What became of a revocation. */
export type Revocation =
  | { readonly kind: 'revoked'; readonly token: AccessToken }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'foreign' }

/**
 * RFC 7009: revokes a token of `client_id`. An unknown or dead token is nothing to revoke; another
 * client's is left alone (RV-04).
 * @param client_id `undefined` for the operator, who may revoke any
 */
export function* revokeToken(
  presented: Presented,
  client_id: string | undefined,
  now: number,
): Work<Revocation> {
  const token = yield* findPresented(presented)
  if (token === undefined) return { kind: 'nothing' }
  if (client_id !== undefined && token.client_id !== client_id) return { kind: 'foreign' }
  // It died with its client, for good.
  if (token.client_revoked_at !== null) return { kind: 'nothing' }
  const revoked = yield* markAccessTokenRevoked(token.jti, now)
  return revoked ? { kind: 'revoked', token } : { kind: 'nothing' }
}

/** How many rows one transaction of a bulk change touches: a few milliseconds of write lock. */
export const BULK = 1000

/** Revokes each of some tokens that is still live; gives how many were. */
export function* revokeEach(jtis: readonly string[], now: number): Work<number> {
  let revoked = 0
  for (const jti of jtis) if (yield* markAccessTokenRevoked(jti, now)) revoked += 1
  return revoked
}
