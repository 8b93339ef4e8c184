import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createClient } from '../../src/clients.ts'
import { listConsents } from '../../src/consents.ts'
import { type ClientWithSecret, OAuthError, type OAuthServer } from '../../src/index.ts'
import { approve, validate } from '../../src/library-authorization.ts'
import { dpopKey, dpopProof } from '../_dpop.ts'
import { testServer } from '../_server.ts'
import { appServer, asked, CALLBACK, CHALLENGE, ERP, ISSUER, refusal, VERIFIER } from './_app.ts'

const opened = async (
  t: TestContext,
  given: object = {},
): Promise<{ server: OAuthServer; client: ClientWithSecret; client_id: string }> => {
  const server = await appServer(t)
  const client = await server.clients.create({ ...ERP, ...given })
  return { server, client, client_id: client.client_id }
}

const refused = async (call: Promise<unknown>, error: string): Promise<OAuthError> => {
  const thrown = await refusal(call)
  assert.ok(thrown instanceof OAuthError, String(thrown))
  assert.equal(thrown.error, error, thrown.error_description)
  return thrown
}

test('contract, library: validate takes a Request, a URL or URLSearchParams, and gives a plain object', async (t) => {
  const { server, client, client_id } = await opened(t)
  const { client_secret, client_secret_expires_at, ...shown } = client
  assert.ok(client_secret !== undefined && client_secret_expires_at === 0)
  const query = asked(client_id, { resource: 'https://api.example', login_hint: 'ana', max_age: '60' })
  const url = new URL(`${ISSUER}/oauth/authorize?${query}`)
  const post = new Request(`${ISSUER}/oauth/authorize`, { method: 'POST', body: query })
  for (const input of [query, url, new Request(url), post]) {
    const authorization = await server.validateAuthorizationRequest(input)
    assert.deepEqual(authorization, {
      client_id,
      client: shown,
      redirect_uri: CALLBACK,
      scope: 'invoices.read',
      scopes: [{ scope: 'invoices.read', title: null, description: null, is_sensitive: false }],
      new_scope: 'invoices.read',
      consented: false,
      resource: ['https://api.example'],
      destination: { kind: 'host', host: 'client.example' },
      max_age: 60,
      login_hint: 'ana',
      state: 's 1',
      code_challenge: CHALLENGE,
    })
    assert.deepEqual(JSON.parse(JSON.stringify(authorization)), authorization)
  }
  for (const wrong of [undefined, null, '/oauth/authorize', {}, 7] as unknown as URL[]) {
    assert.ok((await refusal(server.validateAuthorizationRequest(wrong))) instanceof TypeError)
  }
})

test('OAuth 2.1 4.1.2.1: while client or redirect URI are not sound, validate tells the person alone', async (t) => {
  const { server, client_id } = await opened(t)
  for (const query of [
    asked('cl_0'),
    asked(client_id, { redirect_uri: 'https://evil.example/callback' }),
    asked(client_id, { client_id: undefined }),
    new URLSearchParams([...asked(client_id), ['client_id', client_id]]),
  ]) {
    const error = await refused(server.validateAuthorizationRequest(query), 'invalid_request')
    assert.equal(error.redirect_to, undefined)
  }
  await server.clients.revoke(client_id)
  const gone = await refused(server.validateAuthorizationRequest(asked(client_id)), 'invalid_request')
  assert.equal(gone.redirect_to, undefined)
})

test('OAuth 2.1 4.1.2.1, RFC 9207: else the refusal says where to send the browser, with state and iss', async (t) => {
  const { server, client_id } = await opened(t)
  const cases: readonly (readonly [Readonly<Record<string, string | undefined>>, string])[] = [
    [{ scope: 'admin' }, 'invalid_scope'],
    [{ code_challenge: undefined }, 'invalid_request'],
    [{ code_challenge_method: 'plain' }, 'invalid_request'],
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ resource: 'not a uri' }, 'invalid_target'],
    [{ request: 'e30.e30.' }, 'request_not_supported'],
  ]
  for (const [given, code] of cases) {
    const error = await refused(server.validateAuthorizationRequest(asked(client_id, given)), code)
    const { origin, pathname, searchParams } = new URL(error.redirect_to ?? '')
    assert.equal(origin + pathname, CALLBACK)
    const { error_description, ...rest } = Object.fromEntries(searchParams)
    assert.equal(error_description, error.error_description)
    assert.deepEqual(rest, { error: code, state: 's 1', iss: ISSUER })
  }
})

test('contract, library: an approval gives a code and the way back, and the code its tokens', async (t) => {
  const { server, client, client_id } = await opened(t)
  const authorization = await server.validateAuthorizationRequest(asked(client_id, { scope: undefined }))
  assert.equal(authorization.scope, 'invoices.read invoices.write')
  const auth_time = Math.floor(Date.now() / 1000) - 5
  const approved = await server.approveAuthorizationRequest(
    authorization,
    { sub: 'user-1', username: 'ana', auth_time, acr: 'urn:a', amr: ['pwd'] },
    { scope: 'invoices.read', claims: { tenant: 42 }, remember: true },
  )
  const { redirect_to, code, ...rest } = approved
  assert.deepEqual(rest, { state: 's 1', iss: ISSUER, expires_in: 60 })
  const way = new URL(redirect_to)
  assert.deepEqual(
    [...way.searchParams],
    [
      ['code', code],
      ['state', 's 1'],
      ['iss', ISSUER],
    ],
  )
  assert.equal(way.origin + way.pathname, CALLBACK)

  const { client_secret = '' } = client
  const { access_token, ...response } = await server.issueToken({
    grant_type: 'authorization_code',
    client_id,
    client_secret,
    code,
    code_verifier: VERIFIER,
  })
  assert.equal(response.scope, 'invoices.read')
  const told = await server.introspect(access_token)
  assert.ok(told.active)
  const { sub, username, acr, amr, scope } = told
  assert.deepEqual(
    { sub, username, auth_time: told.auth_time, acr, amr, scope, tenant: told['tenant'] },
    {
      sub: 'user-1',
      username: 'ana',
      auth_time,
      acr: 'urn:a',
      amr: ['pwd'],
      scope: 'invoices.read',
      tenant: 42,
    },
  )
})

test('AZ-12: consented is true when that sub has remembered all of it, and after no more than that', async (t) => {
  const { server, client_id } = await opened(t)
  const look = async (sub: string | undefined, given = {}): Promise<readonly [boolean, string]> => {
    const options = sub === undefined ? {} : { sub }
    const { consented, new_scope } = await server.validateAuthorizationRequest(
      asked(client_id, given),
      options,
    )
    return [consented, new_scope]
  }
  const authorization = await server.validateAuthorizationRequest(asked(client_id))
  await server.approveAuthorizationRequest(authorization, { sub: 'user-1' })
  assert.deepEqual(await look('user-1'), [false, ''])
  await server.approveAuthorizationRequest(authorization, { sub: 'user-1' }, { remember: true })
  assert.deepEqual(await look('user-1'), [true, ''])
  assert.deepEqual(await look('user-2'), [false, 'invoices.read'])
  assert.deepEqual(await look(undefined), [false, 'invoices.read'])
  assert.deepEqual(await look('user-1', { scope: undefined }), [false, 'invoices.write'])
  assert.deepEqual(await look('user-1', { prompt: 'consent' }), [false, ''])
  await server.consents.revoke({ sub: 'user-1', client_id })
  assert.deepEqual(await look('user-1'), [false, 'invoices.read'])
})

test('contract, settled points: an approval examines its argument again, and trusts nothing in it', async (t) => {
  const { server, client_id } = await opened(t)
  const authorization = await server.validateAuthorizationRequest(asked(client_id))
  const copy = (given: object): typeof authorization =>
    JSON.parse(JSON.stringify({ ...authorization, ...given }))
  const person = { sub: 'user-1' }
  const kept = await server.approveAuthorizationRequest(copy({ consented: true, client: { x: 1 } }), person)
  assert.ok(kept.redirect_to.startsWith(`${CALLBACK}?code=`))
  const approve = (given: object): Promise<unknown> => server.approveAuthorizationRequest(copy(given), person)
  const elsewhere = await refused(approve({ redirect_uri: 'https://evil.example/' }), 'invalid_request')
  assert.equal(elsewhere.redirect_to, undefined)
  assert.equal((await refused(approve({ client_id: 'cl_0' }), 'invalid_request')).redirect_to, undefined)
  assert.match(
    (await refused(approve({ scope: 'admin' }), 'invalid_scope')).redirect_to ?? '',
    /error=invalid_scope/,
  )
  await refused(approve({ resource: ['x'] }), 'invalid_target')
  await refused(approve({ code_challenge: 'short' }), 'invalid_request')
  for (const wrong of [
    { redirect_uri: undefined },
    { scope: undefined },
    { scope: 7 },
    { resource: undefined },
    { resource: [7] },
    { max_age: '60' },
  ]) {
    const thrown = await refusal(approve(wrong))
    assert.ok(thrown instanceof TypeError)
    assert.match(thrown.message, new RegExp(`^authorization\\.${Object.keys(wrong)[0]} must be `))
  }
  for (const wrong of [undefined, null, 'x', []] as unknown as (typeof authorization)[]) {
    assert.ok((await refusal(server.approveAuthorizationRequest(wrong, person))) instanceof TypeError)
    assert.ok((await refusal(server.denyAuthorizationRequest(wrong))) instanceof TypeError)
  }
  await server.clients.update(client_id, { scope: 'invoices.write' })
  await refused(approve({}), 'invalid_scope')
  await server.clients.revoke(client_id)
  await refused(approve({}), 'invalid_request')
})

test('contract, settled points: a request that comes to no scope at all is not approved for every scope', async (t) => {
  const { server, client, client_id } = await opened(t)
  const query = asked(client_id, { scope: 'offline_access' })
  const authorization = await server.validateAuthorizationRequest(query)
  assert.equal(authorization.scope, '')
  const { code } = await server.approveAuthorizationRequest(authorization, { sub: 'user-1' })
  const { client_secret = '' } = client
  const credentials = { client_id, client_secret, code, code_verifier: VERIFIER }
  const response = await server.issueToken({ grant_type: 'authorization_code', ...credentials })
  assert.equal(response.scope, undefined)
})

test('contract, library: scope may be less and never more; claims and sub go by the rules of the interaction API', async (t) => {
  const { server, client_id } = await opened(t)
  const other = await server.clients.create({ ...ERP, client_name: 'Other' })
  const authorization = await server.validateAuthorizationRequest(asked(client_id))
  const approve = (choice: object, person: object = { sub: 'user-1' }): Promise<unknown> =>
    server.approveAuthorizationRequest(authorization, person as { sub: string }, choice)
  await refused(approve({ scope: 'invoices.read invoices.write' }), 'invalid_scope')
  for (const claims of [{ iss: 'x' }, { sub: 'x' }, { scope: 'x' }, { a: 'x'.repeat(5000) }]) {
    await refused(approve({ claims }), 'invalid_request')
  }
  for (const sub of [client_id, other.client_id, 'a b', ''])
    await refused(approve({}, { sub }), 'invalid_request')
  await refused(approve({}, { sub: 'user-1', auth_time: 99_999_999_999 }), 'invalid_request')
  const members: readonly (readonly [object, object, RegExp])[] = [
    [{ sub: 'user-1' }, { scopes: 'x' }, /^scopes: did you mean scope\?$/],
    [{ sub: 'user-1', userName: 'ana' }, {}, /^userName: did you mean username\?$/],
    [{ sub: 'user-1', nonsense: 1 }, {}, /^nonsense is not one of sub, /],
    [{}, {}, /^sub must be a string$/],
    [{ sub: 7 }, {}, /^sub must be a string$/],
    [{ sub: 'user-1', auth_time: '5' }, {}, /^auth_time must be a number$/],
    [{ sub: 'user-1', amr: 'pwd' }, {}, /^amr must be a list of strings$/],
    [{ sub: 'user-1' }, { remember: 'yes' }, /^remember must be true or false$/],
    [{ sub: 'user-1' }, { scope: null }, /^scope must be a string$/],
    [{ sub: 'user-1' }, new Map([['scope', 'invoices.read']]), /^the choice must be a plain object$/],
    [{ sub: 'user-1' }, { claims: [] }, /^claims must be an object$/],
    [{ sub: 'user-1' }, { claims: { a: 1n } }, /^claims must be what JSON can hold$/],
  ]
  for (const [person, choice, message] of members) {
    await assert.rejects(approve(choice, person), { name: 'TypeError', message })
  }
  // Wherever a member stands, what was judged is what is granted.
  const inherited = Object.create({ scope: 'invoices.read invoices.write' }) as object
  await refused(approve(inherited), 'invalid_scope')
  const wrong = { subject: 'user-1' } as { sub?: string }
  await assert.rejects(server.validateAuthorizationRequest(asked(client_id), wrong), TypeError)
})

test('contract, settled points: a sub that is the chosen client_id of a client is refused at approval', async (t) => {
  const { server } = await testServer(t)
  const client = await createClient(server, ERP, { client_id: 'erp' })
  assert.equal(client?.client_id, 'erp')
  const authorization = await validate(server, asked('erp'))
  await refused(approve(server, authorization, { sub: 'erp' }), 'access_denied')
  assert.deepEqual(await listConsents(server, { sub: 'erp', limit: 10 }), [])
  assert.ok(await approve(server, authorization, { sub: 'erp2' }))
})

test('contract, library: a denial gives the way back with the reason', async (t) => {
  const { server, client_id } = await opened(t)
  const authorization = await server.validateAuthorizationRequest(asked(client_id, { state: undefined }))
  const way = async (reason?: object): Promise<object> => {
    const { redirect_to } = await server.denyAuthorizationRequest(authorization, reason)
    assert.ok(redirect_to.startsWith(`${CALLBACK}?`))
    return Object.fromEntries(new URL(redirect_to).searchParams)
  }
  assert.deepEqual(await way(), {
    error: 'access_denied',
    error_description: 'the person said no',
    iss: ISSUER,
  })
  assert.deepEqual(await way({ error: 'login_required', error_description: 'nobody is there' }), {
    error: 'login_required',
    error_description: 'nobody is there',
    iss: ISSUER,
  })
  await refused(way({ error: 'made_up' }), 'invalid_request')
  await assert.rejects(
    way({ errorDescription: 'x' }),
    /^TypeError: errorDescription: did you mean error_description\?$/,
  )
  const elsewhere = { ...authorization, redirect_uri: 'https://evil.example/' }
  assert.equal(
    (await refused(server.denyAuthorizationRequest(elsewhere), 'invalid_request')).redirect_to,
    undefined,
  )
})

test('DP-12, contract, library: a code that was asked for by dpop_jkt is redeemed by that key alone', async (t) => {
  const { server, client, client_id } = await opened(t)
  const [hers, his] = await Promise.all([dpopKey(), dpopKey()])
  const authorization = await server.validateAuthorizationRequest(asked(client_id, { dpop_jkt: hers.jkt }))
  const kept = JSON.parse(JSON.stringify(authorization)) as typeof authorization
  const { code } = await server.approveAuthorizationRequest(kept, { sub: 'u1' })
  const htu = `${ISSUER}/oauth/token`
  const redeemed = async (dpop?: string): Promise<{ readonly token_type: string }> => {
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      client_id,
      code,
      code_verifier: VERIFIER,
    })
    body.set('client_secret', client.client_secret ?? '')
    return server.issueToken(
      new Request(htu, { method: 'POST', body, headers: dpop === undefined ? {} : { dpop } }),
    )
  }
  await refused(redeemed(), 'invalid_grant')
  const iat = Math.floor(Date.now() / 1000)
  await refused(redeemed(await dpopProof(his, { htu, iat })), 'invalid_grant')
  assert.equal((await redeemed(await dpopProof(hers, { htu, iat }))).token_type, 'DPoP')
})
