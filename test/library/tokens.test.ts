import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import {
  type ClientWithSecret,
  OAuthError,
  type OAuthServer,
  StoreError,
  type TokenRequest,
  type TokenResponse,
} from '../../src/index.ts'
import { ASSERTION_TYPE, assertion, keysOf, signer } from '../_assertion.ts'
import { dpopKey, dpopProof, type ProofOf } from '../_dpop.ts'
import { appServer, asked, ERP, ISSUER, refusal, tokensOf, VERIFIER } from './_app.ts'

const MACHINE = { client_name: 'Robot', grant_types: ['client_credentials'], scope: 'a b' }

const machine = async (t: TestContext): Promise<{ server: OAuthServer; client: ClientWithSecret }> => {
  const server = await appServer(t)
  return { server, client: await server.clients.create(MACHINE) }
}

const own = ({ client_id, client_secret = '' }: ClientWithSecret, more: object = {}): never =>
  ({ grant_type: 'client_credentials', client_id, client_secret, ...more }) as never

test('RFC 6749 5.1: issueToken gives the token response, for every grant', async (t) => {
  const { server, client } = await machine(t)
  const { access_token, ...rest } = await server.issueToken(own(client, { scope: 'a' }))
  assert.deepEqual(rest, { token_type: 'Bearer', expires_in: 3600, scope: 'a' })
  assert.equal((await server.introspect(access_token)).active, true)

  const erp = await server.clients.create(ERP)
  const { client_id, client_secret = '' } = erp
  const first = await tokensOf(server, erp)
  const { refresh_token } = first
  const next = await server.issueToken({
    grant_type: 'refresh_token',
    client_id,
    client_secret,
    refresh_token,
  })
  assert.ok(next.refresh_token !== undefined && next.refresh_token !== refresh_token)
  assert.deepEqual(await server.introspect(refresh_token), { active: false })
})

test('RFC 7523 2.2: issueToken takes an assertion, and tells a misspelt parameter of RFC 9396', async (t) => {
  const server = await appServer(t)
  const key = await signer()
  const { client_id } = await server.clients.create({ ...MACHINE, ...keysOf(key) })
  const now = Math.floor(Date.now() / 1000)
  const client_assertion = await assertion(key, { client_id, aud: ISSUER, now })
  const request: TokenRequest = {
    grant_type: 'client_credentials',
    client_id,
    client_assertion,
    client_assertion_type: ASSERTION_TYPE,
  }
  assert.equal((await server.issueToken(request)).scope, 'a b')
  const misspelt = { ...request, authorization_detail: '[]' }
  await assert.rejects(server.issueToken(misspelt), /did you mean authorization_details/)
})

test('RFC 6749 5.2: issueToken refuses as the token endpoint does, client authentication included', async (t) => {
  const { server, client } = await machine(t)
  const erp = await server.clients.create(ERP)
  const { client_id, client_secret = '' } = erp
  const code = { grant_type: 'authorization_code', client_id, client_secret, code_verifier: VERIFIER }
  const cases: readonly (readonly [object, string, number])[] = [
    [own(client, { client_secret: 'a wrong secret 0000' }), 'invalid_client', 401],
    [own(client, { client_secret: undefined }), 'invalid_client', 401],
    [own(client, { client_id: 'cl_0' }), 'invalid_client', 401],
    [own(client, { grant_type: 'password' }), 'unsupported_grant_type', 400],
    [own(client, { grant_type: undefined }), 'invalid_request', 400],
    [own(client, { scope: 'c' }), 'invalid_scope', 400],
    [own(client, { resource: ['https://a.example', 'x'] }), 'invalid_target', 400],
    [own(client, { scope: ['a', 'b'] }), 'invalid_request', 400],
    [{ ...code, code: 'oac_x' }, 'invalid_grant', 400],
    [{ ...code, grant_type: 'client_credentials' }, 'unauthorized_client', 400],
  ]
  for (const [request, error, status] of cases) {
    const thrown = await refusal(server.issueToken(request as never))
    assert.ok(thrown instanceof OAuthError, String(thrown))
    assert.deepEqual([thrown.error, thrown.status], [error, status])
  }
})

test('DP-05, DP-08: issueToken takes the proof of a Request, and its refusal has the nonce to answer with', async (t) => {
  const server = await appServer(t)
  const { client_id, client_secret = '' } = await server.clients.create(MACHINE)
  const key = await dpopKey()
  const url = `${ISSUER}/oauth/token`
  const ask = async (claims: ProofOf): Promise<TokenResponse> => {
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret })
    const headers = { dpop: await dpopProof(key, { htu: url, ...claims }) }
    return server.issueToken(new Request(url, { method: 'POST', body, headers }))
  }
  const { access_token, token_type } = await ask({ iat: Math.floor(Date.now() / 1000) })
  assert.equal(token_type, 'DPoP')
  const said = await server.introspect(access_token)
  assert.deepEqual([said.active, said.active && said['cnf']], [true, { jkt: key.jkt }])
  const thrown = await refusal(ask({ iat: 0 }))
  assert.ok(thrown instanceof OAuthError)
  assert.deepEqual([thrown.error, thrown.status], ['use_dpop_nonce', 400])
  assert.equal((await ask({ iat: 0, nonce: thrown.dpop_nonce })).token_type, 'DPoP')
})

test('OAuth 2.1 4.1.3: a code is good for one call of issueToken, a second ends what it gave', async (t) => {
  const server = await appServer(t)
  const erp = await server.clients.create(ERP)
  const { client_id, client_secret = '' } = erp
  const authorization = await server.validateAuthorizationRequest(asked(client_id))
  const { code } = await server.approveAuthorizationRequest(authorization, { sub: 'user-1' })
  const grant_type = 'authorization_code'
  const request = { grant_type, client_id, client_secret, code, code_verifier: VERIFIER }
  const { access_token } = await server.issueToken(request)
  const thrown = await refusal(server.issueToken(request))
  assert.ok(thrown instanceof OAuthError && thrown.error === 'invalid_grant')
  assert.deepEqual(await server.introspect(access_token), { active: false })
})

test('contract, library: issueToken takes a Request too, with Basic and its form', async (t) => {
  const { server, client } = await machine(t)
  const { client_id, client_secret } = client
  const request = new Request(`${ISSUER}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${client_id}:${client_secret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  })
  assert.equal((await server.issueToken(request)).scope, 'a b')
})

test('contract, library: issueToken takes a form that the app has read, as URLSearchParams or FormData', async (t) => {
  const { server, client } = await machine(t)
  const { client_id, client_secret = '' } = client
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret, scope: 'a' })
  assert.equal((await server.issueToken(form)).scope, 'a')
  const data = new FormData()
  // RFC 6749 3.2: what is not known is ignored, whatever it is near to.
  for (const [name, value] of [...form, ['scopes', 'c']] as const) data.append(name, value)
  assert.equal((await server.issueToken(data)).scope, 'a')
  const twice = new URLSearchParams([...form, ['scope', 'b']])
  data.append('scope', new Blob(['b']))
  for (const wrong of [twice, data]) {
    const thrown = await refusal(server.issueToken(wrong))
    assert.ok(thrown instanceof OAuthError && thrown.error === 'invalid_request')
  }
})

test('contract, library: a request whose body was read is a TypeError that says so, not a client that is wrong', async (t) => {
  const { server, client } = await machine(t)
  const body = new URLSearchParams(own(client))
  const request = new Request(`${ISSUER}/token`, { method: 'POST', body })
  const form = await request.clone().formData()
  assert.equal((await server.issueToken(form)).scope, 'a b')
  await request.text()
  const says = /^TypeError: the body of the request has been read: pass the form instead, as URLSearchParams$/
  await assert.rejects(server.issueToken(request), says)
  await assert.rejects(server.validateAuthorizationRequest(request), says)
})

test('contract, library: a request of node:http is a TypeError that says what to pass, not a no', async (t) => {
  const { server } = await machine(t)
  const request = { url: '/oauth/token', method: 'POST', headers: {}, body: {} } as never
  const pass = (what: string): RegExp =>
    new RegExp(`^TypeError: the request must be a web-standard Request, none of node:http: pass ${what}$`)
  await assert.rejects(server.issueToken(request), pass('its form'))
  await assert.rejects(server.validateAuthorizationRequest(request), pass('its URLSearchParams'))
  await assert.rejects(server.verify(request), pass('the token'))
})

test('contract, library: a misspelt parameter of issueToken is a TypeError, an unknown one is ignored', async (t) => {
  const { server, client } = await machine(t)
  const issue = (more: object): Promise<unknown> => server.issueToken(own(client, more))
  await issue({ foo: 'bar' })
  await assert.rejects(issue({ grantType: 'x' }), /^TypeError: grantType: did you mean grant_type\?$/)
  await assert.rejects(issue({ client_id: 7 }), /^TypeError: client_id must be a string$/)
  await assert.rejects(issue({ resource: [{}] }), /^TypeError: resource must be a string$/)
  for (const wrong of [undefined, null, 'x', [], new Map()] as never[]) {
    assert.ok((await refusal(server.issueToken(wrong))) instanceof TypeError)
  }
})

test('contract, library: verify gives the principal of a live access token, of a text or a request', async (t) => {
  const { server, client } = await machine(t)
  const { access_token } = await server.issueToken(own(client))
  const request = (authorization: string): Request => new Request(ISSUER, { headers: { authorization } })
  for (const input of [access_token, request(`Bearer ${access_token}`), request(`bearer ${access_token}`)]) {
    const principal = await server.verify(input)
    assert.ok(principal !== undefined)
    const { jti, exp, can, ...rest } = principal
    const { client_id } = client
    assert.deepEqual(rest, {
      client_id,
      sub: client_id,
      user: null,
      grant_type: 'client_credentials',
      scope: 'a b',
      scopes: ['a', 'b'],
      claims: {},
      aud: [ISSUER],
    })
    assert.deepEqual([can('a'), can('c')], [true, false])
    assert.ok(jti !== '' && exp > Date.now() / 1000)
  }
  const erp = await server.clients.create(ERP)
  const { access_token: of_person, refresh_token } = await tokensOf(server, erp)
  assert.equal((await server.verify(of_person))?.user, 'user-1')
  assert.equal((await server.introspect(refresh_token)).active, true)
  const nobodys = [
    refresh_token,
    '',
    'x',
    request('Bearer'),
    request(`Basic ${access_token}`),
    new Request(ISSUER),
  ]
  const queried = new Request(`${ISSUER}/?access_token=${access_token}`)
  for (const input of [...nobodys, queried, undefined, null, 7, {}] as string[]) {
    assert.equal(await server.verify(input), undefined)
  }
})

test('IN-04: what is revoked, or whose client is, verify does not know from then on', async (t) => {
  const { server, client } = await machine(t)
  const tokens = await Promise.all([1, 2].map(() => server.issueToken(own(client))))
  const [one = '', other = ''] = tokens.map(({ access_token }) => access_token)
  await server.revokeToken(one)
  assert.equal(await server.verify(one), undefined)
  assert.ok(await server.verify(other))
  await server.clients.revoke(client.client_id)
  assert.equal(await server.verify(other), undefined)
})

test('contract, library: verify, introspect and revokeToken throw when they cannot know: a closed server says no to nobody', async (t) => {
  const { server, client } = await machine(t)
  const { access_token } = await server.issueToken(own(client))
  await server.close()
  for (const token of [access_token, `${access_token}A`, 'x', '']) {
    await assert.rejects(server.verify(token), StoreError, token)
    await assert.rejects(server.introspect(token), StoreError, token)
    await assert.rejects(server.revokeToken(token), StoreError, token)
  }
  await assert.rejects(server.verify(new Request(ISSUER)), StoreError)
})

test('RFC 9728 2: protectedResourceMetadata names this server as the one to ask', async (t) => {
  const server = await appServer(t)
  assert.deepEqual(
    server.protectedResourceMetadata({ resource: 'https://api.example', scopes: ['a', 'offline_access'] }),
    {
      resource: 'https://api.example',
      authorization_servers: [ISSUER],
      scopes_supported: ['a'],
      bearer_methods_supported: ['header'],
    },
  )
  assert.throws(() => server.protectedResourceMetadata({ resource: 'x' }), /^TypeError: resource /)
  const misspelt = { resource: 'https://api.example', scope: ['a'] }
  assert.throws(() => server.protectedResourceMetadata(misspelt), /^TypeError: scope: did you mean scopes\?$/)
  assert.throws(
    () => server.protectedResourceMetadata(undefined as unknown as typeof misspelt),
    /^TypeError: the argument must be a plain object$/,
  )
})
