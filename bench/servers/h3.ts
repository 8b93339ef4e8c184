/** The measure: the same as node-http.ts by a bare h3 handler, in the cheapest way h3 offers. */
import { createServer, type RequestListener } from 'node:http'
import { H3 } from 'h3'
import { toNodeHandler } from 'srvx/node'
import { announce } from './announce.ts'

const app = new H3().post('/', async ({ req }) => {
  const text = await req.text()
  return { ok: true, length: text.length }
})

announce(createServer(toNodeHandler(app.fetch) as RequestListener))
