import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type Answered, basic, type Credentials, NOW, openHarness } from './_harness.ts'
import { opened } from './_resource.ts'

const h = await openHarness()
after(() => h.close())

const TYPE = 'application/token-introspection+jwt'

const ask = (caller: Credentials, token: string, accept?: string): Promise<Answered> =>
  h.post('introspect', { token }, { ...basic(caller), ...(accept === undefined ? {} : { accept }) })

test('IN-07: asked for by Accept, the answer is a JWT for the caller, with neither sub nor exp of its own', async () => {
  const client = await h.client({ introspect: 'any' })
  const token = await h.token(client)
  const plain = await ask(client, token, 'application/json')
  const answered = await ask(client, token, TYPE)
  assert.equal(answered.status, 200)
  assert.equal(answered.headers.get('content-type'), TYPE)
  assert.equal(answered.headers.get('cache-control'), 'no-store')
  const { protectedHeader, payload } = await opened(h.server, answered.text)
  assert.equal(protectedHeader.typ, 'token-introspection+jwt')
  assert.equal(protectedHeader.alg, 'RS256')
  assert.deepEqual(payload, {
    iss: 'http://localhost:6749',
    aud: client.client_id,
    iat: NOW,
    token_introspection: plain.body,
  })
})

test('IN-07: what is not live, or not to be seen, is signed too', async () => {
  const client = await h.client()
  const token = await h.token(await h.client())
  for (const presented of ['no token', token]) {
    const answered = await ask(client, presented, TYPE)
    const { payload } = await opened(h.server, answered.text)
    assert.deepEqual(payload['token_introspection'], { active: false })
  }
})

test('IN-08: a client that is registered for it always gets it, signed as it is registered', async () => {
  const client = await h.client({ introspection_signed_response_alg: 'ES256' })
  const answered = await ask(client, await h.token(client), 'application/json')
  const { protectedHeader, payload } = await opened(h.server, answered.text)
  assert.equal(protectedHeader.alg, 'ES256')
  assert.equal(payload.aud, client.client_id)
})

test('IN-08: without either the answer is plain JSON', async () => {
  const client = await h.client()
  const answered = await ask(client, await h.token(client), '*/*')
  assert.equal(answered.headers.get('content-type'), 'application/json')
  assert.equal(answered.body['active'], true)
})

test('RFC 9701 6: a client is not registered for an algorithm that nobody has', async () => {
  for (const introspection_signed_response_alg of ['none', 'HS256', 'RS512']) {
    await assert.rejects(h.client({ introspection_signed_response_alg }), {
      error: 'invalid_client_metadata',
    })
  }
})

test('RFC 9701 8.1: a refusal stays JSON, whatever is accepted', async () => {
  const { client_id } = await h.client()
  const answered = await ask({ client_id, client_secret: 'wrong' }, 'token', TYPE)
  assert.equal(answered.status, 401)
  assert.equal(answered.body['error'], 'invalid_client')
})
