/** The interaction API, as an app that owns sign-in and consent calls it. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createClient, revoke, updateClient } from '../../src/clients.ts'
import { putScope } from '../../src/store/scope.ts'
import { CALLBACK, CHALLENGE, parameters, VERIFIER, WEB } from './_authorize.ts'
import { type Answered, basic, type Credentials, type Harness, NOW, openHarness, START } from './_harness.ts'
import { handedOver, INTERACTION_URL, openApp, type TestApp, wayBack } from './_interaction.ts'

let h: Harness
let web: Credentials
let app: TestApp
before(async () => {
  h = await openHarness({ interaction_url: INTERACTION_URL })
  web = await h.client({ ...WEB, owner: 'team:7' })
  app = await openApp(h)
})
after(() => h.close())

/** A new request, and its id. */
const asked = (given: Parameters<typeof handedOver>[2] = {}): Promise<string> =>
  handedOver(h.browser(), web, given)

const isRefused = (answered: Answered, status: number, error: string): void => {
  assert.deepEqual([answered.status, answered.body['error']], [status, error], answered.text)
}

test('contract, interaction API: GET answers client, scope in words, resource, prompt, login_hint and expiry, and no secret', async () => {
  const words = { title: 'See orders', description: 'All of them', is_default: false, is_sensitive: true }
  const at = { created_at: NOW, updated_at: NOW }
  await h.server.store.write(() => putScope({ scope: 'orders:read', ...words, ...at }))
  const interaction = await asked({
    resource: 'https://api.example',
    prompt: 'login consent',
    login_hint: 'ana@shop.example',
    max_age: '60',
    ui_locales: 'de en',
    state: 'a-state-of-its-own',
  })
  const answered = await app.look(interaction)
  assert.equal(answered.status, 200)
  assert.equal(answered.headers.get('cache-control'), 'no-store')
  assert.deepEqual(answered.body, {
    interaction,
    client_id: web.client_id,
    client: {
      client_id: web.client_id,
      client_name: 'Shop',
      owner: 'team:7',
      first_party: false,
      grant_types: ['authorization_code', 'refresh_token'],
    },
    scope: 'orders:read orders:write',
    scopes: [
      { scope: 'orders:read', title: 'See orders', description: 'All of them', is_sensitive: true },
      { scope: 'orders:write', title: null, description: null, is_sensitive: false },
    ],
    new_scope: 'orders:read orders:write',
    consented: false,
    resource: ['https://api.example'],
    destination: { kind: 'host', host: 'shop.example' },
    prompt: 'login consent',
    max_age: 60,
    login_hint: 'ana@shop.example',
    ui_locales: 'de en',
    created_at: NOW,
    expires_at: NOW + 900,
  })
  for (const secret of ['a-state-of-its-own', CHALLENGE, 'browser', 'mac']) {
    assert.equal(answered.text.includes(secret), false, secret)
  }
})

test('contract, interaction API: what was not asked for is left out of the answer', async () => {
  const { body } = await app.look(await asked())
  assert.deepEqual(
    ['prompt', 'max_age', 'login_hint', 'ui_locales'].filter((name) => name in body),
    [],
  )
  assert.deepEqual(body['resource'], [])
})

test('RFC 6750 3: without a live token that has oauthd:interactions nothing is told, and nothing decided', async () => {
  const id = await asked()
  const plain = await h.token(await h.client())
  const dead = await h.client({ scope: 'oauthd:interactions' })
  const revoked = await h.token(dead)
  await revoke(h.server, dead.client_id)
  // RFC 6750 section 3.1: who brought no token is told of no error.
  const noToken = [401, undefined, 'Bearer realm="oauthd", scope="oauthd:interactions"'] as const
  const expected: readonly (readonly [string | undefined, number, string | undefined, string | null])[] = [
    [undefined, ...noToken],
    [basic(web).authorization, ...noToken],
    ['Bearer nonsense', 401, 'invalid_token', 'Bearer realm="oauthd", error="invalid_token"'],
    [`Bearer ${revoked}`, 401, 'invalid_token', 'Bearer realm="oauthd", error="invalid_token"'],
    [
      `Bearer ${plain}`,
      403,
      'insufficient_scope',
      'Bearer realm="oauthd", error="insufficient_scope", scope="oauthd:interactions"',
    ],
    ['Bearer a b', 400, 'invalid_request', 'Bearer realm="oauthd", error="invalid_request"'],
  ]
  for (const [authorization, status, error, challenge] of expected) {
    const headers = { 'content-type': 'application/json', ...(authorization && { authorization }) }
    for (const [method, path] of [
      ['GET', id],
      ['POST', `${id}/approve`],
      ['POST', `${id}/deny`],
      ['GET', 'ar_nothing'],
    ] as const) {
      const body = method === 'POST' ? '{"sub":"u1"}' : null
      const answered = await h.send(method, `/oauth/interactions/${path}`, { headers, body })
      if (error === undefined) assert.deepEqual(Object.keys(answered.body), ['hint'])
      else isRefused(answered, status, error)
      assert.deepEqual([answered.status, answered.headers.get('www-authenticate')], [status, challenge])
    }
  }
  assert.equal((await app.look(id)).status, 200)
})

test('BCP 2.3: a token for another resource is no key to an endpoint of ours; one for the issuer is', async () => {
  const client = await h.client({ scope: 'oauthd:interactions introspect' })
  const id = await asked()
  for (const [resource, status] of [
    ['https://api.example', 401],
    [h.server.settings.issuer, 200],
  ] as const) {
    const token = await h.token(client, { resource })
    const headers = { authorization: `Bearer ${token}` }
    assert.equal((await h.send('GET', `/oauth/interactions/${id}`, { headers })).status, status)
    assert.equal((await h.post('introspect', { token }, headers)).status, status)
  }
})

test('contract, settled points: a person never has a token with oauthd:interactions', async () => {
  const greedy = await h.client({
    ...WEB,
    grant_types: ['authorization_code', 'client_credentials'],
    scope: 'a oauthd:interactions',
  })
  const browser = h.browser()
  const id = await handedOver(browser, greedy)
  assert.equal((await app.look(id)).body['scope'], 'a')
  isRefused(
    await app.decide(id, 'approve', { sub: 'u1', scope: 'oauthd:interactions' }),
    400,
    'invalid_scope',
  )
})

test('contract, interaction API: approve tells where to send the browser, and the code is minted there for that person', async () => {
  const browser = h.browser()
  const id = await handedOver(browser, web)
  const decided = await app.decide(id, 'approve', {
    sub: 'user-7',
    username: 'ana',
    scope: 'orders:read',
    claims: { tenant: 42, roles: ['admin'] },
    auth_time: NOW - 30,
    acr: 'urn:mfa',
    amr: ['pwd', 'otp'],
  })
  assert.deepEqual(Object.keys(decided.body), ['redirect_to'])
  assert.match(
    String(decided.body['redirect_to']),
    new RegExp(`^http://localhost:6749/oauth/interactions/${id}/resume\\?ticket=[\\w-]{43}$`),
  )
  const back = await browser.get(wayBack(decided))
  assert.equal(back.status, 302)
  const { code = '', state, iss } = parameters(back)
  assert.deepEqual([state, iss], ['s 1', 'http://localhost:6749'])
  const issued = await h.post(
    'token',
    { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: VERIFIER },
    basic(web),
  )
  assert.equal(issued.body['scope'], 'orders:read', issued.text)
  const { body } = await h.post('introspect', { token: String(issued.body['access_token']) }, basic(web))
  const { active, sub, username, scope, tenant, roles, auth_time, acr, amr } = body
  assert.deepEqual(
    { active, sub, username, scope, tenant, roles, auth_time, acr, amr },
    {
      active: true,
      sub: 'user-7',
      username: 'ana',
      scope: 'orders:read',
      tenant: 42,
      roles: ['admin'],
      auth_time: NOW - 30,
      acr: 'urn:mfa',
      amr: ['pwd', 'otp'],
    },
  )
})

test('RFC 6750 3.1: what a person allowed is no key to the interaction API, and a refresh token is no bearer token', async () => {
  const browser = h.browser()
  const id = await handedOver(browser, web)
  const { code = '' } = parameters(await browser.get(wayBack(await app.decide(id, 'approve', { sub: 'u1' }))))
  const form = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: VERIFIER }
  const { body } = await h.post('token', form, basic(web))
  const open = await asked()
  const ask = (token: unknown): Promise<Answered> =>
    h.send('GET', `/oauth/interactions/${open}`, { headers: { authorization: `Bearer ${token}` } })
  isRefused(await ask(body['access_token']), 403, 'insufficient_scope')
  isRefused(await ask(body['refresh_token']), 401, 'invalid_token')
})

test('contract, interaction API: deny sends the client the error and the words of the app', async () => {
  for (const [body, error, error_description] of [
    [{}, 'access_denied', 'the person said no'],
    [{ error: 'login_required' }, 'login_required', 'the person said no'],
    [{ error: 'server_error', error_description: 'we are closed' }, 'server_error', 'we are closed'],
  ] as const) {
    const browser = h.browser()
    const id = await handedOver(browser, web)
    const told = parameters(await browser.get(wayBack(await app.decide(id, 'deny', body))))
    assert.deepEqual(told, { error, error_description, state: 's 1', iss: 'http://localhost:6749' })
  }
})

test('contract, interaction API: what the body must not be is refused by name, and the request stays open', async () => {
  const id = await asked()
  for (const [verb, body, error, words] of [
    ['approve', {}, 'invalid_request', /^sub is missing$/],
    ['approve', [], 'invalid_request', /JSON object/],
    ['approve', { sub: 'u1', scopes: 'a' }, 'invalid_request', /^scopes is not one of sub, /],
    ['approve', { sub: 'u1', scope: 'orders:delete' }, 'invalid_scope', /beyond/],
    ['approve', { sub: web.client_id }, 'invalid_request', /^sub must not begin with cl_/],
    ['approve', { sub: 'u1', claims: { iss: 'x' } }, 'invalid_request', /^claims must not have iss/],
    ['deny', { error: 'invalid_client' }, 'invalid_request', /^error must be one of/],
    ['deny', { sub: 'u1' }, 'invalid_request', /^sub is not one of error, error_description$/],
  ] as const) {
    const answered = await app.decide(id, verb, body)
    isRefused(answered, 400, error)
    assert.match(String(answered.body['error_description']), words)
  }
  assert.equal((await app.look(id)).status, 200)
})

test('contract, settled points: a sub never equals a client_id, chosen or generated', async () => {
  await createClient(
    h.server,
    { client_name: 'ERP', grant_types: ['client_credentials'] },
    { client_id: 'erp' },
  )
  const { client_id } = await h.client()
  const id = await asked()
  for (const sub of ['erp', client_id]) {
    isRefused(await app.decide(id, 'approve', { sub }), 400, 'invalid_request')
  }
  assert.equal((await app.look(id)).status, 200)
})

test('HTTP-03, HTTP-09: approve takes application/json alone, well formed, of 64 KiB at the most', async () => {
  const id = await asked()
  const send = (body: string | null, type?: string): Promise<Answered> =>
    h.send('POST', `/oauth/interactions/${id}/approve`, {
      headers: { authorization: `Bearer ${app.token}`, ...(type && { 'content-type': type }) },
      body: body === null ? null : Buffer.from(body),
    })
  const sound = '{"sub":"u1"}'
  for (const [body, type, status] of [
    [sound, undefined, 400],
    [sound, 'text/plain', 400],
    [sound, 'application/x-www-form-urlencoded', 400],
    [sound, 'application/json; charset=latin1', 400],
    ['sub=u1', 'application/json', 400],
    ['{"sub":"u1"', 'application/json', 400],
    ['"sub"', 'application/json', 400],
    [null, 'application/json', 400],
    [`[${'['.repeat(60_000)}`, 'application/json', 400],
    [`{"sub":"u1","claims":{"a":${'['.repeat(30_000)}${']'.repeat(30_000)}}}`, 'application/json', 400],
    [JSON.stringify({ sub: 'u1', username: 'x'.repeat(65_536) }), 'application/json', 413],
  ] as const) {
    isRefused(await send(body, type), status, 'invalid_request')
  }
  assert.equal((await send(sound, 'application/json; charset=UTF-8')).status, 200)
})

test('AZ-15: an unknown interaction is 404, a decided, answered or expired one 410, for each of the three', async () => {
  const gone = async (id: string, status: number): Promise<void> => {
    isRefused(await app.look(id), status, 'invalid_request')
    isRefused(await app.decide(id, 'approve', { sub: 'u1' }), status, 'invalid_request')
    isRefused(await app.decide(id, 'deny'), status, 'invalid_request')
  }
  await gone('ar_00000000000000000000000000', 404)
  await gone('%00', 404)
  const browser = h.browser()
  const denied = await handedOver(browser, web)
  const decided = await app.decide(denied, 'deny')
  await gone(denied, 410)
  await browser.get(wayBack(decided))
  await gone(denied, 410)
  const late = await asked()
  h.clock.at = START + 899_999
  assert.equal((await app.look(late)).status, 200)
  h.clock.at = START + 900_000
  await gone(late, 410)
  h.clock.at = START
})

test('CL-02: a request whose client was changed so that it would not be granted is 410', async () => {
  const client = await h.client(WEB)
  const id = await handedOver(h.browser(), client)
  await updateClient(h.server, client.client_id, () => ({ scope: 'orders:read' }))
  isRefused(await app.look(id), 410, 'invalid_request')
  isRefused(await app.decide(id, 'approve', { sub: 'u1' }), 410, 'invalid_request')
})

test('AZ-15: of approvals at once over two servers on one file one wins, and its person is the one', async () => {
  const other = await h.another()
  const browser = h.browser()
  const id = await handedOver(browser, web)
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, index) =>
      app.decide(id, 'approve', { sub: `user-${index}` }, index % 2 === 0 ? h.server : other),
    ),
  )
  const won = answers.flatMap((answered, index) => (answered.status === 200 ? [index] : []))
  assert.equal(won.length, 1)
  for (const answered of answers) if (answered.status !== 200) isRefused(answered, 410, 'invalid_request')
  const [index = -1] = won
  const { code = '' } = parameters(await browser.get(wayBack(answers[index] as Answered)))
  const form = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: VERIFIER }
  const issued = await h.post('token', form, basic(web))
  const { body } = await h.post('introspect', { token: String(issued.body['access_token']) }, basic(web))
  assert.equal(body['sub'], `user-${index}`)
})

test('AZ-12: with ?sub= the app is told what is new to that person, and whether it need not ask', async () => {
  const client = await h.client({ ...WEB, scope: 'a b c' })
  const once = async (given: object, asks: Parameters<typeof handedOver>[2] = {}): Promise<void> => {
    const browser = h.browser()
    const id = await handedOver(browser, client, asks)
    await browser.get(wayBack(await app.decide(id, 'approve', { sub: 'u9', ...given })))
  }
  const seen = async (asks: Parameters<typeof handedOver>[2] = {}, sub = 'u9'): Promise<unknown[]> => {
    const { body } = await app.look(await handedOver(h.browser(), client, asks), `?sub=${sub}`)
    return [body['new_scope'], body['consented']]
  }
  await once({ scope: 'a' })
  assert.deepEqual(await seen(), ['b c', false])
  assert.deepEqual(await seen({ scope: 'a' }), ['', false])
  await once({ scope: 'a b', remember: true })
  assert.deepEqual(await seen(), ['c', false])
  assert.deepEqual(await seen({ scope: 'b' }), ['', true])
  assert.deepEqual(await seen({ scope: 'b', prompt: 'consent' }), ['', false])
  assert.deepEqual(await seen({ scope: 'b', resource: 'https://api.example' }), ['b', false])
  assert.deepEqual(await seen({ scope: 'b' }, 'somebody-else'), ['b', false])
  const twice = await app.look(await handedOver(h.browser(), client), '?sub=u9&sub=u1')
  isRefused(twice, 400, 'invalid_request')
})

test('contract, settled points: of a public client on loopback nothing is consented, whatever is remembered', async () => {
  const native = await h.client({
    client_name: 'Native',
    redirect_uris: ['http://127.0.0.1/cb'],
    token_endpoint_auth_method: 'none',
    scope: 'a',
    grant_types: ['authorization_code'],
  })
  const asks = { redirect_uri: 'http://127.0.0.1:4711/cb' }
  const browser = h.browser()
  const id = await handedOver(browser, native, asks)
  await browser.get(wayBack(await app.decide(id, 'approve', { sub: 'u9', remember: true })))
  const { body } = await app.look(await handedOver(browser, native, asks), '?sub=u9')
  assert.deepEqual([body['new_scope'], body['consented']], ['', false])
  assert.deepEqual(body['destination'], { kind: 'loopback', host: '127.0.0.1:4711' })
})

test('CORS-01: no script of another origin is let near the interaction API', async () => {
  const id = await asked()
  const origin = 'https://login.example'
  for (const path of [id, `${id}/approve`, `${id}/deny`]) {
    const headers = { origin, 'access-control-request-method': 'POST' }
    const answered = await h.send('OPTIONS', `/oauth/interactions/${path}`, { headers })
    assert.equal(answered.headers.get('access-control-allow-origin'), null)
  }
})

test('contract, interaction API: a server that asks by itself has none, whatever token is shown', async () => {
  const plain = await h.another({ interaction_url: undefined })
  const id = await asked()
  isRefused(await app.decide(id, 'approve', { sub: 'u1' }, plain), 404, 'invalid_request')
  assert.equal((await app.look(id)).status, 200)
})
