import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  claimPushedRequest,
  findPushedRequest,
  holdPushedRequest,
  linkPushedRequest,
} from '../../src/store/pushed-request.ts'
import { NOW, testStore } from '../_store.ts'
import { putPushedRequest } from './_people.ts'

test('PAR-03: of many that take what was pushed at once one gets it', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => putPushedRequest())
  const taken = await Promise.all(
    Array.from({ length: 20 }, () => store.write(() => claimPushedRequest('pushed_1', NOW + 89))),
  )
  assert.equal(taken.filter(Boolean).length, 1)
  assert.equal((await store.read(findPushedRequest('pushed_1')))?.used_at, NOW + 89)
})

test('PAR-03: what is over, or is not there, is not taken and not held', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => putPushedRequest())
  assert.equal(await store.write(() => claimPushedRequest('pushed_1', NOW + 90)), false)
  assert.equal(await store.write(() => holdPushedRequest('pushed_1', NOW + 900, NOW + 90)), false)
  assert.equal(await store.write(() => claimPushedRequest('pushed_2', NOW)), false)
  assert.equal((await store.read(findPushedRequest('pushed_1')))?.expires_at, NOW + 90)
})

test('PAR-03: what is held is open for longer, until it is taken', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => putPushedRequest())
  assert.ok(await store.write(() => holdPushedRequest('pushed_1', NOW + 900, NOW + 89)))
  assert.ok(await store.write(() => claimPushedRequest('pushed_1', NOW + 899)))
  assert.equal(await store.write(() => holdPushedRequest('pushed_1', NOW + 9000, NOW + 899)), false)
  await store.write(() => linkPushedRequest('pushed_1', 'ar_1', NOW + 1000))
  const { request_id, expires_at } = (await store.read(findPushedRequest('pushed_1'))) ?? {}
  assert.deepEqual([request_id, expires_at], ['ar_1', NOW + 1000])
})
