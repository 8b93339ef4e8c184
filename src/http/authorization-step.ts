import { audited } from '../actions/audit.ts'
import { type Approval, denyRequest, requestIsOver } from '../actions/authorization.ts'
import { takePushedRequest } from '../actions/pushed-request.ts'
import { allow, denial, type Granted, tellDenied } from '../authorizations.ts'
import { leavingPage } from '../pages/leaving.ts'
import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import { authorizationResponse } from '../protocol/authorization-response.ts'
import type { Client } from '../protocol/client-metadata.ts'
import { destinationOf } from '../protocol/destination.ts'
import { OAuthError } from '../protocol/error.ts'
import { type NextStep, nextStep } from '../protocol/next-step.ts'
import type { Server } from '../server.ts'
import type { StoredAuthorizationRequest } from '../store/authorization-request.ts'
import { findConsent } from '../store/consent.ts'
import { type Answer, type Exchange, NO_STORE } from './answer.ts'
import { showConsent, showSignIn } from './authorization-page.ts'
import type { Browser } from './browser.ts'
import { htmlPage, siteOf } from './page.ts'
import { giveRoomBack } from './request-room.ts'
import { currentSession, type SignedIn } from './session.ts'

/**
 * A request on its way to its answer. `stored` once a page was shown for it; `pushed_id` while it was not,
 * and was pushed; `by` how the browser may be sent to the client: after a form of ours only by a page (PG-02).
 */
export interface Pending {
  readonly server: Server
  readonly exchange: Exchange
  readonly browser: Browser
  readonly client: Client
  readonly request: AuthorizationRequest
  readonly stored: StoredAuthorizationRequest | undefined
  readonly pushed_id: string | undefined
  readonly by: 'redirect' | 'page'
}

/** What comes next for this request, and who is signed in. */
export const stepOf = async (
  pending: Pending,
): Promise<{ readonly step: NextStep; readonly session: SignedIn | undefined }> => {
  const { server, exchange, client, request, stored } = pending
  const session = await currentSession(server, exchange)
  const given = session && (await server.store.read(findConsent(session.sub, client.client_id)))
  const consent = given?.allowed
  const session_id = stored?.session_id ?? null
  const step = nextStep({ request: { ...request, session_id }, client, session, consent, now: exchange.now })
  return { step, session }
}

/** Does what comes next: a page of ours, a code, or a refusal that the client is told. */
export const proceed = async (pending: Pending): Promise<Answer> => {
  const { step, session } = await stepOf(pending)
  if (step.kind === 'refuse') return refuseToClient(pending, step.error)
  if (step.kind === 'sign_in' || session === undefined) return showSignIn(pending)
  if (step.kind === 'consent') return showConsent(pending, session, step.question)
  return answerApproval(pending, await approve(pending, session, 'unasked'))
}

/** The person who is signed in allows all that is asked, or has before. */
export const approve = (
  pending: Pending,
  { session_id, sub, username, auth_time }: SignedIn,
  answer: Approval['answer'],
): Promise<Granted | OAuthError> => {
  const person = { sub, username, auth_time, acr: null, amr: null }
  const { scope } = pending.request
  return grant(pending, { person, session_id, scope, claims: null, answer })
}

/** Makes an authorization and its code; a stored request is answered by that, once. */
export const grant = (
  { server, exchange, client, request, stored, pushed_id }: Pending,
  allowed: Pick<Approval, 'person' | 'session_id' | 'scope' | 'claims' | 'answer' | 'decided_by'>,
): Promise<Granted | OAuthError> =>
  allow(server, exchange, { ...allowed, request: stored ?? request, pushed_id, client })

/** A session or a consent that had ended when the approval was written: the look is taken again. */
const STALE: ReadonlySet<string> = new Set(['login_required', 'consent_required'])

/** The way back with a code; a refusal of the approval goes where it belongs. */
export const answerApproval = async (pending: Pending, outcome: Granted | OAuthError): Promise<Answer> => {
  if (outcome instanceof OAuthError) {
    if (outcome.page !== undefined) throw outcome
    return STALE.has(outcome.error) ? proceed(pending) : sendToClient(pending, outcome)
  }
  const { server, exchange, stored } = pending
  if (stored !== undefined) giveRoomBack(server, exchange)
  exchange.note['authorization_id'] = outcome.approved.authorization_id
  return sendToClient(pending, outcome)
}

/** AZ-07: the client is told why not; a stored or pushed request is answered by it, once. */
export const refuseToClient = async (pending: Pending, error: OAuthError): Promise<Answer> => {
  const { server, exchange, client, stored, pushed_id } = pending
  if (pushed_id !== undefined) {
    const over = await server.store.write(() => takePushedRequest(pushed_id, exchange.now))
    if (over !== undefined) throw over
  }
  if (stored !== undefined) {
    const denied = { client_id: client.client_id, error: error.error }
    const over = await server.store.write(() =>
      audited(server.audit(exchange), denyRequest(stored.request_id, exchange.now), denial(denied)),
    )
    if (over !== undefined) throw requestIsOver(client.client_name)
    giveRoomBack(server, exchange)
    tellDenied(server, exchange, denied)
  }
  return sendToClient(pending, error)
}

/** Where an answer to a client is sent, and how. */
type WayBack = Pick<Pending, 'server' | 'exchange' | 'by'> & {
  readonly request: Pick<AuthorizationRequest, 'redirect_uri' | 'state'> & {
    readonly ui_locales?: string | null
  }
}

/** Sends the browser to the client: by 302, or after a form by a page that leads on (PG-02, HTTP-10). */
export const sendToClient = (
  { server, exchange, by, request }: WayBack,
  outcome: OAuthError | { readonly code: string },
): Answer => {
  const { redirect_uri, state, ui_locales } = request
  const iss = server.settings.issuer
  if (outcome instanceof OAuthError) exchange.note['error'] = outcome.error
  const url = authorizationResponse(
    redirect_uri,
    outcome instanceof OAuthError
      ? { error: outcome.error, error_description: outcome.error_description, state, iss }
      : { code: outcome.code, state, iss },
  )
  if (by === 'redirect') {
    // The address of this request holds the client's state; it is nobody else's to read.
    return {
      status: 302,
      headers: { ...NO_STORE, 'referrer-policy': 'no-referrer', location: url },
      body: null,
    }
  }
  const destination = destinationOf(redirect_uri)
  return htmlPage(leavingPage(siteOf(server, exchange, ui_locales), { url, destination }))
}
