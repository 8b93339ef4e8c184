import { signedOutPage, signOutPage } from '../pages/sign-out.ts'
import { parseQuery } from '../protocol/form.ts'
import { deleteSession } from '../store/session.ts'
import type { Handler } from './answer.ts'
import { readForm } from './body.ts'
import { browserOf, checkForm, csrfToken } from './browser.ts'
import { basePath, htmlPage, siteOf } from './page.ts'
import { currentSession, noSessionCookie } from './session.ts'
import { seeOther } from './sign-in.ts'

/** GET /oauth/sign-out: asks first, since a link from anywhere leads here. */
export const signOut: Handler = async (server, exchange) => {
  const site = siteOf(server, exchange)
  const session = await currentSession(server, exchange)
  if (session === undefined) return htmlPage(signedOutPage(site))
  const browser = browserOf(server, exchange)
  const request_id = readRequestId(parseQuery(exchange.search).values.get('request'))
  const { username } = session
  const html = signOutPage(site, { csrf: csrfToken(browser), username, request_id })
  return htmlPage(html, { cookies: browser.cookies })
}

/**
 * POST /oauth/sign-out: ends the session in its row, so that a copy of the cookie is worth nothing,
 * and goes back to the request it interrupted ("Not you?").
 */
export const postSignOut: Handler = async (server, exchange) => {
  const form = await readForm(server, exchange)
  checkForm(server, exchange, form, browserOf(server, exchange))
  const session = await currentSession(server, exchange)
  if (session !== undefined) {
    const { session_id, sub } = session
    await server.store.write(() => deleteSession(session_id))
    server.log.info({ request_id: exchange.request_id, sub, session_id }, 'sign_out')
  }
  const site = siteOf(server, exchange)
  const cookies = [noSessionCookie(server)]
  const request_id = readRequestId(form.values.get('request'))
  if (request_id !== undefined) return seeOther(`${basePath(server)}/authorize/${request_id}`, cookies)
  return htmlPage(signedOutPage(site), { cookies })
}

/** It becomes part of an address: only an id can stand there. */
const readRequestId = (given: string | undefined): string | undefined =>
  given !== undefined && /^ar_[0-9a-z]{26}$/.test(given) ? given : undefined
