import { timingSafeEqual } from 'node:crypto'
import { requestIsOver } from '../actions/authorization.ts'
import { stillStands } from '../protocol/authorization-request.ts'
import { OAuthError } from '../protocol/error.ts'
import type { Server } from '../server.ts'
import { findAuthorizationRequest, type StoredAuthorizationRequest } from '../store/authorization-request.ts'
import type { Exchange, Handler } from './answer.ts'
import { showConsent } from './authorization-page.ts'
import {
  answerApproval,
  approve,
  type Pending,
  proceed,
  refuseToClient,
  sendToClient,
  stepOf,
} from './authorization-step.ts'
import { readForm } from './body.ts'
import { type Browser, bindingMac, browserOf, checkForm } from './browser.ts'
import { toldRefusal } from './refuse.ts'

/**
 * A stored request that is still open, and that this browser brought (AZ-15).
 *
 * @throws {OAuthError} shown as the page `expired`, whatever the reason: an id alone tells nothing
 */
export const pendingRequest = async (
  server: Server,
  { now }: Exchange,
  browser: Browser,
  request_id: string,
): Promise<StoredAuthorizationRequest> => {
  const request = await server.store.read(findAuthorizationRequest(request_id))
  if (request === undefined || !isOf(browser, request)) throw requestIsOver()
  if (request.used_at === null && request.expires_at > now) return request
  throw requestIsOver((await (await server.registry.latest()).client(request.client_id))?.client.client_name)
}

const isOf = (browser: Browser, { request_id, browser_mac }: StoredAuthorizationRequest): boolean => {
  const [made, kept] = [Buffer.from(bindingMac(browser, request_id)), Buffer.from(browser_mac)]
  return made.length === kept.length && timingSafeEqual(made, kept)
}

/** GET /oauth/authorize/:request_id: goes on after a sign-in or a sign-out. */
export const authorizationRequest: Handler = async (server, exchange) => {
  const pending = await opened(server, exchange)
  return tellingClient(pending, () => proceed(pending))
}

/** POST /oauth/authorize/:request_id: Deny or Allow, once. */
export const decideAuthorizationRequest: Handler = async (server, exchange) => {
  const form = await readForm(server, exchange)
  checkForm(server, exchange, form, browserOf(server, exchange))
  const pending = await opened(server, exchange)
  const decision = form.values.get('decision')
  if (decision !== 'allow' && decision !== 'deny') {
    throw new OAuthError('invalid_request', 'decision must be allow or deny', { page: 'request' })
  }
  return tellingClient(pending, async () => {
    // Whoever has the page may end the request; only who is signed in may allow it.
    if (decision === 'deny') return refuseToClient(pending, denied())
    const { step, session } = await stepOf(pending)
    if (session === undefined || step.kind === 'sign_in' || step.kind === 'refuse') return proceed(pending)
    // The page was shown to somebody who has signed out in another tab; who allows must have read it.
    if (form.values.get('username') !== session.username) {
      return step.kind === 'consent' ? showConsent(pending, session, step.question) : proceed(pending)
    }
    const remember = form.values.get('remember') === '1'
    return answerApproval(pending, await approve(pending, session, remember ? 'remember' : 'once'))
  })
}

const denied = (): OAuthError => new OAuthError('access_denied', 'the person said no')

/** A pending request that is kept. */
export interface OpenedRequest extends Pending {
  readonly stored: StoredAuthorizationRequest
}

/** A request that our own pages ask about: never one that an app does, which knows its people itself. */
const opened = async (server: Server, exchange: Exchange): Promise<OpenedRequest> => {
  const pending = await openedRequest(server, exchange)
  const isTheApps = server.settings.interaction_url !== undefined || pending.stored.decision !== null
  if (isTheApps) throw requestIsOver(pending.client.client_name)
  return pending
}

/**
 * A pending request of this browser, its client looked at again.
 *
 * @param request_id the one that the path names
 * @throws {OAuthError} shown as the page `expired`
 */
export const openedRequest = async (
  server: Server,
  exchange: Exchange,
  request_id: string = exchange.params['request_id'] ?? '',
): Promise<OpenedRequest> => {
  const browser = browserOf(server, exchange)
  const stored = await pendingRequest(server, exchange, browser, request_id)
  const registered = await (await server.registry.latest()).client(stored.client_id)
  // CL-02: the client may have been changed or revoked since. Asked anew, it hears what is wrong.
  if (registered === undefined || !stillStands(registered.client, stored)) {
    throw requestIsOver(registered?.client.client_name)
  }
  const { client } = registered
  exchange.note['client_id'] = client.client_id
  return { server, exchange, browser, client, request: stored, stored, pushed_id: undefined, by: 'page' }
}

/**
 * AZ-07: a fault of ours reaches the client; what is for the person alone becomes a page. The request stays
 * open, since what could not write an approval can write no end either: whoever goes back and allows again
 * brings the client a code with the state of the fault. AZ-15 holds for codes, of which there is one.
 */
export const tellingClient = async (
  pending: Pending,
  work: () => ReturnType<typeof proceed>,
): ReturnType<typeof proceed> => {
  try {
    return await work()
  } catch (thrown) {
    if (thrown instanceof OAuthError && thrown.page !== undefined) throw thrown
    return sendToClient(pending, toldRefusal(pending.server.log, pending.exchange, thrown))
  }
}
