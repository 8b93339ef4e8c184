import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { updateClient } from '../../src/clients.ts'
import type { GivenMetadata } from '../../src/protocol/client-metadata.ts'
import type { Server } from '../../src/server.ts'
import { type AssertionOf, asserting, assertion, keysOf, type Signer, signer } from '../_assertion.ts'
import { type Answered, basic, type Harness, NOW, openHarness, PUBLIC_CLIENT, START } from './_harness.ts'

let h: Harness
let key: Signer
before(async () => {
  h = await openHarness()
  key = await signer()
})
after(() => h.close())

const ENDPOINTS = ['token', 'revoke', 'introspect', 'par']
const WORK = {
  grant_type: 'client_credentials',
  token: 'unknown',
  response_type: 'code',
  redirect_uri: 'https://app.example/cb',
  code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  code_challenge_method: 'S256',
}
const GRANTS: GivenMetadata = {
  grant_types: ['authorization_code', 'client_credentials'],
  redirect_uris: ['https://app.example/cb'],
}

const issuer = (): string => h.server.settings.issuer

const client = async (given: GivenMetadata = {}): Promise<string> =>
  (await h.client({ ...GRANTS, ...keysOf(key), ...given })).client_id

/** Asks an endpoint with an assertion, sound but for what is given. */
const ask = async (
  client_id: string,
  of: Partial<AssertionOf> & {
    endpoint?: string
    by?: Signer
    form?: Record<string, string>
    over?: Server
  } = {},
): Promise<Answered> => {
  const { endpoint = 'token', by = key, form, over, ...rest } = of
  const jwt = await assertion(by, { client_id, aud: issuer(), now: h.clock.at / 1000, ...rest })
  h.hide(jwt)
  return h.post(endpoint, { ...WORK, ...asserting(jwt), ...form }, {}, over)
}

const said = ({ status, body }: Answered): readonly unknown[] => [status, body['error']]
const INVALID_CLIENT = [401, 'invalid_client']
const INVALID_REQUEST = [400, 'invalid_request']

test('RFC 7523 2.2, JA-04: an assertion authenticates its client at every endpoint, with or without client_id', async () => {
  const client_id = await client()
  for (const endpoint of ENDPOINTS) {
    const status = endpoint === 'par' ? 201 : 200
    assert.equal((await ask(client_id, { endpoint })).status, status, endpoint)
    assert.equal((await ask(client_id, { endpoint, form: { client_id } })).status, status, endpoint)
  }
})

test('JA-08, MD-03: every algorithm that is advertised works, and is the client’s to fix', async () => {
  const document = (await h.send('GET', '/.well-known/oauth-authorization-server')).body
  const algorithms = document['token_endpoint_auth_signing_alg_values_supported']
  assert.ok(Array.isArray(algorithms))
  assert.deepEqual(document['revocation_endpoint_auth_signing_alg_values_supported'], algorithms)
  assert.deepEqual(document['introspection_endpoint_auth_signing_alg_values_supported'], algorithms)
  for (const alg of algorithms) {
    const by = await signer(alg)
    assert.equal((await ask(await client(keysOf(by)), { by })).status, 200, alg)
    const fixed = await client({ ...keysOf(by), token_endpoint_auth_signing_alg: alg })
    assert.equal((await ask(fixed, { by })).status, 200, alg)
  }
  for (const alg of ['RS384', 'RS512', 'PS512', 'ES384', 'ES512']) {
    const by = await signer(alg)
    assert.deepEqual(said(await ask(await client(keysOf(key, by)), { by })), INVALID_CLIENT, alg)
  }
  const [rsa, ec] = [await signer('RS256', 'rsa'), await signer('ES256', 'ec')]
  const fixed = await client({ ...keysOf(rsa, ec), token_endpoint_auth_signing_alg: 'ES256' })
  assert.equal((await ask(fixed, { by: ec })).status, 200)
  assert.deepEqual(said(await ask(fixed, { by: rsa })), INVALID_CLIENT)
})

test('JA-01: half of the pair is invalid_request, another client_assertion_type invalid_client', async () => {
  const client_id = await client()
  const jwt = await assertion(key, { client_id, aud: issuer(), now: NOW })
  h.hide(jwt)
  for (const half of Object.entries(asserting(jwt))) {
    assert.deepEqual(said(await h.post('token', { ...WORK, ...Object.fromEntries([half]) })), INVALID_REQUEST)
  }
  for (const client_assertion_type of [
    'jwt-bearer',
    'urn:ietf:params:oauth:client-assertion-type:saml2-bearer',
  ]) {
    assert.deepEqual(said(await ask(client_id, { form: { client_assertion_type } })), INVALID_CLIENT)
  }
  const nonsense = ['x', 'a.b.c', '..', 'e30.e30.', 'bnVsbA.bnVsbA.bnVsbA']
  for (const client_assertion of nonsense) {
    assert.deepEqual(said(await h.post('token', { ...WORK, ...asserting(client_assertion) })), INVALID_CLIENT)
  }
})

test('CA-05: a client_id that is not the sub is invalid_request', async () => {
  const [client_id, other] = [await client(), await client()]
  assert.deepEqual(said(await ask(client_id, { form: { client_id: other } })), INVALID_REQUEST)
})

test('JA-02: iss and sub are both the client, and the key is one of its own', async () => {
  const [client_id, other] = [await client(), await client()]
  for (const claims of [
    { iss: other },
    { sub: other },
    { iss: undefined },
    { sub: undefined },
    { sub: [client_id] },
  ]) {
    assert.deepEqual(said(await ask(client_id, { claims })), INVALID_CLIENT, JSON.stringify(claims))
  }
  const stranger = await signer()
  assert.deepEqual(said(await ask(client_id, { by: stranger })), INVALID_CLIENT)
  assert.deepEqual(said(await ask(client_id, { header: { kid: 'k2' } })), INVALID_CLIENT)
  assert.equal((await ask(client_id, { header: { kid: undefined } })).status, 200)
  assert.equal((await ask(client_id)).status, 200)
})

test('JA-02, RFC 7517 4.5: among several keys the kid says which; without one any of them may have signed', async () => {
  const [old, next] = [await signer('ES256', 'old'), await signer('ES256', 'next')]
  const client_id = await client(keysOf(old, next))
  for (const by of [old, next]) {
    assert.equal((await ask(client_id, { by })).status, 200)
    assert.equal((await ask(client_id, { by, header: { kid: undefined } })).status, 200)
  }
  assert.deepEqual(said(await ask(client_id, { by: next, header: { kid: 'old' } })), INVALID_CLIENT)
  assert.deepEqual(said(await ask(client_id, { header: { kid: undefined } })), INVALID_CLIENT)
})

test('JA-05: typ is client-authentication+jwt, JWT or absent; nothing else', async () => {
  const client_id = await client()
  const sound = [
    'client-authentication+jwt',
    'application/client-authentication+jwt',
    'JWT',
    'jwt',
    undefined,
  ]
  for (const typ of sound) assert.equal((await ask(client_id, { header: { typ } })).status, 200, typ)
  for (const typ of ['dpop+jwt', 'at+jwt', 'oauth-authz-req+jwt', 'logout+jwt', '', 'x', 1, null]) {
    assert.deepEqual(said(await ask(client_id, { header: { typ } })), INVALID_CLIENT, String(typ))
  }
})

test('JA-07, TM-01, FA-08: exp ends within the hour, 10 s late is in time; iat and nbf may be 60 s ahead', async () => {
  const client_id = await client()
  const cases: readonly [claims: Record<string, unknown>, isSound: boolean][] = [
    [{ exp: NOW - 9 }, true],
    [{ exp: NOW - 10 }, false],
    [{ exp: undefined }, false],
    [{ exp: String(NOW + 60) }, false],
    [{ exp: NOW + 3600 }, true],
    [{ exp: NOW + 3600, nbf: 0 }, true],
    [{ exp: NOW + 3601 }, false],
    [{ exp: NOW + 3661, iat: NOW + 61 }, false],
    [{ exp: NOW + 3660, iat: NOW + 60 }, true],
    [{ iat: undefined }, true],
    [{ iat: NOW + 60 }, true],
    [{ iat: NOW + 61 }, false],
    [{ iat: 'now' }, false],
    [{ nbf: NOW + 60 }, true],
    [{ nbf: NOW + 61 }, false],
  ]
  for (const [claims, isSound] of cases) {
    const answered = await ask(client_id, { claims })
    assert.equal(answered.status === 200, isSound, JSON.stringify(claims))
  }
})

test('JA-06: jti is there, a text of a fitting length', async () => {
  const client_id = await client()
  for (const jti of [undefined, '', 1, ['a'], 'a'.repeat(513)]) {
    assert.deepEqual(said(await ask(client_id, { claims: { jti } })), INVALID_CLIENT, String(jti))
  }
})

test('CA-07: a client with a key presents no secret and never nothing; one with a secret no assertion', async () => {
  const client_id = await client()
  const shared = await h.client()
  assert.deepEqual(said(await h.post('token', { ...WORK, client_id })), INVALID_CLIENT)
  assert.deepEqual(
    said(await h.post('token', { ...WORK, client_id, client_secret: 'a'.repeat(43) })),
    INVALID_CLIENT,
  )
  const wrong = { client_id, client_secret: shared.client_secret }
  h.hide(basic(wrong).authorization)
  assert.deepEqual(said(await h.post('token', WORK, basic(wrong))), INVALID_CLIENT)
  assert.deepEqual(said(await ask(shared.client_id)), INVALID_CLIENT)
  // RFC 9101: keys may be there to sign requests with, and are then for nothing else.
  for (const token_endpoint_auth_method of ['client_secret_basic', 'client_secret_post', undefined]) {
    const signs = await h.client({ ...keysOf(key), token_endpoint_auth_method })
    assert.deepEqual(said(await ask(signs.client_id)), INVALID_CLIENT)
  }
  const names = await h.client({ ...PUBLIC_CLIENT, ...keysOf(key), token_endpoint_auth_method: 'none' })
  assert.deepEqual(said(await ask(names.client_id)), INVALID_CLIENT)
})

test('ERR-04: a client that is unknown, revoked, of another method or of another key is refused in the same words', async () => {
  const client_id = await client()
  const gone = await client()
  await updateClient(h.server, gone, () => ({
    token_endpoint_auth_method: 'client_secret_basic',
    jwks: null,
  }))
  const answers = [
    await ask('nobody'),
    await ask(gone),
    await ask(client_id, { by: await signer() }),
    await ask(client_id, { aud: 'https://elsewhere.example' }),
  ]
  for (const { status, text, headers } of answers) {
    assert.deepEqual([status, text], [401, answers[0]?.text])
    assert.equal(headers.get('www-authenticate'), null)
  }
})

test('JA-06: an assertion whose request is refused for something else has still been used', async () => {
  const client_id = await client()
  const jwt = await assertion(key, { client_id, aud: issuer(), now: NOW })
  h.hide(jwt)
  const form = { ...WORK, ...asserting(jwt) }
  assert.deepEqual(said(await h.post('token', { ...form, scope: 'other' })), [400, 'invalid_scope'])
  assert.deepEqual(said(await h.post('token', form)), INVALID_CLIENT)
})

test('LG-03: a jti is kept until its assertion is over, and is then removed', async () => {
  const { purgeSome } = await import('../../src/actions/purge.ts')
  const removed = async (at: number): Promise<number> =>
    (await h.server.store.write(() => purgeSome(at, 1000))).used_jtis
  await removed(NOW + 10_000)
  await ask(await client(), { claims: { exp: NOW + 100 } })
  assert.equal(await removed(NOW + 109), 0)
  assert.equal(await removed(NOW + 110), 1)
  h.clock.at = START
})
