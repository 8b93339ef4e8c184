import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  accessTokenHash,
  agreedJkt,
  type DpopNonces,
  judgeProof,
  type Proof,
  type ProofClaims,
  type ProvenRequest,
  readDpopJkt,
} from '../../src/protocol/dpop.ts'
import { refusal } from './_refusal.ts'

const NOW = 1_800_000_000
const URL = 'https://id.example/oauth/token'
const JKT = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I'

const nonces = (isRequired = false): DpopNonces => ({
  isRequired,
  end: (nonce) => (nonce === 'ours' ? NOW + 240 : undefined),
  fresh: () => 'next',
})

const judge = (claims: ProofClaims = {}, request: Partial<ProvenRequest> = {}): Proof =>
  judgeProof(
    { jti: 'once', htm: 'POST', htu: URL, iat: NOW, ...claims },
    { method: 'POST', urls: [URL], now: NOW, nonces: nonces(), ...request },
  )

test('DP-01: jti, htm, htu and iat have to be there, each of its type', () => {
  assert.deepEqual(judge(), { jti: 'once', until: NOW + 61, nonce: undefined })
  const wrong: readonly ProofClaims[] = [
    ...['jti', 'htm', 'htu', 'iat'].map((name) => ({ [name]: undefined })),
    { jti: '' },
    { jti: 7 },
    { jti: 'x'.repeat(513) },
    { htm: 'post' },
    { htm: 'GET' },
    { htm: ['POST'] },
    { htu: { href: URL } },
    { iat: String(NOW) },
    { iat: Number.NaN },
  ]
  for (const claims of wrong) refusal('invalid_dpop_proof', () => judge(claims))
})

test('DP-02, RFC 3986 6.2: htu is the address of the endpoint, however it is spelled', () => {
  for (const htu of [
    'HTTPS://ID.example/oauth/token',
    'https://id.example:443/oauth/token',
    'https://id.example/oauth/./a/../token',
    'https://id.example/%6fauth/tok%65n',
    'https://id.example/oauth/token?a=b',
    'https://id.example/oauth/token#part',
  ]) {
    assert.equal(judge({ htu }).jti, 'once', htu)
  }
  assert.equal(judge({ htu: 'https://id.example' }, { urls: ['https://id.example/'] }).jti, 'once')
  assert.equal(judge({ htu: 'https://id.example/a%2fb' }, { urls: ['https://id.example/a%2Fb'] }).jti, 'once')
})

test('DP-02, RFC 8705 5: an endpoint that has two addresses is called by either', () => {
  const alias = 'https://mtls.id.example/oauth/token'
  assert.equal(judge({ htu: alias }, { urls: [URL, alias] }).jti, 'once')
  assert.equal(judge({ htu: URL }, { urls: [URL, alias] }).jti, 'once')
  refusal('invalid_dpop_proof', () => judge({ htu: alias }))
  refusal('invalid_dpop_proof', () =>
    judge({ htu: 'https://mtls.id.example/oauth/par' }, { urls: [URL, alias] }),
  )
})

test('DP-02: what is another address, or none, is not it', () => {
  for (const htu of [
    'http://id.example/oauth/token',
    'https://id.example:8443/oauth/token',
    'https://id.example.evil/oauth/token',
    'https://id.example/oauth/token/',
    'https://id.example/oauth/Token',
    'https://id.example/oauth%2Ftoken',
    'https://id.example/oauth\\token',
    ' https://id.example/oauth/token',
    'https://id.exa\tmple/oauth/token',
    'https://me@id.example/oauth/token',
    '//id.example/oauth/token',
    '/oauth/token',
    'https:/oauth/token',
    '',
  ]) {
    refusal('invalid_dpop_proof', () => judge({ htu }))
  }
  // Two texts that are no address are not the same one.
  refusal('invalid_dpop_proof', () => judge({ htu: 'urn:a' }, { urls: ['urn:b'] }))
})

test('DP-03: without a nonce iat may be a minute off, either way; beyond it a nonce helps', () => {
  for (const iat of [NOW - 60, NOW + 60, NOW - 59.5]) {
    assert.equal(judge({ iat }).until, Math.floor(iat) + 61)
  }
  for (const iat of [NOW - 61, NOW + 61, 0, -1e300, 1e300]) {
    assert.equal(refusal('use_dpop_nonce', () => judge({ iat })).dpop_nonce, 'next')
  }
})

test('DP-03, DP-04: a proof is known for as long as it would be taken again', () => {
  const { until } = judge({ iat: NOW - 30.5 })
  judge({ iat: NOW - 30.5 }, { now: until - 1 })
  refusal('use_dpop_nonce', () => judge({ iat: NOW - 30.5 }, { now: until }))
})

test('DP-03: with a nonce that is taken, iat does not count, nor how long it lives', () => {
  assert.deepEqual(judge({ iat: 0, nonce: 'ours' }), { jti: 'once', until: NOW + 240, nonce: 'ours' })
})

test('DP-08: a nonce that is over, of somebody else or no text is answered with a fresh one', () => {
  for (const nonce of ['other', '', 7, null, ['ours']]) {
    for (const isRequired of [true, false]) {
      const error = refusal('use_dpop_nonce', () => judge({ nonce }, { nonces: nonces(isRequired) }))
      assert.equal(error.dpop_nonce, 'next')
      assert.equal(error.status, 400)
    }
  }
})

test('DP-14: where nonces are required, a proof without one is refused however fresh it is', () => {
  const required = { nonces: nonces(true) }
  assert.equal(refusal('use_dpop_nonce', () => judge({}, required)).dpop_nonce, 'next')
  assert.equal(judge({ nonce: 'ours' }, required).nonce, 'ours')
})

test('RFC 9449 8: who hands out no nonces looks at iat alone, and asks for none', () => {
  assert.equal(judge({ nonce: 'of another server' }, { nonces: undefined }).nonce, undefined)
  refusal('invalid_dpop_proof', () => judge({ iat: NOW - 61 }, { nonces: undefined }))
})

test('DP-10: where an access token goes with it, a proof is for that one', () => {
  const access_token = 'Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU'
  const ath = 'fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo'
  assert.equal(accessTokenHash(access_token), ath)
  assert.equal(judge({ ath }, { access_token }).jti, 'once')
  for (const other of [undefined, '', `${ath}=`, accessTokenHash('another')]) {
    refusal('invalid_dpop_proof', () => judge({ ath: other }, { access_token }))
  }
})

test('DP-12: dpop_jkt is a SHA-256 thumbprint, or the request is none', () => {
  assert.equal(readDpopJkt(JKT), JKT)
  assert.equal(readDpopJkt(undefined), null)
  for (const wrong of ['', JKT.slice(1), `${JKT}=`, `${JKT.slice(0, 42)}J`, `${JKT.slice(0, 42)}+`]) {
    refusal('invalid_request', () => readDpopJkt(wrong))
  }
})

test('PAR-08: the key of a proof and dpop_jkt agree, and either is enough', () => {
  assert.equal(agreedJkt(JKT, JKT), JKT)
  assert.equal(agreedJkt(null, JKT), JKT)
  assert.equal(agreedJkt(JKT, undefined), JKT)
  assert.equal(agreedJkt(null, undefined), null)
  refusal('invalid_dpop_proof', () => agreedJkt(JKT, 'fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo'))
})
