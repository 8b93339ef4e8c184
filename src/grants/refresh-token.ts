import { type Issued, issueRefreshToken, issueUnder } from '../actions/issue.ts'
import { isConfidential } from '../protocol/auth-method.ts'
import {
  type AuthorizationDetail,
  detailsFor,
  narrowDetails,
  readDetails,
  stillAllowed,
} from '../protocol/authorization-details.ts'
import type { Client } from '../protocol/client-metadata.ts'
import { type Confirmation, tokenType } from '../protocol/confirmation.ts'
import { badProof } from '../protocol/dpop.ts'
import { OAuthError } from '../protocol/error.ts'
import { narrowResources, readResources } from '../protocol/resource.ts'
import { narrowScope, stillRegistered } from '../protocol/scope.ts'
import { type TokenTarget, targetOf } from '../protocol/token-target.ts'
import { type Authorization, touchAuthorization } from '../store/authorization.ts'
import {
  claimRefreshToken,
  claimRetry,
  extendRefreshToken,
  findRefreshToken,
  type RefreshToken,
} from '../store/refresh-token.ts'
import type { Work } from '../store/work.ts'
import {
  boundTo,
  endByReuse,
  type PersonAttempt,
  type PersonGrant,
  provesKey,
  type Reuse,
  required,
  standing,
} from './grant.ts'

const GRANT_TYPE = 'refresh_token'

/** RT-09: more parallel requests than any app makes. */
export const MOST_RETRIES = 10

const DAY = 86_400

/**
 * OAuth 2.1 section 4.3: new tokens under the same authorization. Decision 0010 says why a client whose
 * answer was lost may ask again, and what a thief can make of that.
 */
export const refreshToken: PersonGrant = {
  grant_type: GRANT_TYPE,
  takes: 'refresh_token',
  prepare(form) {
    const refresh_token = required(form, 'refresh_token')
    const requested = form.values.get('scope')
    const resources = readResources(form.resource)
    const details = readDetails(form.values.get('authorization_details'))
    return function* work(attempt) {
      const { client } = attempt
      const found = yield* findFamily(attempt)
      if (found instanceof OAuthError) return found
      const { token, authorization } = found
      // RT-03, RT-04, RT-13: what is refused by this point has used nothing up.
      const granted = stillRegistered(authorization.scope, client.scope)
      if (granted === undefined) return refused('no scope of it is left to the client')
      const scope = narrowScope(granted, requested)
      if (scope instanceof OAuthError) return scope
      const resource = narrowResources(authorization.resource, resources)
      if (resource instanceof OAuthError) return resource
      const target = targetOf(resource, client, attempt.rules)
      if (target instanceof OAuthError) return target
      const known = attempt.rules.authorization_details
      const allowed = stillAllowed(authorization.authorization_details, known, client)
      const narrowed = narrowDetails(allowed, details)
      if (narrowed instanceof OAuthError) return narrowed
      const authorization_details = detailsFor(narrowed, resource)
      const under: Under = { attempt, authorization, scope, target, authorization_details }

      if (mayStay(client, token) && (yield* keep(under, token))) {
        const issued = yield* issue(under)
        return { ...issued, refresh: { kind: 'clear', refresh_token } }
      }
      const rotated = yield* rotate(under, token)
      if (rotated !== undefined) return rotated
      return yield* repeat(under, token)
    }
  },
}

interface Under {
  readonly attempt: PersonAttempt
  readonly authorization: Authorization
  readonly scope: string
  readonly target: TokenTarget
  readonly authorization_details: readonly AuthorizationDetail[] | null
}

/** RT-18: never which of the reasons; that is for the log. */
const refused = (reason: string): OAuthError =>
  new OAuthError('invalid_grant', 'the refresh token is not valid', { cause: reason })

/** A generation of this client, used or not, whose authorization stands (RT-01, RT-06). */
function* findFamily({
  presented,
  client,
  now,
  cnf,
}: PersonAttempt): Work<
  { readonly token: RefreshToken; readonly authorization: Authorization } | OAuthError
> {
  if (presented?.kind !== 'refresh_token') return refused('not a refresh token')
  const token = yield* findRefreshToken(presented.id)
  if (token === undefined || !presented.matches(token)) return refused('unknown refresh token')
  if (token.client_id !== client.client_id) return refused('refresh token of another client')
  const wrong_key = keyProblem(token.cnf, cnf)
  if (wrong_key !== undefined) return wrong_key
  // A used one is judged however old it is: it may be a stolen one.
  if (token.used_at === null && token.exp <= now) return refused('idle for too long')
  const authorization = yield* standing(token.authorization_id, now, refused)
  return authorization instanceof OAuthError ? authorization : { token, authorization }
}

/** DP-06: it stays as it is, and so does its family: who lacks the key can end nothing. */
const keyProblem = (bound: Confirmation | null, cnf: Confirmation | null): OAuthError | undefined => {
  if (provesKey(cnf, bound)) return undefined
  if (cnf === null && tokenType(bound) === 'DPoP')
    return badProof('there is none, and the refresh token is bound')
  return refused('not the key that the refresh token is bound to')
}

const idleTtl = ({ client, refresh_idle_ttl }: PersonAttempt): number =>
  client.refresh_idle_ttl ?? refresh_idle_ttl

/** RT-05, RT-16: one that works again and again needs something beside it: a client's credentials, or a key. */
const mayStay = (client: Client, { cnf }: RefreshToken): boolean =>
  client.refresh_rotate === 'never' && (isConfidential(client) || cnf !== null)

/** RT-16: the token stays as it is, and its idle end moves. */
function* keep({ attempt, authorization }: Under, token: RefreshToken): Work<boolean> {
  const exp = Math.min(attempt.now + idleTtl(attempt), authorization.expires_at)
  return yield* extendRefreshToken(token.refresh_token_id, exp, attempt.now)
}

/** RT-07: takes the current generation and makes the next; `undefined` when it was taken before. */
function* rotate(under: Under, { refresh_token_id }: RefreshToken): Work<Issued | undefined> {
  const { attempt, authorization, target } = under
  const { client, now, sealed, fresh_refresh } = attempt
  if (!(yield* claimRefreshToken(refresh_token_id, fresh_refresh.refresh_token_id, now))) return undefined
  const sealed_until = sealed === null ? null : now + (client.refresh_grace ?? attempt.refresh_grace)
  const answer_exp = Math.min(now + target.ttl, authorization.expires_at)
  const answer = { sealed, sealed_until, answer_exp }
  const cnf = boundTo(client, attempt.cnf)
  yield* issueRefreshToken(fresh_refresh, authorization, { now, idle_ttl: idleTtl(attempt), cnf, answer })
  const issued = yield* issue(under)
  return { ...issued, refresh: { kind: 'clear', refresh_token: fresh_refresh.refresh_token, sealed_until } }
}

/** RT-08 to RT-10: a used token is a lost answer that is asked for again, or it is reuse. */
function* repeat(
  under: Under,
  { refresh_token_id, authorization_id }: RefreshToken,
): Work<Issued | OAuthError | Reuse> {
  const { client, now } = under.attempt
  const cnf = boundTo(client, under.attempt.cnf)
  // Somebody may have used it since it was read.
  const successor_id = (yield* findRefreshToken(refresh_token_id))?.successor_id ?? ''
  const first = yield* claimRetry({ successor_id, cnf, now, most: MOST_RETRIES })
  if (first !== undefined) {
    // The first answer is worth nothing any more, and nor would this one be.
    if (first.answer_exp <= now) return refused('asked for again after the answer had ended')
    // RT-09: a second access token, for the first one's lifetime.
    const issued = yield* issue(under, first.answer_exp)
    return { ...issued, refresh: { kind: 'sealed', sealed: first.sealed } }
  }
  const successor = yield* findRefreshToken(successor_id)
  if (successor !== undefined && isOpen(successor, now))
    return refused('asked for again too often, or with another key')
  return yield* endByReuse('refresh_reuse', authorization_id, now, refused('refresh token used again'))
}

const isOpen = ({ used_at, sealed, sealed_until }: RefreshToken, now: number): boolean =>
  used_at === null && sealed !== null && (sealed_until ?? 0) >= now

function* issue(
  { attempt, authorization, scope, target, authorization_details }: Under,
  not_after?: number,
): Work<Issued> {
  const { now, fresh, cnf } = attempt
  if (now - authorization.last_used_at >= DAY) {
    yield* touchAuthorization(authorization.authorization_id, now)
  }
  const ttl = not_after === undefined ? target.ttl : Math.min(target.ttl, not_after - now)
  return yield* issueUnder(fresh, authorization, {
    grant_type: GRANT_TYPE,
    scope,
    ...target,
    ttl,
    cnf,
    authorization_details,
    now,
  })
}
