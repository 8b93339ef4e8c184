/**
 * An app with people (people.ts), a consent page (pages.ts) and invoices of its own, and oauthd inside: one
 * process, one database file. Read it from the top: the server, the API, then who may have a token for it.
 */
import Database from 'better-sqlite3'
import { H3, type H3Event, HTTPError, serve } from 'h3'
import { type ApprovalChoice, createOAuthServer, OAuthError, type ValidatedAuthorization } from 'oauthd'
import { requireScope } from 'oauthd/h3'
import { consentPage, escaped, page, seeOther, signInPage } from './pages.ts'
import { begin, type Session, sessionOf, signIn } from './people.ts'

const port = Number(process.env['PORT'] ?? 3000)
const issuer = `http://localhost:${port}`

// The app's own table, in the same file as oauthd's.
const db = new Database(process.env['OAUTHD_DB'] ?? 'oauthd.db')
db.exec(
  'CREATE TABLE IF NOT EXISTS invoice (id INTEGER PRIMARY KEY, owner TEXT NOT NULL, amount INTEGER NOT NULL) STRICT',
)

const server = await createOAuthServer({ db, issuer, enabled: true })
server.on('authorization_approved', ({ client_id, sub, scope }) => {
  console.error(`${sub} lets ${client_id} do: ${scope}`)
})

const app = new H3()

// The API. A token is looked up at every request: what is revoked stops at once.

app.get('/api/invoices', ({ context }) => listInvoices(context.oauth.user), {
  middleware: [requireScope(server, 'invoices.read')],
})

app.post('/api/invoices', async ({ req, context }) => addInvoice(context.oauth.user, await req.json()), {
  middleware: [requireScope(server, 'invoices.write')],
})

// Access for others. The page at the authorization endpoint is the app's own; every other endpoint is oauthd's.

app.get('/oauth/authorize', async (event) => {
  const { req } = event
  const session = sessionOf(event)
  try {
    const authorization = await server.validateAuthorizationRequest(req, { sub: session?.sub })
    return await next(authorization, session, req.url)
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error
    // Without `redirect_to` nobody knows who would be told: only the person is.
    return error.redirect_to === undefined
      ? page('This link does not work', `<p>${escaped(error.error_description)}</p>`, 400)
      : seeOther(error.redirect_to)
  }
})

const next = async (
  authorization: ValidatedAuthorization,
  session: Session | undefined,
  url: string,
): Promise<Response> => {
  const silent = authorization.prompt === 'none'
  if (session === undefined || !isFresh(session, authorization, url)) {
    return silent ? deny(authorization, 'login_required') : signInPage(url)
  }
  if (authorization.consented) return approve(authorization, session, {})
  if (silent) return deny(authorization, 'consent_required')
  session.asked.set(authorization.code_challenge, authorization)
  return consentPage(authorization, session)
}

/** Whether the sign-in will do: the one made for this very request, or one that `prompt` and `max_age` allow. */
const isFresh = (
  { auth_time, back }: Session,
  { prompt = '', max_age = Number.POSITIVE_INFINITY }: ValidatedAuthorization,
  url: string,
): boolean =>
  back === url || (!/\b(login|select_account)\b/.test(prompt) && Date.now() / 1000 - auth_time < max_age)

app.post('/consent', async (event) => {
  const form = await ownForm(event)
  const session = sessionOf(event)
  const asked = session?.asked.get(form.get('asked') ?? '')
  if (session === undefined || asked === undefined)
    return page('This request is over', '<p>Start again.</p>', 400)
  session.asked.delete(asked.code_challenge)
  if (form.get('decision') !== 'allow') return deny(asked, 'access_denied')
  return approve(asked, session, {
    scope: form.getAll('scope').join(' '),
    remember: form.get('remember') === '1',
  })
})

const approve = async (
  authorization: ValidatedAuthorization,
  { sub, tenant, username, auth_time }: Session,
  choice: ApprovalChoice,
): Promise<Response> => {
  const person = { sub, username, auth_time, amr: ['pwd'] }
  // Asked or remembered: what a token says of the person is the same.
  const allowed = { ...choice, claims: { tenant } }
  return seeOther((await server.approveAuthorizationRequest(authorization, person, allowed)).redirect_to)
}

const deny = async (authorization: ValidatedAuthorization, error: string): Promise<Response> =>
  seeOther((await server.denyAuthorizationRequest(authorization, { error })).redirect_to)

/** What a person has allowed, and how it ends. */
app.get('/connected', async (event) => {
  const session = sessionOf(event)
  if (session === undefined) return signInPage(event.req.url)
  const consents = await server.consents.list({ sub: session.sub })
  const items = consents.map(
    ({ client_id, client_name = client_id, scope }) => `<li>${escaped(client_name)}: ${escaped(scope)}
      <form method="post" action="/connected"><button name="client_id" value="${escaped(client_id)}">Remove</button></form></li>`,
  )
  return page('Connected apps', `<ul>${items.join('')}</ul>`)
})

app.post('/connected', async (event) => {
  const form = await ownForm(event)
  const session = sessionOf(event)
  if (session !== undefined) {
    await server.consents.revoke({ sub: session.sub, client_id: form.get('client_id') ?? '' })
  }
  return seeOther('/connected')
})

// Signing in.

app.post('/sign-in', async (event) => {
  const form = await ownForm(event)
  const back = new URL(form.get('back') ?? '/', event.url)
  if (back.origin !== event.url.origin)
    throw new HTTPError({ status: 400, message: 'not a page of this app' })
  const session = signIn(form.get('username') ?? '', form.get('password') ?? '', back.href)
  if (session === undefined) return signInPage(back.href, 'Username or password is wrong.', 401)
  return seeOther(back.href, { 'set-cookie': begin(session) })
})

/** A form is taken from a page of ours alone: a browser says with every POST where it comes from. */
const ownForm = async ({ req, url }: H3Event): Promise<URLSearchParams> => {
  if (req.headers.get('origin') === url.origin) return new URLSearchParams(await req.text())
  throw new HTTPError({ status: 403, message: 'this form was not sent from its page' })
}

app.mount('/', server.app)

// Its invoices.

const listInvoices = (user: string | null): unknown[] =>
  db.prepare('SELECT id, amount FROM invoice WHERE owner = ? ORDER BY id').all(user)

const addInvoice = (user: string | null, given: unknown): unknown => {
  const amount = typeof given === 'object' && given !== null && 'amount' in given ? given.amount : undefined
  if (user === null || !Number.isSafeInteger(amount))
    throw new HTTPError({ status: 400, message: 'amount: a whole number' })
  return db
    .prepare('INSERT INTO invoice (owner, amount) VALUES (?, ?) RETURNING id, amount')
    .get(user, amount)
}

const listener = serve(app, { port, hostname: '127.0.0.1', silent: true, gracefulShutdown: false })
await listener.ready()
console.error(`invoices on ${issuer}`)

process.once('SIGTERM', async () => {
  await listener.close()
  await server.close()
  db.close()
})
