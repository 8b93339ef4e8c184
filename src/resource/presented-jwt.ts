import type { Presented } from '../actions/token.ts'
import { JWT_HASH } from '../protocol/access-token.ts'

/** RFC 9068 section 2.1. */
export const ACCESS_TOKEN_TYP = 'at+jwt'

/** Whoever knows the keys that a database signs with. */
export interface OwnKeys {
  verify(
    jwt: string,
    expected: { readonly typ: string; readonly issuer: string; readonly mayBeOver?: boolean },
    now: number,
  ): Promise<Readonly<Record<string, unknown>> | undefined>
}

/** RFC 7515 section 3.1: a JSON object in base64url comes first. */
const COMPACT = /^eyJ[\w-]*\.[\w-]+\.[\w-]+$/

export const isJwt = (token: string): boolean => token.startsWith('eyJ') && COMPACT.test(token)

/**
 * A JWT that one of our keys signed as an access token, and never as anything else (AT-04). Whether it still
 * stands its row says, as of every token (RV-06).
 *
 * @param at the issuer it must be of, and epoch seconds; `mayBeOver` as {@link OwnKeys}' check has it
 */
export const presentJwt = async (
  keys: OwnKeys,
  token: string,
  {
    issuer,
    now,
    mayBeOver = false,
  }: { readonly issuer: string; readonly now: number; readonly mayBeOver?: boolean },
): Promise<Presented | undefined> => {
  const claims = await keys.verify(token, { typ: ACCESS_TOKEN_TYP, issuer, mayBeOver }, now)
  const id = claims?.['jti']
  if (typeof id !== 'string') return undefined
  return { kind: 'access_token', id, matches: ({ token_hash }) => token_hash === JWT_HASH }
}
