import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { type Principal, requireScope } from 'oauthd/express'
import { ask, tokens } from './verifier.ts'

const app = express()
app.get('/', requireScope(tokens, 'a'), (req, res) => {
  const principal: Principal = req.oauth
  res.end(principal.sub)
})
const server = createServer(app).listen(0, '127.0.0.1', async () => {
  const { port } = server.address() as AddressInfo
  await ask((init) => fetch(`http://127.0.0.1:${port}/`, init))
  server.close()
  server.closeAllConnections()
})
