import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { clientCredentials } from '../../src/grants/client-credentials.ts'
import { OAuthError } from '../../src/protocol/error.ts'
import { parseForm } from '../../src/protocol/form.ts'
import { type ListedToken, listAccessTokens } from '../../src/store/token-list.ts'
import { inspectToken } from '../../src/tokens.ts'
import { type HttpAnswer, type TestServer, testClient, testServer } from '../_server.ts'
import { literalRules } from '../_step.ts'
import { NOW } from '../_store.ts'

/** A server with a client, and its requests for tokens. */
const asking = async (
  t: TestContext,
  given?: Parameters<typeof testClient>[1],
): Promise<
  TestServer & { client_id: string; ask: (form?: Record<string, string>) => Promise<HttpAnswer> }
> => {
  const at = await testServer(t)
  const { client_id, client_secret } = await testClient(at.server, given)
  const credentials = { grant_type: 'client_credentials', client_id, client_secret }
  return { ...at, client_id, ask: (form = {}) => at.post('token', { ...credentials, ...form }) }
}

const stored = ({ server }: TestServer): Promise<readonly ListedToken[]> =>
  server.store.read(listAccessTokens({ limit: 100 }))

test('TK-09: the answer has no refresh token, whatever else the client is registered for', async (t) => {
  const { ask } = await asking(t, {
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    redirect_uris: ['https://a.example/cb'],
  })
  const { status, body } = await ask({ scope: 'a offline_access' })
  assert.equal(status, 200)
  assert.deepEqual(Object.keys(body).sort(), ['access_token', 'expires_in', 'scope', 'token_type'])
  assert.equal(body['scope'], 'a')
})

test('TK-11: introspection says sub is the client, and has no username', async (t) => {
  const { ask, server, client_id } = await asking(t)
  const { body } = await ask()
  const inspection = await inspectToken(server, String(body['access_token']))
  assert.ok(inspection.kind === 'active')
  assert.equal(inspection.token.sub, client_id)
  assert.ok(!('username' in inspection.token))
})

test('AT-03: the resources of the request are the audience, else the issuer', async (t) => {
  const { ask, server } = await asking(t)
  const aud = async (form?: Record<string, string>): Promise<unknown> => {
    const { body } = await ask(form)
    const inspection = await inspectToken(server, String(body['access_token']))
    return inspection.kind === 'active' && inspection.token.aud
  }
  assert.equal(await aud(), 'https://id.example')
  assert.equal(await aud({ resource: 'https://API.example' }), 'https://API.example')
})

test('RFC 6749 5.2: an attempt that is refused leaves no row', async (t) => {
  const at = await asking(t)
  const refused = [
    { scope: 'c' },
    { scope: '"' },
    { resource: 'nowhere' },
    { client_secret: 'x' },
    { grant_type: 'password' },
  ]
  const errors = []
  for (const form of refused) errors.push((await at.ask(form)).body['error'])
  assert.deepEqual(errors, [
    'invalid_scope',
    'invalid_scope',
    'invalid_target',
    'invalid_client',
    'unsupported_grant_type',
  ])
  assert.deepEqual(await stored(at), [])
})

test('ERR-05: a client that is not registered for the grant is refused, after it has authenticated', async (t) => {
  const at = await asking(t, { grant_types: ['authorization_code'], redirect_uris: ['https://a.example/cb'] })
  assert.equal((await at.ask()).body['error'], 'unauthorized_client')
  assert.equal((await at.ask({ client_secret: 'x' })).body['error'], 'invalid_client')
  assert.deepEqual(await stored(at), [])
})

test('contract, lifetimes: the lifetime is the server’s, or the client’s own', async (t) => {
  const ours = await asking(t)
  const own = await asking(t, { access_token_ttl: 7 })
  assert.equal((await ours.ask()).body['expires_in'], 3600)
  assert.equal((await own.ask()).body['expires_in'], 7)
  assert.equal((await stored(own))[0]?.exp, NOW + 7)
})

test('contract, settled points: no scope registered, none granted, and no member for it', async (t) => {
  const { ask } = await asking(t, { scope: '' })
  assert.ok(!('scope' in (await ask()).body))
})

test('house 8: attempts at once are one row each, and one that is refused takes none with it', async (t) => {
  const at = await asking(t)
  const forms = Array.from({ length: 40 }, (_, index) => (index % 4 === 0 ? { scope: 'c' } : { scope: 'a' }))
  const answers = await Promise.all(forms.map(at.ask))
  assert.equal(answers.filter(({ status }) => status === 200).length, 30)
  const rows = await stored(at)
  assert.equal(rows.length, 30)
  assert.equal(new Set(answers.map(({ body }) => body['access_token'])).size, 31)
})

test('house 8: the work stores its row when a store runs it, and the clear token answers to it', async (t) => {
  const { server } = await testServer(t)
  const { client } = await testClient(server)
  const fresh = server.secrets.accessToken(server.clock())
  const work = clientCredentials.prepare(parseForm('scope=a'))
  const issued = await server.store.write(() =>
    work({ client, now: NOW, fresh, cnf: null, rules: literalRules(), default_scopes: [] }),
  )
  assert.ok(!(issued instanceof OAuthError))
  assert.equal((await inspectToken(server, fresh.access_token)).kind, 'active')
})
