import assert from 'node:assert/strict'
import { test } from 'node:test'
import { claimJti, countEndedJtis, purgeUsedJtis } from '../../src/store/used-jti.ts'
import { NOW, testStore } from '../_store.ts'

test('JA-06, DP-04: a jti is taken once, by whoever comes first', async (t) => {
  const { store } = await testStore(t)
  const claims = await Promise.all(
    Array.from({ length: 20 }, () => store.write(() => claimJti('a', NOW + 60))),
  )
  assert.equal(claims.filter((isFirst) => isFirst).length, 1)
  assert.equal(await store.write(() => claimJti('a', NOW + 600)), false)
  assert.equal(await store.write(() => claimJti('b', NOW + 60)), true)
})

test('LG-03: those whose JWT is over are removed, the oldest first, so many at a time', async (t) => {
  const { store } = await testStore(t)
  for (const [key, at] of [
    ['a', 3],
    ['b', 1],
    ['c', 2],
    ['d', 9],
  ] as const) {
    await store.write(() => claimJti(key, NOW + at))
  }
  assert.equal(await store.read(countEndedJtis(NOW + 3)), 3)
  assert.equal(await store.write(() => purgeUsedJtis(NOW + 3, 2)), 2)
  assert.equal(await store.write(() => claimJti('a', NOW)), false)
  assert.equal(await store.write(() => claimJti('b', NOW)), true)
  assert.equal(await store.read(countEndedJtis(NOW - 1)), 0)
})
