import assert from 'node:assert/strict'
import { generateKeyPairSync, type JsonWebKey } from 'node:crypto'
import { test } from 'node:test'
import { changedMetadata, type GivenMetadata, registrable } from '../../src/protocol/client-metadata.ts'
import { refusal } from './_refusal.ts'

const pair = (type: 'ec' | 'ed25519' | 'rsa', bits = 2048): { public: JsonWebKey; private: JsonWebKey } => {
  const { publicKey, privateKey } =
    type === 'ec'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : type === 'rsa'
        ? generateKeyPairSync('rsa', { modulusLength: bits })
        : generateKeyPairSync('ed25519')
  return { public: publicKey.export({ format: 'jwk' }), private: privateKey.export({ format: 'jwk' }) }
}

const EC = pair('ec')
const ED = pair('ed25519')
const RSA = pair('rsa')
const SHORT = pair('rsa', 2040)

const BANK: GivenMetadata = {
  client_name: 'Bank',
  grant_types: ['client_credentials'],
  token_endpoint_auth_method: 'private_key_jwt',
}
const jwks = (...keys: readonly unknown[]): GivenMetadata => ({ ...BANK, jwks: { keys } })

const refused = (given: GivenMetadata, words: RegExp): void => {
  assert.match(refusal('invalid_client_metadata', () => registrable(given)).error_description, words)
}

test('RFC 7591 2: public keys of every type that signs are registered as they were given', () => {
  for (const { public: key } of [EC, ED, RSA]) {
    const given = { ...key, kid: 'a', x5c: ['MII'], use: 'sig' }
    assert.deepEqual(registrable(jwks(given)).jwks, { keys: [given] })
  }
  const jwks_uri = 'https://bank.example/jwks'
  assert.equal(registrable({ ...BANK, jwks_uri }).jwks_uri, jwks_uri)
})

test('RFC 7591 2: private_key_jwt needs keys in one place, jwks or jwks_uri', () => {
  refused(BANK, /^token_endpoint_auth_method: private_key_jwt needs jwks or jwks_uri$/)
  refused({ ...jwks(EC.public), jwks_uri: 'https://bank.example/jwks' }, /^jwks: not beside jwks_uri/)
})

test('DR-04: a private key, or a shared secret, is refused, and nothing of it is repeated', () => {
  const part = RSA.private.qi ?? ''
  for (const key of [EC.private, ED.private, RSA.private, { ...RSA.public, qi: part }]) {
    refused(jwks(EC.public, key), /^jwks\.keys\[1\]: holds a private key; leave only the public half$/)
  }
  refused(jwks({ kty: 'oct', k: 'AAAA' }), /^jwks\.keys\[0\]: is a shared secret/)
  refused(jwks({ ...EC.public, k: 'AAAA' }), /^jwks\.keys\[0\]: is a shared secret/)
})

test('KEY-01, FAPI 2.0 5.4.1: an RSA key has 2048 bits at least', () => {
  refused(jwks(SHORT.public), /^jwks\.keys\[0\]: has 2040 bits; RSA needs 2048$/)
  const padded = Buffer.concat([Buffer.alloc(8), Buffer.from(SHORT.public.n ?? '', 'base64url')])
  refused(jwks({ ...SHORT.public, n: padded.toString('base64url') }), /has 2040 bits/)
  refused(jwks({ ...RSA.public, n: Buffer.alloc(2049, 255).toString('base64url') }), /more than 16384 bits/)
})

test('RFC 7517 5: what is no JSON Web Key Set is refused', () => {
  for (const given of ['x', [], {}, { keys: [] }, { keys: {} }, 1]) {
    refused({ ...BANK, jwks: given }, /^jwks: must be/)
  }
  refused(jwks('x'), /^jwks\.keys\[0\]: must be an object$/)
  refused(jwks({ kty: 'AKP' }), /^jwks\.keys\[0\]: must have kty RSA, EC or OKP$/)
  refused(jwks({ ...EC.public, y: undefined }), /^jwks\.keys\[0\]: is without y$/)
  refused(jwks(...Array.from({ length: 21 }, () => EC.public)), /^jwks: must have at most 20 keys$/)
  refused(jwks({ ...EC.public, x5c: ['a'.repeat(33_000)] }), /^jwks: must be at most 32768 bytes$/)
})

test('JA-08: with keys that no taken algorithm signs with nobody could authenticate', () => {
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'jwk' })
  for (const key of [p384, { ...EC.public, use: 'enc' }, { ...RSA.public, alg: 'RS512' }]) {
    refused(jwks(key), /^jwks: has no key that signs with RS256, PS256, ES256, EdDSA, Ed25519$/)
    assert.ok(registrable(jwks(key, ED.public)))
  }
  const fixed = { token_endpoint_auth_signing_alg: 'ES256' }
  refused({ ...jwks(RSA.public), ...fixed }, /^jwks: has no key that signs with ES256$/)
  assert.ok(registrable({ ...jwks(RSA.public, EC.public), ...fixed }))
})

test('JA-08: none and what a shared secret signs are no algorithms of a client', () => {
  for (const alg of ['none', 'HS256', 'RS512', '', 1]) {
    refused(
      { ...jwks(EC.public), token_endpoint_auth_signing_alg: alg },
      /^token_endpoint_auth_signing_alg: must be/,
    )
  }
})

test('JA-09: jwks_uri is https, or http on a loopback host', () => {
  assert.ok(registrable({ ...BANK, jwks_uri: 'http://localhost:8080/jwks' }))
  for (const jwks_uri of [
    'http://bank.example/jwks',
    'file:///etc/passwd',
    'https://u:p@bank.example/',
    '/jwks',
    1,
  ]) {
    refused({ ...BANK, jwks_uri }, /^jwks_uri: /)
  }
})

test('contract, client:create: members that only private_key_jwt uses are refused without it', () => {
  const secret = { client_name: 'Cron', grant_types: ['client_credentials'] }
  refused({ ...secret, token_endpoint_auth_signing_alg: 'ES256' }, /only private_key_jwt uses it$/)
  refused({ ...secret, legacy_assertion_aud: true }, /^legacy_assertion_aud: only private_key_jwt uses it$/)
  // Keys may be for signed requests (RFC 9101) too.
  assert.ok(registrable({ ...secret, jwks: { keys: [EC.public] } }))
})

test('contract, client:update: null takes the keys back, and another place may follow', () => {
  const client = registrable(jwks(EC.public))
  const moved = changedMetadata(client, { jwks: null, jwks_uri: 'https://bank.example/jwks' })
  assert.deepEqual([moved.jwks, moved.jwks_uri], [null, 'https://bank.example/jwks'])
  refusal('invalid_client_metadata', () => changedMetadata(client, { jwks: null }))
})
