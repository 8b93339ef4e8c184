import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  assemble,
  base32,
  checksum,
  ID_LENGTH,
  ID_RANDOM_BYTES,
  looksLikeSecret,
  PREFIX,
  parseToken,
  preview,
  SECRET_LENGTH,
  timeOrderedId,
} from '../../src/protocol/token-form.ts'

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const bytes = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length })
const times = fc.integer({ min: 0, max: 2 ** 48 - 1 })
const ids = fc.tuple(times, bytes(ID_RANDOM_BYTES)).map(([ms, random]) => timeOrderedId(ms, random))
const parts = bytes(32).map((random) => Buffer.from(random).toString('base64url'))
const tokens = fc.tuple(ids, parts).map(([id, secret]) => assemble(PREFIX.access_token, id, secret))

const SECRET_PART = 'A'.repeat(SECRET_LENGTH)
const TOKEN = assemble(PREFIX.access_token, '0'.repeat(ID_LENGTH), SECRET_PART)
const SECRET = assemble(PREFIX.client_secret, '', SECRET_PART)

test('TK-10: an access token is oat_, 26 of id, 43 of secret and 6 of checksum, in [A-Za-z0-9_-]', () => {
  fc.assert(fc.property(tokens, (token) => /^oat_[0-9a-hjkmnp-tv-z]{26}[A-Za-z0-9_-]{49}$/.test(token)))
  assert.equal(TOKEN.length, 79)
})

test('TK-10: a client secret is ocs_, 43 of secret and 6 of checksum', () => {
  assert.match(SECRET, /^ocs_A{43}[A-Za-z0-9_-]{6}$/)
})

test('TK-10: the checksum is the first 36 bits of SHA-256 over what stands before it', () => {
  assert.equal(checksum('oat_x'), createHash('sha256').update('oat_x').digest('base64url').slice(0, 6))
  assert.equal(SECRET.slice(-6), checksum(SECRET.slice(0, -6)))
})

test('TK-10: a token of ours is parsed to its kind and id', () => {
  fc.assert(
    fc.property(ids, parts, (id, secret) => {
      assert.deepEqual(parseToken(assemble(PREFIX.access_token, id, secret)), { kind: 'access_token', id })
    }),
  )
})

test('decision 0002: one wrong character is always caught, wherever it is', () => {
  const typo = fc.tuple(tokens, fc.nat({ max: 78 }), fc.constantFrom(...BASE64URL))
  fc.assert(
    fc.property(typo, ([token, at, character]) => {
      const wrong = token.slice(0, at) + character + token.slice(at + 1)
      assert.equal(parseToken(wrong) === undefined, wrong !== token)
    }),
    { numRuns: 1000 },
  )
})

test('decision 0002: two neighbours swapped, a cut and an addition are caught', () => {
  fc.assert(
    fc.property(tokens, fc.nat({ max: 77 }), (token, at) => {
      const swapped = token.slice(0, at) + token.charAt(at + 1) + token.charAt(at) + token.slice(at + 2)
      assert.equal(parseToken(swapped) === undefined, swapped !== token)
      assert.equal(parseToken(token.slice(0, at)), undefined)
      assert.equal(parseToken(`${token}A`), undefined)
    }),
  )
})

test('contract, bad input: empty, huge, foreign and of another kind are no tokens', () => {
  const another = assemble('ocs_', '0'.repeat(ID_LENGTH), SECRET_PART)
  const foreignId = assemble(PREFIX.access_token, 'u'.repeat(ID_LENGTH), SECRET_PART)
  const tooLate = assemble(PREFIX.access_token, `8${'0'.repeat(ID_LENGTH - 1)}`, SECRET_PART)
  const padded = assemble(PREFIX.access_token, '0'.repeat(ID_LENGTH), `${SECRET_PART.slice(1)}=`)
  const nul = assemble(PREFIX.access_token, '0'.repeat(ID_LENGTH), `${SECRET_PART.slice(1)}\0`)
  for (const text of [
    '',
    'oat_',
    SECRET,
    another,
    foreignId,
    tooLate,
    padded,
    nul,
    'x'.repeat(1_000_000),
    ` ${TOKEN}`,
    TOKEN.toUpperCase(),
  ]) {
    assert.equal(parseToken(text), undefined, text.slice(0, 90))
  }
})

test('decision 0002: ids sort by time, whatever their random part', () => {
  fc.assert(
    fc.property(times, times, bytes(ID_RANDOM_BYTES), bytes(ID_RANDOM_BYTES), (one, other, a, b) => {
      if (one === other) return
      assert.equal(timeOrderedId(one, a) < timeOrderedId(other, b), one < other)
    }),
  )
})

test('decision 0002: an id is 48 bits of milliseconds and 80 random bits in base32', () => {
  assert.equal(timeOrderedId(0, new Uint8Array(10)), '0'.repeat(26))
  assert.equal(timeOrderedId(2 ** 48 - 1, new Uint8Array(10).fill(255)), `7${'z'.repeat(25)}`)
  // 1469918176385 ms is 01ARYZ6S41 in the ULID specification's example.
  assert.equal(timeOrderedId(1_469_918_176_385, new Uint8Array(10)), `01aryz6s41${'0'.repeat(16)}`)
})

test('TK-10: base32 loses no bit', () => {
  fc.assert(
    fc.property(bytes(10), (random) => {
      const digits = [...base32(random)].map((digit) =>
        BigInt('0123456789abcdefghjkmnpqrstvwxyz'.indexOf(digit)),
      )
      const number = digits.reduce((sum, digit) => sum * 32n + digit, 0n)
      assert.equal(number, BigInt(`0x${Buffer.from(random).toString('hex')}`))
    }),
  )
  assert.equal(base32(new Uint8Array(10)).length, 16)
})

test('CA-08: a client secret is one of ours, whole, or 16 to 256 visible ASCII characters', () => {
  for (const secret of [
    SECRET,
    'correct-horse-battery',
    'x'.repeat(16),
    'x'.repeat(256),
    '!"#$%&()*+,-./:;<=>?@[]^_`{|}~',
  ]) {
    assert.equal(looksLikeSecret(secret), true, secret)
  }
  for (const secret of [
    '',
    'x'.repeat(15),
    'x'.repeat(257),
    'correct horse battery',
    'é'.repeat(16),
    `${SECRET}x`,
    `${SECRET.slice(0, -1)}!`,
  ]) {
    assert.equal(looksLikeSecret(secret), false, secret)
  }
  const typo = SECRET.replace('AAA', 'AAB')
  assert.equal(looksLikeSecret(typo), false)
})

test('CA-08, SEC-01: a preview tells two secrets apart and leaves all but 24 bits of one to be guessed, all of a chosen one', () => {
  const shown = preview(SECRET)
  assert.equal(shown, `ocs_AAAA…${SECRET.slice(-2)}`)
  assert.equal(preview('correct-horse-battery'), 'chosen')
  // A chosen secret of the same length as ours is still a chosen one.
  for (const secret of ['x'.repeat(53), `ocs_${'x'.repeat(49)}`]) assert.equal(preview(secret), 'chosen')
})
