import type { JSONWebKeySet } from 'jose'
import * as errors from 'jose/errors'
import { createLocalJWKSet } from 'jose/jwks/local'
import { createRemoteJWKSet, customFetch } from 'jose/jwks/remote'
import type { JWTVerifyGetKey } from 'jose/jwt/verify'
import { OAuthError } from '../protocol/error.ts'
import { DOCUMENT_MAX_AGE } from '../protocol/key-state.ts'
import { discovered } from './discovery.ts'
import { type Asking, askJson } from './json.ts'
import { resting } from './resting.ts'

/** Milliseconds: for one fetch; between two that an unknown key asks for; for which keys are kept. */
const TIMEOUT = 5_000
const COOLDOWN = 30_000
const LONGEST_KEPT = DOCUMENT_MAX_AGE * 1000

/** Bits. */
const SHORTEST_RSA = 2048

/**
 * The public keys of an issuer (RFC 7517), fetched when a token needs them. A key that is not known is
 * looked for again, once in 30 seconds at the most: whoever makes up keys keeps nobody busy.
 *
 * @returns a key by the header of a token; throws {OAuthError} `temporarily_unavailable` when the keys
 *   cannot be had, and jose's `JWKSNoMatchingKey` when there is no such key
 */
export const remoteKeys = (
  issuer: string,
  { cooldown = COOLDOWN, ...asking }: Asking & { readonly cooldown?: number } = {},
): JWTVerifyGetKey => {
  const fetchKeys = resting((url: string) => keySetAt(url, asking), asking.clock ?? Date.now)
  const jwks_uri = discovered(issuer, 'jwks_uri', asking)
  let keys: ReturnType<typeof createRemoteJWKSet> | undefined
  return async (header, token) => {
    try {
      const address = await jwks_uri.address()
      // Behind the wait: of those who come at once the first makes it, and all share its one fetch.
      keys ??= createRemoteJWKSet(new URL(address), {
        timeoutDuration: asking.timeout ?? TIMEOUT,
        cooldownDuration: cooldown,
        cacheMaxAge: LONGEST_KEPT,
        [customFetch]: fetchKeys,
      })
      const key = await keys(header, token)
      if (isTooShort(key.algorithm)) throw new errors.JWKSNoMatchingKey()
      return key
    } catch (cause) {
      if (isAboutToken(cause)) throw cause
      // Keys that are still good stay: a made-up one must not take them from everybody else.
      if (keys?.fresh !== true) {
        keys = undefined
        jwks_uri.forget()
      }
      throw new OAuthError('temporarily_unavailable', 'the keys of the issuer cannot be had now', { cause })
    }
  }
}

/** jose would follow no limit of size: it is handed what was read within ours. */
const keySetAt = async (url: string, asking: Asking): Promise<Response> => {
  const headers = { accept: 'application/json, application/jwk-set+json' }
  const { status, body } = await askJson(url, { headers }, asking)
  if (status !== 200) throw new Error(`${url} answered ${status}`)
  // It throws for what is no set of keys, which is then a failure like any other.
  createLocalJWKSet(body as JSONWebKeySet)
  return Response.json(body)
}

/** RFC 7518 sections 3.3 and 3.5: RSA keys have 2048 bits or more. What a shorter one signs anybody may have signed. */
const isTooShort = (algorithm: object): boolean =>
  'modulusLength' in algorithm && Number(algorithm.modulusLength) < SHORTEST_RSA

/** The keys were there, and the header fits none, or more than one. */
const isAboutToken = (error: unknown): boolean =>
  error instanceof errors.JWKSNoMatchingKey ||
  error instanceof errors.JWKSMultipleMatchingKeys ||
  error instanceof errors.JOSENotSupported
