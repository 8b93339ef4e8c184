import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findState, putState } from '../../src/store/state.ts'
import { testStore } from '../_store.ts'

test('contract, settled points: what serve records is found by name, the newest only', async (t) => {
  const { store } = await testStore(t)
  assert.equal(await store.read(findState('issuer')), undefined)
  await store.write(() => putState('issuer', 'https://old.example'))
  await store.write(() => putState('issuer', 'https://new.example'))
  await store.write(() => putState('ready_at', '1'))
  assert.equal(await store.read(findState('issuer')), 'https://new.example')
  assert.equal(await store.read(findState('ready_at')), '1')
})
