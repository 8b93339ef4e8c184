/**
 * An API on Hono, on another machine than oauthd: it asks the server about each token (RFC 7662), over
 * connections that are kept open, and once for all requests that bring the same token at once.
 */
import { Hono } from 'hono'
import { requireAnyScope, requireScope, requireToken } from 'oauthd/hono'
import { createVerifier } from 'oauthd/verify'
import { serve } from 'srvx'

const tokens = createVerifier({
  introspection: {
    issuer: process.env['API_ISSUER'] ?? 'http://localhost:6749',
    client_id: process.env['API_CLIENT_ID'] ?? '',
    client_secret: process.env['API_CLIENT_SECRET'] ?? '',
  },
})
const port = Number(process.env['PORT'] ?? 3000)

const invoices = [
  { id: 1, of: 'ana', amount: 120 },
  { id: 2, of: 'bo', amount: 80 },
]

const app = new Hono()

/** Any live token: who is it? */
app.get('/me', requireToken(tokens), (c) => {
  const { client_id, user, scopes } = c.get('oauth')
  return c.json({ client_id, user, scopes })
})

/** A person sees what is theirs; a program by itself, which stands for nobody, sees all. */
app.get('/invoices', requireScope(tokens, 'invoices.read'), (c) => {
  const { user } = c.get('oauth')
  return c.json(invoices.filter(({ of }) => user === null || user === of))
})

/** One of the two scopes will do, and one of them shows more. */
app.get('/total', requireAnyScope(tokens, ['invoices.read', 'reports.read']), (c) => {
  const total = invoices.reduce((sum, { amount }) => sum + amount, 0)
  return c.json(c.get('oauth').can('reports.read') ? { total, count: invoices.length } : { total })
})

const server = serve({ fetch: app.fetch, port, hostname: '127.0.0.1', silent: true, gracefulShutdown: false })
await server.ready()
console.error(`listening on http://localhost:${port}`)

process.once('SIGTERM', async () => {
  await server.close()
  await tokens.close()
})
