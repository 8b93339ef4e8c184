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
export const presentedToken = (input: unknown): string | undefined => {
  if (typeof input === 'string') return input
  if (!isRequest(input, 'the token')) return undefined
  try {
    return bearerToken(input.headers.get('authorization'))
  } catch {
    return undefined
  }
}

/**
 * A web-standard request, of whatever making: that of a framework need not be an instance of ours.
 *
 * @param instead what an app passes that has none
 * @throws {TypeError} for a request of Express, Fastify or `node:http`: taken for one, it would say nothing
 */
export const isRequest = (input: unknown, instead: string): input is Request => {
  if (typeof input !== 'object' || input === null) return false
  if (!('url' in input && typeof input.url === 'string' && 'method' in input && 'headers' in input))
    return false
  const { headers } = input
  if (typeof headers === 'object' && headers !== null && 'get' in headers) return true
  throw new TypeError(`the request must be a web-standard Request, none of node:http: pass ${instead}`)
}
