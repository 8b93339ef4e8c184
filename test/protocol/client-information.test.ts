import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clientInformation } from '../../src/protocol/client-information.ts'
import { type Client, type GivenMetadata, registrable } from '../../src/protocol/client-metadata.ts'

const client = (given: GivenMetadata): Client => ({
  client_id: 'cl_0123456789abcdef',
  ...registrable({ client_name: 'Shop', ...given }),
  client_id_issued_at: 1_795_330_000,
  updated_at: 1_795_330_000,
  revoked_at: null,
})

test('RFC 7591 section 3.2.1: the answer names the registered metadata, defaults filled in', () => {
  assert.deepEqual(
    clientInformation(client({ redirect_uris: ['https://shop.example/cb'], scope: 'orders:read' })),
    {
      client_id: 'cl_0123456789abcdef',
      client_id_issued_at: 1_795_330_000,
      client_name: 'Shop',
      redirect_uris: ['https://shop.example/cb'],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      scope: 'orders:read',
      token_endpoint_auth_method: 'client_secret_basic',
    },
  )
})

test('RFC 7591 section 2: a client without authorization_code says that it has no response type', () => {
  const { redirect_uris, response_types, scope } = clientInformation(
    client({ grant_types: ['client_credentials'] }),
  )
  assert.deepEqual(response_types, [])
  assert.deepEqual(redirect_uris, [])
  assert.equal(scope, undefined)
})

test('contract, client:create: our own members appear when they say something', () => {
  const own = {
    first_party: true,
    owner: 'team:7',
    introspect: 'any',
    resource: ['https://api.example'],
    access_token_ttl: 600,
  }
  const { first_party, owner, introspect, resource, access_token_ttl } = clientInformation(
    client({ grant_types: ['client_credentials'], ...own }),
  )
  assert.deepEqual({ first_party, owner, introspect, resource, access_token_ttl }, own)
})

test('CA-07: a method that was named is shown as named', () => {
  const { token_endpoint_auth_method } = clientInformation(
    client({ redirect_uris: ['https://shop.example/cb'], token_endpoint_auth_method: 'none' }),
  )
  assert.equal(token_endpoint_auth_method, 'none')
})

test('RFC 7591 section 3.2.1: what is shown can be registered again', () => {
  const given = {
    redirect_uris: ['https://shop.example/cb'],
    scope: 'a',
    resource: ['https://a.example'],
    owner: 'team:7',
  }
  const { client_id, client_id_issued_at, ...metadata } = clientInformation(client(given))
  assert.deepEqual(registrable(metadata), {
    ...registrable({ client_name: 'Shop', ...given }),
    token_endpoint_auth_method: 'client_secret_basic',
  })
  assert.deepEqual([client_id, client_id_issued_at], ['cl_0123456789abcdef', 1_795_330_000])
})
