import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type ClientFilter,
  claimClient,
  countClients,
  findClient,
  listClients,
  markClientRevoked,
  updateClient,
} from '../../src/store/client.ts'
import type { Store } from '../../src/store/work.ts'
import { literalClient } from '../_step.ts'
import { NOW, testStore } from '../_store.ts'
import { putClient, putClients } from './_rows.ts'

const ids = async (store: Store, filter: Partial<ClientFilter> = {}): Promise<readonly string[]> =>
  (await store.read(listClients({ status: 'active', limit: 100, ...filter }))).map(
    ({ client_id }) => client_id,
  )

test('RFC 7591 2: a client with the least and one with the most in it come back as they went in', async (t) => {
  const { store } = await testStore(t)
  const least = literalClient({ client_id: 'least', scope: '' })
  const most = literalClient({
    client_id: 'most',
    redirect_uris: ['https://a.example/?a=1', 'http://[::1]/cb'],
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    token_endpoint_auth_method: 'client_secret_basic',
    first_party: true,
    owner: "o'neil:1",
    introspect: 'any',
    resource: ['https://api.example', 'https://b.example/"'],
    access_token_ttl: 1,
    revoked_at: NOW + 1,
  })
  await store.write(() => putClient(least))
  await store.write(() => putClient(most))
  assert.deepEqual(await store.read(findClient('least')), least)
  assert.deepEqual(await store.read(findClient('most')), most)
  assert.equal(await store.read(findClient('LEAST')), undefined)
  assert.equal(await store.read(findClient('')), undefined)
})

test('contract, client:create: a taken id is refused and what is there stays', async (t) => {
  const { store } = await testStore(t)
  assert.equal(await store.write(() => putClient({ client_id: 'cl_1', client_name: 'first' })), true)
  assert.equal(await store.write(() => putClient({ client_id: 'cl_1', client_name: 'second' })), false)
  assert.equal((await store.read(findClient('cl_1')))?.client_name, 'first')
})

test('house 4, rule 6: the list is in order, by pages that neither repeat nor miss', async (t) => {
  const { store } = await testStore(t)
  for (const [index, client_id] of ['cl_3', 'cl_1', 'a', 'cl_2', 'Z'].entries()) {
    await store.write(() => putClient({ client_id, client_name: `name ${index}` }))
  }
  assert.deepEqual(await ids(store), ['Z', 'a', 'cl_1', 'cl_2', 'cl_3'])
  assert.deepEqual(await ids(store, { limit: 2 }), ['Z', 'a'])
  assert.deepEqual(await ids(store, { limit: 2, after: 'a' }), ['cl_1', 'cl_2'])
  assert.deepEqual(await ids(store, { limit: 2, after: 'cl_2' }), ['cl_3'])
  assert.deepEqual(await ids(store, { limit: 2, after: 'cl_3' }), [])
})

test('contract, client:list: the list is of active, of revoked or of all clients', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => putClients('cl_1', 'cl_3'))
  await store.write(() => putClient({ client_id: 'cl_2', revoked_at: NOW }))
  assert.deepEqual(await ids(store), ['cl_1', 'cl_3'])
  assert.deepEqual(await ids(store, { status: 'revoked' }), ['cl_2'])
  assert.deepEqual(await ids(store, { status: 'all' }), ['cl_1', 'cl_2', 'cl_3'])
})

test('contract, client:list: the list is of one owner, exactly', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => putClient({ client_id: 'cl_1', owner: 'team:7' }))
  await store.write(() => putClient({ client_id: 'cl_2', owner: 'team:77' }))
  await store.write(() => putClient({ client_id: 'cl_3', owner: null }))
  assert.deepEqual(await ids(store, { owner: 'team:7' }), ['cl_1'])
  assert.deepEqual(await ids(store, { owner: 'team:%' }), [])
  assert.deepEqual(await ids(store), ['cl_1', 'cl_2', 'cl_3'])
})

test('contract, serve: clients are counted as far as asked, without the revoked', async (t) => {
  const { store } = await testStore(t)
  assert.equal(await store.read(countClients(1)), 0)
  await store.write(() => putClient({ client_id: 'cl_0', revoked_at: NOW }))
  assert.equal(await store.read(countClients(1)), 0)
  await store.write(() => putClients('cl_1', 'cl_2', 'cl_3'))
  assert.equal(await store.read(countClients(2)), 2)
  assert.equal(await store.read(countClients(9)), 3)
})

test('house 4, rule 1: a client is revoked once, at the time of the first', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => putClients('cl_1', 'cl_2'))
  assert.equal(await store.write(() => markClientRevoked('cl_1', NOW + 1)), true)
  assert.equal(await store.write(() => markClientRevoked('cl_1', NOW + 2)), false)
  assert.equal(await store.write(() => markClientRevoked('cl_9', NOW + 2)), false)
  assert.equal((await store.read(findClient('cl_1')))?.revoked_at, NOW + 1)
  assert.equal((await store.read(findClient('cl_2')))?.revoked_at, null)
})

test('CA-11: a revoked client is neither claimed nor changed', async (t) => {
  const { store } = await testStore(t)
  const revoked = literalClient({ revoked_at: NOW })
  await store.write(() => putClient(revoked))
  assert.equal(await store.write(() => claimClient('cl_1')), false)
  assert.equal(await store.write(() => claimClient('cl_9')), false)
  await store.write(() => updateClient({ ...revoked, client_name: 'changed', revoked_at: null }))
  assert.deepEqual(await store.read(findClient('cl_1')), revoked)
})

test('RFC 7592 2.2: a change writes every member but the id, the issue time and the revocation', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => putClients('cl_1', 'cl_2'))
  const changed = literalClient({
    client_name: 'B',
    redirect_uris: ['https://b.example/cb'],
    grant_types: ['authorization_code'],
    scope: 'c',
    token_endpoint_auth_method: 'none',
    first_party: true,
    owner: 'team:7',
    introspect: 'any',
    resource: ['https://api.example'],
    access_token_ttl: 60,
    updated_at: NOW + 1,
  })
  await store.write(() => updateClient({ ...changed, client_id_issued_at: 1, revoked_at: NOW }))
  assert.deepEqual(await store.read(findClient('cl_1')), changed)
  assert.deepEqual(await store.read(findClient('cl_2')), literalClient({ client_id: 'cl_2' }))
})
