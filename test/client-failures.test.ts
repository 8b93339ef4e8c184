import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClientFailures } from '../src/client-failures.ts'
import { NOW, testStore } from './_store.ts'

const limitKey = (words: string): string => words

test('CA-09: where nobody has failed lately nothing is looked up, and a minute later it is so again', async (t) => {
  const failures = createClientFailures((await testStore(t)).store, limitKey)
  assert.equal(failures.isQuiet(NOW), true)
  await failures.count('a', NOW)
  assert.equal(failures.isQuiet(NOW + 59), false)
  assert.equal(failures.isQuiet(NOW + 60), true)
  assert.equal(failures.outUntil('a', NOW), undefined)
})

test('CA-09: what a process forgets for want of room the database still counts', async (t) => {
  const failures = createClientFailures((await testStore(t)).store, limitKey)
  for (let count = 0; count < 20; count += 1) await failures.count('a', NOW)
  assert.equal(failures.outUntil('a', NOW), NOW + 60)
  await Promise.all(Array.from({ length: 10_000 }, (_, index) => failures.count(`b${index}`, NOW)))
  assert.equal(failures.outUntil('a', NOW), undefined)
  assert.equal(await failures.count('a', NOW), NOW + 60)
})

test('RL-02, TM-03: a clock that is set back leaves nobody waiting for the time it had', async (t) => {
  const failures = createClientFailures((await testStore(t)).store, limitKey)
  for (let count = 0; count < 21; count += 1) await failures.count('a', NOW)
  const earlier = NOW - 86_400
  assert.equal(failures.outUntil('a', earlier), undefined)
  assert.equal(await failures.count('a', earlier), undefined)
  assert.equal(failures.outUntil('a', earlier), undefined)
})
