import { type GivenAccess, listAccess } from '../actions/consent.ts'
import { withdraw } from '../consents.ts'
import { type AppsPage, appsPage, type ConnectedApp } from '../pages/apps.ts'
import { removePage } from '../pages/remove.ts'
import { signedOutPage } from '../pages/sign-out.ts'
import { destinationOf } from '../protocol/destination.ts'
import type { Form } from '../protocol/form.ts'
import { parseScope } from '../protocol/scope.ts'
import type { Server } from '../server.ts'
import { findClient } from '../store/client.ts'
import { listScopes, type ScopeRecord } from '../store/scope.ts'
import { deleteSession, deleteSessionsOf, findSession, listSessions } from '../store/session.ts'
import type { Work } from '../store/work.ts'
import type { Answer, Exchange, Handler } from './answer.ts'
import { readForm } from './body.ts'
import { browserOf, checkForm, csrfToken } from './browser.ts'
import { basePath, htmlPage, siteOf } from './page.ts'
import { currentSession, noSessionCookie, type SignedIn } from './session.ts'
import { shownScope } from './shown-scope.ts'
import { seeOther } from './sign-in.ts'

/** GET /oauth/apps: who has access to this person, and where the person is signed in (PG-07). */
export const apps: Handler = async (server, exchange) => {
  const session = await currentSession(server, exchange)
  return session === undefined ? toSignIn(server) : showApps(server, exchange, session)
}

/** POST /oauth/apps/remove: asks on a page of its own, and with `confirm` takes the access back (PG-07). */
export const removeApp: Handler = (server, exchange) =>
  withForm(server, exchange, async (form, session) => {
    const client_id = form.values.get('client_id') ?? ''
    const client = await server.store.read(findClient(client_id))
    // Nobody's: there is nothing to ask about.
    if (client === undefined) return seeOther(`${basePath(server)}/apps`, [])
    const { client_name } = client
    const browser = browserOf(server, exchange)
    if (form.values.get('confirm') !== '1') {
      const page = removePage(siteOf(server, exchange), {
        csrf: csrfToken(browser),
        client_id,
        client_name,
      })
      return htmlPage(page)
    }
    const { sub } = session
    const { authorizations = 0 } = (await withdraw(server, { sub, client_id }, exchange)) ?? {}
    server.log.info({ request_id: exchange.request_id, sub, client_id, authorizations }, 'consent_revoked')
    return showApps(server, exchange, session, { kind: 'removed', client_name })
  })

/** POST /oauth/apps/sign-out: one browser of this person, or with `all` every one, this one too. */
export const signOutBrowser: Handler = (server, exchange) =>
  withForm(server, exchange, async (form, session) => {
    const { sub } = session
    const all = form.values.get('all') === '1'
    const session_id = form.values.get('session_id') ?? ''
    await server.store.write<unknown>(() => (all ? deleteSessionsOf(sub) : endOwnSession(sub, session_id)))
    server.log.info(
      { request_id: exchange.request_id, sub, session_id: all ? 'all' : session_id },
      'sign_out',
    )
    if (!all && session_id !== session.session_id) {
      return showApps(server, exchange, session, { kind: 'signed_out' })
    }
    return htmlPage(signedOutPage(siteOf(server, exchange)), { cookies: [noSessionCookie(server)] })
  })

/** A session of this person and of nobody else, whatever id was sent. */
function* endOwnSession(sub: string, session_id: string): Work<void> {
  const session = yield* findSession(session_id)
  if (session?.sub === sub) yield* deleteSession(session_id)
}

/** Signing in without a request leads to this page. */
const toSignIn = (server: Server): Answer => seeOther(`${basePath(server)}/sign-in`, [])

/** PG-03: a form of ours, by somebody who is signed in. */
const withForm = async (
  server: Server,
  exchange: Exchange,
  answer: (form: Form, session: SignedIn) => Promise<Answer>,
): Promise<Answer> => {
  const form = await readForm(server, exchange)
  checkForm(server, exchange, form, browserOf(server, exchange))
  const session = await currentSession(server, exchange)
  return session === undefined ? toSignIn(server) : answer(form, session)
}

/** More than anybody has; a page has an end. */
const MOST = 500

const showApps = async (
  server: Server,
  exchange: Exchange,
  { sub, username, session_id }: SignedIn,
  done?: AppsPage['done'],
): Promise<Answer> => {
  const { now } = exchange
  const [allowed, sessions, described] = await Promise.all([
    server.store.read(listAccess({ sub, limit: MOST }, now)),
    server.store.read(listSessions({ sub, limit: MOST }, now)),
    server.store.read(listScopes()),
  ])
  const browser = browserOf(server, exchange)
  const page = appsPage(siteOf(server, exchange), {
    csrf: csrfToken(browser),
    username,
    apps: allowed.flatMap((access) => connectedApp(access, described)),
    browsers: sessions.map((one) => ({ ...one, is_this: one.session_id === session_id })),
    done,
  })
  return htmlPage(page, { cookies: browser.cookies })
}

/** A client that the operator revoked has access to nobody. */
const connectedApp = (access: GivenAccess, described: readonly ScopeRecord[]): readonly ConnectedApp[] => {
  const { client, client_id, scope, since, last_used_at } = access
  if (client === undefined || client.revoked_at !== null) return []
  const [redirect_uri] = client.redirect_uris
  return [
    {
      client_id,
      client_name: client.client_name,
      destination: redirect_uri === undefined ? undefined : destinationOf(redirect_uri),
      scopes: (parseScope(scope) ?? []).map((token) => shownScope(described, token)),
      since,
      last_used: last_used_at,
    },
  ]
}
