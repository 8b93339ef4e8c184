import assert from 'node:assert/strict'
import { test } from 'node:test'
import { authorizationServerMetadata } from '../../src/protocol/metadata.ts'

const SERVER = {
  issuer: 'https://id.example',
  prefix: 'oauth',
  grant_types: ['client_credentials'],
  scopes: [],
  resources: [],
  detail_types: [],
  require_pushed_authorization_requests: false,
  require_signed_request_object: false,
  profile: undefined,
}

const METHODS = ['client_secret_basic', 'client_secret_post', 'private_key_jwt']
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519']

test('MD-05: the document names what works and nothing else', () => {
  assert.deepEqual(authorizationServerMetadata(SERVER), {
    issuer: 'https://id.example',
    authorization_endpoint: 'https://id.example/oauth/authorize',
    token_endpoint: 'https://id.example/oauth/token',
    jwks_uri: 'https://id.example/oauth/jwks',
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['client_credentials'],
    token_endpoint_auth_methods_supported: [...METHODS, 'none'],
    token_endpoint_auth_signing_alg_values_supported: ALGORITHMS,
    revocation_endpoint: 'https://id.example/oauth/revoke',
    revocation_endpoint_auth_methods_supported: [...METHODS, 'none'],
    revocation_endpoint_auth_signing_alg_values_supported: ALGORITHMS,
    introspection_endpoint: 'https://id.example/oauth/introspect',
    introspection_endpoint_auth_methods_supported: METHODS,
    introspection_endpoint_auth_signing_alg_values_supported: ALGORITHMS,
    introspection_signing_alg_values_supported: ['RS256', 'PS256', 'ES256', 'EdDSA'],
    pushed_authorization_request_endpoint: 'https://id.example/oauth/par',
    require_pushed_authorization_requests: false,
    request_parameter_supported: true,
    request_uri_parameter_supported: false,
    request_object_signing_alg_values_supported: ALGORITHMS,
    require_signed_request_object: false,
    dpop_signing_alg_values_supported: ALGORITHMS,
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
  })
})

test('RFC 9396 10: the types of authorization_details are named where the operator has described some', () => {
  const { authorization_details_types_supported: types } = authorizationServerMetadata({
    ...SERVER,
    detail_types: ['payment_initiation'],
  })
  assert.deepEqual(types, ['payment_initiation'])
  assert.ok(!('authorization_details_types_supported' in authorizationServerMetadata(SERVER)))
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

test('PR-04: the resources that the operator wants to be named are, and without one the member is left out', () => {
  const resources = ['https://api.example', 'https://b.example/v1']
  assert.deepEqual(authorizationServerMetadata({ ...SERVER, resources }).protected_resources, resources)
  assert.equal('protected_resources' in authorizationServerMetadata(SERVER), false)
})
