/**
 * An app with users of its own, which signs people in and asks them for oauthd. Read it from the top:
 * the four routes, then how it talks to oauthd, its people, its pages.
 */
import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto'
import { getCookie, H3, type H3Event, HTTPError, serve } from 'h3'

const port = Number(process.env['PORT'] ?? 3000)
const issuer = process.env['APP_ISSUER'] ?? 'http://localhost:6749'
const client = `${process.env['APP_CLIENT_ID']}:${process.env['APP_CLIENT_SECRET']}`

const app = new H3()

/** oauthd sends the browser here: `--interaction-url http://localhost:3000/start`. */
app.get('/start', async (event) => {
  const id = event.url.searchParams.get('interaction') ?? ''
  const session = sessions.get(getCookie(event, 'app_session') ?? '')
  const asked = await look(id, session?.sub)
  if (asked === undefined) return startAgain()
  const silent = asked.prompt === 'none'
  if (session === undefined || !isFresh(session, asked)) {
    return silent ? deny(id, 'login_required') : signInPage(asked, '')
  }
  if (asked.consented) return approve(id, session, {})
  return silent ? deny(id, 'consent_required') : consentPage(asked, session)
})

app.post('/sign-in', async (event) => {
  const form = await ownForm(event)
  const asked = await look(form.get('interaction') ?? '')
  if (asked === undefined) return startAgain()
  const session = signIn(form.get('username') ?? '', form.get('password') ?? '', asked.interaction)
  if (session === undefined) return signInPage(asked, 'Username or password is wrong.', 401)
  const key = randomBytes(32).toString('base64url') // A new one at every sign-in.
  sessions.set(key, session)
  const cookie = `app_session=${key}; Path=/; HttpOnly; SameSite=Lax` // And Secure, once it is https.
  return seeOther(`/start?interaction=${asked.interaction}`, { 'set-cookie': cookie })
})

app.post('/consent', async (event) => {
  const form = await ownForm(event)
  const id = form.get('interaction') ?? ''
  const session = sessions.get(getCookie(event, 'app_session') ?? '')
  if (form.get('decision') !== 'allow') return deny(id, 'access_denied')
  // Who allows is who read the page, not who signed in meanwhile in another tab.
  if (session?.sub !== form.get('sub')) return seeOther(`/start?interaction=${encodeURIComponent(id)}`)
  return approve(id, session, { remember: form.get('remember') === '1' })
})

app.get('/', () => page('Consent app', '<p>People come here from an app that wants access.</p>'))

// oauthd, through its interaction API.

interface Interaction {
  readonly interaction: string
  readonly client: { readonly client_name: string; readonly owner?: string }
  readonly scopes: readonly { readonly scope: string; readonly title: string | null }[]
  readonly resource: readonly string[]
  readonly consented: boolean
  readonly destination: { readonly host?: string; readonly scheme?: string }
  readonly prompt?: string
  readonly max_age?: number
  readonly login_hint?: string
}

/** Who asks for what; `undefined` when it is over. */
const look = async (id: string, sub?: string): Promise<Interaction | undefined> => {
  const query = sub === undefined ? '' : `?${new URLSearchParams({ sub })}`
  const answer = await ask('GET', `${encodeURIComponent(id)}${query}`)
  return answer.ok ? ((await answer.json()) as Interaction) : undefined
}

const approve = async (id: string, { sub, username, auth_time }: Session, more: object): Promise<Response> =>
  sendBack(
    await ask('POST', `${encodeURIComponent(id)}/approve`, {
      sub,
      username,
      auth_time,
      amr: ['pwd'],
      ...more,
    }),
  )

const deny = async (id: string, error: string): Promise<Response> =>
  sendBack(await ask('POST', `${encodeURIComponent(id)}/deny`, { error }))

/** The same browser goes back to oauthd, and from there to the app it came from. */
const sendBack = async (answer: Response): Promise<Response> => {
  if (!answer.ok) return startAgain()
  const { redirect_to } = (await answer.json()) as { redirect_to: string }
  return seeOther(redirect_to)
}

/** 404 and 410 are for the person; anything else is a mistake of ours, and loud. */
const ask = async (method: string, path: string, body?: object): Promise<Response> => {
  const answer = await fetch(`${issuer}/oauth/interactions/${path}`, {
    method,
    headers: { authorization: `Bearer ${await accessToken()}`, 'content-type': 'application/json' },
    body: body === undefined ? null : JSON.stringify(body),
  })
  if (answer.ok || answer.status === 404 || answer.status === 410) return answer
  throw new Error(`oauthd answered ${answer.status}: ${await answer.text()}`)
}

let token = { access_token: '', until: 0 }

const accessToken = async (): Promise<string> => {
  if (Date.now() < token.until) return token.access_token
  const answer = await fetch(`${issuer}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(client)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'oauthd:interactions' }),
  })
  if (!answer.ok) throw new Error(`no token for the app: ${await answer.text()}`)
  const { access_token, expires_in } = (await answer.json()) as { access_token: string; expires_in: number }
  token = { access_token, until: Date.now() + (expires_in - 30) * 1000 }
  return access_token
}

// Its own people. Each password is the name three times: `anaanaana`, `bobobo`.

const USERS: Readonly<
  Record<string, { readonly sub: string; readonly salt: string; readonly hash: string }>
> = {
  ana: { sub: 'user-1', salt: '3m6rCNmC35M2', hash: '3DxvtqWseXvGgfDMkQCNC3rgkhRZ2AXwiNo1jDlj0Hc' },
  bo: { sub: 'user-2', salt: 'H2Yoq52aaJ-n', hash: 'tLk7CZLvw52S4UcKqkG20DdcjodswcIKwqupakxRo9Q' },
}
const NOBODY = { sub: '', salt: 'nobody', hash: '' }

interface Session {
  readonly sub: string
  readonly username: string
  readonly auth_time: number
  /** The request that the sign-in was for. */
  readonly interaction: string
}

const sessions = new Map<string, Session>()

/** An unknown name costs the same time as a wrong password. */
const signIn = (username: string, password: string, interaction: string): Session | undefined => {
  const { sub, salt, hash } = (Object.hasOwn(USERS, username) && USERS[username]) || NOBODY
  const [made, kept] = [scryptSync(password, salt, 32), Buffer.from(hash, 'base64url')]
  if (made.length !== kept.length || !timingSafeEqual(made, kept)) return undefined
  return { sub, username, auth_time: Math.floor(Date.now() / 1000), interaction }
}

/** Whether the sign-in will do: the one made for this very request, or one that `prompt` and `max_age` allow. */
const isFresh = (session: Session, { interaction, prompt = '', max_age = Infinity }: Interaction): boolean =>
  session.interaction === interaction ||
  (!/\b(login|select_account)\b/.test(prompt) && Date.now() / 1000 - session.auth_time < max_age)

// Its pages.

/** A form is taken from a page of ours alone: a browser says with every POST where it comes from. */
const ownForm = async ({ req, url }: H3Event): Promise<URLSearchParams> => {
  if (req.headers.get('origin') === url.origin) return new URLSearchParams(await req.text())
  throw new HTTPError({ status: 403, message: 'this form was not sent from its page' })
}

const signInPage = (
  { interaction, client, login_hint }: Interaction,
  problem: string,
  status = 200,
): Response =>
  page(
    `Sign in to continue to ${client.client_name}`,
    `<p role="alert">${problem}</p>
    <form method="post" action="/sign-in">
      <input type="hidden" name="interaction" value="${interaction}">
      <label>Username <input name="username" value="${escaped(login_hint ?? '')}" autocomplete="username" required></label>
      <label>Password <input name="password" type="password" autocomplete="current-password" required></label>
      <button>Sign in</button>
    </form>`,
    status,
  )

const consentPage = (
  { interaction, client, scopes, resource, destination }: Interaction,
  { sub, username }: Session,
): Response =>
  page(
    `${client.client_name} wants access`,
    `<p>You are signed in as ${escaped(username)}. ${escaped(client.client_name)} wants to:</p>
    <ul>${scopes.map(({ scope, title }) => `<li>${escaped(title ?? scope)}</li>`).join('')}</ul>
    ${resource.map((uri) => `<p>at ${escaped(uri)}</p>`).join('')}
    <p>You go on to ${escaped(destination.host ?? `the app for ${destination.scheme}:`)}.</p>
    <form method="post" action="/consent">
      <input type="hidden" name="interaction" value="${interaction}">
      <input type="hidden" name="sub" value="${escaped(sub)}">
      <label><input type="checkbox" name="remember" value="1"> Remember this decision</label>
      <button name="decision" value="deny">Deny</button>
      <button name="decision" value="allow">Allow</button>
    </form>`,
  )

const startAgain = (): Response =>
  page('This request is over', '<p>Go back to the app you came from, and start again.</p>', 400)

const page = (title: string, body: string, status = 200): Response =>
  new Response(
    `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
    <title>${escaped(title)}</title><main><h1>${escaped(title)}</h1>${body}</main></html>`,
    {
      status,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        // No form-action: Chromium holds it against the redirects behind a form too, which lead to the client.
        'content-security-policy': "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
      },
    },
  )

const seeOther = (location: string, headers: Record<string, string> = {}): Response =>
  new Response(null, { status: 303, headers: { location, 'cache-control': 'no-store', ...headers } })

const escaped = (text: string): string => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)

await serve(app, { port, hostname: '127.0.0.1', silent: true }).ready()
console.log(`consent app on http://localhost:${port}`)
