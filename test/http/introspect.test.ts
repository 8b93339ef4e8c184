import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { revoke } from '../../src/clients.ts'
import { type Answered, basic, type Credentials, NOW, openHarness, PUBLIC_CLIENT, START } from './_harness.ts'

const h = await openHarness()
after(() => h.close())

const INACTIVE = { active: false }
const GRANT = { grant_type: 'client_credentials' }

const ask = (caller: Credentials, token: string): Promise<Answered> =>
  h.post('introspect', { token }, basic(caller))

const bearer = (token: string): { readonly authorization: string } => ({ authorization: `Bearer ${token}` })

const damaged = (token: string): string => `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`

test('IN-03, HTTP-07: a live token is answered with exactly its facts, unstored', async () => {
  const client = await h.client()
  const token = await h.token(client, { scope: 'b a' })
  const answered = await ask(client, token)
  assert.equal(answered.status, 200)
  assert.deepEqual(answered.body, {
    active: true,
    scope: 'b a',
    client_id: client.client_id,
    token_type: 'Bearer',
    exp: NOW + 3600,
    iat: NOW,
    sub: client.client_id,
    aud: 'http://localhost:6749',
    iss: 'http://localhost:6749',
    jti: token.slice(4, 30),
    grant_type: 'client_credentials',
  })
  assert.equal(answered.headers.get('content-type'), 'application/json')
  assert.equal(answered.headers.get('cache-control'), 'no-store')
  assert.equal(answered.headers.get('pragma'), 'no-cache')
})

test('TM-02: a token is active until exp and inactive exactly at exp', async () => {
  const client = await h.client()
  const token = await h.token(client)
  h.clock.at = (NOW + 3600) * 1000 - 1
  assert.equal((await ask(client, token)).body['active'], true)
  h.clock.at = (NOW + 3600) * 1000
  assert.deepEqual((await ask(client, token)).body, INACTIVE)
  h.clock.at = START
})

test('IN-02: a token that is none, unknown, mistyped, of another kind or server, or huge is inactive and nothing else', async () => {
  const client = await h.client()
  const token = await h.token(client)
  const foreign = await openHarness()
  const theirs = await foreign.token(await foreign.client())
  await foreign.close()
  h.hide(theirs)
  for (const wrong of [
    'x',
    ' ',
    theirs,
    damaged(token),
    token.slice(0, -1),
    `${token}A`,
    ` ${token}`,
    token.toUpperCase(),
    token.replace('oat_', 'ort_'),
    token.replace('oat_', ''),
    client.client_secret,
    'eyJhbGciOiJub25lIn0.e30.',
    `oat_${'0'.repeat(75)}`,
    `oat_${'é'.repeat(75)}`,
    '__proto__',
    "' OR 1=1 --",
    'x'.repeat(32_768),
  ]) {
    const answered = await ask(client, wrong)
    assert.equal(answered.status, 200, wrong.slice(0, 90))
    assert.equal(answered.text, '{"active":false}', wrong.slice(0, 90))
  }
  assert.equal((await ask(client, token)).body['active'], true)
})

test('HTTP-09: a token over 32 KiB is invalid_request, and a missing or empty one too', async () => {
  const client = await h.client()
  for (const form of [
    { token: 'x'.repeat(32_769) },
    {},
    { token: '' },
    { token_type_hint: 'access_token' },
  ]) {
    const answered = await h.post('introspect', form, basic(client))
    assert.deepEqual([answered.status, answered.body['error']], [400, 'invalid_request'])
  }
})

test('RFC 7662 2.1: token_type_hint may be right, wrong or unknown', async () => {
  const client = await h.client()
  const token = await h.token(client)
  for (const token_type_hint of ['access_token', 'refresh_token', 'nonsense']) {
    const { body } = await h.post('introspect', { token, token_type_hint }, basic(client))
    assert.equal(body['active'], true)
  }
})

test('IN-05: `own` sees what was issued to it or is meant for its resource, `any` sees all', async () => {
  const issued = await h.client()
  const any = await h.client({ introspect: 'any' })
  const stranger = await h.client()
  const resource = await h.client({ resource: ['https://api.example/'] })
  const ofIssuer = await h.client({ resource: ['http://localhost:6749'] })
  const plain = await h.token(issued)
  const meant = await h.token(issued, { resource: 'https://api.example' })
  const elsewhere = await h.token(issued, { resource: 'https://api.example/other' })
  const sees = async (caller: Credentials): Promise<readonly unknown[]> => {
    const answers = await Promise.all([plain, meant, elsewhere].map((token) => ask(caller, token)))
    return answers.map(({ body, text }) => (body['active'] === true ? true : text))
  }
  const nothing = '{"active":false}'
  assert.deepEqual(await sees(issued), [true, true, true])
  assert.deepEqual(await sees(any), [true, true, true])
  assert.deepEqual(await sees(stranger), [nothing, nothing, nothing])
  assert.deepEqual(await sees(resource), [nothing, true, nothing])
  assert.deepEqual(await sees(ofIssuer), [true, nothing, nothing])
})

test('IN-01: a public client is refused, even for what it might own', async () => {
  const { client_id } = await h.client(PUBLIC_CLIENT)
  const answered = await h.post('introspect', { token: 'unknown', client_id })
  assert.deepEqual([answered.status, answered.body['error']], [401, 'invalid_client'])
  assert.equal(answered.headers.get('www-authenticate'), null)
  const empty = await h.post('introspect', { token: 'unknown' }, basic({ client_id, client_secret: '' }))
  assert.equal(empty.status, 401)
  assert.equal(empty.headers.get('www-authenticate'), 'Basic realm="oauthd"')
})

test('IN-06: a bearer token with the scope introspect may ask, as its client', async () => {
  const caller = await h.client({ scope: 'introspect a', introspect: 'any' })
  const own = await h.client({ scope: 'introspect' })
  const token = await h.token(await h.client())
  const may = await h.token(caller)
  assert.equal((await h.post('introspect', { token }, bearer(may))).body['active'], true)
  assert.equal((await h.post('introspect', { token: may }, bearer(may))).body['active'], true)
  const mayOwn = await h.token(own)
  assert.deepEqual((await h.post('introspect', { token }, bearer(mayOwn))).body, INACTIVE)
})

test('IN-06, RFC 6750 3.1: a bearer token without the scope is 403 insufficient_scope with its challenge', async () => {
  const caller = await h.client({ scope: 'introspect a introspect:more', introspect: 'any' })
  for (const scope of ['a', 'introspect:more']) {
    const answered = await h.post('introspect', { token: 'x' }, bearer(await h.token(caller, { scope })))
    assert.deepEqual([answered.status, answered.body['error']], [403, 'insufficient_scope'])
    assert.equal(
      answered.headers.get('www-authenticate'),
      'Bearer realm="oauthd", error="insufficient_scope", scope="introspect"',
    )
  }
})

test('RFC 6750 3.1: a bearer token that is unknown, mistyped, expired, revoked or of a revoked client is 401', async () => {
  const caller = await h.client({ scope: 'introspect' })
  const gone = await h.client({ scope: 'introspect' })
  const [revoked, orphan] = [await h.token(caller), await h.token(gone)]
  await h.post('revoke', { token: revoked }, basic(caller))
  await revoke(h.server, gone.client_id)
  const expired = await h.token(await h.client({ scope: 'introspect', access_token_ttl: 1 }))
  h.clock.at = START + 1000
  for (const token of [revoked, orphan, expired, 'nonsense', damaged(revoked)]) {
    const answered = await h.post('introspect', { token: 'x' }, bearer(token))
    assert.deepEqual([answered.status, answered.body['error']], [401, 'invalid_token'])
    assert.equal(answered.headers.get('www-authenticate'), 'Bearer realm="oauthd", error="invalid_token"')
  }
  h.clock.at = START
  for (const malformed of ['Bearer', 'Bearer ', 'Bearer a b', 'Bearer é', 'Bearer "x"']) {
    const authorization = Buffer.from(malformed).toString('latin1')
    const answered = await h.post('introspect', { token: 'x' }, { authorization })
    assert.deepEqual([answered.status, answered.body['error']], [400, 'invalid_request'], malformed)
  }
})

test('IN-04: a bearer token is of no use where a client must authenticate', async () => {
  const caller = await h.client({ scope: 'introspect' })
  const token = await h.token(caller)
  for (const endpoint of ['token', 'revoke']) {
    const answered = await h.post(endpoint, { ...GRANT, token }, bearer(token))
    assert.deepEqual([answered.status, answered.body['error']], [401, 'invalid_client'])
  }
})

test('CA-05: a client_id beside a bearer token must be the one of its client', async () => {
  const [caller, other] = [await h.client({ scope: 'introspect' }), await h.client()]
  const token = await h.token(caller)
  const asked = async (client_id: string): Promise<unknown[]> => {
    const { status, body } = await h.post('introspect', { token, client_id }, bearer(token))
    return [status, body['error']]
  }
  assert.deepEqual(await asked(caller.client_id), [200, undefined])
  assert.deepEqual(await asked(other.client_id), [400, 'invalid_request'])
})
