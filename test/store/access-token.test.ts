import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  countExpiredTokens,
  countLiveTokens,
  findAccessToken,
  listLiveTokenIds,
  markAccessTokenRevoked,
  purgeAccessTokens,
} from '../../src/store/access-token.ts'
import { markClientRevoked } from '../../src/store/client.ts'
import { type ListedToken, listAccessTokens, type TokenFilter } from '../../src/store/token-list.ts'
import { run, type Store } from '../../src/store/work.ts'
import { NOW, testStore } from '../_store.ts'
import { putClients, putTokens } from './_rows.ts'

const listed = async (store: Store, filter: Partial<TokenFilter> = {}): Promise<readonly string[]> =>
  (await store.read(listAccessTokens({ limit: 100, ...filter }))).map(({ jti }) => jti)

/** Clients cl_1 and cl_2; of cl_1 tokens 1 (live), 2 (expired), 3 (revoked), 5 (live); of cl_2 token 4. */
const filled = async (store: Store): Promise<void> => {
  await store.write(() => putClients('cl_1', 'cl_2'))
  await store.write(() =>
    putTokens(
      { jti: '1' },
      { jti: '2', exp: NOW },
      { jti: '3', revoked_at: NOW - 1 },
      { jti: '4', client_id: 'cl_2', sub: 'cl_2' },
      { jti: '5', sub: 'someone' },
    ),
  )
}

test('IN-04: a token is read with what its client says of it', async (t) => {
  const { store } = await testStore(t)
  await filled(store)
  await store.write(() => markClientRevoked('cl_2', NOW + 7))
  const mine = await store.read(findAccessToken('1'))
  const theirs = await store.read(findAccessToken('4'))
  assert.deepEqual([mine?.client_revoked_at, theirs?.client_revoked_at], [null, NOW + 7])
  assert.deepEqual([mine?.revoked_at, theirs?.revoked_at], [null, null])
  assert.equal(await store.read(findAccessToken('9')), undefined)
})

test('AT-03: the audience is a list, or null for the issuer', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => putClients('cl_1'))
  await store.write(() =>
    putTokens({ jti: '1' }, { jti: '2', aud: ['https://a.example', 'https://b.example'] }),
  )
  assert.equal((await store.read(findAccessToken('1')))?.aud, null)
  assert.deepEqual((await store.read(findAccessToken('2')))?.aud, ['https://a.example', 'https://b.example'])
})

test('RFC 7009 2.1: a live token is revoked once; an expired one is not', async (t) => {
  const { store } = await testStore(t)
  await filled(store)
  assert.equal(await store.write(() => markAccessTokenRevoked('1', NOW + 1)), true)
  assert.equal(await store.write(() => markAccessTokenRevoked('1', NOW + 2)), false)
  assert.equal(await store.write(() => markAccessTokenRevoked('2', NOW)), false)
  assert.equal(await store.write(() => markAccessTokenRevoked('9', NOW)), false)
  assert.equal((await store.read(findAccessToken('1')))?.revoked_at, NOW + 1)
  assert.equal((await store.read(findAccessToken('5')))?.revoked_at, null)
})

test('LG-03: the live tokens of a client are found a batch at a time, and no others', async (t) => {
  const { store } = await testStore(t)
  await filled(store)
  assert.equal(await store.read(countLiveTokens('cl_1', NOW)), 2)
  assert.equal(await store.read(countLiveTokens('cl_2', NOW)), 1)
  assert.deepEqual(await store.read(listLiveTokenIds('cl_1', NOW, '', 1)), ['1'])
  assert.deepEqual(await store.read(listLiveTokenIds('cl_1', NOW, '1', 9)), ['5'])
  assert.deepEqual(await store.read(listLiveTokenIds('cl_1', NOW, '5', 9)), [])
})

test('contract, token:list: newest first, by pages', async (t) => {
  const { store } = await testStore(t)
  await filled(store)
  assert.deepEqual(await listed(store), ['5', '4', '3', '2', '1'])
  assert.deepEqual(await listed(store, { limit: 2 }), ['5', '4'])
  assert.deepEqual(await listed(store, { limit: 2, before: '4' }), ['3', '2'])
  assert.deepEqual(await listed(store, { limit: 2, before: '1' }), [])
})

test('house 4: a list of tokens reads no hash, and no other column that it does not show', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => putClients('cl_1'))
  await store.write(() => putTokens({ jti: '1', aud: ['https://a.example'] }))
  const token: ListedToken = {
    jti: '1',
    client_id: 'cl_1',
    authorization_id: null,
    sub: 'cl_1',
    grant_type: 'client_credentials',
    scope: 'a',
    iat: NOW,
    exp: NOW + 3600,
    revoked_at: null,
    client_revoked_at: null,
    authorization_revoked_at: null,
  }
  assert.deepEqual(await store.read(listAccessTokens({ limit: 9 })), [token])
})

test('contract, token:list: of one client, of one subject, live ones only, and all of that together', async (t) => {
  const { store } = await testStore(t)
  await filled(store)
  assert.deepEqual(await listed(store, { client_id: 'cl_1' }), ['5', '3', '2', '1'])
  assert.deepEqual(await listed(store, { client_id: 'cl_2' }), ['4'])
  assert.deepEqual(await listed(store, { sub: 'someone' }), ['5'])
  assert.deepEqual(await listed(store, { live_at: NOW }), ['5', '4', '1'])
  assert.deepEqual(await listed(store, { live_at: NOW - 1 }), ['5', '4', '2', '1'])
  const narrow = { client_id: 'cl_1', sub: 'cl_1', live_at: NOW, before: '5' }
  assert.deepEqual(await listed(store, narrow), ['1'])
  await store.write(() => markClientRevoked('cl_2', NOW))
  assert.deepEqual(await listed(store, { live_at: NOW }), ['5', '1'])
})

test('LG-03: the purge removes what has expired, the longest dead first, as many as it may', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => putClients('cl_1'))
  await store.write(() =>
    putTokens({ jti: '1', exp: NOW }, { jti: '2', exp: NOW - 5 }, { jti: '3', exp: NOW + 1 }),
  )
  assert.equal(await store.read(countExpiredTokens(NOW)), 2)
  assert.equal(await store.write(() => purgeAccessTokens(NOW, 1)), 1)
  assert.deepEqual(await listed(store), ['3', '1'])
  assert.equal(await store.write(() => purgeAccessTokens(NOW, 9)), 1)
  assert.deepEqual(await listed(store), ['3'])
  assert.equal(await store.read(countExpiredTokens(NOW)), 0)
})

test('IN-04: a token whose client is not there is no token', async (t) => {
  const { store } = await testStore(t)
  await filled(store)
  await store.write(() => run("DELETE FROM oauth_client WHERE client_id = 'cl_1'"))
  assert.equal(await store.read(findAccessToken('1')), undefined)
})
