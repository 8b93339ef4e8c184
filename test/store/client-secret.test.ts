import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  countExpiredSecrets,
  deleteClientSecret,
  expireClientSecret,
  listClientSecrets,
  purgeClientSecrets,
} from '../../src/store/client-secret.ts'
import { StoreError } from '../../src/store/store-error.ts'
import type { Store } from '../../src/store/work.ts'
import { NOW, testStore } from '../_store.ts'
import { putClients, putSecret } from './_rows.ts'

/** Which secrets cl_1 has, and their ends. */
const ends = async (store: Store): Promise<readonly unknown[]> =>
  (await store.read(listClientSecrets('cl_1'))).map(({ client_secret_id, expires_at }) => [
    client_secret_id,
    expires_at,
  ])

test('CA-08: a secret comes back with its hash and the key of it, oldest id first', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => putClients('cl_1', 'cl_2'))
  const secret_hash = 'hash'
  await store.write(() => putSecret({ client_secret_id: 'cs_2', secret_hash }))
  await store.write(() => putSecret({ client_secret_id: 'cs_1', expires_at: NOW }))
  await store.write(() => putSecret({ client_secret_id: 'cs_0', client_id: 'cl_2' }))
  assert.deepEqual(await ends(store), [
    ['cs_1', NOW],
    ['cs_2', null],
  ])
  assert.deepEqual((await store.read(listClientSecrets('cl_1')))[1], {
    client_secret_id: 'cs_2',
    client_id: 'cl_1',
    secret_hash,
    hash_key_id: 'hk_1',
    preview: 'ocs_…',
    created_at: NOW,
    expires_at: null,
  })
})

test('SEC-01: an end comes sooner and never later', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => putClients('cl_1'))
  await store.write(() => putSecret({ client_secret_id: 'cs_1' }))
  await store.write(() => putSecret({ client_secret_id: 'cs_2' }))
  for (const [expires_at, then] of [
    [NOW + 60, NOW + 60],
    [NOW + 90, NOW + 60],
    [NOW, NOW],
  ] as const) {
    await store.write(() => expireClientSecret('cs_1', expires_at))
    assert.deepEqual(await ends(store), [
      ['cs_1', then],
      ['cs_2', null],
    ])
  }
})

test('SEC-01: one secret is removed by its id', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => putClients('cl_1'))
  await store.write(() => putSecret({ client_secret_id: 'cs_1' }))
  await store.write(() => putSecret({ client_secret_id: 'cs_2' }))
  await store.write(() => deleteClientSecret('cs_1'))
  assert.deepEqual(await ends(store), [['cs_2', null]])
})

test('LG-03: the purge removes secrets that have ended, as many as it may', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => putClients('cl_1'))
  await store.write(() => putSecret({ client_secret_id: 'cs_1', expires_at: NOW }))
  await store.write(() => putSecret({ client_secret_id: 'cs_2', expires_at: NOW - 1 }))
  await store.write(() => putSecret({ client_secret_id: 'cs_3', expires_at: NOW + 1 }))
  await store.write(() => putSecret({ client_secret_id: 'cs_4' }))
  assert.equal(await store.read(countExpiredSecrets(NOW)), 2)
  assert.equal(await store.write(() => purgeClientSecrets(NOW, 1)), 1)
  assert.equal(await store.write(() => purgeClientSecrets(NOW, 9)), 1)
  assert.deepEqual(await ends(store), [
    ['cs_3', NOW + 1],
    ['cs_4', null],
  ])
})

test('house 4: a secret without its client, or without its hash key, is not stored', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => putClients('cl_1'))
  await assert.rejects(
    store.write(() => putSecret({ client_id: 'cl_0' })),
    StoreError,
  )
  await assert.rejects(
    store.write(() => putSecret({ hash_key_id: 'hk_0' })),
    StoreError,
  )
  assert.deepEqual(await ends(store), [])
})
