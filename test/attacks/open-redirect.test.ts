/** Somebody wants our address to lead a person to theirs (O21 7.13, AZ-02, RU-01, RU-06). */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CALLBACK, ledTo, parameters, person, requestOf, signIn, WEB } from '../http/_authorize.ts'
import { type Answered, type Credentials, type Harness, openHarness } from '../http/_harness.ts'
import { signInFields } from './_victim.ts'

let h: Harness
let shop: Credentials
let native: Credentials
before(async () => {
  h = await openHarness()
  shop = await h.client(WEB)
  native = await h.client({
    ...WEB,
    redirect_uris: ['http://127.0.0.1/cb', 'http://[::1]/cb', 'com.example.app:/cb'],
    token_endpoint_auth_method: 'none',
  })
  await person(h)
})
after(() => h.close())

/** A page that leads nowhere by itself, and has no link to another host. */
const leadsNowhere = (answered: Answered, what: string): void => {
  assert.equal(answered.status, 400, what)
  assert.equal(ledTo(answered), undefined, what)
  assert.equal(answered.headers.get('location'), null, what)
  assert.equal(answered.headers.get('refresh'), null, what)
  assert.doesNotMatch(answered.text, /http-equiv="?refresh/i, what)
  for (const [, href = ''] of answered.text.matchAll(/(?:href|action|src)="([^"]*)"/g)) {
    assert.match(href, /^\/oauth\//, `${what}: ${href}`)
  }
}

const NEAR_CALLBACK = [
  'https://evil.example/cb',
  '//evil.example',
  '//evil.example/cb',
  '/\\evil.example',
  '\\\\evil.example',
  'https:evil.example',
  'https:/evil.example',
  'https:///evil.example',
  'https://shop.example@evil.example/cb',
  'https://shop.example:x@evil.example/cb',
  'https://evil.example\\@shop.example/cb',
  'https://evil.example#@shop.example/cb',
  'https://shop.example.evil.example/cb',
  'https://evilshop.example/cb',
  'https://shop.example/cb/',
  'https://shop.example/cb/../evil',
  'https://shop.example/cb/%2e%2e/evil',
  'https://shop.example/cb%2f..%2fevil',
  'https://shop.example/cb?next=//evil.example',
  'https://shop.example/cb#',
  'https://shop.example/cb#https://evil.example',
  'https://shop.example/%63b',
  'https://shop.example:443/cb',
  'https://SHOP.example/cb',
  'HTTPS://shop.example/cb',
  'http://shop.example/cb',
  'https://shop.example./cb',
  'https://shop.example/cb ',
  ' https://shop.example/cb',
  'https://shop.example/cb\r\nlocation: https://evil.example',
  'https://shop.example/cb\u0000',
  'https://shop.example/cb\t',
  'https://sh\u043ep.example/cb',
  'https%3A%2F%2Fshop.example%2Fcb',
  'javascript:alert(1)//https://shop.example/cb',
  'data:text/html,<script>alert(1)</script>',
]

test('AZ-02, attack, open redirect: what is nearly the registered address is a page, and the page leads nowhere', async () => {
  for (const redirect_uri of NEAR_CALLBACK) {
    leadsNowhere(await h.browser().get(requestOf(shop, { redirect_uri })), JSON.stringify(redirect_uri))
  }
})

test('RU-02, attack, open redirect: nothing but the port of a loopback address may differ', async () => {
  for (const redirect_uri of [
    'http://127.0.0.1@evil.example/cb',
    'http://127.0.0.1:80@evil.example/cb',
    'http://127.0.0.1:evil.example/cb',
    'http://127.0.0.1:99999/cb',
    'http://127.0.0.1:/../evil',
    'http://127.0.0.1.evil.example/cb',
    'http://127.0.0.1%2eevil.example/cb',
    'http://[::1].evil.example/cb',
    'http://[::1]@evil.example/cb',
    'http://[::ffff:127.0.0.1]/cb',
    'http://localhost/cb',
    'http://127.1/cb',
    'http://2130706433/cb',
    'http://0x7f.0.0.1/cb',
    'http://0.0.0.0/cb',
    'https://127.0.0.1/cb',
    'http://127.0.0.1:8080/cb?x',
    'com.example.app://evil.example/cb',
    'com.example.app:/cb/',
    'com.example.app.evil:/cb',
  ]) {
    leadsNowhere(await h.browser().get(requestOf(native, { redirect_uri })), redirect_uri)
  }
})

test('AZ-02, attack, open redirect: an unknown client, and other errors beside it, never lead to its address', async () => {
  for (const given of [
    { client_id: 'cl_evil' },
    { client_id: undefined },
    { client_id: ['cl_evil', shop.client_id] },
    { client_id: 'https://evil.example/client' },
    { redirect_uri: [CALLBACK, 'https://evil.example'] },
    { redirect_uri: 'https://evil.example', response_type: 'token' },
    { redirect_uri: 'https://evil.example', prompt: 'none' },
    { client_id: 'cl_evil', redirect_uri: '//evil.example', scope: '"' },
  ]) {
    const by_link = await h.browser().get(requestOf(shop, given))
    const form = requestOf(shop, given).replace(/^[^?]*\?/, '')
    const by_form = await h.browser().post('/oauth/authorize', form, { 'sec-fetch-site': 'cross-site' })
    for (const answered of [by_link, by_form]) leadsNowhere(answered, JSON.stringify(given))
  }
})

test('O21 7.13, attack, open redirect: after sign-in and sign-out nobody is sent where a parameter says', async () => {
  const targets = ['https://evil.example', '//evil.example', '/\\evil.example', 'ar_0/../..//evil.example']
  for (const target of targets) {
    for (const name of ['request', 'next', 'return_to', 'redirect_uri', 'continue', 'returnUrl']) {
      const query = new URLSearchParams({ [name]: target })
      const browser = h.browser()
      const page = await browser.get(`/oauth/sign-in?${query}`)
      const first = name === 'request' ? await browser.get('/oauth/sign-in') : page
      if (name === 'request') leadsNowhere(page, target)
      assert.doesNotMatch(first.text, /evil/)
      const more = name === 'request' ? {} : { [name]: target }
      const signedIn = await browser.press(first, 'Sign in', { ...signInFields(), ...more })
      assert.equal(signedIn.headers.get('location'), '/oauth/apps')
      const question = await browser.get(`/oauth/sign-out?${query}`)
      const signedOut = await browser.press(question, 'Sign out', { [name]: target })
      assert.deepEqual([signedOut.status, signedOut.headers.get('location')], [200, null])
    }
  }
})

test('O21 7.13, attack, open redirect: a Host or a forwarded host of the attacker moves no page and no answer', async () => {
  const browser = h.browser()
  const headers = { 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example', host: 'evil.example' }
  const page = await browser.get(requestOf(shop), headers)
  assert.doesNotMatch(page.text, /evil/)
  const signedIn = await browser.press(page, 'Sign in', signInFields())
  const location = signedIn.headers.get('location') ?? ''
  assert.match(location, /^\/oauth\/authorize\/ar_/)
  const led = await browser.press(await browser.get(location, headers), 'Deny')
  assert.equal(parameters(led)['iss'], h.server.settings.issuer)
})

test('HTTP, attack, header injection: line ends in state come back encoded, and no header is added', async () => {
  const state = 'a\r\nset-cookie: oauthd_session=planted\r\n\r\n<script>\u2028'
  const by_redirect = await h.browser().get(requestOf(shop, { state, response_type: 'token' }))
  const browser = h.browser()
  const page = await signIn(browser, await browser.get(requestOf(shop, { state })))
  for (const answered of [by_redirect, await browser.press(page, 'Allow')]) {
    assert.equal(parameters(answered)['state'], state)
    assert.deepEqual(answered.headers.getSetCookie(), [])
    assert.doesNotMatch(answered.headers.get('location') ?? '', /[\r\n]/)
  }
})
