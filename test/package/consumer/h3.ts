import { H3 } from 'h3'
import { type Principal, requireScope } from 'oauthd/h3'
import { ask, tokens } from './verifier.ts'

const app = new H3()
app.get(
  '/',
  (event) => {
    const principal: Principal = event.context.oauth
    return principal.sub
  },
  { middleware: [requireScope(tokens, 'a')] },
)
await ask(async (init) => app.request('/', init))
