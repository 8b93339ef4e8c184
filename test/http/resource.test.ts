import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Authorization } from '../../src/store/authorization.ts'
import { allow, appClient, family, member, redeem, refresh } from '../_person.ts'
import { type TestServer, testServer } from '../_server.ts'
import { CALLBACK, ledTo, person, requestOf, signIn, VERIFIER, WEB } from './_authorize.ts'
import { basic, openHarness } from './_harness.ts'
import { forgetResource, opened, registerResource } from './_resource.ts'

const A = 'https://A.example'
const B = 'https://b.example/v1'

/** How the introspection endpoint spells the audience of a token. */
const audienceOf = async (at: TestServer, access_token: string): Promise<unknown> => {
  const { body } = await at.post('introspect', {
    token: access_token,
    ...(await introspector(at)),
  })
  return body['aud']
}

const introspector = async ({ server }: TestServer): Promise<Record<string, string>> => {
  const { client_id, client_secret } = await appClient(server, { introspect: 'any' })
  return { client_id, client_secret }
}

test('MC-03, decision 11: with no registry any https or loopback resource is taken, as it is spelled', async (t) => {
  const at = await testServer(t)
  const client = await appClient(at.server)
  for (const resource of ['https://any.example', 'http://localhost:3000/mcp']) {
    const { access_token } = await family(at, client, { resource: [resource] })
    assert.equal(await audienceOf(at, access_token), resource)
  }
})

test('RI-01: once a resource is registered others are invalid_target, and nothing is used up', async (t) => {
  const at = await testServer(t)
  const client = await appClient(at.server)
  const other = { resource: ['https://other.example'] }
  const { refresh_token } = await family(at, client, other)
  const { code } = await allow(at.server, client, other)
  await registerResource(at.server, { resource: A })
  for (const answer of [await redeem(at, client, code), await refresh(at, client, refresh_token)]) {
    assert.equal(answer.status, 400)
    assert.equal(answer.body['error'], 'invalid_target')
  }
  await forgetResource(at.server, A)
  assert.equal((await redeem(at, client, code)).status, 200)
  assert.equal((await refresh(at, client, refresh_token)).status, 200)
})

test('RI-03: however a client spells it, the audience is as it is registered', async (t) => {
  const at = await testServer(t)
  await registerResource(at.server, { resource: A })
  const client = await appClient(at.server)
  const { refresh_token, access_token } = await family(at, client, { resource: ['https://a.example/'] })
  assert.equal(await audienceOf(at, access_token), A)
  const again = await refresh(at, client, refresh_token, { resource: 'HTTPS://a.example:443' })
  assert.equal(await audienceOf(at, member(again, 'access_token')), A)
})

test('RI-02: a token request names one of the granted resources, and the refresh token keeps all', async (t) => {
  const at = await testServer(t)
  await registerResource(at.server, { resource: A })
  await registerResource(at.server, { resource: B })
  const client = await appClient(at.server)
  const { code } = await allow(at.server, client, { resource: [A, B] })
  const first = await redeem(at, client, code, { resource: B })
  assert.equal(await audienceOf(at, member(first, 'access_token')), B)
  const all = await refresh(at, client, member(first, 'refresh_token'))
  assert.deepEqual(await audienceOf(at, member(all, 'access_token')), [A, B])
})

test('AT-03: a JWT for two resources is invalid_target; the code and the refresh token still work for one', async (t) => {
  const at = await testServer(t)
  const jwt = { access_token_format: 'jwt', signing_alg: 'EdDSA' }
  await registerResource(at.server, { resource: A, ...jwt })
  await registerResource(at.server, { resource: B, ...jwt })
  const client = await appClient(at.server)
  const { code } = await allow(at.server, client, { resource: [A, B] })
  assert.equal((await redeem(at, client, code)).body['error'], 'invalid_target')
  const first = await redeem(at, client, code, { resource: A })
  assert.equal((await opened(at.server, member(first, 'access_token'))).payload.aud, A)
  const refresh_token = member(first, 'refresh_token')
  assert.equal((await refresh(at, client, refresh_token)).body['error'], 'invalid_target')
  const second = await refresh(at, client, refresh_token, { resource: B })
  assert.equal((await opened(at.server, member(second, 'access_token'))).payload.aud, B)
})

test('AT-02: a JWT of a person says how they signed in, and a refresh changes none of it', async (t) => {
  const at = await testServer(t)
  await registerResource(at.server, { resource: A, access_token_format: 'jwt', signing_alg: 'ES256' })
  const client = await appClient(at.server)
  const signedIn: Partial<Authorization> = {
    resource: [A],
    username: 'ana',
    auth_time: 1_799_999_000,
    acr: 'urn:mfa',
    amr: ['pwd', 'otp'],
    claims: { tenant: 42, email: 'ana@example.org' },
  }
  const { refresh_token, access_token } = await family(at, client, signedIn)
  const { payload: first } = await opened(at.server, access_token)
  at.advance(100)
  const again = await refresh(at, client, refresh_token)
  const { payload: second } = await opened(at.server, member(again, 'access_token'))
  for (const { auth_time, acr, amr, tenant, email, username } of [first, second]) {
    assert.deepEqual(
      { auth_time, acr, amr, tenant },
      {
        auth_time: 1_799_999_000,
        acr: 'urn:mfa',
        amr: ['pwd', 'otp'],
        tenant: 42,
      },
    )
    assert.deepEqual({ email, username }, { email: undefined, username: undefined }, 'AT-05')
  }
  assert.notEqual(first.jti, second.jti)
  assert.equal(second.iat, Number(first.iat) + 100)
})

test('RV-02: JWTs end with the family that they came of', async (t) => {
  const at = await testServer(t)
  await registerResource(at.server, { resource: A, access_token_format: 'jwt', signing_alg: 'ES256' })
  const client = await appClient(at.server)
  const { refresh_token, access_token: token } = await family(at, client, { resource: [A] })
  const caller = await introspector(at)
  assert.equal((await at.post('introspect', { token, ...caller })).body['active'], true)
  const { client_id, client_secret } = client
  await at.post('revoke', { token: refresh_token, client_id, client_secret })
  assert.deepEqual((await at.post('introspect', { token, ...caller })).body, { active: false })
})

test('decision 2: where no refresh follows, an approval lasts as long as the tokens of its resource', async (t) => {
  const h = await openHarness()
  t.after(() => h.close())
  await registerResource(h.server, { resource: A, access_token_ttl: 7200 })
  await person(h)
  const client = await h.client({ ...WEB, grant_types: ['authorization_code'] })
  const browser = h.browser()
  const page = await browser.get(requestOf(client, { resource: 'https://a.example' }))
  const consent = await signIn(browser, page)
  assert.match(consent.text, /https:\/\/A\.example/, 'RI-04')
  const code = ledTo(await browser.press(consent, 'Allow'))?.searchParams.get('code') ?? ''
  const form = { grant_type: 'authorization_code', code, code_verifier: VERIFIER }
  const { body } = await h.post('token', form, basic(client))
  assert.equal(body['expires_in'], 7200)
})

const h = await openHarness()
after(() => h.close())

test('RI-01: a resource that is not registered is sent back to the client as invalid_target', async () => {
  await registerResource(h.server, { resource: A })
  const client = await h.client(WEB)
  const answered = await h.send('GET', requestOf(client, { resource: ['https://a.example', B] }))
  const back = ledTo(answered)
  assert.equal(`${back?.origin}${back?.pathname}`, CALLBACK)
  assert.equal(back?.searchParams.get('error'), 'invalid_target')
})
