import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deleteScope, findScope, listScopes, putScope, type ScopeRecord } from '../../src/store/scope.ts'
import { NOW, testStore } from '../_store.ts'

const scope = (given: Partial<ScopeRecord>): ScopeRecord => ({
  scope: 'a',
  title: null,
  description: null,
  is_default: false,
  is_sensitive: false,
  created_at: NOW,
  updated_at: NOW,
  ...given,
})

test('contract, scope:set: a described scope comes back as described', async (t) => {
  const { store } = await testStore(t)
  const described = scope({ title: 'Ä', description: 'All of it', is_default: true, is_sensitive: true })
  await store.write(() => putScope(described))
  assert.deepEqual(await store.read(findScope('a')), described)
  assert.equal(await store.read(findScope('A')), undefined)
})

test('contract, scope:set: describing anew replaces the words and keeps the time of the first', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => putScope(scope({ title: 'old', is_default: true })))
  const later = { description: 'new', is_sensitive: true, created_at: NOW + 9, updated_at: NOW + 9 }
  await store.write(() => putScope(scope(later)))
  assert.deepEqual(await store.read(findScope('a')), scope({ ...later, created_at: NOW }))
})

test('house 4, rule 6: described scopes are listed by name', async (t) => {
  const { store } = await testStore(t)
  for (const name of ['b', 'a:z', 'a']) await store.write(() => putScope(scope({ scope: name })))
  const list = await store.read(listScopes())
  assert.deepEqual(
    list.map((one) => one.scope),
    ['a', 'a:z', 'b'],
  )
})

test('contract, scope:delete: a description goes once, the others stay', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => putScope(scope({})))
  await store.write(() => putScope(scope({ scope: 'b' })))
  assert.equal(await store.write(() => deleteScope('a')), true)
  assert.equal(await store.write(() => deleteScope('a')), false)
  assert.equal(await store.read(findScope('a')), undefined)
  assert.deepEqual(await store.read(findScope('b')), scope({ scope: 'b' }))
})
