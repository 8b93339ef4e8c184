/** A person who has allowed a client something, without any page: what the token endpoint starts from. */
import { newId } from '../src/crypto/secret.ts'
import type { GivenMetadata } from '../src/protocol/client-metadata.ts'
import { PREFIX } from '../src/protocol/token-form.ts'
import { now, type Server } from '../src/server.ts'
import { type Authorization, insertAuthorization } from '../src/store/authorization.ts'
import { type AuthorizationCode, insertAuthorizationCode } from '../src/store/authorization-code.ts'
import { type HttpAnswer, type TestClient, type TestServer, testClient } from './_server.ts'
import { authorizationRow, codeRow } from './store/_people.ts'

/** RFC 7636 appendix B: the verifier of the challenge that `codeRow` has. */
export const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'

/** A client that a person may allow something. */
export const APP: GivenMetadata = {
  client_name: 'App',
  grant_types: ['authorization_code', 'refresh_token'],
  redirect_uris: ['https://a.example/cb'],
  scope: 'a b',
}

export const appClient = (server: Server, given: GivenMetadata = {}): Promise<TestClient> =>
  testClient(server, { ...APP, ...given })

/** Allows a client something now; gives the code in clear. */
export const allow = async (
  server: Server,
  { client }: Pick<TestClient, 'client'>,
  given: Partial<Authorization> = {},
  of_code: Partial<AuthorizationCode> = {},
): Promise<{ readonly code: string; readonly authorization_id: string }> => {
  const at = now(server)
  const { clear, id, hash, hash_key_id } = server.secrets.mint('authorization_code', server.clock())
  const { client_id } = client
  const ttl = client.refresh_token_ttl ?? server.settings.refresh_ttl
  const authorization = authorizationRow({
    authorization_id: newId(PREFIX.authorization, server.clock()),
    client_id,
    auth_time: at,
    created_at: at,
    last_used_at: at,
    expires_at: at + ttl,
    ...given,
  })
  const { authorization_id, expires_at } = authorization
  await server.store.write(function* work() {
    yield* insertAuthorization(authorization)
    yield* insertAuthorizationCode(
      codeRow({
        code_id: id,
        code_hash: hash,
        hash_key_id,
        authorization_id,
        client_id,
        expires_at: at + (client.code_ttl ?? server.settings.code_ttl),
        authorization_expires_at: expires_at,
        purge_at: expires_at,
        ...of_code,
      }),
    )
  })
  return { code: clear, authorization_id }
}

/** What a client sends to say who it is. */
export const credentials = ({ client_id, client_secret }: TestClient): Record<string, string> =>
  client_secret === '' ? { client_id } : { client_id, client_secret }

/** Redeems a code at the token endpoint, rightly but for what `form` says else. */
export const redeem = (
  at: Pick<TestServer, 'post'>,
  client: TestClient,
  code: string,
  form: Readonly<Record<string, string>> = {},
): Promise<HttpAnswer> =>
  at.post('token', {
    grant_type: 'authorization_code',
    code,
    code_verifier: VERIFIER,
    ...credentials(client),
    ...form,
  })

export const refresh = (
  at: Pick<TestServer, 'post'>,
  client: TestClient,
  refresh_token: string,
  form: Readonly<Record<string, string>> = {},
): Promise<HttpAnswer> =>
  at.post('token', { grant_type: 'refresh_token', refresh_token, ...credentials(client), ...form })

/** The member of an answer that must be a text. */
export const member = ({ body }: HttpAnswer, name: string): string => {
  const value = body[name]
  if (typeof value !== 'string') throw new Error(`no ${name}: ${JSON.stringify(body)}`)
  return value
}

/** A family: allowed, its code redeemed. */
export const family = async (
  at: TestServer,
  client: TestClient,
  given: Partial<Authorization> = {},
): Promise<{ access_token: string; refresh_token: string; authorization_id: string }> => {
  const { code, authorization_id } = await allow(at.server, client, given)
  const answer = await redeem(at, client, code)
  return {
    access_token: member(answer, 'access_token'),
    refresh_token: member(answer, 'refresh_token'),
    authorization_id,
  }
}
