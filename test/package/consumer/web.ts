import { type Principal, requireScope } from 'oauthd/web'
import { ask, tokens } from './verifier.ts'

const check = requireScope(tokens, 'a')
await ask(async (init) => {
  const { principal, response } = await check(new Request('https://api.example/', init))
  if (response !== undefined) return response
  const found: Principal = principal
  return new Response(found.sub)
})
