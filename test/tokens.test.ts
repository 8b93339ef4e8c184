import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { BULK } from '../src/actions/token.ts'
import { revoke } from '../src/clients.ts'
import { OAuthError } from '../src/protocol/error.ts'
import { assemble } from '../src/protocol/token-form.ts'
import { revokeAllOfClient, revokeOne } from '../src/revocations.ts'
import type { Server } from '../src/server.ts'
import { countLiveTokens } from '../src/store/access-token.ts'
import { putScope } from '../src/store/scope.ts'
import { createToken, inspectToken, type WantedToken } from '../src/tokens.ts'
import { type TestClient, type TestServer, testClient, testServer } from './_server.ts'
import { NOW } from './_store.ts'
import { registerResource } from './http/_resource.ts'
import { putTokens } from './store/_rows.ts'

const API = 'https://api.example'

const withClient = async (
  t: TestContext,
  given?: Parameters<typeof testClient>[1],
): Promise<TestServer & TestClient> => {
  const at = await testServer(t)
  return { ...at, ...(await testClient(at.server, given)) }
}

const mint = async (server: Server, wanted: WantedToken): Promise<string> =>
  (await createToken(server, wanted)).access_token

test('contract, token:create: the operator mints a token of a client, as the client would get it', async (t) => {
  const { server, client, client_id } = await withClient(t)
  const { access_token, ...rest } = await createToken(server, { client })
  assert.deepEqual(rest, { token_type: 'Bearer', expires_in: 3600, scope: 'a b' })
  const inspection = await inspectToken(server, access_token)
  assert.ok(inspection.kind === 'active')
  assert.deepEqual(inspection.token, {
    active: true,
    scope: 'a b',
    client_id,
    token_type: 'Bearer',
    exp: NOW + 3600,
    iat: NOW,
    sub: client_id,
    aud: 'https://id.example',
    iss: 'https://id.example',
    jti: access_token.slice(4, 30),
    grant_type: 'client_credentials',
  })
})

test('contract, token:create: scope, resource and lifetime may be chosen', async (t) => {
  const { server, client } = await withClient(t, { access_token_ttl: 60 })
  assert.equal((await createToken(server, { client })).expires_in, 60)
  const resource = ['https://a.example', 'https://b.example']
  const { access_token, ...rest } = await createToken(server, { client, scope: 'b', resource, ttl: 5 })
  assert.deepEqual(rest, { token_type: 'Bearer', expires_in: 5, scope: 'b' })
  const inspection = await inspectToken(server, access_token)
  assert.deepEqual(inspection.kind === 'active' && inspection.token.aud, resource)
})

test('RV-06: the operator gets no JWT that lives for more than a day, and is told so', async (t) => {
  const { server, client } = await withClient(t, { access_token_ttl: 7 * 86_400 })
  await registerResource(server, { resource: API, access_token_format: 'jwt' })
  const resource = [API]
  await assert.rejects(createToken(server, { client, resource, ttl: 86_401 }), /is a JWT, which lives a day/)
  assert.equal((await createToken(server, { client, resource, ttl: 86_400 })).expires_in, 86_400)
  assert.equal((await createToken(server, { client, resource })).expires_in, 86_400)
  assert.equal((await createToken(server, { client, ttl: 86_401 })).expires_in, 86_401)
})

test('RFC 7662 2.2: of a JWT too the operator is told that it is over, or that nobody here has signed it', async (t) => {
  const { server, client, advance } = await withClient(t)
  await registerResource(server, { resource: API, access_token_format: 'jwt', signing_alg: 'ES256' })
  const jwt = await mint(server, { client, resource: [API], ttl: 60 })
  advance(60)
  const { kind, ...over } = await inspectToken(server, jwt)
  assert.equal(kind, 'inactive')
  assert.deepEqual(over, { token: { active: false }, why: { reason: 'expired', at: NOW + 60 } })
  const forged = await inspectToken(server, `${jwt.slice(0, -20)}${'A'.repeat(20)}`)
  assert.equal(forged.kind === 'unknown' && forged.why, 'unsigned')
  const [key] = await server.keys.list(NOW + 60)
  await server.keys.revoke(key?.kid ?? '')
  const orphaned = await inspectToken(server, jwt)
  assert.equal(orphaned.kind === 'unknown' && orphaned.why, 'unsigned')
})

test('RFC 6749 3.3: the operator too gets the scopes marked default, and no scope beyond the registration', async (t) => {
  const { server, client } = await withClient(t)
  const times = { created_at: NOW, updated_at: NOW }
  await server.store.write(() =>
    putScope({ scope: 'b', title: null, description: null, is_default: true, is_sensitive: false, ...times }),
  )
  assert.equal((await createToken(server, { client })).scope, 'b')
  const refused = (wanted: Omit<WantedToken, 'client'>, error: string): Promise<void> =>
    assert.rejects(
      createToken(server, { client, ...wanted }),
      (thrown) => thrown instanceof OAuthError && thrown.error === error,
    )
  await refused({ scope: 'c' }, 'invalid_scope')
  await refused({ resource: ['https://a.example/#f'] }, 'invalid_target')
})

test('ERR-05: a client without client_credentials gets no token, and neither does a revoked one', async (t) => {
  const { server, client, client_id } = await withClient(t)
  const unauthorized = (thrown: unknown): boolean =>
    thrown instanceof OAuthError && thrown.error === 'unauthorized_client'
  await assert.rejects(createToken(server, { client: { ...client, grant_types: [] } }), unauthorized)
  await revoke(server, client_id)
  const registered = await (await server.registry.latest()).client(client_id)
  assert.ok(registered)
  await assert.rejects(createToken(server, { client: registered.client }), unauthorized)
  assert.equal(await server.store.read(countLiveTokens(client_id, NOW)), 0)
})

test('TM-02: a token is dead in the second of its exp, and the operator is told why', async (t) => {
  const { server, client, advance } = await withClient(t)
  const access_token = await mint(server, { client })
  advance(3599)
  assert.equal((await inspectToken(server, access_token)).kind, 'active')
  advance(1)
  assert.deepEqual(await inspectToken(server, access_token), {
    kind: 'inactive',
    token: { active: false },
    why: { reason: 'expired', at: NOW + 3600 },
  })
})

test('contract, token:introspect: a mistyped token, one that never was and one with a wrong secret are told apart', async (t) => {
  const { server, client } = await withClient(t)
  const access_token = await mint(server, { client })
  const why = async (token: string): Promise<unknown> => {
    const inspection = await inspectToken(server, token)
    assert.deepEqual(inspection.token, { active: false })
    return inspection.kind === 'unknown' && inspection.why
  }
  assert.equal(await why(access_token.slice(0, -1)), 'malformed')
  assert.equal(await why(''), 'malformed')
  assert.equal(await why(server.secrets.accessToken(NOW).access_token), 'not_found')
  assert.equal(await why(assemble('oat_', access_token.slice(4, 30), 'x'.repeat(43))), 'not_found')
  const elsewhere = await withClient(t)
  assert.equal(await why(await mint(elsewhere.server, { client: elsewhere.client })), 'not_found')
})

test('contract, token:revoke: a token is revoked once, and only that one', async (t) => {
  const { server, client } = await withClient(t)
  const [one, other] = [await mint(server, { client }), await mint(server, { client })]
  assert.equal(await revokeOne(server, one), true)
  assert.equal(await revokeOne(server, one), false)
  assert.equal(await revokeOne(server, `${one}x`), false)
  assert.deepEqual((await inspectToken(server, one)).kind, 'inactive')
  assert.deepEqual((await inspectToken(server, other)).kind, 'active')
})

test('RV-07: a revocation holds at once at another server of the database', async (t) => {
  const { server, client, ...at } = await withClient(t)
  const other = await testServer(t, { db: at.db, time: at })
  const access_token = await mint(server, { client })
  assert.equal((await inspectToken(other.server, access_token)).kind, 'active')
  await revokeOne(server, access_token)
  assert.equal((await inspectToken(other.server, access_token)).kind, 'inactive')
})

test('house 8: revoking at once by two servers, exactly one is told that it did', async (t) => {
  const { server, client, ...at } = await withClient(t)
  const other = await testServer(t, { db: at.db, time: at })
  const access_token = await mint(server, { client })
  const told = await Promise.all([server, other.server, server].map((each) => revokeOne(each, access_token)))
  assert.equal(told.filter((did) => did).length, 1)
})

test('LG-03: all tokens of a client are revoked in batches, and no other client loses one', async (t) => {
  const { server, client_id } = await withClient(t)
  const other = await testClient(server)
  const count = 2 * BULK + 500
  await server.store.write(function* () {
    for (let index = 0; index < count; index += 1)
      yield* putTokens({ jti: String(index).padStart(5, '0'), client_id })
    yield* putTokens({ jti: 'x', client_id: other.client_id })
  })
  let batches = 0
  const store: Server['store'] = {
    ...server.store,
    write(work) {
      batches += 1
      return server.store.write(work)
    },
  }
  assert.deepEqual(await revokeAllOfClient({ ...server, store }, client_id), {
    access_tokens: count,
    refresh_tokens: 0,
  })
  assert.equal(batches, 3)
  assert.equal(await server.store.read(countLiveTokens(client_id, NOW)), 0)
  assert.equal(await server.store.read(countLiveTokens(other.client_id, NOW)), 1)
  assert.deepEqual(await revokeAllOfClient(server, client_id), { access_tokens: 0, refresh_tokens: 0 })
})
