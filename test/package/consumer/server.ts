/** A server of somebody's own, which ana has allowed an app to use, and the app's token. */
import { createOAuthServer, type OAuthServer, type Principal } from 'oauthd'
import type { Verifier } from 'oauthd/verify'
import { requireScope } from 'oauthd/web'
import { ask } from './verifier.ts'

/** RFC 7636 appendix B. */
const code_verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
const code_challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

export const openServer = async (db: string): Promise<{ server: OAuthServer; token: string }> => {
  const server = await createOAuthServer({ db, issuer: 'https://app.example', enabled: true })
  const redirect_uri = 'https://client.example/callback'
  const { client_id, client_secret = '' } = await server.clients.create({
    client_name: 'ERP',
    redirect_uris: [redirect_uri],
    scope: 'a',
  })
  const asked = {
    response_type: 'code',
    client_id,
    redirect_uri,
    code_challenge,
    code_challenge_method: 'S256',
  }
  const authorization = await server.validateAuthorizationRequest(new URLSearchParams(asked))
  const { code } = await server.approveAuthorizationRequest(authorization, { sub: 'ana' })
  const grant_type = 'authorization_code'
  const tokens = await server.issueToken({ grant_type, client_id, client_secret, code, code_verifier })
  return { server, token: tokens.access_token }
}

/** Asks a route that the verifier guards. */
export const askRoute = async (verifier: Verifier, token: string): Promise<void> => {
  const check = requireScope(verifier, 'a')
  await ask(async (init) => {
    const { principal, response } = await check(new Request('https://api.example/', init))
    if (response !== undefined) return response
    const found: Principal = principal
    return new Response(found.sub)
  }, token)
}
