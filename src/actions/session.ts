import type { AuditEvent } from '../protocol/audit.ts'
import { setRequestSession } from '../store/authorization-request.ts'
import { forgive, refund, spend } from '../store/limit.ts'
import { deleteSession, insertSession, type Session } from '../store/session.ts'
import { findUserByName, rehashPassword, type UserWithPassword } from '../store/user.ts'
import type { Work } from '../store/work.ts'
import { record, type Trail } from './audit.ts'

/** PG-08: so many failures of one user from one address, within the window. */
export const TRIES_PER_USER = 10

/** So many failures from one address, whoever was tried: one password for many users is guessing too. */
export const TRIES_PER_ADDRESS = 100

/** How long after the first failure of a window a budget is whole again. Seconds. */
export const TRIES_WINDOW = 900

/** Under which names a try is counted. */
export interface TryKeys {
  readonly user_and_address: string
  /** `undefined` where nobody knows the address: all the world would share one budget. */
  readonly address: string | undefined
}

/**
 * Spends a try before the password is looked at, so that many at once cannot all be let through.
 *
 * @returns epoch seconds until which no try is left; `undefined` when this one may be made
 */
export function* spendTry(keys: TryKeys, now: number): Work<number | undefined> {
  const resets_at = now + TRIES_WINDOW
  const user = yield* spend(keys.user_and_address, now, resets_at)
  const address = keys.address === undefined ? undefined : yield* spend(keys.address, now, resets_at)
  const over = [
    ...(user.count > TRIES_PER_USER ? [user.resets_at] : []),
    ...(address !== undefined && address.count > TRIES_PER_ADDRESS ? [address.resets_at] : []),
  ]
  if (over.length === 0) return undefined
  // What was not tried is no failure: or one user's limit would spend the address's budget for all others.
  yield* refundTry(keys)
  return Math.max(...over)
}

/** So many failed sign-ins a day are written down: rows stay for good, and anybody may fail under any name. */
export const MOST_FAILURES_WRITTEN = 10_000

/** LG-02: writes a failed sign-in down, and once in a day that there are more, which the log alone tells. */
export function* recordFailure(event: AuditEvent, trail: Trail): Work<void> {
  const { count } = yield* spend('audit sign_in_failed', trail.at, trail.at + 86_400)
  if (count <= MOST_FAILURES_WRITTEN) yield* record(event, trail)
  else if (count === MOST_FAILURES_WRITTEN + 1) {
    yield* record(
      { type: event.type, detail: { reason: 'too many: the rest of the day is in the log' } },
      trail,
    )
  }
}

/** Takes a try back that was no failure. */
export function* refundTry(keys: TryKeys): Work<void> {
  yield* refund(keys.user_and_address)
  if (keys.address !== undefined) yield* refund(keys.address)
}

/** A sign-in whose password was right. */
export interface SignIn {
  /** The user as the password was checked against. */
  readonly user: UserWithPassword
  readonly session: Session
  /** The session that this browser had before, whoever's it was. */
  readonly former_session_id: string | undefined
  /** The authorization request that it is for. */
  readonly request_id: string | undefined
  /** The same password under newer parameters. */
  readonly new_hash: string | undefined
  readonly keys: TryKeys
}

/**
 * Begins a session and ends the one before (PG-04). `false`, and no session, when user or password
 * have changed since they were looked at.
 */
export function* startSession(sign_in: SignIn): Work<boolean> {
  const { user, session, former_session_id, request_id, new_hash, keys } = sign_in
  const stands = yield* findUserByName(user.username_key)
  if (stands === undefined || !isSamePassword(stands, sign_in)) return false
  if (former_session_id !== undefined) yield* deleteSession(former_session_id)
  yield* insertSession(session)
  if (request_id !== undefined) yield* setRequestSession(request_id, session.session_id)
  if (new_hash !== undefined) yield* rehashPassword(user.sub, user.password_hash, new_hash)
  yield* forgive(keys.user_and_address)
  if (keys.address !== undefined) yield* refund(keys.address)
  return true
}

/** Another sign-in may have hashed the same password again meanwhile. */
const isSamePassword = (stands: UserWithPassword, { user, new_hash }: SignIn): boolean =>
  stands.sub === user.sub &&
  (stands.password_hash === user.password_hash ||
    (new_hash !== undefined && stands.password_changed_at === user.password_changed_at))
