import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { growConsent } from '../src/actions/consent.ts'
import { revoke } from '../src/clients.ts'
import { listConsents, lossOfConsent, withdraw, withdrawAll } from '../src/consents.ts'
import type { Server } from '../src/server.ts'
import { createToken, inspectToken } from '../src/tokens.ts'
import { type TestClient, type TestServer, testClient, testServer } from './_server.ts'
import { NOW } from './_store.ts'
import { authorizationRow, putAuthorization } from './store/_people.ts'

interface Place extends TestServer {
  readonly shop: TestClient
  /** A token of a person, as an approval leads to one. */
  token(sub: string, username: string | null, client?: TestClient, scope?: string): Promise<string>
}

const place = async (t: TestContext): Promise<Place> => {
  const at = await testServer(t)
  const shop = await testClient(at.server, { client_name: 'Shop' })
  return {
    ...at,
    shop,
    token: async (sub, username, { client } = shop, scope = 'a') =>
      (await createToken(at.server, { client, person: { sub, username }, scope })).access_token,
  }
}

const allow = (server: Server, sub: string, client_id: string, remember: boolean): Promise<void> =>
  server.store.write(() =>
    growConsent({ sub, client_id, scope: 'a b', resource: ['https://r.example'], remember }, NOW),
  )

const ids = async (server: Server, filter: object = {}): Promise<readonly string[]> =>
  (await listConsents(server, { limit: 100, ...filter })).map(({ sub, client_id }) => `${sub} ${client_id}`)

test('PG-07: what was remembered is listed, and what stands without being remembered, once a client', async (t) => {
  const { server, shop, token, advance } = await place(t)
  await allow(server, 'us_1', shop.client_id, true)
  advance(60)
  await token('us_1', 'ana')
  const own = await testClient(server, { client_name: 'Own', first_party: true })
  await token('us_1', 'ana', own)
  const found = await listConsents(server, { sub: 'us_1', limit: 100 })
  const about = { sub: 'us_1', username: 'ana' }
  const remembered = {
    ...about,
    client_id: shop.client_id,
    client_name: 'Shop',
    scope: 'a b',
    resource: ['https://r.example'],
    remembered: true,
    granted_at: NOW,
    last_used_at: NOW + 60,
  }
  const unasked = {
    ...about,
    client_id: own.client_id,
    client_name: 'Own',
    scope: 'a',
    resource: [],
    remembered: false,
    granted_at: NOW + 60,
    last_used_at: NOW + 60,
  }
  const byId = [remembered, unasked].toSorted((one, other) => (one.client_id < other.client_id ? -1 : 1))
  assert.deepEqual(found, byId)
})

test('PG-07: an app that was allowed once stays listed when its tokens have ended, with no last use', async (t) => {
  const { server, shop, token, advance } = await place(t)
  await allow(server, 'us_1', shop.client_id, false)
  await token('us_1', 'ana')
  await token('us_2', null)
  advance(3600)
  const [first, ...more] = await listConsents(server, { limit: 100 })
  assert.deepEqual(more, [])
  assert.ok(first !== undefined && !('username' in first))
  assert.deepEqual([first.sub, first.remembered, first.last_used_at], ['us_1', false, null])
})

test('PG-07: consents are listed by sub and client_id, of one person, of one client, a page at a time', async (t) => {
  const { server } = await place(t)
  await server.store.write(function* work() {
    for (const [sub, client_id] of [
      ['b', '1'],
      ['a', '2'],
      ['a', '1'],
      ['c', '1'],
    ] as const) {
      yield* putAuthorization({
        ...authorizationRow(),
        authorization_id: `${sub}${client_id}`,
        sub,
        client_id,
      })
    }
    yield* putAuthorization({ authorization_id: 'dead', sub: 'd', client_id: '1', revoked_at: NOW })
    yield* putAuthorization({ authorization_id: 'over', sub: 'd', client_id: '1', expires_at: NOW })
  })
  await allow(server, 'a', '2', false)
  assert.deepEqual(await ids(server), ['a 1', 'a 2', 'b 1', 'c 1'])
  assert.deepEqual(await ids(server, { sub: 'a' }), ['a 1', 'a 2'])
  assert.deepEqual(await ids(server, { client_id: '1' }), ['a 1', 'b 1', 'c 1'])
  assert.deepEqual(await ids(server, { sub: 'a', client_id: '2' }), ['a 2'])
  assert.deepEqual(await ids(server, { after: { sub: 'a', client_id: '1' }, limit: 2 }), ['a 2', 'b 1'])
})

test('PG-07: withdrawing kills every token of the pair and no other before it resolves', async (t) => {
  const { server, shop, token } = await place(t)
  const other = await testClient(server)
  await allow(server, 'us_1', shop.client_id, true)
  const { client_id } = shop
  const mine = [await token('us_1', 'ana'), await token('us_1', 'ana')]
  const others = [await token('us_1', 'ana', other), await token('us_2', 'bo')]
  const machine = (await createToken(server, { client: shop.client })).access_token
  assert.deepEqual(await lossOfConsent(server, { sub: 'us_1', client_id }), {
    access_tokens: 2,
    refresh_tokens: 0,
  })
  assert.deepEqual(await withdraw(server, { sub: 'us_1', client_id }), { consent: true, authorizations: 2 })
  for (const each of mine) assert.equal((await inspectToken(server, each)).kind, 'inactive')
  for (const each of [...others, machine]) assert.equal((await inspectToken(server, each)).kind, 'active')
  assert.deepEqual(await ids(server, { sub: 'us_1' }), [`us_1 ${other.client_id}`])
  assert.equal(await withdraw(server, { sub: 'us_1', client_id }), undefined)
  assert.deepEqual(await lossOfConsent(server, { sub: 'us_1', client_id }), {
    access_tokens: 0,
    refresh_tokens: 0,
  })
})

test('PG-07: withdrawing all leaves a person with nothing allowed, and others with what they allowed', async (t) => {
  const { server, shop, token } = await place(t)
  const gone = await testClient(server)
  await allow(server, 'us_1', shop.client_id, true)
  const mine = [await token('us_1', 'ana'), await token('us_1', 'ana', gone)]
  const other = await token('us_2', 'bo')
  await revoke(server, gone.client_id)
  await withdrawAll(server, 'us_1')
  for (const each of mine) assert.equal((await inspectToken(server, each)).kind, 'inactive')
  assert.equal((await inspectToken(server, other)).kind, 'active')
  assert.deepEqual(await ids(server, { sub: 'us_1' }), [])
})
