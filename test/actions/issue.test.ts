import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Issued, issueAccessToken, type TokenGrant, tokenResponse } from '../../src/actions/issue.ts'
import { findAccessToken } from '../../src/store/access-token.ts'
import { NOW, testStore } from '../_store.ts'
import { putClients } from '../store/_rows.ts'

const FRESH = {
  access_token: 'oat_clear',
  jti: 'jti_1',
  token_hash: 'hash',
  hash_key_id: 'hk_1',
}

const grant = (given: Partial<TokenGrant> = {}): TokenGrant => ({
  client_id: 'cl_1',
  authorization_id: null,
  sub: 'cl_1',
  grant_type: 'client_credentials',
  scope: 'a',
  aud: null,
  jwt: undefined,
  cnf: null,
  authorization_details: null,
  now: NOW,
  ttl: 3600,
  ...given,
})

test('house 8: issuing in two steps, without a database; the clear value is in no statement', () => {
  const issuing = issueAccessToken(FRESH, grant({ aud: ['https://api.example'] }))
  const first = issuing.next()
  assert.ok(!first.done)
  assert.equal(first.value.params['aud'], '["https://api.example"]')
  assert.equal(first.value.params['exp'], NOW + 3600)
  assert.ok(!Object.values(first.value.params).includes('oat_clear'))
  assert.deepEqual(issuing.next([]).value, {
    access_token: 'oat_clear',
    jti: 'jti_1',
    sub: grant({}).sub,
    scope: 'a',
    token_type: 'Bearer',
    exp: NOW + 3600,
  })
})

test('RV-06: of a JWT there is a row too, by which it can be revoked; its claims are signed after the commit', () => {
  const jwt = { iss: 'https://id.example', alg: 'ES256' } as const
  const issuing = issueAccessToken(FRESH, grant({ aud: ['https://api.example'], jwt }))
  const first = issuing.next()
  assert.ok(!first.done)
  assert.equal(first.value.params['token_hash'], 'jwt')
  const issued = issuing.next([])
  assert.ok(issued.done)
  assert.deepEqual(issued.value.jwt, {
    alg: 'ES256',
    claims: {
      iss: 'https://id.example',
      sub: 'cl_1',
      client_id: 'cl_1',
      aud: 'https://api.example',
      scope: 'a',
      jti: 'jti_1',
      grant_type: 'client_credentials',
      iat: NOW,
      exp: NOW + 3600,
    },
  })
})

test('RFC 6749 5.1: what was issued is found again as it was issued', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => putClients('cl_1'))
  await store.write(() => issueAccessToken(FRESH, grant({ aud: ['https://a.example', 'https://b.example'] })))
  assert.deepEqual(await store.read(findAccessToken('jti_1')), {
    jti: 'jti_1',
    token_hash: 'hash',
    hash_key_id: 'hk_1',
    client_id: 'cl_1',
    authorization_id: null,
    sub: 'cl_1',
    grant_type: 'client_credentials',
    scope: 'a',
    aud: ['https://a.example', 'https://b.example'],
    cnf: null,
    authorization_details: null,
    iat: NOW,
    exp: NOW + 3600,
    revoked_at: null,
    client_revoked_at: null,
    authorization_revoked_at: null,
  })
})

const ISSUED: Issued = {
  access_token: 'oat_clear',
  jti: 'jti_1',
  sub: 'cl_1',
  scope: 'a b',
  token_type: 'Bearer',
  exp: NOW + 60,
}

test('RFC 6749 5.1: the answer has the token, its type, its lifetime and its scope, and nothing else', () => {
  assert.deepEqual(tokenResponse(ISSUED, NOW), {
    access_token: 'oat_clear',
    token_type: 'Bearer',
    expires_in: 60,
    scope: 'a b',
  })
})

test('contract, settled points: an empty scope leaves the member out', () => {
  assert.ok(!('scope' in tokenResponse({ ...ISSUED, scope: '' }, NOW)))
})

test('TM-02: expires_in is counted when the answer is written, and never below zero', () => {
  assert.equal(tokenResponse(ISSUED, NOW + 2).expires_in, 58)
  assert.equal(tokenResponse(ISSUED, NOW + 90).expires_in, 0)
})
