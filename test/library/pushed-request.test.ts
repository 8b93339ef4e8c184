/** What a client pushed or signed, where an app asks its people itself. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { OAuthError } from '../../src/index.ts'
import { approve, deny, validate } from '../../src/library-authorization.ts'
import type { GivenMetadata } from '../../src/protocol/client-metadata.ts'
import { completeSettings, type GivenSettings } from '../../src/protocol/settings.ts'
import { type TestServer, testClient, testServer } from '../_server.ts'
import { NOW } from '../_store.ts'
import { asked, CALLBACK, ERP, ISSUER, refusal } from './_app.ts'

const refused = async (call: Promise<unknown>, error: string): Promise<OAuthError> => {
  const thrown = await refusal(call)
  assert.ok(thrown instanceof OAuthError, String(thrown))
  assert.equal(thrown.error, error, thrown.error_description)
  return thrown
}

interface Opened extends TestServer {
  readonly client_id: string
  /** Pushes a request; gives the parameters that a browser brings. */
  push(given?: Readonly<Record<string, string>>): Promise<URLSearchParams>
}

const opened = async (
  t: TestContext,
  given: GivenMetadata = {},
  settings: GivenSettings = {},
): Promise<Opened> => {
  const made = await testServer(t, { settings: completeSettings({ issuer: ISSUER, ...settings }) })
  const { client_id, client_secret } = await testClient(made.server, { ...ERP, ...given })
  return {
    ...made,
    client_id,
    async push(more = {}) {
      const form = Object.fromEntries(asked(client_id))
      const { status, body } = await made.post('par', { ...form, client_secret, ...more })
      assert.equal(status, 201, JSON.stringify(body))
      return new URLSearchParams({ client_id, request_uri: String(body['request_uri']) })
    },
  }
}

test('PAR-03, contract, library: what was pushed is validated, and once approved it is over', async (t) => {
  const { server, push } = await opened(t, { require_pushed_authorization_requests: true })
  const query = await push({ scope: 'invoices.read' })
  const authorization = await validate(server, new URL(`${ISSUER}/oauth/authorize?${query}&scope=x&state=y`))
  assert.deepEqual([authorization.scope, authorization.state], ['invoices.read', 's 1'])
  assert.equal(authorization.request_uri, query.get('request_uri'))
  // The app's page may be loaded again.
  assert.deepEqual(await validate(server, query), authorization)
  const kept = JSON.parse(JSON.stringify(authorization)) as typeof authorization
  const { redirect_to, state } = await approve(server, kept, { sub: 'u1' })
  assert.ok(redirect_to.startsWith(`${CALLBACK}?code=`))
  assert.equal(state, 's 1')
  for (const call of [validate(server, query), approve(server, kept, { sub: 'u1' }), deny(server, kept)]) {
    assert.equal((await refused(call, 'invalid_request_uri')).redirect_to, undefined)
  }
})

test('PAR-03, contract, library: it comes within 90 seconds, and then its person has time', async (t) => {
  const { server, push, advance } = await opened(t)
  const late = await push()
  const query = await push()
  advance(89)
  const authorization = await validate(server, query)
  advance(1)
  await refused(validate(server, late), 'invalid_request_uri')
  advance(890)
  await validate(server, query)
  assert.ok((await deny(server, authorization)).redirect_to.includes('error=access_denied'))
  await refused(deny(server, authorization), 'invalid_request_uri')
  const other = await push()
  const slow = await validate(server, other)
  advance(991)
  await refused(approve(server, slow, { sub: 'u1' }), 'invalid_request_uri')
})

test('contract, library: of two approvals of what was pushed one gives a code', async (t) => {
  const { server, push } = await opened(t)
  const authorization = await validate(server, await push())
  const all = await Promise.allSettled([1, 2, 3].map(() => approve(server, authorization, { sub: 'u1' })))
  assert.equal(all.filter(({ status }) => status === 'fulfilled').length, 1)
})

test('PAR-03, contract, library: nothing that the app hands back is believed: the parameters are those that were pushed', async (t) => {
  const { server, push } = await opened(t)
  const authorization = await validate(server, await push({ scope: 'invoices.read' }))
  const changed = {
    ...authorization,
    scope: 'invoices.read invoices.write',
    redirect_uri: 'https://evil.example/',
    state: 'planted',
  }
  const { redirect_to, state } = await approve(server, changed, { sub: 'u1' })
  assert.ok(redirect_to.startsWith(`${CALLBACK}?code=`))
  assert.equal(state, 's 1')
  const other = await testClient(server, ERP)
  const stolen = { ...(await validate(server, await push())), client_id: other.client_id }
  await refused(approve(server, stolen, { sub: 'u1' }), 'invalid_request_uri')
})

test('PAR-05, contract, library: whoever has to push is refused without, client by client or all', async (t) => {
  const one = await opened(t, { require_pushed_authorization_requests: true })
  const all = await opened(t, {}, { require_pushed_authorization_requests: true })
  for (const { server, client_id, push } of [one, all]) {
    const error = await refused(validate(server, asked(client_id)), 'invalid_request')
    assert.ok(error.redirect_to?.startsWith(`${CALLBACK}?error=invalid_request`))
    const { request_uri, ...plain } = await validate(server, await push())
    assert.ok(request_uri)
    await refused(approve(server, plain, { sub: 'u1' }), 'invalid_request')
  }
})

test('JAR-05, contract, library: what the client signed is validated, and still stands when its person has answered', async (t) => {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const jwks = { keys: [await exportJWK(publicKey)] }
  const { server, client_id, advance } = await opened(t, { jwks, require_signed_request_object: true })
  const claims = { ...Object.fromEntries(asked(client_id)), iss: client_id, aud: ISSUER, exp: NOW + 60 }
  const request = await new SignJWT(claims).setProtectedHeader({ alg: 'ES256' }).sign(privateKey)
  await refused(validate(server, asked(client_id)), 'invalid_request')
  const query = new URLSearchParams({ client_id, request, scope: 'invoices.write' })
  const authorization = await validate(server, query)
  assert.deepEqual([authorization.request, authorization.scope], [request, 'invoices.read'])
  advance(600)
  await refused(validate(server, query), 'invalid_request_object')
  assert.ok((await approve(server, authorization, { sub: 'u1' })).code)
  const { request: _, ...plain } = authorization
  await refused(approve(server, plain, { sub: 'u1' }), 'invalid_request')
  advance(360)
  await refused(approve(server, authorization, { sub: 'u1' }), 'invalid_request_object')
})
