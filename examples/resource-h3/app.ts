/**
 * An API on h3 with the authorization server in its own process: `server` itself checks the tokens. They
 * must be for this API (RFC 8707), and what it is it says at its well-known path (RFC 9728), so that a
 * client which is refused finds where to get one.
 */
import { H3, serve } from 'h3'
import { createOAuthServer } from 'oauthd'
import { requireAnyScope, requireScope, requireToken } from 'oauthd/h3'

const port = Number(process.env['PORT'] ?? 3000)
const resource = `http://localhost:${port}`
const server = await createOAuthServer({
  db: process.env['OAUTHD_DB'] ?? 'oauthd.db',
  issuer: resource,
  enabled: true,
})

const invoices = [
  { id: 1, of: 'ana', amount: 120 },
  { id: 2, of: 'bo', amount: 80 },
]

const app = new H3()
app.mount('/', server.app)

app.get('/.well-known/oauth-protected-resource', ({ res }) => {
  res.headers.set('access-control-allow-origin', '*') // Clients in browsers look there too.
  return server.protectedResourceMetadata({ resource, scopes: ['invoices.read', 'reports.read'] })
})

/** Any live token for this API: who is it? */
app.get(
  '/me',
  ({ context: { oauth } }) => ({ client_id: oauth.client_id, user: oauth.user, scopes: oauth.scopes }),
  {
    middleware: [requireToken(server, { resource })],
  },
)

/** A person sees what is theirs; a program by itself, which stands for nobody, sees all. */
app.get(
  '/invoices',
  ({ context: { oauth } }) => invoices.filter(({ of }) => oauth.user === null || oauth.user === of),
  { middleware: [requireScope(server, 'invoices.read', { resource })] },
)

/** One of the two scopes will do, and one of them shows more. */
app.get(
  '/total',
  ({ context: { oauth } }) => {
    const total = invoices.reduce((sum, { amount }) => sum + amount, 0)
    return oauth.can('reports.read') ? { total, count: invoices.length } : { total }
  },
  { middleware: [requireAnyScope(server, ['invoices.read', 'reports.read'], { resource })] },
)

const listener = serve(app, { port, hostname: '127.0.0.1', silent: true, gracefulShutdown: false })
await listener.ready()
console.error(`listening on http://localhost:${port}`)

process.once('SIGTERM', async () => {
  await listener.close()
  await server.close()
})
