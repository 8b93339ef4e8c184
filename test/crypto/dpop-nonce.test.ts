import assert from 'node:assert/strict'
import { test } from 'node:test'
import { dpopNonce, dpopNonceEnd } from '../../src/crypto/dpop-nonce.ts'
import { type HashKeys, hashKey, hashKeys } from '../../src/crypto/hash-key.ts'

const MINUTE = 1_800_000_000

const database = (...fill: readonly number[]): HashKeys =>
  hashKeys(fill.map((byte) => hashKey(`hk_${byte}`, new Uint8Array(32).fill(byte))))

test('DP-09: a nonce is the same for a minute, and another one in the next', () => {
  const keys = database(1)
  assert.equal(dpopNonce(keys, MINUTE), dpopNonce(keys, MINUTE + 59))
  assert.notEqual(dpopNonce(keys, MINUTE), dpopNonce(keys, MINUTE + 60))
})

test('RFC 9449 8.1: a nonce has only characters that it may have', () => {
  assert.match(dpopNonce(database(1), MINUTE), /^[\x21\x23-\x5b\x5d-\x7e]{40,128}$/)
})

test('DP-09: the nonces of the last five minutes are taken, and none before or after', () => {
  const keys = database(1)
  const nonce = dpopNonce(keys, MINUTE)
  for (const now of [MINUTE, MINUTE + 299]) assert.equal(dpopNonceEnd(keys, nonce, now), MINUTE + 300)
  for (const now of [MINUTE - 1, MINUTE + 300, MINUTE + 1e6]) {
    assert.equal(dpopNonceEnd(keys, nonce, now), undefined)
  }
})

test('DP-09: any process takes the nonces of any other, one with an older key too', () => {
  const nonce = dpopNonce(database(1), MINUTE)
  assert.equal(dpopNonceEnd(database(1, 2), nonce, MINUTE), MINUTE + 300)
  assert.equal(dpopNonceEnd(database(2), nonce, MINUTE), undefined)
})

test('RFC 9449 8: a nonce that was changed, or made by somebody else, is none', () => {
  const keys = database(1)
  const nonce = dpopNonce(keys, MINUTE)
  const [, key = '', mac = ''] = nonce.split('.')
  const later = (MINUTE / 60 + 1).toString(36)
  for (const other of ['', 'nonce', `${later}.${key}.${mac}`, `0${nonce}`, `${nonce}A`, nonce.slice(0, -1)]) {
    assert.equal(dpopNonceEnd(keys, other, MINUTE + 60), undefined, other)
  }
  assert.equal(dpopNonceEnd(keys, nonce.replace('hk_1', 'hk_2'), MINUTE), undefined)
})
