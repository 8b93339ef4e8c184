/** A client of several servers is to take the answer of one for that of another (RFC 9207, BCP 4.4). */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { CALLBACK, ledTo, parameters, person, requestOf, signIn, WEB } from '../http/_authorize.ts'
import { type Credentials, type Harness, openHarness } from '../http/_harness.ts'

const ISSUER = 'https://id.example'

let h: Harness
let shop: Credentials
before(async () => {
  h = await openHarness({ issuer: ISSUER })
  shop = await h.client(WEB)
  await person(h)
})
after(() => h.close())

test('AZ-05, attack, mix-up: every answer to a client says who answers, errors too, just as the metadata does', async () => {
  const { body } = await h.send('GET', '/.well-known/oauth-authorization-server')
  assert.deepEqual([body['issuer'], body['authorization_response_iss_parameter_supported']], [ISSUER, true])

  const wrong: readonly Parameters<typeof requestOf>[1][] = [
    { response_type: undefined },
    { response_type: 'token' },
    { response_type: 'code id_token' },
    { code_challenge: undefined },
    { code_challenge_method: 'plain' },
    { scope: 'admin' },
    { state: ['a', 'b'] },
    { prompt: 'none' },
    { prompt: 'nonsense' },
    { request: 'eyJ' },
    { request_uri: 'urn:x' },
    { response_mode: 'fragment' },
    { resource: 'relative' },
  ]
  for (const given of wrong) {
    const answered = parameters(await h.browser().get(requestOf(shop, given)))
    assert.ok(answered['error'], JSON.stringify(given))
    assert.equal(answered['iss'], ISSUER, JSON.stringify(given))
  }
  for (const button of ['Deny', 'Allow']) {
    const browser = h.browser()
    const page = await signIn(browser, await browser.get(requestOf(shop)))
    assert.equal(parameters(await browser.press(page, button))['iss'], ISSUER)
  }
})

test('AZ-05, attack, mix-up: what the request says of iss, error or code is not in the answer', async () => {
  const planted = { iss: 'https://evil.example', error: 'planted' }
  const with_code = ledTo(await h.browser().get(requestOf(shop, { ...planted, code: 'planted' })))
  assert.deepEqual(with_code?.searchParams.getAll('iss'), [ISSUER])
  assert.ok(!with_code?.href.includes('planted'))
  const browser = h.browser()
  const page = await signIn(browser, await browser.get(requestOf(shop, planted)))
  const led = ledTo(await browser.press(page, 'Allow'))
  assert.deepEqual(led?.searchParams.getAll('iss'), [ISSUER])
  assert.equal(led?.searchParams.getAll('code').length, 1)
  assert.ok(!led?.href.includes('planted') && !led?.href.includes('evil'))
})

test('AZ-06, attack, fragment: no answer is put where scripts and browser histories keep it', async () => {
  for (const given of [
    { response_mode: 'fragment' },
    { response_type: 'token' },
    { response_type: 'code token', response_mode: 'fragment' },
    { state: '#x' },
  ]) {
    const led = ledTo(await h.browser().get(requestOf(shop, given)))
    if (led === undefined) continue
    assert.equal(led.hash, '', led.href)
    assert.ok(led.href.startsWith(`${CALLBACK}?error=`), led.href)
  }
  const browser = h.browser()
  const page = await signIn(browser, await browser.get(requestOf(shop, { state: '#x' })))
  const led = ledTo(await browser.press(page, 'Allow'))
  assert.deepEqual([led?.hash, led?.searchParams.get('state')], ['', '#x'])
})
