import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { calculateJwkThumbprint, importJWK } from 'jose'
import { createClient } from '../../src/clients.ts'
import type { ServerSettings } from '../../src/server.ts'
import { deleteScope, putScope } from '../../src/store/scope.ts'
import { type Answered, NOW, openHarness } from './_harness.ts'

const h = await openHarness()
after(() => h.close())

const METADATA = '/.well-known/oauth-authorization-server'
const JWKS = '/oauth/jwks'

const get = async (
  target: string,
  settings: Partial<ServerSettings> = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Answered> => h.send('GET', target, { headers }, await h.another(settings))

test('MD-03, MD-04, MD-05: metadata lists what works now, every member of it and no other', async () => {
  const answered = await h.send('GET', METADATA)
  assert.equal(answered.status, 200)
  assert.equal(answered.headers.get('content-type'), 'application/json')
  const methods = ['client_secret_basic', 'client_secret_post', 'private_key_jwt']
  const algorithms = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519']
  assert.deepEqual(answered.body, {
    issuer: 'http://localhost:6749',
    authorization_endpoint: 'http://localhost:6749/oauth/authorize',
    token_endpoint: 'http://localhost:6749/oauth/token',
    jwks_uri: 'http://localhost:6749/oauth/jwks',
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token', 'client_credentials'],
    token_endpoint_auth_methods_supported: [...methods, 'none'],
    token_endpoint_auth_signing_alg_values_supported: algorithms,
    revocation_endpoint: 'http://localhost:6749/oauth/revoke',
    revocation_endpoint_auth_methods_supported: [...methods, 'none'],
    revocation_endpoint_auth_signing_alg_values_supported: algorithms,
    introspection_endpoint: 'http://localhost:6749/oauth/introspect',
    introspection_endpoint_auth_methods_supported: methods,
    introspection_endpoint_auth_signing_alg_values_supported: algorithms,
    introspection_signing_alg_values_supported: ['RS256', 'PS256', 'ES256', 'EdDSA'],
    pushed_authorization_request_endpoint: 'http://localhost:6749/oauth/par',
    require_pushed_authorization_requests: false,
    request_parameter_supported: true,
    request_uri_parameter_supported: false,
    request_object_signing_alg_values_supported: algorithms,
    require_signed_request_object: false,
    dpop_signing_alg_values_supported: algorithms,
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
  })
})

test('MD-05: scopes_supported follows what the operator describes, less what is not for everybody', async () => {
  const described = ['invoices.read', 'introspect', 'oauthd:interactions', 'offline_access']
  for (const scope of described) {
    const record = { scope, title: null, description: null, is_default: false, is_sensitive: false }
    await h.server.store.write(() => putScope({ ...record, created_at: NOW, updated_at: NOW }))
  }
  const { body } = await h.send('GET', METADATA)
  assert.deepEqual(body['scopes_supported'], ['invoices.read'])
  for (const scope of described) await h.server.store.write(() => deleteScope(scope))
  assert.equal('scopes_supported' in (await h.send('GET', METADATA)).body, false)
})

test('MD-01: an issuer with a path has its metadata behind the well-known part, and the root form is 404', async () => {
  const settings = { issuer: 'https://id.example/tenant/a' }
  const answered = await get(`${METADATA}/tenant/a`, settings)
  assert.equal(answered.status, 200)
  assert.equal(answered.body['issuer'], settings.issuer)
  assert.equal(answered.body['token_endpoint'], 'https://id.example/tenant/a/oauth/token')
  for (const target of [METADATA, `${METADATA}/tenant`, `${METADATA}/tenant/b`, `/tenant/a${METADATA}`]) {
    assert.equal((await get(target, settings)).status, 404, target)
  }
  assert.equal((await h.send('GET', `${METADATA}/tenant/a`)).status, 404)
})

test('MD-02: a slash at the end of the issuer is kept as given in metadata and introspection', async () => {
  for (const issuer of ['https://id.example/', 'https://id.example/tenant/']) {
    const path = new URL(issuer).pathname.replace(/\/$/, '')
    const { status, body } = await get(METADATA + path, { issuer })
    assert.equal(status, 200)
    assert.equal(body['issuer'], issuer)
    assert.equal(body['token_endpoint'], `${issuer}oauth/token`)
    const server = await h.another({ issuer })
    const client = await h.client()
    const form = { ...client, token: await h.token(client) }
    const { body: said } = await h.post('introspect', form, {}, server)
    assert.deepEqual([said['iss'], said['aud']], [issuer, issuer])
  }
})

test('HTTP-16: with a https issuer every advertised URL is https', async () => {
  const { body } = await get(METADATA, { issuer: 'https://id.example' })
  const urls = Object.values(body).filter((value) => typeof value === 'string')
  assert.equal(urls.length, 7)
  for (const url of urls) assert.match(url, /^https:\/\/id\.example/)
})

test('contract, settled points: a prefix may hold slashes', async () => {
  const settings = { prefix: 'api/v1/oauth' }
  const { body } = await get(METADATA, settings)
  assert.equal(body['token_endpoint'], 'http://localhost:6749/api/v1/oauth/token')
  assert.equal((await get('/api/v1/oauth/jwks', settings)).status, 200)
  assert.equal((await get('/oauth/jwks', settings)).status, 404)
  assert.equal((await get('/api/v1/oauth/nowhere', settings)).status, 404)
})

test('MD-06, HTTP-15: Host, X-Forwarded-*, cookies and authentication change nothing in metadata', async () => {
  const plain = await h.send('GET', METADATA)
  for (const headers of [
    { host: 'evil.example' },
    { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', 'x-forwarded-for': '192.0.2.1' },
    { forwarded: 'host=evil.example;proto=https' },
    { cookie: 'a=b' },
    { authorization: 'Basic eDp5' },
  ]) {
    const answered = await h.send('GET', METADATA, { headers })
    assert.equal(answered.text, plain.text)
    assert.equal(answered.headers.get('etag'), plain.headers.get('etag'))
  }
  const absolute = await h.send('GET', `https://evil.example${METADATA}`)
  assert.equal(absolute.text, plain.text)
})

test('HTTP-08: metadata and JWKS may be kept for 300 s and asked for again by ETag', async () => {
  for (const target of [METADATA, JWKS]) {
    const first = await h.send('GET', target)
    assert.equal(first.headers.get('cache-control'), 'public, max-age=300')
    assert.equal(first.headers.get('pragma'), null)
    const etag = first.headers.get('etag') ?? ''
    assert.match(etag, /^"[\w-]{22}"$/)
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*', ` ${etag} `]) {
      for (const method of ['GET', 'HEAD']) {
        const again = await h.send(method, target, { headers: { 'if-none-match': known } })
        assert.equal(again.status, 304, known)
        assert.equal(again.text, '')
        assert.equal(again.headers.get('etag'), etag)
        assert.equal(again.headers.get('cache-control'), 'public, max-age=300')
        assert.equal(again.headers.get('access-control-allow-origin'), '*')
      }
    }
    for (const other of ['"other"', '', etag.replaceAll('"', ''), `"${etag}"`]) {
      const again = await h.send('GET', target, { headers: { 'if-none-match': other } })
      assert.equal(again.status, 200, other)
      assert.equal(again.text, first.text)
    }
  }
})

test('HTTP-08: the ETag is another one when the document is', async () => {
  const one = await get(METADATA, { issuer: 'https://one.example' })
  const two = await get(METADATA, { issuer: 'https://two.example' })
  assert.notEqual(one.headers.get('etag'), two.headers.get('etag'))
})

test('KEY-01: JWKS holds public parts only, each with a kid that is its thumbprint, use and alg', async () => {
  const answered = await h.send('GET', JWKS)
  assert.equal(answered.status, 200)
  assert.equal(answered.headers.get('content-type'), 'application/jwk-set+json')
  assert.deepEqual(Object.keys(answered.body), ['keys'])
  const keys = answered.body['keys'] as Record<string, string>[]
  assert.equal(keys.length, 1)
  for (const jwk of keys) {
    assert.deepEqual(Object.keys(jwk).sort(), ['alg', 'e', 'kid', 'kty', 'n', 'use'])
    assert.equal(jwk['kid'], await calculateJwkThumbprint(jwk))
    assert.equal(jwk['use'], 'sig')
    assert.equal(jwk['alg'], 'RS256')
    const key = await importJWK(jwk, 'RS256')
    assert.ok(!(key instanceof Uint8Array))
    assert.equal(key.type, 'public')
    assert.equal(Buffer.from(jwk['n'] ?? '', 'base64url').length * 8, 3072)
  }
})

test('KEY-01: the key of a database is made once, by whoever asks first, and shown alike by all servers', async () => {
  const fresh = await openHarness()
  const others = await Promise.all([fresh.another(), fresh.another(), fresh.another()])
  const answers = await Promise.all(others.map((server) => fresh.send('GET', JWKS, {}, server)))
  assert.equal(new Set(answers.map(({ text }) => text)).size, 1)
  const { keys } = JSON.parse(answers[0]?.text ?? '{}') as { keys: unknown[] }
  assert.equal(keys.length, 1)
  await fresh.close()
})

test('RFC 8414 2: nothing that a client registers shows in metadata', async () => {
  await createClient(h.server, {
    client_name: 'Secret plan',
    grant_types: ['client_credentials'],
    scope: 'own',
  })
  assert.equal((await h.send('GET', METADATA)).text.includes('own'), false)
})
