import { OAuthError } from '../protocol/error.ts'
import { claimPushedRequest, linkPushedRequest } from '../store/pushed-request.ts'
import type { Work } from '../store/work.ts'

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
