import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Assertion,
  assertionAlgorithms,
  type ExpectedAssertion,
  judgeAssertion,
} from '../../src/protocol/client-assertion.ts'
import { jwtContent } from '../../src/protocol/client-jwt.ts'

const NOW = 1_800_000_000
const ISSUER = 'https://id.example'
const CLIENT: ExpectedAssertion['client'] = {
  client_id: 'bank',
  token_endpoint_auth_signing_alg: null,
  legacy_assertion_aud: false,
  profile: null,
}

const judge = (
  given: { readonly header?: object; readonly claims?: object },
  client: Partial<ExpectedAssertion['client']> = {},
): Assertion | string => {
  const header = { alg: 'ES256', ...given.header }
  const claims = { iss: 'bank', sub: 'bank', aud: ISSUER, jti: 'j', exp: NOW + 60, ...given.claims }
  const expected = { issuer: ISSUER, prefix: 'oauth', called: 'par', now: NOW }
  return judgeAssertion({ header, claims }, { ...expected, client: { ...CLIENT, ...client } })
}

test('JA-08: alg is one of the advertised, or the one that the client fixed, before any key is looked for', () => {
  assert.deepEqual(judge({}), { jti: 'j', until: NOW + 70, isLegacy: false })
  for (const alg of ['none', 'HS256', 'RS512', undefined, 1, ['ES256']]) {
    assert.equal(judge({ header: { alg } }), 'alg is not taken')
  }
  assert.equal(judge({}, { token_endpoint_auth_signing_alg: 'PS256' }), 'alg is not taken')
  assert.deepEqual(assertionAlgorithms({ ...CLIENT, token_endpoint_auth_signing_alg: 'none' }), [])
})

test('FA-04, FA-07: in FAPI aud is the issuer as a string, no switch relaxes it, and RS256 is not taken', () => {
  const fapi = { profile: 'fapi2', legacy_assertion_aud: true } as const
  assert.equal(typeof judge({}, fapi), 'object')
  for (const aud of [[ISSUER], `${ISSUER}/oauth/token`, `${ISSUER}/oauth/par`]) {
    assert.equal(typeof judge({ claims: { aud } }, { legacy_assertion_aud: true }), 'object')
    assert.match(String(judge({ claims: { aud } }, fapi)), /^aud /)
  }
  assert.equal(judge({ header: { alg: 'RS256' } }, fapi), 'alg is not taken')
  assert.equal(typeof judge({ header: { alg: 'RS256' } }), 'object')
})

test('decision 5: what the switch let pass is told apart from what is sound', () => {
  const legacy = { legacy_assertion_aud: true }
  const isLegacy = (aud: unknown): unknown => {
    const judged = judge({ claims: { aud } }, legacy)
    return typeof judged === 'string' ? judged : judged.isLegacy
  }
  assert.deepEqual([ISSUER, [ISSUER]].map(isLegacy), [false, false])
  assert.deepEqual([`${ISSUER}/oauth/token`, [ISSUER, `${ISSUER}/oauth/par`]].map(isLegacy), [true, true])
  assert.match(String(isLegacy(`${ISSUER}/oauth/introspect`)), /^aud /)
})

test('JA-06: a jti is kept as long as its assertion would be taken, a fraction of a second included', () => {
  const judged = judge({ claims: { exp: NOW + 0.5 } })
  assert.deepEqual(judged, { jti: 'j', until: NOW + 11, isLegacy: false })
})

test('RFC 7515 4.1.11: a JWT that asks for an extension to be understood is none', () => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  assert.ok(jwtContent(`${part({ alg: 'ES256' })}.${part({})}.AA`))
  assert.equal(jwtContent(`${part({ alg: 'ES256', crit: ['b64'], b64: false })}.${part({})}.AA`), undefined)
})
