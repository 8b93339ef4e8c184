import type { Decision } from '../protocol/decision.ts'
import { OAuthError } from '../protocol/error.ts'
import {
  decideAuthorizationRequest,
  findAuthorizationRequest,
  type StoredAuthorizationRequest,
} from '../store/authorization-request.ts'
import { findClient } from '../store/client.ts'
import type { Work } from '../store/work.ts'

/**
 * A decision as it rests in the row; `ticket_mac` is of what the address for the browser carries,
 * `decided_by` the client_id of the app, which must not have been revoked meanwhile.
 */
export type KeptDecision = Decision & {
  readonly ticket_mac: string
  readonly decided_by: string
  /** Epoch seconds. */
  readonly decided_at: number
}

/** AZ-15: the request that an app asks about, while it can still be decided. */
export function* findInteraction(
  request_id: string,
  now: number,
): Work<StoredAuthorizationRequest | OAuthError> {
  const request = yield* findAuthorizationRequest(request_id)
  if (request === undefined) return unknown()
  if (request.used_at !== null || request.expires_at <= now) return interactionIsOver('is over')
  return request.decision === null ? request : interactionIsOver('was decided before')
}

/** AZ-15: keeps what an app decided, once; `undefined` when it is kept. */
export function* decideInteraction(
  request_id: string,
  decision: KeptDecision,
  now: number,
): Work<OAuthError | undefined> {
  // TK-11: a token of a person must never read as one of a client.
  if (decision.kind === 'approve' && (yield* findClient(decision.sub)) !== undefined) {
    return new OAuthError('invalid_request', 'sub is the client_id of a client')
  }
  const decided_sub = decision.kind === 'approve' ? decision.sub : null
  const kept = { decision: JSON.stringify(decision), decided_sub }
  if (yield* decideAuthorizationRequest(request_id, kept, now)) return undefined
  const found = yield* findInteraction(request_id, now)
  return found instanceof OAuthError ? found : interactionIsOver('is over')
}

/** What was decided, or `undefined` while nothing is. */
export const decisionOf = ({ decision }: StoredAuthorizationRequest): KeptDecision | undefined =>
  decision === null ? undefined : (JSON.parse(decision) as KeptDecision)

const unknown = (): OAuthError =>
  new OAuthError('invalid_request', 'there is no such interaction', { status: 404 })

/** Expired, answered or decided: nothing can be done about it any more. */
export const interactionIsOver = (problem: string): OAuthError =>
  new OAuthError('invalid_request', `the interaction ${problem}: the person starts again from the app`, {
    status: 410,
  })
