import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { registerClient } from '../../src/actions/client.ts'
import { registrable } from '../../src/protocol/client-metadata.ts'
import { putScope } from '../../src/store/scope.ts'
import { basic, NOW, openHarness, PUBLIC_CLIENT } from './_harness.ts'

const h = await openHarness()
after(() => h.close())

const GRANT = { grant_type: 'client_credentials' }

test('HTTP-07, HTTP-11: a token is answered with exactly the members of RFC 6749 5.1, unstored, as JSON', async () => {
  const client = await h.client()
  const answered = await h.post('token', { ...GRANT, scope: 'a' }, basic(client))
  assert.equal(answered.status, 200)
  const { access_token: _, ...rest } = answered.body
  assert.deepEqual(rest, { token_type: 'Bearer', expires_in: 3600, scope: 'a' })
  assert.equal(answered.headers.get('content-type'), 'application/json')
  assert.equal(answered.headers.get('cache-control'), 'no-store')
  assert.equal(answered.headers.get('pragma'), 'no-cache')
  assert.equal(answered.headers.get('www-authenticate'), null)
})

test('TK-10: an access token is its prefix, then 75 characters of [A-Za-z0-9_-], and never the same', async () => {
  const client = await h.client()
  const tokens = [await h.token(client), await h.token(client)]
  for (const token of tokens) assert.match(token, /^oat_[A-Za-z0-9_-]{75}$/)
  assert.equal(new Set(tokens).size, 2)
})

test('TK-09, TK-11: a machine token stands for its client, without a refresh token or a username', async () => {
  const client = await h.client()
  const answered = await h.post('token', GRANT, basic(client))
  const { access_token } = answered.body
  assert.equal('refresh_token' in answered.body, false)
  const { body } = await h.post('introspect', { token: String(access_token) }, basic(client))
  assert.equal(body['sub'], client.client_id)
  assert.equal(body['client_id'], client.client_id)
  assert.equal('username' in body, false)
})

test('TK-09: a public client gets no token by client_credentials', async () => {
  const { client_id } = await h.client(PUBLIC_CLIENT)
  const answered = await h.post('token', { ...GRANT, client_id })
  assert.deepEqual([answered.status, answered.body['error']], [400, 'unauthorized_client'])
  // Registration refuses such a client; one that came to be all the same is refused here.
  const metadata = { ...registrable(PUBLIC_CLIENT), grant_types: ['client_credentials'] }
  await h.server.store.write(() => registerClient('impossible', metadata, undefined, NOW))
  const impossible = await h.post('token', { ...GRANT, client_id: 'impossible' })
  assert.deepEqual([impossible.status, impossible.body['error']], [400, 'unauthorized_client'])
})

test('ERR-05: a missing grant_type is invalid_request, an unknown or disabled one unsupported_grant_type', async () => {
  const client = await h.client()
  for (const form of [{}, { grant_type: '' }, { scope: 'a' }]) {
    const answered = await h.post('token', form, basic(client))
    assert.deepEqual([answered.status, answered.body['error']], [400, 'invalid_request'])
  }
  for (const grant_type of ['nonsense', 'client_credentials ', 'CLIENT_CREDENTIALS', 'device_code']) {
    const answered = await h.post('token', { grant_type }, basic(client))
    assert.deepEqual([answered.status, answered.body['error']], [400, 'unsupported_grant_type'])
    assert.equal(answered.text.includes(grant_type.trim()), false)
  }
})

test('TK-12: the password and implicit grants do not exist', async () => {
  const client = await h.client()
  for (const grant_type of ['password', 'implicit', '__proto__', 'constructor']) {
    const form = { grant_type, username: 'u', password: 'p-w-not-in-the-log' }
    const answered = await h.post('token', form, basic(client))
    assert.deepEqual([answered.status, answered.body['error']], [400, 'unsupported_grant_type'])
  }
  h.hide('p-w-not-in-the-log')
})

test('ERR-05: a grant that the client is not registered for is unauthorized_client', async () => {
  const client = await h.client({
    grant_types: ['authorization_code'],
    redirect_uris: ['https://app.example/callback'],
  })
  const answered = await h.post('token', GRANT, basic(client))
  assert.deepEqual([answered.status, answered.body['error']], [400, 'unauthorized_client'])
})

test('ERR-07: a scope that is malformed, unknown or beyond the registered one is invalid_scope', async () => {
  const client = await h.client()
  for (const scope of ['c', 'a c', 'A', 'a  b', ' a', 'a\tb', 'a"b', '<script>', 'introspect']) {
    const answered = await h.post('token', { ...GRANT, scope }, basic(client))
    assert.deepEqual([answered.status, answered.body['error']], [400, 'invalid_scope'], scope)
  }
})

const PLAIN_2 = {
  scope: 'plain-2',
  title: null,
  description: null,
  is_default: true,
  is_sensitive: false,
  created_at: NOW,
  updated_at: NOW,
}

test('contract, settled points: no scope asked for gives the marked defaults, else all that is registered', async () => {
  const client = await h.client({ scope: 'plain-1 plain-2' })
  const first = await h.post('token', GRANT, basic(client))
  assert.equal(first.body['scope'], 'plain-1 plain-2')
  await h.server.store.write(() => putScope(PLAIN_2))
  const second = await h.post('token', GRANT, basic(client))
  assert.equal(second.body['scope'], 'plain-2')
})

test('contract, settled points: an empty scope leaves the member out', async () => {
  const client = await h.client({ scope: '' })
  const answered = await h.post('token', GRANT, basic(client))
  assert.equal(answered.status, 200)
  assert.equal('scope' in answered.body, false)
})

test('RFC 8707 2: resource may be repeated and becomes aud, each once; a bad one is invalid_target', async () => {
  const client = await h.client()
  const form: [string, string][] = [
    ['grant_type', 'client_credentials'],
    ['resource', 'https://one.example/'],
    ['resource', 'https://two.example/api'],
    ['resource', 'https://ONE.example'],
  ]
  const answered = await h.post('token', form, basic(client))
  const token = String(answered.body['access_token'])
  const { body } = await h.post('introspect', { token }, basic(client))
  assert.deepEqual(body['aud'], ['https://one.example/', 'https://two.example/api'])
  for (const resource of ['relative', 'https://one.example/#fragment', 'http://one.example', 'urn:x']) {
    const refused = await h.post('token', { ...GRANT, resource }, basic(client))
    assert.deepEqual([refused.status, refused.body['error']], [400, 'invalid_target'], resource)
  }
})

test("contract, settled points: a client's own access_token_ttl beats the server's", async () => {
  const client = await h.client({ access_token_ttl: 60 })
  const answered = await h.post('token', GRANT, basic(client))
  assert.equal(answered.body['expires_in'], 60)
})

test('TM-02: expires_in is counted when the answer is written and never below zero', async () => {
  const server = await h.another({ access_token_ttl: 10 })
  const client = await h.client()
  const { write } = server.store
  const slow = (seconds: number): typeof server => ({
    ...server,
    store: {
      ...server.store,
      async write(work) {
        const done = await write(work)
        h.clock.at += seconds * 1000
        return done
      },
    },
  })
  const three = await h.post('token', GRANT, basic(client), slow(3))
  const twenty = await h.post('token', GRANT, basic(client), slow(20))
  assert.equal(three.body['expires_in'], 7)
  assert.equal(twenty.body['expires_in'], 0)
})
