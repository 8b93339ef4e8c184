import { openRequest } from '../actions/authorization.ts'
import { newId } from '../crypto/secret.ts'
import { consentPage } from '../pages/consent.ts'
import { signInPage } from '../pages/sign-in.ts'
import { destinationOf } from '../protocol/destination.ts'
import { OAuthError } from '../protocol/error.ts'
import type { Question } from '../protocol/next-step.ts'
import { PREFIX } from '../protocol/token-form.ts'
import type { StoredAuthorizationRequest } from '../store/authorization-request.ts'
import { listScopes } from '../store/scope.ts'
import type { Answer } from './answer.ts'
import type { Pending } from './authorization-step.ts'
import { bindingMac, csrfToken } from './browser.ts'
import { htmlPage, siteOf } from './page.ts'
import { takeRoom } from './request-room.ts'
import type { SignedIn } from './session.ts'
import { shownScope } from './shown-scope.ts'

/**
 * The request as it is kept: pages carry only its id, so nothing of the query is trusted twice.
 *
 * @param isKnown whether somebody is signed in: people are not kept out for what strangers leave lying (RL-02)
 * @throws {OAuthError} which the client is told: too many wait
 */
export const kept = async (pending: Pending, isKnown = false): Promise<StoredAuthorizationRequest> => {
  const { server, exchange, browser, request, stored, pushed_id } = pending
  if (stored !== undefined) return stored
  const full = takeRoom(server, exchange)
  // What was pushed has had its place since then.
  if (full !== undefined && !isKnown && pushed_id === undefined) throw full
  const request_id = newId(PREFIX.authorization_request, exchange.at)
  const browser_mac = bindingMac(browser, request_id)
  const opening = { request_id, browser_mac, pushed_id, now: exchange.now }
  const opened = await server.store.write(() => openRequest(request, opening))
  if (opened instanceof OAuthError) throw opened
  return opened
}

/** Who is it? */
export const showSignIn = async (pending: Pending): Promise<Answer> => {
  const { server, exchange, browser, client, request } = pending
  const { request_id } = await kept(pending)
  const page = signInPage(siteOf(server, exchange, request.ui_locales), {
    client_name: client.client_name,
    request_id,
    csrf: csrfToken(browser),
    username: request.login_hint ?? '',
  })
  return htmlPage(page, { cookies: browser.cookies })
}

/** PG-05: all that a person needs to know before answering. */
export const showConsent = async (
  pending: Pending,
  { username }: SignedIn,
  question: Question,
): Promise<Answer> => {
  const { server, exchange, browser, client, request } = pending
  const { request_id } = await kept(pending, true)
  const described = await server.store.read(listScopes())
  const shown = (scope: string) => shownScope(described, scope)
  const page = consentPage(siteOf(server, exchange, request.ui_locales), {
    request_id,
    csrf: csrfToken(browser),
    client_name: client.client_name,
    owner: client.owner,
    first_party: client.first_party,
    username,
    scopes: question.scopes.map(shown),
    known: question.known.map(shown),
    resource: request.resource,
    details: (request.authorization_details ?? []).map((detail) => ({
      title: server.settings.authorization_details.get(detail.type)?.title ?? detail.type,
      detail,
    })),
    lasts: client.grant_types.includes('refresh_token'),
    destination: destinationOf(request.redirect_uri),
  })
  return htmlPage(page, { cookies: browser.cookies })
}
