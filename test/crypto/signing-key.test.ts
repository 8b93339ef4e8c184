import assert from 'node:assert/strict'
import { createPrivateKey, createPublicKey, hash, sign, verify } from 'node:crypto'
import { test } from 'node:test'
import { decodeProtectedHeader } from 'jose'
import { generateSigningKey, importKey, signJwt } from '../../src/crypto/signing-key.ts'

const key = await generateSigningKey('RS256')
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

test('KEY-01: the curves are P-256 and Ed25519, and PS256 has 3072 bits', async () => {
  const made = await Promise.all((['ES256', 'EdDSA', 'PS256'] as const).map((alg) => generateSigningKey(alg)))
  const shown = made.map(({ public_jwk }): Record<string, string> => JSON.parse(public_jwk))
  assert.deepEqual(
    shown.map(({ alg, kty, crv, use, n = '' }) => [
      alg,
      kty,
      crv,
      use,
      Buffer.from(n, 'base64url').length * 8,
    ]),
    [
      ['ES256', 'EC', 'P-256', 'sig', 0],
      ['EdDSA', 'OKP', 'Ed25519', 'sig', 0],
      ['PS256', 'RSA', undefined, 'sig', 3072],
    ],
  )
  for (const one of shown) assert.equal(one['d'], undefined)
})

test('RFC 7638 3: kid is the thumbprint over e, kty and n', () => {
  const { e, kty, n } = jwk
  assert.equal(key.kid, hash('sha256', JSON.stringify({ e, kty, n }), 'base64url'))
})

test('KEY-04: no kid can be taken for a flag by the command that revokes it', async () => {
  const kids = await Promise.all(
    Array.from({ length: 400 }, async () => (await generateSigningKey('EdDSA')).kid),
  )
  assert.deepEqual(
    kids.filter((kid) => kid.startsWith('-')),
    [],
  )
})

test('KEY-05: the private half belongs to the public one', () => {
  const private_key = createPrivateKey({
    key: JSON.parse(Buffer.from(key.private_jwk).toString()),
    format: 'jwk',
  })
  const signature = sign('sha256', Buffer.from('text'), private_key)
  assert.ok(verify('sha256', Buffer.from('text'), createPublicKey({ key: jwk, format: 'jwk' }), signature))
})

test('RFC 7515 4.1: a JWT names its algorithm, its kind and its key, and nothing that a key could be read from', async () => {
  const { kid } = key
  const jwt = await signJwt(
    await importKey(key.private_jwk, 'RS256'),
    { alg: 'RS256', typ: 'at+jwt', kid },
    {},
  )
  assert.deepEqual(decodeProtectedHeader(jwt), { alg: 'RS256', typ: 'at+jwt', kid })
})
