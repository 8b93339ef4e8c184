import assert from 'node:assert/strict'
import { test } from 'node:test'
import { protectedResourceMetadata, resourceMetadataUrl } from '../../src/protocol/resource-metadata.ts'

const SERVER = { issuer: 'https://id.example/tenant' }

test('RFC 9728 2: the document names the resource as given, its authorization server, scopes and methods', () => {
  assert.deepEqual(
    protectedResourceMetadata(
      { resource: 'https://API.example/mcp', scopes: ['invoices.read', 'invoices.write', 'invoices.read'] },
      SERVER,
    ),
    {
      resource: 'https://API.example/mcp',
      authorization_servers: ['https://id.example/tenant'],
      scopes_supported: ['invoices.read', 'invoices.write'],
      bearer_methods_supported: ['header'],
    },
  )
})

test('RFC 9728 3.2: without scopes the member is left out', () => {
  for (const scopes of [[], undefined]) {
    const given = { resource: 'https://api.example', ...(scopes === undefined ? {} : { scopes }) }
    assert.deepEqual(Object.keys(protectedResourceMetadata(given, SERVER)), [
      'resource',
      'authorization_servers',
      'bearer_methods_supported',
    ])
  }
})

test('PR-05: offline_access is never in the scopes of a resource, nor is a power over oauthd', () => {
  const scopes = ['offline_access', 'a', 'introspect', 'oauthd:interactions']
  const { scopes_supported } = protectedResourceMetadata({ resource: 'https://api.example', scopes }, SERVER)
  assert.deepEqual(scopes_supported, ['a'])
})

test('contract, library: a resource or scopes that are wrong are a TypeError that names them', () => {
  const refused = (given: object, words: RegExp): void => {
    assert.throws(() => protectedResourceMetadata(given as { resource: string }, SERVER), {
      name: 'TypeError',
      message: words,
    })
  }
  refused({}, /^resource must be a string$/)
  refused({ resource: 'api.example' }, /^resource must be absolute$/)
  refused({ resource: 'https://api.example/#a' }, /^resource must not have a fragment$/)
  refused({ resource: 'http://api.example' }, /^resource must be https/)
  const resource = 'https://api.example'
  refused({ resource, dpop: 'yes' }, /^dpop must be 'optional' or 'required'$/)
  for (const scopes of ['a b', ['a b'], [''], ['a"'], [7], null]) {
    refused({ resource, scopes }, /^scopes must be a list of scopes/)
  }
})

test('RFC 9728 2: which bound tokens a resource takes is said where it was asked for, and not else', () => {
  const resource = 'https://api.example'
  const plain = protectedResourceMetadata({ resource }, SERVER)
  const { dpop_signing_alg_values_supported: algs, ...rest } = protectedResourceMetadata(
    { resource, dpop: 'required', tls_client_certificate_bound_access_tokens: true },
    SERVER,
  )
  assert.deepEqual(algs, ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'])
  const required = {
    dpop_bound_access_tokens_required: true,
    tls_client_certificate_bound_access_tokens: true,
  }
  assert.deepEqual(rest, { ...plain, ...required })
  const strict = protectedResourceMetadata({ resource, dpop: 'optional' }, { ...SERVER, profile: 'fapi2' })
  assert.deepEqual(strict.dpop_signing_alg_values_supported, ['PS256', 'ES256', 'EdDSA', 'Ed25519'])
  const optional = protectedResourceMetadata({ resource, dpop: 'optional' }, SERVER)
  assert.deepEqual(optional, { ...plain, dpop_signing_alg_values_supported: algs })
})

test('RFC 9728 3.1: the well-known part stands between host and path; the slash behind the host goes', () => {
  const urls = {
    'https://api.example': 'https://api.example/.well-known/oauth-protected-resource',
    'https://api.example/': 'https://api.example/.well-known/oauth-protected-resource',
    'https://api.example/mcp': 'https://api.example/.well-known/oauth-protected-resource/mcp',
    'https://api.example/mcp/': 'https://api.example/.well-known/oauth-protected-resource/mcp/',
    'https://api.example/?k=v': 'https://api.example/.well-known/oauth-protected-resource?k=v',
    'https://api.example/a?k=v': 'https://api.example/.well-known/oauth-protected-resource/a?k=v',
    'http://[::1]:8080/a': 'http://[::1]:8080/.well-known/oauth-protected-resource/a',
  }
  for (const [resource, url] of Object.entries(urls)) assert.equal(resourceMetadataUrl(resource), url)
})
