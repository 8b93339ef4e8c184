import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OAuthError } from '../../src/protocol/error.ts'
import { knownResources, registrableResource } from '../../src/protocol/protected-resource.ts'
import { literalResources } from '../_step.ts'
import { refusal } from './_refusal.ts'

test('RI-01: a resource is registered as it is spelled, and what is not said is left to the server', () => {
  assert.deepEqual(registrableResource({ resource: 'https://API.example' }), {
    resource: 'https://API.example',
    resource_name: null,
    access_token_format: null,
    signing_alg: null,
    access_token_ttl: null,
    scope: '',
    is_advertised: false,
  })
})

test('RI-01: what is no resource is not registered', () => {
  for (const resource of ['', 'api', 'http://api.example', 'https://api.example/#a', undefined, 7]) {
    refusal('invalid_target', () => registrableResource({ resource }))
  }
  refusal('invalid_target', () => registrableResource({ resource: `https://a.example/${'a'.repeat(2040)}` }))
})

test('RFC 9068 2.1: a JWT is signed with an algorithm of a private key; an opaque token with none', () => {
  const resource = 'https://api.example'
  for (const signing_alg of ['none', 'HS256', 'RS512', '']) {
    refusal('invalid_client_metadata', () => registrableResource({ resource, signing_alg }))
  }
  for (const signing_alg of ['RS256', 'ES256', 'PS256', 'EdDSA']) {
    assert.equal(registrableResource({ resource, signing_alg }).signing_alg, signing_alg)
  }
  refusal('invalid_client_metadata', () =>
    registrableResource({ resource, signing_alg: 'ES256', access_token_format: 'opaque' }),
  )
  refusal('invalid_client_metadata', () => registrableResource({ resource, access_token_format: 'JWT' }))
})

test('RV-06: a JWT lives a day at the most; an opaque token may live longer', () => {
  const given = { resource: 'https://api.example', access_token_ttl: 86_401 }
  refusal('invalid_client_metadata', () => registrableResource({ ...given, access_token_format: 'jwt' }))
  refusal('invalid_client_metadata', () => registrableResource(given))
  assert.equal(registrableResource({ ...given, access_token_format: 'opaque' }).access_token_ttl, 86_401)
})

test('PR-05: offline_access is no scope of a resource, nor is a power over oauthd', () => {
  const resource = 'https://api.example'
  for (const scope of ['a offline_access', 'introspect', 'oauthd:interactions']) {
    refusal('invalid_scope', () => registrableResource({ resource, scope }))
  }
  assert.equal(registrableResource({ resource, scope: 'a b a' }).scope, 'a b')
})

test('MC-03: while no resource is registered, every well-formed one is known', () => {
  assert.deepEqual(knownResources(new Map(), ['https://any.example']), ['https://any.example'])
})

test('RI-03: a registered resource is known by every spelling, and comes out as it is registered', () => {
  const all = literalResources({ resource: 'https://Api.example' }, { resource: 'https://b.example/v1' })
  assert.deepEqual(knownResources(all, ['HTTPS://api.example:443/', 'https://b.example/v1']), [
    'https://Api.example',
    'https://b.example/v1',
  ])
  assert.deepEqual(knownResources(all, []), [])
})

test('RI-01: once a resource is registered, every other is invalid_target', () => {
  const all = literalResources({ resource: 'https://api.example' })
  for (const uri of ['https://other.example', 'https://api.example/v1', 'http://localhost']) {
    const refused = knownResources(all, ['https://api.example', uri])
    assert.ok(refused instanceof OAuthError && refused.error === 'invalid_target', uri)
  }
})
