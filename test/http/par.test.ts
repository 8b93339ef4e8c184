import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { changeClient } from '../../src/actions/client.ts'
import { changedMetadata } from '../../src/protocol/client-metadata.ts'
import { all } from '../../src/store/work.ts'
import {
  CALLBACK,
  heading,
  ledTo,
  parameters,
  person,
  requestOf,
  signIn,
  VERIFIER,
  WEB,
} from './_authorize.ts'
import {
  type Answered,
  basic,
  type Credentials,
  type Harness,
  openHarness,
  PUBLIC_CLIENT,
} from './_harness.ts'
import { asked, bring, push, requestUriOf } from './_pushed.ts'

const ISSUER = 'http://localhost:6749'

let h: Harness
let web: Credentials
before(async () => {
  h = await openHarness()
  web = await h.client(WEB)
  await person(h)
})
after(() => h.close())

const isOver = (answered: Answered): void => {
  assert.deepEqual([answered.status, heading(answered)], [400, 'This page was open too long'])
  assert.equal(ledTo(answered), undefined)
}

test('PAR-01: what is pushed is answered with a request_uri, which leads to a code for what was pushed', async () => {
  const pushed = await push(h, web, { scope: 'orders:read' })
  assert.equal(pushed.status, 201)
  assert.deepEqual(Object.keys(pushed.body), ['request_uri', 'expires_in'])
  assert.equal(pushed.body['expires_in'], 90)
  const request_uri = requestUriOf(pushed)
  // 26 characters of id, and 256 bits that nobody can guess.
  assert.match(request_uri, /^urn:ietf:params:oauth:request_uri:opr_[\w-]{75}$/)
  const browser = h.browser()
  const page = await signIn(browser, await browser.get(bring(web, { request_uri })))
  assert.ok(page.text.includes('orders:read') && !page.text.includes('orders:write'))
  const { code = '', state, iss } = parameters(await browser.press(page, 'Allow'))
  assert.deepEqual([state, iss], ['s 1', ISSUER])
  const form = { grant_type: 'authorization_code', code, redirect_uri: CALLBACK, code_verifier: VERIFIER }
  const redeemed = await h.post('token', form, basic(web))
  assert.equal(redeemed.body['scope'], 'orders:read', redeemed.text)
})

test('PAR-01: a client authenticates as at the token endpoint; a public one names itself', async () => {
  const wrong = [
    await h.post('par', asked()),
    await h.post('par', { ...asked(), client_id: web.client_id }),
    await h.post('par', { ...asked(), client_id: web.client_id, client_secret: 'no' }),
    await push(h, { ...web, client_secret: 'no' }),
  ]
  for (const answered of wrong) {
    assert.deepEqual([answered.status, answered.body['error']], [401, 'invalid_client'])
  }
  requestUriOf(await h.post('par', { ...asked(), ...web }))
  const { client_id } = await h.client(PUBLIC_CLIENT)
  const redirect_uri = 'https://app.example/callback'
  requestUriOf(await h.post('par', { ...asked({ redirect_uri }), client_id }))
})

test('PAR-01, PAR-07: what authorize would refuse is refused here, in JSON, and nothing is kept', async () => {
  const machine = await h.client()
  const wrong: readonly [string, Answered][] = [
    ['invalid_request', await push(h, web, { redirect_uri: `${CALLBACK}/other` })],
    ['invalid_request', await push(h, web, { response_type: undefined })],
    ['unsupported_response_type', await push(h, web, { response_type: 'token' })],
    ['invalid_request', await push(h, web, { response_mode: 'fragment' })],
    ['invalid_request', await push(h, web, { code_challenge: undefined })],
    ['invalid_request', await push(h, web, { code_challenge_method: 'plain' })],
    ['invalid_scope', await push(h, web, { scope: 'orders:delete' })],
    ['invalid_target', await push(h, web, { resource: 'relative' })],
    ['invalid_request', await push(h, web, { prompt: 'none login' })],
    ['invalid_request', await push(h, web, { max_age: 'x' })],
    ['request_not_supported', await push(h, web, { request: 'e30.e30.' })],
    ['invalid_request', await push(h, machine)],
  ]
  for (const [error, answered] of wrong) {
    assert.deepEqual([answered.status, answered.body['error']], [400, error], answered.text)
  }
})

test('PAR-02: a request_uri in what is pushed is invalid_request, and so is another client_id', async () => {
  const request_uri = requestUriOf(await push(h, web))
  const other = await h.client(WEB)
  for (const given of [
    { request_uri },
    { request_uri: 'https://a.example/r' },
    { client_id: other.client_id },
  ]) {
    const answered = await push(h, web, given)
    assert.deepEqual([answered.status, answered.body['error']], [400, 'invalid_request'])
  }
})

test('PAR-03: a request_uri is over after 90 seconds', async () => {
  const [first, second] = [requestUriOf(await push(h, web)), requestUriOf(await push(h, web))]
  h.clock.at += 89_000
  assert.equal((await h.browser().get(bring(web, { request_uri: first }))).status, 200)
  h.clock.at += 1_000
  isOver(await h.browser().get(bring(web, { request_uri: second })))
})

test('PAR-03: the browser that brought it may load it again until the person has answered, no other ever', async () => {
  const target = bring(web, { request_uri: requestUriOf(await push(h, web)) })
  const browser = h.browser()
  const page = await signIn(browser, await browser.get(target))
  h.clock.at += 300_000
  const again = await browser.get(target)
  assert.match(heading(again), /^Shop wants access/)
  isOver(await h.browser().get(target))
  assert.ok(parameters(await browser.press(again, 'Allow'))['code'])
  isOver(await browser.get(target))
  isOver(await browser.press(page, 'Allow'))
})

test('PAR-03: of what leads to a code at once, or to a refusal, nothing is left', async () => {
  const quick = await h.client({ ...WEB, first_party: true })
  const browser = h.browser()
  await signIn(browser, await browser.get('/oauth/sign-in'))
  const target = bring(quick, { request_uri: requestUriOf(await push(h, quick)) })
  assert.ok(parameters(await browser.get(target))['code'])
  isOver(await browser.get(target))

  const silent = bring(web, { request_uri: requestUriOf(await push(h, web, { prompt: 'none' })) })
  const answered = await h.browser().get(silent)
  assert.deepEqual(parameters(answered)['error'], 'login_required')
  isOver(await browser.get(silent))
})

test('PAR-03: of two browsers that bring it at once one is let in', async () => {
  const target = bring(web, { request_uri: requestUriOf(await push(h, web)) })
  const answers = await Promise.all([1, 2, 3, 4].map(() => h.browser().get(target)))
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 400, 400, 400])
})

test('HTTP-13, PAR-03: a look ahead by HEAD uses nothing up', async () => {
  const target = bring(web, { request_uri: requestUriOf(await push(h, web)) })
  assert.equal((await h.send('HEAD', target)).status, 200)
  assert.equal((await h.browser().get(target)).status, 200)
})

test('PAR-03: what was pushed is examined again: the client may have changed since', async () => {
  const client = await h.client(WEB)
  const target = bring(client, {
    request_uri: requestUriOf(await push(h, client, { scope: 'orders:write' })),
  })
  await h.server.store.write(() =>
    changeClient(
      client.client_id,
      (now) => changedMetadata(now, { scope: 'orders:read' }),
      h.clock.at / 1000,
    ),
  )
  assert.equal(parameters(await h.browser().get(target))['error'], 'invalid_scope')
})

test('PAR-04: beside client_id and request_uri nothing counts', async () => {
  const request_uri = requestUriOf(await push(h, web, { scope: 'orders:read', state: 'pushed' }))
  const beside = {
    scope: 'orders:read orders:write',
    state: 'other',
    redirect_uri: 'https://evil.example/',
    response_type: 'token',
    code_challenge: 'x',
    prompt: 'none',
    client_secret: 'x',
  }
  const browser = h.browser()
  const page = await signIn(browser, await browser.get(bring(web, { request_uri }, beside)))
  assert.ok(!page.text.includes('orders:write'))
  const answered = await browser.press(page, 'Allow')
  assert.ok(ledTo(answered)?.href.startsWith(`${CALLBACK}?code=`))
  assert.equal(parameters(answered)['state'], 'pushed')
})

test('PAR-04: the answer to what was pushed has the state that was pushed, errors too', async () => {
  const request_uri = requestUriOf(await push(h, web, { state: undefined, prompt: 'none' }))
  const answered = parameters(await h.browser().get(bring(web, { request_uri }, { state: 'other' })))
  assert.deepEqual([answered['error'], answered['state']], ['login_required', undefined])
})

test('HTTP-02, PAR-04: a POST with a request_uri comes again as a GET with nothing beside it', async () => {
  const request_uri = requestUriOf(await push(h, web))
  const { client_id } = web
  const form = { client_id, request_uri, state: 'other' }
  const answered = await h.browser().post('/oauth/authorize', form, { 'sec-fetch-site': 'cross-site' })
  assert.equal(answered.status, 303)
  const location = answered.headers.get('location') ?? ''
  assert.equal(location, bring(web, { request_uri }))
  assert.equal((await h.browser().get(location)).status, 200)
})

test('PAR-05: whoever has to push and does not hears invalid_request', async (t) => {
  const strict = await h.client({ ...WEB, require_pushed_authorization_requests: true })
  const answered = await h.browser().get(requestOf(strict))
  assert.deepEqual([parameters(answered)['error'], parameters(answered)['state']], ['invalid_request', 's 1'])
  const target = bring(strict, { request_uri: requestUriOf(await push(h, strict)) })
  assert.equal((await h.browser().get(target)).status, 200)

  const all = await openHarness({ require_pushed_authorization_requests: true })
  t.after(() => all.close())
  const anybody = await all.client(WEB)
  assert.equal(parameters(await all.browser().get(requestOf(anybody)))['error'], 'invalid_request')
  const pushed = bring(anybody, { request_uri: requestUriOf(await push(all, anybody)) })
  assert.equal((await all.browser().get(pushed)).status, 200)
})

test('PAR-05, MD-04: metadata says where to push, whether one has to, and what may be signed', async (t) => {
  const strict = { require_pushed_authorization_requests: true, require_signed_request_object: true }
  const all = await openHarness(strict)
  t.after(() => all.close())
  for (const [harness, says] of [
    [h, false],
    [all, true],
  ] as const) {
    const { body } = await harness.send('GET', '/.well-known/oauth-authorization-server')
    assert.equal(body['pushed_authorization_request_endpoint'], `${ISSUER}/oauth/par`)
    assert.equal(body['require_pushed_authorization_requests'], says)
    assert.equal(body['require_signed_request_object'], says)
    assert.equal(body['request_parameter_supported'], true)
    assert.equal(body['request_uri_parameter_supported'], false)
    assert.deepEqual(body['request_object_signing_alg_values_supported'], [
      'RS256',
      'PS256',
      'ES256',
      'EdDSA',
      'Ed25519',
    ])
  }
})

test('PAR-06: another method is 405, a body that is too large 413', async () => {
  const got = await h.send('GET', '/oauth/par')
  assert.deepEqual([got.status, got.headers.get('allow')], [405, 'POST, OPTIONS'])
  const large = await h.post('par', { ...asked(), x: 'x'.repeat(70_000) }, basic(web))
  assert.equal(large.status, 413)
})

test('CORS-03: a client in a browser may push', async () => {
  const answered = await push(h, web)
  assert.equal(answered.headers.get('access-control-allow-origin'), '*')
})

test('LG-01: neither the log nor the database holds a request_uri', async () => {
  const request_uri = requestUriOf(await push(h, web))
  const rows = await h.server.store.read(all('SELECT * FROM oauth_pushed_request ORDER BY pushed_id'))
  assert.ok(rows.length > 0)
  const secret = request_uri.slice(-50)
  assert.ok(!JSON.stringify([rows, h.lines()]).includes(secret))
})
