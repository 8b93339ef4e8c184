import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import type { Client } from '../protocol/client-metadata.ts'
import { OAuthError } from '../protocol/error.ts'
import { isRemembered } from '../protocol/given-consent.ts'
import { covers } from '../protocol/scope.ts'
import { insertAuthorization } from '../store/authorization.ts'
import { insertAuthorizationCode } from '../store/authorization-code.ts'
import {
  claimAuthorizationRequest,
  insertAuthorizationRequest,
  type StoredAuthorizationRequest,
} from '../store/authorization-request.ts'
import { findClient } from '../store/client.ts'
import { findConsent } from '../store/consent.ts'
import { findSession } from '../store/session.ts'
import type { Work } from '../store/work.ts'
import { growConsent } from './consent.ts'
import { takePushedRequest } from './pushed-request.ts'

/** AZ-15: how long a person may take to answer. Seconds. */
export const REQUEST_LIFETIME = 900

/** What an examined request is kept under. */
export interface Opening {
  readonly request_id: string
  readonly browser_mac: string
  /** It was pushed, and is taken by this. */
  readonly pushed_id?: string | undefined
  readonly now: number
}

/** Keeps an examined request until its person has answered; gives it as it is kept. */
export function* openRequest(
  request: AuthorizationRequest,
  { request_id, browser_mac, pushed_id, now }: Opening,
): Work<StoredAuthorizationRequest | OAuthError> {
  const stored: StoredAuthorizationRequest = {
    ...request,
    request_id,
    browser_mac,
    session_id: null,
    decision: null,
    created_at: now,
    expires_at: now + REQUEST_LIFETIME,
    used_at: null,
  }
  const over = pushed_id === undefined ? undefined : yield* takePushedRequest(pushed_id, now, stored)
  if (over !== undefined) return over
  yield* insertAuthorizationRequest(stored)
  return stored
}

/** Who allows; what is not known of the person is `null`. */
export interface Person {
  readonly sub: string
  readonly username: string | null
  /** Epoch seconds. */
  readonly auth_time: number | null
  readonly acr: string | null
  readonly amr: readonly string[] | null
}

/** A code minted before the transaction: what is stored of it. */
interface FreshCode {
  readonly id: string
  readonly hash: string
  readonly hash_key_id: string
}

/** Seconds, the server's; a client may have its own. */
interface Lifetimes {
  readonly code_ttl: number
  readonly refresh_ttl: number
  readonly access_token_ttl: number
}

export interface Approval {
  /** With `request_id` it is a stored one, and is answered by this. */
  readonly request: AuthorizationRequest & { readonly request_id?: string }
  /** It was pushed and not kept since; it is taken by this. */
  readonly pushed_id?: string | undefined
  readonly client: Client
  readonly person: Person
  /** The session that says who it is; `null` where an app does. */
  readonly session_id: string | null
  /** The app that says who it is and what is allowed. */
  readonly decided_by?: string
  /** The whole of what was asked, or less. */
  readonly scope: string
  /** Extra claims, which reach introspection. */
  readonly claims: Readonly<Record<string, unknown>> | null
  /**
   * What the person said: `once`, `remember`, or nothing (`unasked`), because it was remembered, or the
   * client is first-party.
   */
  readonly answer: 'once' | 'remember' | 'unasked'
  readonly fresh: { readonly authorization_id: string; readonly code: FreshCode }
  readonly now: number
  readonly lifetimes: Lifetimes
}

export interface Approved {
  readonly authorization_id: string
  readonly scope: string
  /** How long the code lives. Seconds. */
  readonly expires_in: number
}

/**
 * A person allows a client something: claims the stored request, and makes the authorization and its
 * code. A refusal changes nothing.
 */
export function* approveRequest(approval: Approval): Work<Approved | OAuthError> {
  const { request, client, person, session_id, scope, answer, now } = approval
  const { client_id } = client
  if (!covers(request.scope, scope)) {
    return new OAuthError('invalid_scope', 'scope goes beyond what the client asked for')
  }
  // TK-11: a token of a person must never read as one of a client.
  if ((yield* findClient(person.sub)) !== undefined) {
    return new OAuthError('access_denied', 'sub is the client_id of a client')
  }
  if (approval.decided_by !== undefined) {
    const app = yield* findClient(approval.decided_by)
    if (app === undefined || app.revoked_at !== null) {
      return new OAuthError('access_denied', 'the app that allowed it is revoked')
    }
  }
  // PG-09: signed out, or deleted with its user, since somebody looked.
  if (session_id !== null && (yield* findSession(session_id)) === undefined) {
    return new OAuthError('login_required', 'nobody is signed in any more')
  }
  if (answer === 'unasked' && !client.first_party) {
    // PG-07: it may have been withdrawn since somebody looked.
    const consent = yield* findConsent(person.sub, client_id)
    if (!isRemembered(consent?.allowed, { ...request, scope })) {
      return new OAuthError('consent_required', 'the person has to be asked')
    }
  }
  if (request.request_id !== undefined && !(yield* claimAuthorizationRequest(request.request_id, now))) {
    return requestIsOver(client.client_name)
  }
  if (approval.pushed_id !== undefined) {
    const over = yield* takePushedRequest(approval.pushed_id, now)
    if (over !== undefined) return over
  }
  if (answer !== 'unasked') {
    const { sub } = person
    const { resource } = request
    yield* growConsent({ sub, client_id, scope, resource, remember: answer === 'remember' }, now)
  }
  return yield* authorize(approval)
}

function* authorize(approval: Approval): Work<Approved> {
  const { request, client, person, scope, claims, fresh, now, lifetimes } = approval
  const { authorization_id, code } = fresh
  const { client_id } = client
  const code_ttl = client.code_ttl ?? lifetimes.code_ttl
  // Nothing was issued yet: who never comes for the code leaves nothing standing.
  const expires_at = now + code_ttl
  yield* insertAuthorization({
    authorization_id,
    client_id,
    ...person,
    scope,
    resource: request.resource,
    authorization_details: request.authorization_details,
    claims,
    created_at: now,
    last_used_at: now,
    expires_at,
    revoked_at: null,
  })
  yield* insertAuthorizationCode({
    code_id: code.id,
    code_hash: code.hash,
    hash_key_id: code.hash_key_id,
    authorization_id,
    client_id,
    redirect_uri: request.redirect_uri,
    code_challenge: request.code_challenge,
    dpop_jkt: request.dpop_jkt,
    wrong_tries: 0,
    expires_at,
    authorization_expires_at: now + lifetimeOf(client, lifetimes),
    purge_at: expires_at,
    used_at: null,
  })
  return { authorization_id, scope, expires_in: code_ttl }
}

/** RT-06: the end of all refreshing; without it, when the last token of a last-second redemption ends. */
const lifetimeOf = (client: Client, lifetimes: Lifetimes): number =>
  client.grant_types.includes('refresh_token')
    ? (client.refresh_token_ttl ?? lifetimes.refresh_ttl)
    : (client.code_ttl ?? lifetimes.code_ttl) + (client.access_token_ttl ?? lifetimes.access_token_ttl)

/** AZ-15: a person refuses, once; `undefined` when that is noted. */
export function* denyRequest(request_id: string, now: number): Work<OAuthError | undefined> {
  return (yield* claimAuthorizationRequest(request_id, now)) ? undefined : requestIsOver()
}

/**
 * AZ-15: answered, over, or another browser's: all look alike.
 *
 * @param client_name where to start again; only for the browser that brought the request
 */
export const requestIsOver = (client_name?: string): OAuthError =>
  new OAuthError('invalid_request', 'this request is over: start again from the app', {
    page: 'expired',
    told: { client_name },
  })
