import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey, hash, sign, verify } from 'node:crypto'
import { test } from 'node:test'
import { sealKeys, unseal, WrongSecret } from '../../src/crypto/seal.ts'
import { generateSigningKey } from '../../src/crypto/signing-key.ts'

const KEYS = sealKeys('the master secret of this test file')

const key = await generateSigningKey(KEYS)
const jwk: Record<string, string> = JSON.parse(key.public_jwk)

test('KEY-01: the first signing key is RSA with 3072 bits, for RS256', () => {
  const { asymmetricKeyDetails } = createPublicKey({ key: jwk, format: 'jwk' })
  assert.equal(asymmetricKeyDetails?.modulusLength, 3072)
  assert.equal(key.alg, 'RS256')
})

test('KEY-01: the public JWK has public members only, with use and alg', () => {
  assert.deepEqual(Object.keys(jwk).sort(), ['alg', 'e', 'kid', 'kty', 'n', 'use'])
  assert.deepEqual(
    { ...jwk, n: '' },
    { kty: 'RSA', n: '', e: 'AQAB', use: 'sig', alg: 'RS256', kid: key.kid },
  )
})

test('RFC 7638 3: kid is the thumbprint over e, kty and n', () => {
  const { e, kty, n } = jwk
  assert.equal(key.kid, hash('sha256', JSON.stringify({ e, kty, n }), 'base64url'))
})

test('KEY-05: the private half opens with the master secret under its kid, and belongs to the public one', async () => {
  const opened = await unseal(KEYS, key.kid, key.sealed)
  const private_key = createPrivateKey({ key: JSON.parse(Buffer.from(opened).toString()), format: 'jwk' })
  const signature = sign('sha256', Buffer.from('text'), private_key)
  assert.ok(verify('sha256', Buffer.from('text'), createPublicKey({ key: jwk, format: 'jwk' }), signature))
})

test('KEY-05: the private half opens neither with another secret nor under another kid', async () => {
  const other = sealKeys('another master secret of this test file')
  await assert.rejects(unseal(other, key.kid, key.sealed), WrongSecret)
  await assert.rejects(unseal(KEYS, 'another kid', key.sealed), WrongSecret)
})
