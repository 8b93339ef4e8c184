import { OAuthError } from '../protocol/error.ts'
import { PUSHED_LIFETIME } from '../protocol/pushed-request.ts'
import { spend } from '../store/limit.ts'
import {
  claimPushedRequest,
  insertPushedRequest,
  linkPushedRequest,
  type PushedRequest,
} from '../store/pushed-request.ts'
import type { Work } from '../store/work.ts'

/**
 * How much a client may push in the time that one request waits: a thousand requests a second. Whoever knows the
 * name of a public client may push, and what is pushed lies on the disk. Characters.
 */
export const MOST_PUSHED = 33_554_432

/** PAR-06: keeps what a client pushed; `undefined` when it is kept. */
export function* keepPushedRequest(pushed: PushedRequest): Work<OAuthError | undefined> {
  const { client_id, parameters, created_at, expires_at } = pushed
  const spent = yield* spend(`pushed:${client_id}`, created_at, expires_at, parameters.length)
  if (spent.count > MOST_PUSHED) return tooMuchPushed()
  yield* insertPushedRequest(pushed)
  return undefined
}

/** RFC 9126 section 2.3. */
const tooMuchPushed = (): OAuthError =>
  new OAuthError('temporarily_unavailable', 'this client has pushed too much: try again later', {
    status: 429,
    retry_after: PUSHED_LIFETIME,
  })

/**
 * PAR-03: takes what a client pushed, once; `undefined` when it is taken.
 *
 * @param kept the request that its browser may load again
 */
export function* takePushedRequest(
  pushed_id: string,
  now: number,
  kept?: { readonly request_id: string; readonly expires_at: number },
): Work<OAuthError | undefined> {
  if (!(yield* claimPushedRequest(pushed_id, now))) return pushedRequestIsOver()
  if (kept !== undefined) yield* linkPushedRequest(pushed_id, kept.request_id, kept.expires_at)
  return undefined
}

/** PAR-03: unknown, expired, used, or another client's: all look alike, and only the person is told. */
export const pushedRequestIsOver = (client_name?: string): OAuthError =>
  new OAuthError('invalid_request_uri', 'request_uri is over, or was never given: start again from the app', {
    page: 'expired',
    told: { client_name },
  })
