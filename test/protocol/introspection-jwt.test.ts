import assert from 'node:assert/strict'
import { test } from 'node:test'
import { INACTIVE } from '../../src/protocol/access-token.ts'
import { acceptsIntrospectionJwt, introspectionClaims } from '../../src/protocol/introspection-jwt.ts'

test('RFC 9701 4: the signed answer is asked for by its media type, in any list and case', () => {
  for (const accept of [
    'application/token-introspection+jwt',
    'application/json;q=0.5, application/token-introspection+jwt',
    'Application/Token-Introspection+JWT; q=0.1',
  ]) {
    assert.equal(acceptsIntrospectionJwt(accept), true, accept)
  }
})

test('RFC 9701 4: neither a wildcard, nor another type, nor weight 0 asks for it', () => {
  for (const accept of [
    null,
    '*/*',
    'application/*',
    'application/json',
    'application/jwt',
    'application/token-introspection+jwt;q=0',
    'application/token-introspection+jwt; Q=0.000, application/json',
  ]) {
    assert.equal(acceptsIntrospectionJwt(accept), false, String(accept))
  }
})

test('IN-07: the answer stands in token_introspection, with iss, aud and iat beside it and no sub or exp', () => {
  const about = { issuer: 'https://id.example', client_id: 'cl_1', now: 1000 }
  assert.deepEqual(introspectionClaims(INACTIVE, about), {
    iss: 'https://id.example',
    aud: 'cl_1',
    iat: 1000,
    token_introspection: { active: false },
  })
})
