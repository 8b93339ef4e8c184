import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { basicChallenge, bearerChallenge, bearerToken } from '../../src/protocol/bearer.ts'
import { refusal } from './_refusal.ts'

test('RFC 6750 section 2.1: the token of an Authorization header, the scheme in any case', () => {
  assert.equal(bearerToken('Bearer mF_9.B5f-4.1JqM'), 'mF_9.B5f-4.1JqM')
  assert.equal(bearerToken('bEARER  a~+/=='), 'a~+/==')
})

test('AT-06: no header and another scheme carry no bearer token', () => {
  for (const header of [
    null,
    '',
    'Basic aWQ6c2VjcmV0',
    'Basic a, Basic b',
    'DPoP abc',
    'Bearerx abc',
    'Basic a, xBearer b',
  ]) {
    assert.equal(bearerToken(header), undefined)
  }
})

test('RFC 6750 section 3.1: a malformed bearer token is invalid_request', () => {
  for (const header of [
    'Bearer',
    'Bearer ',
    'Bearer a b',
    'Bearer a=b',
    'Bearer "a"',
    'Bearer a, Bearer b',
    'Basic a, Bearer b',
    'Bearer a,bearer b',
    'Basic a,\tBearer b',
    'Bearer é',
    'Bearer a\n',
  ]) {
    refusal('invalid_request', () => bearerToken(header))
  }
})

test('ERR-03: the Basic challenge has a realm', () => {
  assert.equal(basicChallenge(), 'Basic realm="oauthd"')
  assert.equal(basicChallenge('Shop'), 'Basic realm="Shop"')
})

test('RFC 6750 section 3: a request without credentials is told nothing but the realm', () => {
  assert.equal(bearerChallenge(), 'Bearer realm="oauthd"')
})

test('RFC 6750 section 3: a bad token and a missing scope are named', () => {
  assert.equal(bearerChallenge({ error: 'invalid_token' }), 'Bearer realm="oauthd", error="invalid_token"')
  assert.equal(
    bearerChallenge({ error: 'insufficient_scope', scope: 'c d' }),
    'Bearer realm="oauthd", error="insufficient_scope", scope="c d"',
  )
})

test('RFC 9110 section 5.6.4: nothing gets out of the quotes or of the line', () => {
  assert.equal(basicChallenge('a"b\\c\r\nSet-Cookie: x'), 'Basic realm="a\\"b\\\\c??Set-Cookie: x"')
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (realm) =>
      /^Basic realm="(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"$/.test(basicChallenge(realm)),
    ),
  )
})
