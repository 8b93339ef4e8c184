import { Hono } from 'hono'
import { type Principal, requireScope } from 'oauthd/hono'
import { ask, tokens } from './verifier.ts'

const app = new Hono()
app.get('/', requireScope(tokens, 'a'), (c) => {
  const principal: Principal = c.get('oauth')
  return c.text(principal.sub)
})
await ask(async (init) => app.request('/', init))
