import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deleteConsent, findConsent, insertConsent, replaceConsent } from '../../src/store/consent.ts'
import { NOW, testStore } from '../_store.ts'

const ALLOWED = [{ resource: null, scope: 'a', remembered: 'a' }]
const MORE = [{ resource: null, scope: 'a b', remembered: 'a' }]
const CONSENT = { sub: 'us_1', client_id: 'cl_1', allowed: ALLOWED, created_at: 1, updated_at: 1 }

test('PG-07: a consent is written over only as it was read, and a first one only where none is', async (t) => {
  const { store } = await testStore(t)
  const insert = () => store.write(() => insertConsent(CONSENT))
  assert.deepEqual([await insert(), await insert()], [true, false])
  const before = await store.read(findConsent('us_1', 'cl_1'))
  assert.ok(before)
  const replace = () => store.write(() => replaceConsent(before, MORE, NOW))
  assert.deepEqual([await replace(), await replace()], [true, false])
  const { created_at, updated_at, allowed } = (await store.read(findConsent('us_1', 'cl_1'))) ?? {}
  assert.deepEqual([created_at, updated_at, allowed], [1, NOW, MORE])
  await store.write(() => deleteConsent('us_1', 'cl_1'))
  assert.equal(await replace(), false)
  assert.equal(await store.read(findConsent('us_1', 'cl_1')), undefined)
})
