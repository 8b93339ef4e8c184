import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endpoint, issuerProblem, wellKnownPath } from '../../src/protocol/issuer.ts'
import { authorizationServerMetadata } from '../../src/protocol/metadata.ts'
import { vectors } from './_refusal.ts'

const SERVER = {
  issuer: 'https://id.example',
  prefix: 'oauth',
  grant_types: ['client_credentials'],
  scopes: [],
}

test('MD-05: the document names what works and nothing else', () => {
  assert.deepEqual(authorizationServerMetadata(SERVER), {
    issuer: 'https://id.example',
    token_endpoint: 'https://id.example/oauth/token',
    jwks_uri: 'https://id.example/oauth/jwks',
    response_types_supported: [],
    grant_types_supported: ['client_credentials'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    revocation_endpoint: 'https://id.example/oauth/revoke',
    revocation_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    introspection_endpoint: 'https://id.example/oauth/introspect',
    introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  })
})

test('MD-03: scopes_supported are the described scopes, without the reserved ones and offline_access', () => {
  const scopes = ['orders:read', 'offline_access', 'introspect', 'oauthd:interactions', 'jobs:run']
  const { scopes_supported } = authorizationServerMetadata({ ...SERVER, scopes })
  assert.deepEqual(scopes_supported, ['orders:read', 'jobs:run'])
})

test('MD-05: a list that would be empty is omitted', () => {
  assert.equal(
    'scopes_supported' in authorizationServerMetadata({ ...SERVER, scopes: ['offline_access'] }),
    false,
  )
})

test('MD-02: a slash at the end of the issuer is kept, and not doubled in an endpoint', () => {
  const { issuer, token_endpoint } = authorizationServerMetadata({
    ...SERVER,
    issuer: 'https://id.example/a/',
  })
  assert.equal(issuer, 'https://id.example/a/')
  assert.equal(token_endpoint, 'https://id.example/a/oauth/token')
})

test('contract, settled points: every endpoint is issuer, prefix and name', () => {
  assert.equal(endpoint('https://id.example', 'oauth', 'token'), 'https://id.example/oauth/token')
  assert.equal(endpoint('https://id.example/p', 'a/b', 'token'), 'https://id.example/p/a/b/token')
  assert.equal(endpoint('https://id.example', '/oauth/', 'token'), 'https://id.example/oauth/token')
  assert.equal(endpoint('https://id.example/', '', 'token'), 'https://id.example/token')
})

for (const { source, issuer, path } of vectors<{ source: string; issuer: string; path: string }[]>(
  'well-known',
)) {
  test(`MD-01: the document of ${issuer} is at ${path} (${source})`, () => {
    assert.equal(wellKnownPath(issuer), path)
  })
}

test('HTTP-16, decision 16: an issuer is https, or http on loopback', () => {
  for (const issuer of [
    'https://id.example',
    'https://id.example/',
    'https://id.example:8443/tenant/a/',
    'http://localhost:6749',
    'http://127.0.0.1:6749/p',
    'http://[::1]:6749',
  ]) {
    assert.equal(issuerProblem(issuer), undefined, issuer)
  }
  for (const issuer of [
    'http://id.example',
    'http://10.0.0.1',
    'http://localhost.example',
    'ftp://id.example',
    'id.example',
    '',
  ]) {
    assert.notEqual(issuerProblem(issuer), undefined, issuer)
  }
})

test('MD-02: an issuer has no query and no fragment, not even an empty one', () => {
  for (const issuer of [
    'https://id.example?a=b',
    'https://id.example/?a=b',
    'https://id.example?',
    'https://id.example/#a',
    'https://id.example#',
  ]) {
    assert.notEqual(issuerProblem(issuer), undefined, issuer)
  }
})

test('RFC 8414 section 3.3: an issuer is written as every URL parser writes it', () => {
  assert.equal(issuerProblem('https://ID.example/a'), 'must be written as https://id.example/a')
  assert.equal(issuerProblem('https://id.example:443'), 'must be written as https://id.example')
  assert.equal(issuerProblem('https://id.example/a/../b'), 'must be written as https://id.example/b')
  assert.equal(issuerProblem('https://u@id.example'), 'must not hold a user name or password')
})
