import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createUsedProofs } from '../../src/resource/used-proofs.ts'

test('DP-04: a verifier takes a proof once, and forgets it when it would be refused without that', () => {
  const clock = { at: 1_000_000 }
  const take = createUsedProofs(() => clock.at)
  assert.deepEqual([take('a', 1061), take('a', 1061), take('b', 1061)], [true, false, true])
  clock.at = 1_060_999
  assert.equal(take('a', 1061), false)
  clock.at = 1_061_000
  assert.equal(take('c', 1122), true)
  assert.equal(take('a', 1122), true)
})

test('RFC 9449 11.1: what a verifier remembers is bounded, the oldest is forgotten first', () => {
  const take = createUsedProofs(() => 0, 2)
  assert.deepEqual([take('a', 60), take('b', 60), take('c', 60)], [true, true, true])
  assert.deepEqual([take('b', 60), take('c', 60), take('a', 60)], [false, false, true])
})
