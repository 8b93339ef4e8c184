import { type Credential, credentialOf } from '../protocol/bearer.ts'
import type { Principal } from '../protocol/principal.ts'
import type { Prove } from './possession.ts'
import { calledUrl } from './public-url.ts'
import { shownByWeb } from './shown.ts'

/** What tells whether an access token is live: a server in the same process, or a verifier elsewhere. */
export interface Verifier {
  /**
   * The principal of a live access token, or `undefined` for anything else, a refresh token too. Of a
   * request the headers `Authorization` and `DPoP`, and the client certificate of its connection are read.
   * A token that is bound to a key gives `undefined` as a string: nobody has proven to hold that.
   *
   * @throws when it cannot know: database gone, introspection endpoint down. That is never a yes.
   */
  verify(input: string | Request): Promise<Principal | undefined>
  close?(): Promise<void>
}

/** What is needed to take tokens that are bound to a key. */
export interface BoundTokens {
  /** As `verify`, and of bound tokens too, whose `cnf` is still to be proven. */
  find(token: string | undefined): Promise<Principal | undefined>
  readonly prove: Prove
  /** Those that a proof may be signed by; left out, all that we know. */
  readonly algorithms?: readonly string[]
  /** What clients call in place of the `/` of a request; `undefined`: it was not said. */
  readonly public_url: string | undefined
}

/**
 * Those who can, by the very object: a copy with another `verify` decides by that alone, and takes no bound
 * token rather than one that it would have refused.
 */
const able = new WeakMap<object, BoundTokens>()

export const boundTokensOf = (verifier: object): BoundTokens | undefined => able.get(verifier)

/** Tells the guards that bound tokens may be shown to it. */
export const withBoundTokens = <T extends Verifier>(verifier: T, bound: BoundTokens): T => {
  able.set(verifier, bound)
  return verifier
}

/** `verify` of a verifier, out of what it knows of tokens. */
export const verifyBy = async (
  { find, prove, public_url }: BoundTokens,
  input: string | Request,
): Promise<Principal | undefined> => {
  if (typeof input === 'string') return unbound(await find(input))
  // What is neither is no token, and no fault either.
  if (!isRequest(input, 'the token')) return find(undefined)
  const credential = presentedBy(input)
  const principal = await find(credential?.token)
  if (credential === undefined || principal === undefined) return undefined
  const { path, ...shown } = shownByWeb(input)
  const called = { ...shown, url: calledUrl(public_url, path) }
  return (await prove(credential, principal, called)) === undefined ? principal : undefined
}

const unbound = (principal: Principal | undefined): Principal | undefined =>
  principal?.cnf === undefined ? principal : undefined

/** What a request was handed, as the token to look at; `undefined` when there is none or it is malformed. */
const presentedBy = (input: Request): Credential | undefined => {
  try {
    return credentialOf(input.headers.get('authorization'))
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
