/** Tokens of a person: what introspection says of them, and what revocation ends. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { revoke as revokeClient } from '../../src/clients.ts'
import type { GivenMetadata } from '../../src/protocol/client-metadata.ts'
import { revokeOne } from '../../src/revocations.ts'
import type { Authorization } from '../../src/store/authorization.ts'
import { inspectToken } from '../../src/tokens.ts'
import { allow, appClient, credentials, family, member, refresh } from '../_person.ts'
import { type TestClient, type TestServer, testClient, testServer } from '../_server.ts'
import { NOW } from '../_store.ts'

interface Person extends TestServer {
  readonly client: TestClient
  readonly access_token: string
  readonly refresh_token: string
  introspect(token: string, caller?: TestClient): Promise<Readonly<Record<string, unknown>>>
  revoke(token: string, by?: TestClient, form?: Readonly<Record<string, string>>): Promise<number>
}

const person = async (
  t: TestContext,
  given: Partial<Authorization> = {},
  metadata: GivenMetadata = {},
): Promise<Person> => {
  const at = await testServer(t)
  const client = await appClient(at.server, metadata)
  return {
    ...at,
    client,
    ...(await family(at, client, given)),
    introspect: async (token, caller = client) =>
      (await at.post('introspect', { token, ...credentials(caller) })).body,
    revoke: async (token, by = client, form = {}) =>
      (await at.post('revoke', { token, ...credentials(by), ...form })).status,
  }
}

const INACTIVE = { active: false }

test('IN-03: a person’s token says whose it is, when and how they signed in, and what was given at approval', async (t) => {
  const claims = { tenant: 42, roles: ['a', 'b'] }
  const at = await person(t, { claims, acr: 'urn:mfa', amr: ['pwd', 'otp'], auth_time: NOW - 60 })
  const { iat, exp, jti, ...rest } = await at.introspect(at.access_token)
  assert.deepEqual([iat, exp, typeof jti], [NOW, NOW + 3600, 'string'])
  assert.deepEqual(rest, {
    active: true,
    scope: 'a b',
    client_id: at.client.client_id,
    token_type: 'Bearer',
    sub: 'us_1',
    aud: 'https://id.example',
    iss: 'https://id.example',
    grant_type: 'authorization_code',
    username: 'ana',
    auth_time: NOW - 60,
    acr: 'urn:mfa',
    amr: ['pwd', 'otp'],
    ...claims,
  })
})

test('AT-02: after a refresh these are still those of the first sign-in', async (t) => {
  const at = await person(t, { auth_time: NOW - 60, claims: { tenant: 42 } })
  at.advance(100)
  const token = member(await refresh(at, at.client, at.refresh_token), 'access_token')
  const { auth_time, username, tenant, grant_type } = await at.introspect(token)
  assert.deepEqual([auth_time, username, tenant, grant_type], [NOW - 60, 'ana', 42, 'refresh_token'])
})

test('IN-03: what is not known of a person is no member', async (t) => {
  const at = await person(t, { username: null, auth_time: null })
  const answer = await at.introspect(at.access_token)
  for (const name of ['username', 'auth_time', 'acr', 'amr']) assert.ok(!(name in answer), name)
})

test('IN-03: no extra claim stands for a member of RFC 7662, or makes one that is not there', async (t) => {
  const claims = {
    active: false,
    sub: 'root',
    scope: 'admin',
    username: 'root',
    exp: 0,
    cnf: {},
    act: {},
    x: 1,
  }
  const forged = JSON.parse('{"__proto__":{"admin":true}}') as Record<string, unknown>
  const at = await person(t, { username: null, claims: { ...claims, ...forged } })
  const answer = await at.introspect(at.access_token)
  assert.deepEqual([answer['active'], answer['sub'], answer['scope'], answer['x']], [true, 'us_1', 'a b', 1])
  for (const name of ['username', 'cnf', 'act', 'admin']) assert.ok(!(name in answer), name)
})

test('IN-05: a refresh token is told of to its own client, and to no other whatever it may see', async (t) => {
  const at = await person(t)
  const mine = await at.introspect(at.refresh_token)
  const { active, client_id, sub, scope, exp } = mine
  assert.deepEqual([active, client_id, sub, scope], [true, at.client.client_id, 'us_1', 'a b'])
  assert.equal(exp, NOW + 30 * 86_400)
  assert.ok(!('token_type' in mine), 'it opens nothing')
  const curious = await testClient(at.server, { introspect: 'any' })
  assert.deepEqual(await at.introspect(at.refresh_token, curious), INACTIVE)
  assert.equal((await at.introspect(at.access_token, curious))['active'], true)
})

test('contract, settled points: a used refresh token introspects inactive at once, also inside its retry window', async (t) => {
  const at = await person(t)
  const next = member(await refresh(at, at.client, at.refresh_token), 'refresh_token')
  assert.deepEqual(await at.introspect(at.refresh_token), INACTIVE)
  assert.equal((await at.introspect(next))['active'], true)
  const why = await inspectToken(at.server, at.refresh_token)
  assert.deepEqual(why.kind === 'inactive' && why.why, { reason: 'used', at: NOW })
})

test('IN-02: a code is no token to introspect, nor to revoke', async (t) => {
  const at = await person(t)
  const { code } = await allow(at.server, at.client)
  assert.deepEqual(await at.introspect(code), INACTIVE)
  assert.equal(await at.revoke(code), 200)
  assert.equal((await inspectToken(at.server, code)).kind, 'unknown')
})

test('IN-06: a refresh token is no bearer token', async (t) => {
  const grant_types = ['authorization_code', 'refresh_token', 'client_credentials']
  const at = await person(t, { scope: 'introspect' }, { grant_types, scope: 'a b introspect' })
  const { createApp } = await import('../../src/http/app.ts')
  const answer = await createApp(at.server).request('/oauth/introspect', {
    method: 'POST',
    body: new URLSearchParams({ token: at.access_token }),
    headers: { authorization: `Bearer ${at.refresh_token}` },
  })
  assert.equal(answer.status, 401)
})

test('RV-02: a revoked refresh token takes its family and its access tokens along', async (t) => {
  const at = await person(t)
  const next = await refresh(at, at.client, at.refresh_token)
  const other = await family(at, at.client)
  const [token, access] = [member(next, 'refresh_token'), member(next, 'access_token')]
  assert.equal(await at.revoke(token), 200)
  for (const dead of [token, access, at.access_token]) assert.deepEqual(await at.introspect(dead), INACTIVE)
  assert.equal((await refresh(at, at.client, token)).status, 400)
  assert.equal((await at.introspect(other.access_token))['active'], true)
})

test('RV-02: a generation that was used before ends the family too: the client may have no later one', async (t) => {
  const at = await person(t)
  const next = member(await refresh(at, at.client, at.refresh_token), 'refresh_token')
  assert.equal(await at.revoke(at.refresh_token, at.client, { token_type_hint: 'access_token' }), 200)
  assert.deepEqual(await at.introspect(next), INACTIVE)
})

test('RV-02: a revoked access token leaves the family as it is', async (t) => {
  const at = await person(t)
  assert.equal(await at.revoke(at.access_token), 200)
  assert.deepEqual(await at.introspect(at.access_token), INACTIVE)
  assert.equal((await refresh(at, at.client, at.refresh_token)).status, 200)
})

test('RV-04: the refresh token of another client is refused and left alone', async (t) => {
  const at = await person(t)
  const other = await appClient(at.server)
  assert.equal(await at.revoke(at.refresh_token, other), 400)
  assert.equal((await at.introspect(at.refresh_token))['active'], true)
})

test('TM-02, RT-06: a refresh token is inactive from the second of its idle end on', async (t) => {
  const at = await person(t)
  at.advance(30 * 86_400 - 1)
  assert.equal((await at.introspect(at.refresh_token))['active'], true)
  at.advance(1)
  assert.deepEqual(await at.introspect(at.refresh_token), INACTIVE)
})

test('TM-02, RT-06: no refresh token says that it lives longer than what it was issued under', async (t) => {
  const at = await testServer(t)
  for (const refresh_rotate of ['always', 'never']) {
    const client = await appClient(at.server, { refresh_token_ttl: 86_400, refresh_rotate })
    const end = Math.floor(at.server.clock() / 1000) + 86_400
    const ends = async (token: string): Promise<unknown> =>
      (await at.post('introspect', { token, ...credentials(client) })).body['exp']
    const { refresh_token } = await family(at, client)
    assert.equal(await ends(refresh_token), end)
    at.advance(100)
    assert.equal(await ends(member(await refresh(at, client, refresh_token), 'refresh_token')), end)
  }
})

test('RFC 7009 2.2: of a refresh token that is over with its approval or its client nothing is revoked', async (t) => {
  const at = await person(t, { expires_at: NOW + 60 })
  at.advance(60)
  assert.equal(await revokeOne(at.server, at.refresh_token), false)
  const other = await appClient(at.server)
  const { refresh_token } = await family(at, other)
  await revokeClient(at.server, other.client_id)
  assert.equal(await revokeOne(at.server, refresh_token), false)
})
