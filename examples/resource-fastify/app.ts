/**
 * An API on Fastify. It looks tokens up in the database file of oauthd, read-only: a check takes
 * microseconds, asks nobody over the network, and sees every revocation at once.
 */
import { fastify } from 'fastify'
import { requireAnyScope, requireScope, requireToken } from 'oauthd/fastify'
import { createVerifier } from 'oauthd/verify'

const tokens = createVerifier({ db: process.env['OAUTHD_DB'] ?? 'oauthd.db' })
const port = Number(process.env['PORT'] ?? 3000)

const invoices = [
  { id: 1, of: 'ana', amount: 120 },
  { id: 2, of: 'bo', amount: 80 },
]

const app = fastify()
app.addHook('onClose', () => tokens.close())

/** Any live token: who is it? */
app.get('/me', { preHandler: requireToken(tokens) }, async (request) => {
  const { client_id, user, scopes } = request.oauth
  return { client_id, user, scopes }
})

/** A person sees what is theirs; a program by itself, which stands for nobody, sees all. */
app.get('/invoices', { preHandler: requireScope(tokens, 'invoices.read') }, async (request) => {
  const { user } = request.oauth
  return invoices.filter(({ of }) => user === null || user === of)
})

/** One of the two scopes will do, and one of them shows more. */
const eitherScope = requireAnyScope(tokens, ['invoices.read', 'reports.read'])
app.get('/total', { preHandler: eitherScope }, async (request) => {
  const total = invoices.reduce((sum, { amount }) => sum + amount, 0)
  return request.oauth.can('reports.read') ? { total, count: invoices.length } : { total }
})

await app.listen({ port, host: '127.0.0.1' })
console.error(`listening on http://localhost:${port}`)
process.once('SIGTERM', () => app.close())
