import { type Credential, credentialOf } from '../protocol/bearer.ts'
import { OAuthError } from '../protocol/error.ts'
import { refuseUnknown } from '../protocol/nearest.ts'
import type { Principal } from '../protocol/principal.ts'
import { isSameResource } from '../protocol/resource.ts'
import { checkedResource, resourceMetadataUrl } from '../protocol/resource-metadata.ts'
import { challengedBy, holding } from './holding.ts'
import { isMet, type Need, neededScope } from './need.ts'
import { checkedPublicUrl } from './public-url.ts'
import {
  badRequest,
  badToken,
  type Challenged,
  cannotKnow,
  missingScope,
  noToken,
  type Refusal,
  unproven,
  wrongClient,
} from './refusal.ts'
import type { ShownAt } from './shown.ts'
import { boundTokensOf, type Verifier } from './verifier.ts'

/** What may be said beside the need itself; each `require…` takes it last. */
export interface RequireOptions {
  /**
   * The resource indicator of this API (RFC 8707): a token that is not for it is refused, and challenges
   * name its metadata document (RFC 9728 section 5.1). Without it a token for any resource passes.
   */
  readonly resource?: string
  /**
   * What clients call in place of the `/` of a request: `https://api.example`, with a path where a proxy takes
   * one away. DPoP proofs are compared with it, never with what a request says of its host. Default: the origin
   * of `resource`; of a server in the process, that of its issuer; else tokens bound by DPoP are refused.
   */
  readonly public_url?: string
  /** `required`: only a token that is bound by DPoP (RFC 9449) passes. Default: bearer tokens do too. */
  readonly dpop?: 'required'
  /** What challenges call the API; default `oauthd`. */
  readonly realm?: string
  /**
   * Told what `verify` threw, before the 503. Default: a process warning, once until the next check that
   * succeeds.
   */
  readonly onError?: (error: unknown) => void
}

/** What a request shows of itself, whatever framework it came through. */
export interface Credentials {
  /** The Authorization header; `null` without one. */
  readonly authorization: string | null
  /** Whether a parameter `access_token` stands in the query (RFC 6750 section 2.3, dropped by OAuth 2.1). */
  readonly inQuery: boolean
  /** Whether one stands in a form; asked only of a request that would pass, since nobody else may be waited for. */
  readonly inForm: () => boolean | Promise<boolean>
  /** What proves that its sender holds the key of the token; looked at where there is one to be held. */
  readonly shown: () => ShownAt
}

export type Outcome =
  | { readonly kind: 'pass'; readonly principal: Principal }
  | { readonly kind: 'refuse'; readonly refusal: Refusal }

/** A check that is ready to run, once a request. */
export type Guard = (credentials: Credentials) => Promise<Outcome>

/**
 * The check of one route: every request is looked up, nothing is remembered, so that what is revoked is
 * refused from the next check on.
 *
 * @throws {TypeError} for a verifier without `verify` and for options that are unknown or wrong
 */
export const protect = (verifier: Verifier, need: Need, options: RequireOptions = {}): Guard => {
  checkVerifier(verifier)
  checkOptions(options)
  const { resource, realm, onError } = options
  const challenged: Challenged = {
    realm,
    scope: neededScope(need),
    resource_metadata: resource === undefined ? undefined : resourceMetadataUrl(resource),
    schemes: [options.dpop === 'required' ? 'DPoP' : 'Bearer'],
    algs: boundTokensOf(verifier)?.algorithms,
  }
  const { find, mayPass, prove } = holding(verifier, options)
  const outage = createOutage(onError)
  return async (credentials) => {
    const presented = presentedBy(credentials, challenged)
    if ('status' in presented) return { kind: 'refuse', refusal: presented }
    try {
      // Judged in here too: a verifier of the app's own may give half a principal.
      const principal: unknown = await find(presented.token)
      if (principal !== undefined && !isPrincipal(principal)) throw new TypeError('verify gave no principal')
      const told = challengedBy(challenged, presented, principal?.cnf)
      const outcome = judge(principal, need, resource, told)
      const problem =
        outcome.kind === 'refuse' || mayPass(presented, outcome.principal)
          ? undefined
          : await prove(presented, outcome.principal, credentials.shown())
      outage.end()
      if (outcome.kind === 'refuse') return outcome
      if (problem !== undefined) return refuse(unproven(told, problem))
      const found = credentials.inForm()
      return (typeof found === 'boolean' ? found : await found) ? refuse(twice(challenged)) : outcome
    } catch (error) {
      outage.tell(error)
      return { kind: 'refuse', refusal: cannotKnow }
    }
  }
}

/** AT-06: the token of the header, or why there is none to look at; other places are named, never read. */
const presentedBy = (
  { authorization, inQuery }: Credentials,
  challenged: Challenged,
): Credential | Refusal => {
  let credential: Credential | undefined
  try {
    credential = credentialOf(authorization)
  } catch (error) {
    if (error instanceof OAuthError) return badRequest(challenged, error.error_description)
    throw error
  }
  if (credential === undefined) return noToken(challenged)
  return inQuery ? twice(challenged) : credential
}

const twice = (challenged: Challenged): Refusal =>
  badRequest(challenged, 'the request carries access tokens in more places than one')

const judge = (
  principal: Principal | undefined,
  need: Need,
  resource: string | undefined,
  challenged: Challenged,
): Outcome => {
  if (principal === undefined) return refuse(badToken(challenged, 'the access token is not valid'))
  // RFC 8707 section 2: a token for another resource is somebody's who was trusted there, not here.
  if (resource !== undefined && !principal.aud.some((one) => isSameResource(one, resource))) {
    return refuse(badToken(challenged, 'the access token is for another resource'))
  }
  if (isMet(need, principal)) return { kind: 'pass', principal }
  if (need.kind === 'client') return refuse(wrongClient(challenged))
  return refuse(missingScope(challenged, need.kind === 'any_scope'))
}

/** A cache in between may give null for undefined: what is no principal is no yes. */
const isPrincipal = (given: unknown): given is Principal =>
  typeof given === 'object' &&
  given !== null &&
  'client_id' in given &&
  typeof given.client_id === 'string' &&
  'aud' in given &&
  Array.isArray(given.aud) &&
  'can' in given &&
  typeof given.can === 'function'

const refuse = (refusal: Refusal): Outcome => ({ kind: 'refuse', refusal })

interface Outage {
  tell(error: unknown): void
  end(): void
}

/** Who listens is told of each fault; a process that has no ear for them hears one an outage. */
const createOutage = (onError: RequireOptions['onError']): Outage => {
  let isTold = false
  return {
    tell(error) {
      if (onError !== undefined) return tellListener(onError, error)
      if (isTold) return
      isTold = true
      process.emitWarning(`tokens cannot be checked, requests get 503: ${inWords(error)}`, 'OAuthdWarning')
    },
    end() {
      isTold = false
    },
  }
}

/** A listener that throws harms nothing: the refusal stands. */
const tellListener = (onError: (error: unknown) => void, error: unknown): void => {
  try {
    onError(error)
  } catch (thrown) {
    process.emitWarning(`onError threw: ${inWords(thrown)}`, 'OAuthdWarning')
  }
}

/** Anything can be thrown, also what cannot be made a string. */
const inWords = (error: unknown): string => (error instanceof Error ? String(error) : `a ${typeof error}`)

/** Callers in JavaScript forget an await, or hand over the app. */
const checkVerifier = (verifier: Partial<Verifier> | undefined): void => {
  if (typeof verifier?.verify === 'function') return
  const hint = verifier instanceof Promise ? ': it is a promise, await it first' : ', which has verify()'
  throw new TypeError(`the first argument must be a server or a verifier${hint}`)
}

const OPTIONS = ['resource', 'public_url', 'dpop', 'realm', 'onError']

const checkOptions = (options: RequireOptions): void => {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new TypeError('the options must be an object')
  }
  refuseUnknown(options, OPTIONS, 'an option of the middleware')
  const { resource, public_url, dpop, realm, onError } = options
  if (resource !== undefined) checkedResource(resource)
  if (public_url !== undefined) checkedPublicUrl(public_url)
  if (dpop !== undefined && dpop !== 'required') throw new TypeError("dpop can be 'required', or left out")
  if (realm !== undefined && (typeof realm !== 'string' || !/^[\x20-\x7e]+$/.test(realm))) {
    throw new TypeError('realm must be printable ASCII')
  }
  if (onError !== undefined && typeof onError !== 'function')
    throw new TypeError('onError must be a function')
}
