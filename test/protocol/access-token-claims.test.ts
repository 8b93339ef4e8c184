import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TokenFacts } from '../../src/protocol/access-token.ts'
import { accessTokenClaims } from '../../src/protocol/access-token-claims.ts'

const ISSUER = 'https://id.example'

const TOKEN: TokenFacts = {
  jti: 'j1',
  client_id: 'cl_1',
  sub: 'us_1',
  grant_type: 'authorization_code',
  scope: 'orders:read',
  aud: ['https://api.example'],
  cnf: null,
  authorization_details: null,
  iat: 1000,
  exp: 1600,
}

const PERSON = { username: 'ana', auth_time: 900, acr: null, amr: null, claims: null }

test('AT-01: a JWT says iss, exp, aud, sub, client_id, iat, jti and scope', () => {
  assert.deepEqual(accessTokenClaims({ ...TOKEN, sub: 'cl_1', grant_type: 'client_credentials' }, ISSUER), {
    iss: ISSUER,
    exp: 1600,
    aud: 'https://api.example',
    sub: 'cl_1',
    client_id: 'cl_1',
    iat: 1000,
    jti: 'j1',
    scope: 'orders:read',
    grant_type: 'client_credentials',
  })
})

test('AT-01: an empty scope leaves the member out, and a token without a resource is for the issuer', () => {
  const claims = accessTokenClaims({ ...TOKEN, scope: '', aud: null }, ISSUER)
  assert.equal('scope' in claims, false)
  assert.equal(claims['aud'], ISSUER)
})

test('AT-02: a token of a person says when and how they signed in, where that is known', () => {
  const claims = accessTokenClaims(TOKEN, ISSUER, { ...PERSON, acr: 'urn:mfa', amr: ['pwd', 'otp'] })
  assert.equal(claims['auth_time'], 900)
  assert.equal(claims['acr'], 'urn:mfa')
  assert.deepEqual(claims['amr'], ['pwd', 'otp'])
  const bare = accessTokenClaims(TOKEN, ISSUER, { ...PERSON, auth_time: null })
  assert.deepEqual(
    Object.keys(bare).filter((name) => ['auth_time', 'acr', 'amr'].includes(name)),
    [],
  )
})

test('AT-05: a JWT never says the username, and personal claims only within the scope', () => {
  const claims = { tenant: 42, email: 'ana@example.org', email_verified: true, name: 'Ana', address: {} }
  const person = { ...PERSON, claims }
  const plain = accessTokenClaims(TOKEN, ISSUER, person)
  assert.equal('username' in plain, false)
  assert.equal(plain['tenant'], 42)
  for (const name of ['email', 'email_verified', 'name', 'address']) assert.equal(name in plain, false, name)
  const more = accessTokenClaims({ ...TOKEN, scope: 'orders:read email' }, ISSUER, person)
  assert.equal(more['email'], 'ana@example.org')
  assert.equal('name' in more, false)
})

test('RFC 9449 6.1, RFC 9396 9.1: the key it is bound to and its details stand in it', () => {
  const cnf = { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' }
  const claims = accessTokenClaims({ ...TOKEN, cnf }, ISSUER, PERSON)
  assert.deepEqual(claims['cnf'], cnf)
  assert.equal('token_type' in claims, false)
  assert.equal('active' in claims, false)
})
