import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { isSameHash, keyedHash } from '../../src/crypto/keyed-hash.ts'

const KEY = new Uint8Array(32).fill(7)

const hmac = (key: Uint8Array, text: string): string =>
  createHmac('sha256', key).update(text).digest('base64url')

test('CA-08: the keyed hash is HMAC-SHA-256, for texts of every length and script, one after another', () => {
  const keyed = keyedHash(KEY)
  const lengths = [0, 1, 79, 341, 342, 1023, 1024, 1025, 40_000]
  const texts = lengths.flatMap((length) => [
    'a'.repeat(length),
    '\u20ac'.repeat(length),
    '\u{1f600}'.repeat(length),
  ])
  for (const text of [...texts, ...texts.toReversed()]) {
    assert.equal(keyed(text), hmac(KEY, text), `${text.length} units`)
  }
})

test('CA-08: a key of any length that fits a block is the key it would be in HMAC', () => {
  for (const length of [0, 1, 32, 63, 64]) {
    const key = new Uint8Array(length).fill(length)
    assert.equal(keyedHash(key)('text'), hmac(key, 'text'))
  }
  assert.throws(() => keyedHash(new Uint8Array(65)), RangeError)
})

test('RFC 4231 4.3: the keyed hash of the published example', () => {
  const keyed = keyedHash(new TextEncoder().encode('Jefe'))
  assert.equal(
    Buffer.from(keyed('what do ya want for nothing?'), 'base64url').toString('hex'),
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  )
})

test('CA-08: a hash is the same as itself only, and what is no hash is like none', () => {
  const keyed = keyedHash(KEY)
  const hash = keyed('a')
  assert.equal(isSameHash(hash, keyed('a')), true)
  assert.equal(isSameHash(hash, keyed('b')), false)
  for (let index = 0; index < hash.length; index += 1) {
    const changed = hash.slice(0, index) + (hash[index] === 'x' ? 'y' : 'x') + hash.slice(index + 1)
    assert.equal(isSameHash(hash, changed), false, `character ${index}`)
  }
  for (const none of ['', hash.slice(1), `${hash}A`]) {
    assert.equal(isSameHash(hash, none), false)
    assert.equal(isSameHash(none, none), false)
  }
})
