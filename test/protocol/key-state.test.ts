import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  ACTIVATION_DELAY,
  activeKey,
  DOCUMENT_MAX_AGE,
  dropsAt,
  type KeyTimes,
  keyState,
  latestDrop,
  nextSignedUntil,
  publishedKeys,
} from '../../src/protocol/key-state.ts'
import { NOW } from '../_store.ts'

const key = (kid: string, given: Partial<KeyTimes> = {}): KeyTimes => ({
  kid,
  alg: 'RS256',
  created_at: NOW,
  activates_at: NOW,
  signed_until: null,
  revoked_at: null,
  ...given,
})

const statesAt = (keys: readonly KeyTimes[], now: number): readonly string[] =>
  keys.map((one) => keyState(one, keys, now))

test('KEY-02: a new key is pending for twice as long as the key set may be kept, and then it signs', () => {
  assert.equal(ACTIVATION_DELAY, 2 * DOCUMENT_MAX_AGE)
  const keys = [key('a', { signed_until: NOW + 900 }), key('b', { activates_at: NOW + ACTIVATION_DELAY })]
  assert.deepEqual(statesAt(keys, NOW), ['active', 'pending'])
  assert.deepEqual(statesAt(keys, NOW + ACTIVATION_DELAY - 1), ['active', 'pending'])
  assert.deepEqual(statesAt(keys, NOW + ACTIVATION_DELAY), ['retiring', 'active'])
  assert.equal(publishedKeys(keys, NOW).length, 2)
})

test('KEY-03: a retiring key is published until the last exp it signed and a minute, and then gone', () => {
  const keys = [key('a', { signed_until: NOW + 900 }), key('b', { activates_at: NOW + 600 })]
  assert.deepEqual(statesAt(keys, NOW + 959), ['retiring', 'active'])
  assert.deepEqual(statesAt(keys, NOW + 960), ['gone', 'active'])
  assert.deepEqual(
    publishedKeys(keys, NOW + 960).map(({ kid }) => kid),
    ['b'],
  )
  assert.equal(dropsAt(key('a', { signed_until: NOW + 900 })), NOW + 960)
  assert.deepEqual(statesAt([key('a'), key('b', { activates_at: NOW + 1 })], NOW + 1), ['gone', 'active'])
})

test('KEY-02: algorithms have their keys each for itself', () => {
  const keys = [key('a'), key('b', { alg: 'ES256', activates_at: NOW - 5 })]
  assert.deepEqual(statesAt(keys, NOW), ['active', 'active'])
})

test('KEY-03: of two keys that activate in the same second every process takes the same', () => {
  const keys = [key('a'), key('b')]
  assert.equal(activeKey(keys, 'RS256', NOW)?.kid, 'b')
  assert.equal(activeKey(keys.toReversed(), 'RS256', NOW)?.kid, 'b')
})

test('KEY-04: a revoked key is published by nobody, and the key before it does not come back', () => {
  const keys = [
    key('a', { signed_until: NOW + 9000 }),
    key('b', { activates_at: NOW + 5, revoked_at: NOW + 7 }),
  ]
  assert.deepEqual(statesAt(keys, NOW + 7), ['retiring', 'revoked'])
  assert.equal(activeKey(keys, 'RS256', NOW + 7), undefined)
  const replaced = [...keys, key('c', { activates_at: NOW + 7 })]
  assert.equal(activeKey(replaced, 'RS256', NOW + 7)?.kid, 'c')
})

test('KEY-04: a key that was revoked while it waited takes over from nobody', () => {
  const keys = [key('a'), key('b', { activates_at: NOW + 600, revoked_at: NOW + 10 })]
  assert.deepEqual(statesAt(keys, NOW + 600), ['active', 'revoked'])
})

test('KEY-04: a key that is revoked in its first second may be replaced in that second', () => {
  const keys = [key('b', { revoked_at: NOW }), key('a')]
  assert.equal(activeKey(keys, 'RS256', NOW)?.kid, 'a')
})

test('KEY-03: how long a key is needed is written once an hour, before it is true', () => {
  const exp = 7200 * 1000 + 1
  assert.equal(nextSignedUntil(key('a'), exp), exp + 3599)
  assert.equal(nextSignedUntil(key('a', { signed_until: exp }), exp), undefined)
  assert.equal(nextSignedUntil(key('a', { signed_until: exp - 1 }), exp), exp + 3599)
})

test('KEY-03: a key that is replaced is dropped a day after its last signature at the latest', () => {
  const one = key('a', { signed_until: NOW + 3 })
  const latest = latestDrop(one, NOW + 600)
  assert.ok(latest >= NOW + 600 + 86_400 + 60 && latest < NOW + 600 + 86_400 + 60 + 3600)
  assert.equal(latestDrop(key('a', { signed_until: NOW + 10 ** 7 }), NOW), NOW + 10 ** 7 + 60)
})
