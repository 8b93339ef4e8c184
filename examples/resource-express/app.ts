/**
 * An API on Express. It looks tokens up in the database file of oauthd, read-only: a check takes
 * microseconds, asks nobody over the network, and sees every revocation at once.
 */
import express from 'express'
import { requireAnyScope, requireScope, requireToken } from 'oauthd/express'
import { createVerifier } from 'oauthd/verify'

const tokens = createVerifier({ db: process.env['OAUTHD_DB'] ?? 'oauthd.db' })
const port = Number(process.env['PORT'] ?? 3000)

const invoices = [
  { id: 1, of: 'ana', amount: 120 },
  { id: 2, of: 'bo', amount: 80 },
]

const app = express()

/** Any live token: who is it? */
app.get('/me', requireToken(tokens), (req, res) => {
  const { client_id, user, scopes } = req.oauth
  res.json({ client_id, user, scopes })
})

/** A person sees what is theirs; a program by itself, which stands for nobody, sees all. */
app.get('/invoices', requireScope(tokens, 'invoices.read'), (req, res) => {
  const { user } = req.oauth
  res.json(invoices.filter(({ of }) => user === null || user === of))
})

/** One of the two scopes will do, and one of them shows more. */
app.get('/total', requireAnyScope(tokens, ['invoices.read', 'reports.read']), (req, res) => {
  const total = invoices.reduce((sum, { amount }) => sum + amount, 0)
  res.json(req.oauth.can('reports.read') ? { total, count: invoices.length } : { total })
})

const server = app.listen(port, '127.0.0.1', (error) => {
  if (error !== undefined) throw error
  console.error(`listening on http://localhost:${port}`)
})

process.once('SIGTERM', () => {
  server.close(() => tokens.close())
  server.closeIdleConnections()
})
