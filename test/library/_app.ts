/** A server as an app has it: opened by the library, on a database of its own. */
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import {
  type ClientWithSecret,
  createOAuthServer,
  type GivenMetadata,
  type Log,
  type OAuthServer,
  type OAuthServerOptions,
} from '../../src/index.ts'
import { environment } from '../_environment.ts'
import { atEnd, temporaryFolder } from '../_store.ts'

export const ISSUER = 'https://app.example'
export const CALLBACK = 'https://client.example/callback'

/** RFC 7636 appendix B. */
export const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'
export const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'

/** A confidential client of the code flow. */
export const ERP: GivenMetadata = {
  client_name: 'ERP Connector',
  redirect_uris: [CALLBACK],
  grant_types: ['authorization_code', 'refresh_token'],
  scope: 'invoices.read invoices.write',
}

const SILENT: Log = { info() {}, warn() {}, error() {} }

/** An enabled server, closed when the test ends. */
export const appServer = async (t: TestContext, options: OAuthServerOptions = {}): Promise<OAuthServer> => {
  environment(t, {})
  const db = options.db ?? join(temporaryFolder(t), 'app.db')
  const server = await createOAuthServer({ issuer: ISSUER, enabled: true, log: SILENT, ...options, db })
  atEnd(t, () => server.close())
  return server
}

/** The parameters of an authorization request; one that is `undefined` is left out. */
export const asked = (
  client_id: string,
  given: Readonly<Record<string, string | undefined>> = {},
): URLSearchParams => {
  const all = {
    response_type: 'code',
    client_id,
    redirect_uri: CALLBACK,
    scope: 'invoices.read',
    state: 's 1',
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
    ...given,
  }
  const pairs = Object.entries(all).filter((pair): pair is [string, string] => pair[1] !== undefined)
  return new URLSearchParams(pairs)
}

/** The tokens of a person who allows what is asked. */
export const tokensOf = async (
  server: OAuthServer,
  { client_id, client_secret = '' }: ClientWithSecret,
  sub = 'user-1',
): Promise<{ access_token: string; refresh_token: string }> => {
  const authorization = await server.validateAuthorizationRequest(asked(client_id))
  const { code } = await server.approveAuthorizationRequest(authorization, { sub })
  const grant_type = 'authorization_code'
  const request = { grant_type, client_id, client_secret, code, code_verifier: VERIFIER }
  const { access_token, refresh_token = '' } = await server.issueToken(request)
  return { access_token, refresh_token }
}

/** What a call was refused with. */
export const refusal = async (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
