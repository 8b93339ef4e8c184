import { audited } from '../actions/audit.ts'
import { startSession } from '../actions/session.ts'
import { type SignInProblem, signInPage } from '../pages/sign-in.ts'
import type { Client } from '../protocol/client-metadata.ts'
import { parseQuery } from '../protocol/form.ts'
import type { Server } from '../server.ts'
import type { StoredAuthorizationRequest } from '../store/authorization-request.ts'
import type { Session } from '../store/session.ts'
import { type Answer, type Exchange, type Handler, NO_STORE } from './answer.ts'
import { pendingRequest } from './authorization-request.ts'
import { readForm } from './body.ts'
import { type Browser, browserOf, checkForm, csrfToken } from './browser.ts'
import { type Checked, checkPassword } from './check-password.ts'
import { basePath, htmlPage, siteOf } from './page.ts'
import { currentSession, sessionCookie } from './session.ts'

/** GET /oauth/sign-in: for somebody who came by themselves, or for `?request=ar_…` of this browser. */
export const signIn: Handler = async (server, exchange) => {
  const browser = browserOf(server, exchange)
  const request_id = parseQuery(exchange.search).values.get('request')
  const page = await pageFor(server, exchange, browser, request_id)
  return answerPage(server, exchange, page, { username: page.request?.login_hint ?? '', status: 200 })
}

/** POST /oauth/sign-in: a new session (PG-04), and on to where the person was going. */
export const postSignIn: Handler = async (server, exchange) => {
  const form = await readForm(server, exchange)
  const browser = browserOf(server, exchange)
  checkForm(server, exchange, form, browser)
  const page = await pageFor(server, exchange, browser, form.values.get('request'))
  const username = form.values.get('username') ?? ''
  const password = form.values.get('password') ?? ''
  // The fields say `required`: only a program leaves one empty, and nobody's password is empty.
  const checked: Checked =
    username === '' || password === ''
      ? { kind: 'wrong' }
      : await checkPassword(server, exchange, { username, password })
  if (checked.kind === 'limited') {
    const headers = { 'retry-after': String(checked.seconds) }
    return answerPage(server, exchange, page, { username, problem: checked, status: 429, headers })
  }
  const signedIn =
    checked.kind === 'right' && (await begin(server, exchange, checked, page.request?.request_id))
  if (!signedIn) {
    return answerPage(server, exchange, page, { username, problem: { kind: 'wrong' }, status: 401 })
  }
  const next = page.request === undefined ? 'apps' : `authorize/${page.request.request_id}`
  return seeOther(`${basePath(server)}/${next}`, [...browser.cookies, signedIn.cookie])
}

/** Begins the session; `false` when the user was changed since the password was checked. */
const begin = async (
  server: Server,
  exchange: Exchange,
  { user, new_hash, keys }: Checked & { readonly kind: 'right' },
  request_id: string | undefined,
): Promise<{ readonly cookie: string } | false> => {
  const { now, at, request } = exchange
  const minted = server.secrets.mint('session', at)
  const session: Session = {
    session_id: minted.id,
    session_hash: minted.hash,
    hash_key_id: minted.hash_key_id,
    sub: user.sub,
    username: user.username,
    user_agent: request.headers.get('user-agent')?.slice(0, USER_AGENT_MAX_LENGTH) ?? null,
    auth_time: now,
    expires_at: now + server.settings.session_ttl,
  }
  const former_session_id = (await currentSession(server, exchange))?.session_id
  const sign_in = { user, session, former_session_id, request_id, new_hash, keys }
  const { sub } = user
  const { session_id } = session
  const work = () =>
    audited(server.audit(exchange), startSession(sign_in), (begun) =>
      begun ? { type: 'sign_in', sub, detail: { session_id } } : undefined,
    )
  if (!(await server.store.write(work))) return false
  server.log.info({ request_id: exchange.request_id, sub, session_id }, 'sign_in')
  return { cookie: sessionCookie(server, minted) }
}

/** Enough to tell one browser from another in a list. */
const USER_AGENT_MAX_LENGTH = 256

/** What a sign-in page belongs to. */
interface PageFor {
  readonly browser: Browser
  readonly request: StoredAuthorizationRequest | undefined
  readonly client: Client | undefined
}

/** @throws {OAuthError} shown as the page `expired`: the request is over, or another browser's */
const pageFor = async (
  server: Server,
  exchange: Exchange,
  browser: Browser,
  request_id: string | undefined,
): Promise<PageFor> => {
  if (request_id === undefined) return { browser, request: undefined, client: undefined }
  const request = await pendingRequest(server, exchange, browser, request_id)
  return {
    browser,
    request,
    client: (await (await server.registry.latest()).client(request.client_id))?.client,
  }
}

const answerPage = (
  server: Server,
  exchange: Exchange,
  { browser, request, client }: PageFor,
  about: {
    readonly username: string
    readonly status: number
    readonly problem?: SignInProblem
    readonly headers?: Readonly<Record<string, string>>
  },
): Answer => {
  const { username, problem, status, headers = {} } = about
  const html = signInPage(siteOf(server, exchange, request?.ui_locales ?? undefined), {
    client_name: client?.client_name,
    request_id: request?.request_id,
    csrf: csrfToken(browser),
    username,
    problem,
  })
  return htmlPage(html, { status, cookies: browser.cookies, headers })
}

/** RFC 9110 section 15.4.4: after a form, look there. */
export const seeOther = (location: string, cookies: readonly string[]): Answer => ({
  status: 303,
  headers: { location, ...NO_STORE },
  body: null,
  cookies,
})
