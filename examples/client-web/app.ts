/**
 * A web app with a server: a confidential client. Tokens stay on the server, the browser has a cookie.
 * Read it from the top: the four routes, then the tokens of a session.
 */
import { randomBytes } from 'node:crypto'
import { getCookie, H3, type H3Event, HTTPError, serve } from 'h3'
import * as oauth from 'openid-client'

const port = Number(process.env['PORT'] ?? 3000)
const origin = `http://localhost:${port}`
const issuer = process.env['SHOP_ISSUER'] ?? 'http://localhost:6749'

/** RFC 8414: the one address that has to be known. Asked for when it is first needed, again if that fails. */
let found: Promise<oauth.Configuration> | undefined
const server = (): Promise<oauth.Configuration> => {
  const credentials = oauth.ClientSecretBasic(process.env['SHOP_CLIENT_SECRET'])
  // Over http on loopback only; leave `execute` out once the issuer is https.
  const options = { algorithm: 'oauth2' as const, execute: [oauth.allowInsecureRequests] }
  found ??= oauth
    .discovery(new URL(issuer), process.env['SHOP_CLIENT_ID'] ?? '', {}, credentials, options)
    .catch((error: unknown) => {
      found = undefined
      throw error
    })
  return found
}

const app = new H3()

app.get('/', async (event) => {
  const session = sessionOf(event)
  if (session === undefined) return page('<p><a href="/sign-in">Sign in</a></p>')
  const token = await liveToken(session)
  if (token === undefined) return signedOut(event)
  // A resource server would be called with it here; this one asks whose it is.
  const { active, username, scope } = await oauth.tokenIntrospection(await server(), token)
  if (!active) return signedOut(event)
  return page(`<p>Signed in as ${html(String(username))}, who allows: ${html(String(scope))}</p>
    <form method="post" action="/sign-out"><button>Sign out</button></form>`)
})

/** OAuth 2.1 section 4.1.1: what comes back is tied to this browser by `state`, to this app by the verifier. */
app.get('/sign-in', async () => {
  const [state, code_verifier] = [oauth.randomState(), oauth.randomPKCECodeVerifier()]
  const key = remember(asked, { state, code_verifier })
  const to = oauth.buildAuthorizationUrl(await server(), {
    redirect_uri: `${origin}/callback`,
    scope: 'orders:read',
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(code_verifier),
    code_challenge_method: 'S256',
  })
  return seeOther(to.href, [cookie('shop_asked', key, 600)])
})

app.get('/callback', async (event) => {
  const key = getCookie(event, 'shop_asked') ?? ''
  const question = asked.get(key)
  asked.delete(key) // Answered once, well or badly.
  if (question === undefined) throw new HTTPError({ status: 400, message: 'Start again at /' })
  const { state: expectedState, code_verifier: pkceCodeVerifier } = question
  const tokens = await oauth
    .authorizationCodeGrant(await server(), new URL(event.url.pathname + event.url.search, origin), {
      expectedState, // `iss` is compared too (RFC 9207).
      pkceCodeVerifier,
    })
    .catch(() => undefined)
  if (tokens === undefined) return page('<p>Nothing was allowed. <a href="/sign-in">Try again</a></p>', 403)
  // A new key at every sign-in: nobody can have planted it before.
  return seeOther('/', [
    cookie('shop_session', remember(sessions, { tokens: kept(tokens) }), 86_400),
    forget('shop_asked'),
  ])
})

app.post('/sign-out', async (event) => {
  if (event.req.headers.get('origin') !== origin)
    throw new HTTPError({ status: 403, message: 'Not from here' })
  const session = sessionOf(event)
  const refresh_token = session?.tokens.refresh_token
  // RFC 7009: with its refresh token all that the person has allowed this browser ends.
  if (refresh_token !== undefined) await oauth.tokenRevocation(await server(), refresh_token)
  return signedOut(event)
})

// The tokens of a session.

interface Tokens {
  readonly access_token: string
  readonly refresh_token: string | undefined
  /** Epoch milliseconds. */
  readonly until: number
}

interface Session {
  tokens: Tokens
  /** Under way: a refresh token is used once, however many requests come at that moment. */
  refreshing?: Promise<string | undefined> | undefined
}

/** In memory: gone when the app restarts. A real one keeps them in its database, encrypted, and removes old ones. */
const sessions = new Map<string, Session>()
const asked = new Map<string, { readonly state: string; readonly code_verifier: string }>()

const kept = (answer: oauth.TokenEndpointResponse): Tokens => ({
  access_token: answer.access_token,
  refresh_token: answer.refresh_token,
  until: Date.now() + ((answer.expires_in ?? 60) - 30) * 1000,
})

/** The access token, or a new one in its place; `undefined` when access was taken back. */
const liveToken = async (session: Session): Promise<string | undefined> => {
  if (Date.now() < session.tokens.until) return session.tokens.access_token
  session.refreshing ??= refreshed(session).finally(() => {
    session.refreshing = undefined
  })
  return session.refreshing
}

const refreshed = async (session: Session): Promise<string | undefined> => {
  const { refresh_token } = session.tokens
  if (refresh_token === undefined) return undefined
  try {
    session.tokens = kept(await oauth.refreshTokenGrant(await server(), refresh_token))
    return session.tokens.access_token
  } catch (error) {
    if (error instanceof oauth.ResponseBodyError && error.error === 'invalid_grant') return undefined
    throw error // The server could not be asked: nothing is over yet.
  }
}

const sessionOf = (event: H3Event): Session | undefined =>
  sessions.get(getCookie(event, 'shop_session') ?? '')

const remember = <T>(kind: Map<string, T>, value: T): string => {
  const key = randomBytes(32).toString('base64url')
  kind.set(key, value)
  return key
}

const signedOut = (event: H3Event): Response => {
  sessions.delete(getCookie(event, 'shop_session') ?? '')
  return seeOther('/', [forget('shop_session')])
}

// Pages. Lax, so that the cookie comes along when the person comes back; and Secure, once it is https.

const cookie = (name: string, value: string, seconds: number): string =>
  `${name}=${value}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${seconds}`

const forget = (name: string): string => cookie(name, '', 0)

const seeOther = (location: string, cookies: readonly string[]): Response =>
  new Response(null, {
    status: 303,
    headers: [['location', location], ...cookies.map((one) => ['set-cookie', one] as [string, string])],
  })

const html = (text: string): string => text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`)

const page = (body: string, status = 200): Response =>
  new Response(`<!doctype html><html lang="en"><title>Shop</title><h1>Shop</h1>${body}</html>`, {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-frame-options': 'DENY',
    },
  })

await serve(app, { port, hostname: 'localhost', silent: true }).ready()
console.error(`Shop listens on ${origin}`)
