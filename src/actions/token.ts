import { isLive, maySee } from '../protocol/access-token.ts'
import type { Client } from '../protocol/client-metadata.ts'
import {
  type AccessToken,
  findAccessToken,
  markAccessTokenRevoked,
  revokeClientTokens,
} from '../store/access-token.ts'
import type { Work } from '../store/work.ts'

/** A token that somebody presented: its public half, and the comparison with a row. */
export interface Presented {
  readonly jti: string
  matches(row: AccessToken): boolean
}

/** The row of a presented token, live or not; `undefined` when there is none or the secret is wrong. */
export function* findPresented(presented: Presented): Work<AccessToken | undefined> {
  const row = yield* findAccessToken(presented.jti)
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

/** One batch of a bulk revocation; `last` is what the next one goes on behind. */
export interface RevokedSome {
  readonly revoked: number
  readonly last: string
}

/**
 * Revokes up to `BULK` live tokens of a client whose ids are behind `after`, at first ''. Repeat from
 * `last` until fewer are revoked.
 */
export function* revokeSomeOfClient(client_id: string, after: string, now: number): Work<RevokedSome> {
  const revoked = yield* revokeClientTokens(client_id, now, after, BULK)
  // RETURNING promises no order.
  return { revoked: revoked.length, last: revoked.reduce((last, jti) => (jti > last ? jti : last), after) }
}
