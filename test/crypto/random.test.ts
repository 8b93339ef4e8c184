import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomBytes, randomText } from '../../src/crypto/random.ts'

test('CA-08: no random bytes are given twice, also where the pool is filled anew', () => {
  const given = new Set(Array.from({ length: 3000 }, () => randomBytes(16).toString('hex')))
  assert.equal(given.size, 3000)
  assert.ok([...given].every((hex) => hex.length === 32 && hex !== '0'.repeat(32)))
})

test('CA-08: what was given stays as it is when the pool goes on', () => {
  const first = randomBytes(32)
  const then = first.toString('hex')
  for (let more = 0; more < 1000; more += 1) randomBytes(32)
  assert.equal(first.toString('hex'), then)
})

test('CA-08: more than the pool holds is refused, never cut short', () => {
  assert.equal(randomBytes(16_384).length, 16_384)
  assert.throws(() => randomBytes(16_385), RangeError)
})

test('CA-08: random text is as random as bytes, of the length asked for, and never given twice', () => {
  const given = Array.from({ length: 3000 }, () => randomText(12))
  assert.equal(new Set(given).size, 3000)
  assert.ok(given.every((text) => /^[\w-]{16}$/.test(text) && text !== 'A'.repeat(16)))
  assert.throws(() => randomText(16_385), RangeError)
})
