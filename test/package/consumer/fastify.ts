import { fastify } from 'fastify'
import { type Principal, requireScope } from 'oauthd/fastify'
import { ask, tokens } from './verifier.ts'

const app = fastify()
app.get('/', { preHandler: requireScope(tokens, 'a') }, async (request) => {
  const principal: Principal = request.oauth
  return principal.sub
})
const url = await app.listen({ port: 0, host: '127.0.0.1' })
await ask((init) => fetch(url, init))
await app.close()
