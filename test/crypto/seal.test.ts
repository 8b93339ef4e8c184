import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CompactEncrypt } from 'jose/jwe/compact/encrypt'
import { derive, seal, sealKeys, unseal, WrongSecret } from '../../src/crypto/seal.ts'

const OLD = 'the old master secret of this test'
const NEW = 'the new master secret of this test'
const VALUE = new TextEncoder().encode('a private key')

const headerOf = (sealed: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(sealed.split('.')[0] ?? '', 'base64url').toString())

const encoded = (header: object): string => Buffer.from(JSON.stringify(header)).toString('base64url')

test('KEY-05: a sealed value opens under the secret and the name it was sealed with', async () => {
  const sealed = await seal(sealKeys(OLD), 'hk_1', VALUE)
  assert.deepEqual(await unseal(sealKeys(OLD), 'hk_1', sealed), VALUE)
})

test('RFC 7516 4.1: a sealed value is a compact JWE with dir and A256GCM, and says nothing in clear', async () => {
  const sealed = await seal(sealKeys(OLD), 'hk_1', VALUE)
  const { kid, ...header } = headerOf(sealed)
  assert.deepEqual(header, { alg: 'dir', enc: 'A256GCM', sealed: 'hk_1' })
  assert.equal(kid, sealKeys(OLD)[0].kid)
  const parts = sealed.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'))
  assert.equal(parts.length, 5)
  assert.ok(parts.every((part) => !part.includes('private key') && !part.includes(OLD)))
})

test('KEY-05: the same value sealed twice is not the same text', async () => {
  const [one, other] = [await seal(sealKeys(OLD), 'hk_1', VALUE), await seal(sealKeys(OLD), 'hk_1', VALUE)]
  assert.notEqual(one, other)
})

test('KEY-05: a sealed value opens in no other row', async () => {
  const sealed = await seal(sealKeys(OLD), 'hk_1', VALUE)
  await assert.rejects(unseal(sealKeys(OLD), 'hk_2', sealed), WrongSecret)
})

test('KEY-05: a sealed value whose name was rewritten does not open under the new name', async () => {
  const sealed = await seal(sealKeys(OLD), 'hk_1', VALUE)
  const [, ...rest] = sealed.split('.')
  const moved = [encoded({ ...headerOf(sealed), sealed: 'hk_2' }), ...rest].join('.')
  await assert.rejects(unseal(sealKeys(OLD), 'hk_2', moved), WrongSecret)
})

test('KEY-05: a sealed value with any part changed does not open', async () => {
  const parts = (await seal(sealKeys(OLD), 'hk_1', VALUE)).split('.')
  for (const index of [2, 3, 4]) {
    const bytes = Buffer.from(parts[index] ?? '', 'base64url')
    bytes[0] = (bytes[0] ?? 0) ^ 1
    const changed = parts.with(index, bytes.toString('base64url')).join('.')
    await assert.rejects(unseal(sealKeys(OLD), 'hk_1', changed), WrongSecret, `part ${index}`)
  }
  for (const broken of ['', 'x', parts.slice(0, 4).join('.'), 'a.b.c.d.e']) {
    await assert.rejects(unseal(sealKeys(OLD), 'hk_1', broken), WrongSecret, broken)
  }
})

test('KEY-05: another secret does not open it', async () => {
  const sealed = await seal(sealKeys(OLD), 'hk_1', VALUE)
  await assert.rejects(unseal(sealKeys(NEW), 'hk_1', sealed), WrongSecret)
})

test('KEY-05: another algorithm is refused, even under the right key', async () => {
  const [{ kid, key }] = sealKeys(OLD)
  const sealed = await new CompactEncrypt(VALUE)
    .setProtectedHeader({ alg: 'dir', enc: 'A128CBC-HS256', kid, sealed: 'hk_1' })
    .encrypt(key)
  await assert.rejects(unseal(sealKeys(OLD), 'hk_1', sealed), WrongSecret)
  const wrapped = await new CompactEncrypt(VALUE)
    .setProtectedHeader({ alg: 'A256GCMKW', enc: 'A256GCM', kid, sealed: 'hk_1' })
    .encrypt(key)
  await assert.rejects(unseal(sealKeys(OLD), 'hk_1', wrapped), WrongSecret)
})

test('KEY-07: with new and old secret given, old values open and new ones are sealed under the new', async () => {
  const before = await seal(sealKeys(OLD), 'hk_1', VALUE)
  const both = sealKeys(`${NEW}, ${OLD}`)
  assert.deepEqual(await unseal(both, 'hk_1', before), VALUE)
  const after = await seal(both, 'hk_1', VALUE)
  assert.deepEqual(await unseal(sealKeys(NEW), 'hk_1', after), VALUE)
  await assert.rejects(unseal(sealKeys(OLD), 'hk_1', after), WrongSecret)
})

test('contract, master secret: each of several has at least 32 characters', () => {
  assert.equal(sealKeys('x'.repeat(32)).length, 1)
  for (const short of ['', 'x'.repeat(31), `${NEW},short`, `short,${NEW}`, `${NEW},`, `${' '.repeat(32)}x`]) {
    assert.throws(() => sealKeys(short), RangeError, short)
  }
})

test('KEY-05: the public name of a secret is neither the secret nor the key, and each has its own', () => {
  const [old] = sealKeys(OLD)
  const [next] = sealKeys(NEW)
  assert.notEqual(old.kid, next.kid)
  assert.notDeepEqual(old.key, next.key)
  assert.ok(!Buffer.from(old.key).includes(Buffer.from(old.kid, 'base64url')))
})

test('RFC 5869 A.3: derive gives the key of the test case without salt and info', () => {
  const okm = '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8'
  assert.equal(Buffer.from(derive(new Uint8Array(22).fill(0x0b), '', 42)).toString('hex'), okm)
})
