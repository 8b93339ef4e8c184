import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CALLBACK, heading, ledTo, parameters, person, requestOf, signIn, WEB } from './_authorize.ts'
import { type Answered, basic, type Harness, NOW, openHarness } from './_harness.ts'
import { asked, bring, push, requestUriOf, type Signer, signer } from './_pushed.ts'

let h: Harness
let shop: Signer
before(async () => {
  h = await openHarness()
  shop = await signer(h)
  await person(h)
})
after(() => h.close())

const isRefused = (answered: Answered, error = 'invalid_request_object'): void => {
  assert.equal(answered.status, 400, answered.text)
  assert.equal(ledTo(answered), undefined)
  assert.ok(answered.text.includes(error), answered.text)
}

test('JAR-01: what a client signed leads to a code, at authorize and pushed', async () => {
  const request = await shop.sign({ scope: 'orders:read' })
  const pushed = requestUriOf(await h.post('par', { request }, basic(shop)))
  for (const source of [{ request }, { request_uri: pushed }]) {
    const browser = h.browser()
    const page = await signIn(browser, await browser.get(bring(shop, source)))
    assert.ok(page.text.includes('orders:read') && !page.text.includes('orders:write'))
    const { code, state } = parameters(await browser.press(page, 'Allow'))
    assert.ok(code)
    assert.equal(state, 's 1')
  }
})

test('JAR-03: only what is in the object counts, and none of the URL is added', async () => {
  const request = await shop.sign({ state: undefined, scope: 'orders:read', prompt: 'none' })
  const beside = {
    state: 'other',
    redirect_uri: 'https://evil.example/',
    prompt: 'login',
    scope: 'orders:write',
  }
  const answered = await h.browser().get(bring(shop, { request }, beside))
  assert.ok(ledTo(answered)?.href.startsWith(`${CALLBACK}?error=login_required`))
  assert.equal(parameters(answered)['state'], undefined)
  const bare = await shop.sign({ redirect_uri: undefined, response_type: undefined })
  const told = await h.browser().get(bring(shop, { request: bare }, asked()))
  assert.equal(parameters(told)['error'], 'invalid_request')
  const pushed = requestUriOf(await h.post('par', { request, ...beside }, basic(shop)))
  const brought = await h.browser().get(bring(shop, { request_uri: pushed }))
  assert.ok(ledTo(brought)?.href.startsWith(`${CALLBACK}?error=login_required`))
})

test('JAR-03: an object within the object is refused', async () => {
  for (const claims of [{ request: 'e30.e30.' }, { request_uri: 'https://a.example/r' }]) {
    const request = await shop.sign(claims)
    isRefused(await h.browser().get(bring(shop, { request })))
    const pushed = await h.post('par', { request }, basic(shop))
    assert.deepEqual([pushed.status, pushed.body['error']], [400, 'invalid_request_object'])
  }
})

test('JAR-02: client_id, iss and aud are those of this client and this server', async () => {
  const other = await signer(h)
  const wrong = [
    { client_id: undefined },
    { client_id: other.client_id },
    { iss: undefined },
    { iss: other.client_id },
    { aud: [] },
    { aud: 'https://other.example' },
    { aud: `${h.server.settings.issuer}/` },
    { sub: shop.client_id },
  ]
  for (const claims of wrong)
    isRefused(await h.browser().get(bring(shop, { request: await shop.sign(claims) })))
  const aud = ['https://other.example', h.server.settings.issuer]
  const sound = await h.browser().get(bring(shop, { request: await shop.sign({ aud }) }))
  assert.equal(sound.status, 200)
})

test('JAR-02, TM-01: it ends within the hour, and clocks may differ a little', async () => {
  const wrong = [
    { exp: undefined },
    { exp: NOW - 10 },
    { exp: NOW + 3601 },
    { exp: NOW + 3601, nbf: undefined },
    { exp: NOW + 3601, nbf: undefined, iat: undefined },
    { nbf: NOW + 61 },
    { iat: NOW + 61 },
  ]
  for (const claims of wrong)
    isRefused(await h.browser().get(bring(shop, { request: await shop.sign(claims) })))
  const sound = [{ exp: NOW - 9 }, { exp: NOW + 3600 }, { nbf: NOW + 60, iat: NOW + 60, exp: NOW + 100 }]
  for (const claims of sound) {
    assert.equal((await h.browser().get(bring(shop, { request: await shop.sign(claims) }))).status, 200)
  }
})

test('JAR-04: typ is oauth-authz-req+jwt or absent; any other is refused', async () => {
  for (const typ of [undefined, 'OAUTH-AUTHZ-REQ+JWT', 'application/oauth-authz-req+jwt']) {
    const request = await shop.sign({}, { typ })
    assert.equal((await h.browser().get(bring(shop, { request }))).status, 200, String(typ))
  }
  for (const typ of ['JWT', 'at+jwt', 'dpop+jwt', 'client-authentication+jwt', 'secevent+jwt', '']) {
    isRefused(await h.browser().get(bring(shop, { request: await shop.sign({}, { typ }) })))
  }
})

test('AZ-14, JAR-04: a request_uri that was not given here is never fetched, and not supported', async () => {
  for (const request_uri of ['https://a.example/r', 'urn:ietf:params:oauth:request', 'file:///etc/passwd']) {
    const answered = await h.browser().get(requestOf(shop, { request_uri }))
    assert.equal(parameters(answered)['error'], 'request_uri_not_supported', request_uri)
  }
})

test('AZ-14: of a client without keys an object is not supported', async () => {
  const keyless = await h.client(WEB)
  const answered = await h.browser().get(requestOf(keyless, { request: await shop.sign() }))
  assert.equal(parameters(answered)['error'], 'request_not_supported')
})

test('RFC 9101 5: request and request_uri exclude each other', async () => {
  const request = await shop.sign()
  const request_uri = requestUriOf(await push(h, shop))
  isRefused(await h.browser().get(bring(shop, { request, request_uri })), 'invalid_request')
  isRefused(
    await h.browser().get(bring(shop, { request, request_uri: 'https://a.example/r' })),
    'invalid_request',
  )
  assert.equal((await h.browser().get(bring(shop, { request_uri }))).status, 200)
})

test('JAR-05: who has to sign and does not hears invalid_request, at authorize and at par', async (t) => {
  const strict = await signer(h, { require_signed_request_object: true })
  assert.equal(parameters(await h.browser().get(requestOf(strict)))['error'], 'invalid_request')
  assert.deepEqual((await push(h, strict)).body['error'], 'invalid_request')
  const request = await strict.sign()
  const request_uri = requestUriOf(await h.post('par', { request }, basic(strict)))
  for (const source of [{ request }, { request_uri }]) {
    assert.equal((await h.browser().get(bring(strict, source))).status, 200)
  }
  const all = await openHarness({ require_signed_request_object: true })
  t.after(() => all.close())
  const anybody = await signer(all)
  assert.equal(parameters(await all.browser().get(requestOf(anybody)))['error'], 'invalid_request')
  assert.equal((await all.browser().get(bring(anybody, { request: await anybody.sign() }))).status, 200)
})

test('JAR-01: the one algorithm that a client chose is the only one', async () => {
  const chosen = await signer(h, { request_object_signing_alg: 'PS256' })
  isRefused(await h.browser().get(bring(chosen, { request: await chosen.sign() })))
})

test('HTTP-02, JAR-03: a POST with an object comes again as a GET with nothing beside it', async () => {
  const request = await shop.sign()
  const { client_id } = shop
  const answered = await h.browser().post('/oauth/authorize', { client_id, request, state: 'other' })
  assert.equal(answered.headers.get('location'), bring(shop, { request }))
  const wrong = await h.browser().post('/oauth/authorize', { client_id, request: `${request}x` })
  isRefused(wrong)
})

test('RFC 9101 4: numbers and lists in an object are what they are as parameters', async () => {
  const sound = await shop.sign({ max_age: 60, resource: ['https://a.example', 'https://b.example'] })
  const page = await h.browser().get(bring(shop, { request: sound }))
  assert.match(heading(page), /^Sign in/)
  for (const claims of [{ scope: ['orders:read'] }, { state: 7 }, { resource: [7] }, { prompt: null }]) {
    isRefused(await h.browser().get(bring(shop, { request: await shop.sign(claims) })))
  }
})
