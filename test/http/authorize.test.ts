import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { changeClient, revokeClient } from '../../src/actions/client.ts'
import { changedMetadata } from '../../src/protocol/client-metadata.ts'
import { countLiveAuthorizations } from '../../src/store/authorization.ts'
import { findConsent } from '../../src/store/consent.ts'
import { CALLBACK, heading, ledTo, parameters, person, requestOf, signIn, WEB } from './_authorize.ts'
import { type Credentials, type Harness, openHarness } from './_harness.ts'

const ISSUER = 'http://localhost:6749'

let h: Harness
let web: Credentials
before(async () => {
  h = await openHarness()
  web = await h.client(WEB)
  await person(h)
})
after(() => h.close())

test('AZ-01: who is not signed in signs in, is asked, and the client gets a code, its state and iss', async () => {
  const browser = h.browser()
  const first = await browser.get(requestOf(web))
  assert.equal(first.status, 200)
  assert.match(heading(first), /^Sign in to /)
  const asked = await signIn(browser, first)
  assert.match(heading(asked), /^Shop wants access/)
  for (const scope of ['orders:read', 'orders:write']) assert.ok(asked.text.includes(scope), scope)
  const answered = await browser.press(asked, 'Allow')
  assert.equal(answered.status, 200)
  const url = ledTo(answered)
  assert.deepEqual([...(url?.searchParams.keys() ?? [])], ['code', 'state', 'iss'])
  assert.match(url?.searchParams.get('code') ?? '', /^oac_[\w-]{75}$/)
  assert.equal(url?.searchParams.get('state'), 's 1')
  assert.equal(url?.searchParams.get('iss'), ISSUER)
  assert.ok(url?.href.startsWith(`${CALLBACK}?code=`))
})

test('AZ-02: an unknown, missing or doubled client_id is a page with 400, never a redirect', async () => {
  const { client_id } = web
  const wrong = [{ client_id: 'cl_no' }, { client_id: undefined }, { client_id: [client_id, client_id] }]
  for (const given of wrong) {
    const answered = await h.browser().get(requestOf(web, given))
    assert.equal(answered.status, 400)
    assert.equal(ledTo(answered), undefined)
  }
})

test('AZ-02: a redirect_uri that is missing, doubled or not registered is a page with 400', async () => {
  const two = await h.client({ ...WEB, redirect_uris: [CALLBACK, `${CALLBACK}/2`] })
  const evil = 'https://evil.example/"><script>'
  const wrong = [
    requestOf(two, { redirect_uri: undefined }),
    requestOf(web, { redirect_uri: [CALLBACK, CALLBACK] }),
    requestOf(web, { redirect_uri: [CALLBACK, evil] }),
    requestOf(web, { redirect_uri: evil }),
    requestOf(web, { redirect_uri: `${CALLBACK}/` }),
  ]
  for (const target of wrong) {
    const answered = await h.browser().get(target)
    assert.equal(answered.status, 400)
    assert.equal(answered.headers.get('location'), null)
    assert.equal(ledTo(answered), undefined)
    assert.ok(!answered.text.includes('href="https://evil'))
  }
  const told = h.lines().findLast((line) => line['msg'] === 'redirect_uri refused')
  assert.deepEqual(told?.['redirect_uris'], [CALLBACK])
  assert.deepEqual(told?.['differs'], ['path.trailing_slash'])
})

test('AZ-02: of a faulty request to an unknown client nobody but the person is told', async () => {
  const answered = await h.browser().get(requestOf(web, { client_id: 'cl_no', response_type: 'token' }))
  assert.equal(answered.status, 400)
  assert.equal(ledTo(answered), undefined)
})

test('AZ-01, AZ-03, AZ-04, AZ-05, AZ-13, AZ-14: what else is wrong the client is told, with state and iss', async () => {
  const state = 'a+b &=%zz\u00e9\u{1f600}"<>'
  const wrong: readonly [string, Readonly<Record<string, string | readonly string[] | undefined>>][] = [
    ['invalid_request', { response_type: undefined }],
    ['unsupported_response_type', { response_type: 'token' }],
    ['invalid_request', { response_type: ['code', 'code'] }],
    ['invalid_request', { code_challenge: undefined }],
    ['invalid_request', { code_challenge_method: undefined }],
    ['invalid_request', { code_challenge_method: 'plain' }],
    ['invalid_request', { code_challenge: 'short' }],
    ['invalid_request', { response_mode: 'fragment' }],
    ['request_not_supported', { request: 'e30.e30.' }],
    ['request_uri_not_supported', { request_uri: 'https://shop.example/r' }],
    ['invalid_scope', { scope: 'orders:delete' }],
    ['invalid_target', { resource: 'not a uri' }],
    ['invalid_request', { prompt: 'none login' }],
    ['invalid_request', { max_age: '-1' }],
    ['invalid_request', { x: 'y'.repeat(5000) }],
    ['invalid_request', { client_secret: 'ocs_whatever' }],
  ]
  for (const [error, given] of wrong) {
    const answered = await h.browser().get(requestOf(web, { state, ...given }))
    assert.equal(answered.status, 302, JSON.stringify(given))
    const { error_description, ...rest } = parameters(answered)
    assert.deepEqual(rest, { error, state, iss: ISSUER }, JSON.stringify(given))
    assert.ok(error_description)
  }
})

test('AZ-04: a state that was not sent, or was sent twice, is not added', async () => {
  for (const state of [undefined, ['a', 'b']]) {
    const answered = await h.browser().get(requestOf(web, { state, response_type: 'token' }))
    assert.equal('state' in parameters(answered), false)
    assert.equal(parameters(answered)['iss'], ISSUER)
  }
})

test('HTTP-02: POST with a form behaves as GET does: errors lead back, what is sound comes again as a GET', async () => {
  const browser = h.browser()
  const form =
    requestOf(web, { state: 'a+b c', resource: ['https://a.example', 'https://b.example'] }).split('?')[1] ??
    ''
  const again = await browser.post('/oauth/authorize', form, { 'sec-fetch-site': 'cross-site' })
  assert.equal(again.status, 303)
  const target = new URL(again.headers.get('location') ?? '', ISSUER)
  assert.equal(target.pathname, '/oauth/authorize')
  assert.equal(target.searchParams.get('state'), 'a+b c')
  assert.deepEqual(target.searchParams.getAll('resource'), ['https://a.example', 'https://b.example'])
  assert.match(heading(await browser.get(target.pathname + target.search)), /^Sign in/)

  const wrong = await browser.post('/oauth/authorize', `${form}&response_type=code`)
  assert.equal(wrong.status, 200)
  assert.equal(parameters(wrong)['error'], 'invalid_request')
  const unknown = await browser.post('/oauth/authorize', form.replace(web.client_id, 'cl_no'))
  assert.equal(unknown.status, 400)
  const twice = await browser.post(`/oauth/authorize?scope=orders%3Aread`, `${form}&scope=orders%3Aread`)
  assert.equal(parameters(twice)['error'], 'invalid_request')
  const json = await browser.post('/oauth/authorize', '{}', { 'content-type': 'application/json' })
  assert.equal(json.status, 400)
})

test('HTTP-06, HTTP-09: a form carries on only what the protocol knows, and nothing that no URL can hold', async () => {
  const browser = h.browser()
  const form = requestOf(web).split('?')[1] ?? ''
  const unknown = Array.from({ length: 10 }, (_, index) => `&x${index}=${'y'.repeat(4000)}`).join('')
  const location = (await browser.post('/oauth/authorize', form + unknown)).headers.get('location') ?? ''
  assert.deepEqual(
    [...new URL(location, ISSUER).searchParams],
    [...new URLSearchParams(form)],
    'the same, and no more',
  )
  // Three octets in a URL for each of these.
  const long = `&login_hint=${'%40'.repeat(4000)}&ui_locales=${'%40'.repeat(400)}`
  const refused = await browser.post('/oauth/authorize', form + long)
  assert.equal(refused.headers.get('location'), null)
  assert.equal(parameters(refused)['error'], 'invalid_request')
  assert.equal(parameters(refused)['state'], 's 1')
})

test('HTTP-02: other methods than GET and POST are 405 with Allow', async () => {
  const answered = await h.send('PUT', '/oauth/authorize')
  assert.equal(answered.status, 405)
  assert.equal(answered.headers.get('allow'), 'GET, HEAD, POST, OPTIONS')
})

test('AZ-07: who denies sends access_denied back, with state and iss, and allows nothing', async () => {
  const denier = await person(h, 'dan')
  const browser = h.browser()
  const asked = await signIn(browser, await browser.get(requestOf(web)), 'dan')
  const { error_description, ...rest } = parameters(await browser.press(asked, 'Deny'))
  assert.ok(error_description)
  assert.deepEqual(rest, { error: 'access_denied', state: 's 1', iss: ISSUER })
  assert.equal(await h.server.store.read(countLiveAuthorizations(denier, h.clock.at / 1000)), 0)
  assert.equal(await h.server.store.read(findConsent(denier, web.client_id)), undefined)
})

test('CORS-01: no script of another site may read the authorization endpoint, nor ask whether it may', async () => {
  const preflight = { origin: 'https://shop.example', 'access-control-request-method': 'GET' }
  for (const path of ['/oauth/authorize', '/oauth/authorize/ar_1']) {
    const answered = await h.send('OPTIONS', path, { headers: preflight })
    for (const [name] of answered.headers) assert.doesNotMatch(name, /^access-control-/)
  }
})

test('CA-11: a revoked client is a page, also for a request that was pending', async () => {
  const client = await h.client(WEB)
  const browser = h.browser()
  const asked = await signIn(browser, await browser.get(requestOf(client)))
  await h.server.store.write(() => revokeClient(client.client_id, h.clock.at / 1000))
  for (const answered of [await browser.get(requestOf(client)), await browser.press(asked, 'Allow')]) {
    assert.equal(answered.status, 400)
    assert.equal(ledTo(answered), undefined)
  }
})

test('CL-02: a redirect_uri that was taken away since the request gets no code', async () => {
  const client = await h.client(WEB)
  const browser = h.browser()
  const asked = await signIn(browser, await browser.get(requestOf(client)))
  await h.server.store.write(() =>
    changeClient(
      client.client_id,
      (now) => changedMetadata(now, { redirect_uris: ['https://shop.example/other'] }),
      h.clock.at / 1000,
    ),
  )
  const answered = await browser.press(asked, 'Allow')
  assert.equal(answered.status, 400)
  assert.equal(ledTo(answered), undefined)
})
