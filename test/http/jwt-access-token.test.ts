import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { revoke } from '../../src/clients.ts'
import { type Answered, basic, type Credentials, NOW, openHarness, START } from './_harness.ts'
import { opened, registerResource } from './_resource.ts'

const h = await openHarness()
after(() => h.close())

const API = 'https://api.example'
const OPAQUE = 'https://opaque.example'
const ISSUER = 'http://localhost:6749'
const INACTIVE = { active: false }

await registerResource(h.server, { resource: API, access_token_format: 'jwt', signing_alg: 'ES256' })
await registerResource(h.server, { resource: OPAQUE, access_token_format: 'opaque', access_token_ttl: 60 })

const ask = (caller: Credentials, token: string): Promise<Answered> =>
  h.post('introspect', { token }, basic(caller))

const verified = (token: string, query = ''): Promise<Answered> =>
  h.send('GET', `/oauth/verify${query}`, { headers: { authorization: `Bearer ${token}` } })

test('AT-01, decision 2: a token for a resource marked jwt is an at+jwt of exactly its claims, for ten minutes', async () => {
  const client = await h.client()
  const { body } = await h.post(
    'token',
    { grant_type: 'client_credentials', scope: 'a', resource: API },
    basic(client),
  )
  assert.equal(body['expires_in'], 600)
  assert.equal(body['token_type'], 'Bearer')
  const { protectedHeader, payload } = await opened(h.server, String(body['access_token']))
  assert.equal(protectedHeader.typ, 'at+jwt')
  assert.equal(protectedHeader.alg, 'ES256')
  const { jti, ...claims } = payload
  assert.match(String(jti), /^[0-9a-z]{26}$/)
  assert.deepEqual(claims, {
    iss: ISSUER,
    sub: client.client_id,
    client_id: client.client_id,
    aud: API,
    scope: 'a',
    iat: NOW,
    exp: NOW + 600,
    grant_type: 'client_credentials',
  })
})

test('decision 2: a token for a resource marked opaque stays opaque, for as long as the resource says', async () => {
  const client = await h.client()
  const form = { grant_type: 'client_credentials', resource: OPAQUE }
  const { body } = await h.post('token', form, basic(client))
  assert.match(String(body['access_token']), /^oat_/)
  assert.equal(body['expires_in'], 60)
})

test('IN-09: a JWT is introspected like an opaque token, by whom it is meant for', async () => {
  const client = await h.client()
  const token = await h.token(client, { scope: 'a', resource: API })
  const { payload } = await opened(h.server, token)
  const told = await ask(client, token)
  assert.deepEqual(told.body, { active: true, token_type: 'Bearer', ...payload })
  const served = await h.client({ resource: ['https://API.example/'] })
  assert.equal((await ask(served, token)).body['active'], true)
  assert.deepEqual((await ask(await h.client(), token)).body, INACTIVE)
})

test('RV-06: a JWT that is revoked is inactive at once, and opens nothing that asks', async () => {
  const client = await h.client()
  const token = await h.token(client, { resource: API })
  assert.equal((await verified(token, `?resource=${API}`)).status, 204)
  const stranger = await h.client()
  const foreign = await h.post('revoke', { token }, basic(stranger))
  assert.equal(foreign.body['error'], 'invalid_grant', 'RV-04')
  assert.equal((await ask(client, token)).body['active'], true)
  assert.equal((await h.post('revoke', { token }, basic(client))).status, 200)
  assert.deepEqual((await ask(client, token)).body, INACTIVE)
  assert.equal((await verified(token)).status, 401)
})

test('CA-11: a JWT ends with its client', async () => {
  const client = await h.client()
  const caller = await h.client({ introspect: 'any' })
  const token = await h.token(client, { resource: API })
  assert.equal((await ask(caller, token)).body['active'], true)
  await revoke(h.server, client.client_id)
  assert.deepEqual((await ask(caller, token)).body, INACTIVE)
})

test('TM-02: a JWT is inactive exactly at its exp', async () => {
  const client = await h.client()
  const token = await h.token(client, { resource: API })
  h.clock.at = START + 599_999
  assert.equal((await ask(client, token)).body['active'], true)
  h.clock.at = START + 600_000
  assert.deepEqual((await ask(client, token)).body, INACTIVE)
  h.clock.at = START
})

test('MD-04: a JWT of another issuer on the same database is not ours to speak of', async () => {
  const client = await h.client()
  const other = await h.another({ issuer: 'https://other.example' })
  const token = await h.token(client, { resource: API })
  const answered = await h.post('introspect', { token }, basic(client), other)
  assert.deepEqual(answered.body, INACTIVE)
})

test('decision 2: with access_token_format jwt a token for nobody in particular is a JWT for the issuer', async () => {
  const jwt = await h.another({ access_token_format: 'jwt', access_token_ttl: 600 })
  const client = await h.client({ scope: 'introspect a' })
  const form = { grant_type: 'client_credentials', scope: 'introspect' }
  const { body } = await h.post('token', form, basic(client), jwt)
  const token = String(body['access_token'])
  const { payload, protectedHeader } = await opened(h.server, token)
  assert.equal(protectedHeader.alg, 'RS256')
  assert.equal(payload.aud, ISSUER)
  assert.equal(body['expires_in'], 600)
  // IN-06: and it is taken where an opaque one is.
  const authorization = `Bearer ${token}`
  const answered = await h.post('introspect', { token }, { authorization }, jwt)
  assert.equal(answered.body['active'], true)
})
