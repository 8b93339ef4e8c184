import { bearerToken } from '../protocol/bearer.ts'
import type { Principal } from '../protocol/principal.ts'

/** What tells whether an access token is live: a server in the same process, or a verifier elsewhere. */
export interface Verifier {
  /**
   * The principal of a live access token, or `undefined` for anything else, a refresh token too. Of a
   * request only the Authorization header is read.
   *
   * @throws when it cannot know: database gone, introspection endpoint down. That is never a yes.
   */
  verify(input: string | Request): Promise<Principal | undefined>
  close?(): Promise<void>
}

/** What `verify` was handed, as the token to look at; `undefined` when there is none or it is malformed. */
export const presentedToken = (input: string | Request): string | undefined => {
  if (typeof input === 'string') return input
  try {
    return bearerToken(input.headers.get('authorization'))
  } catch {
    return undefined
  }
}
