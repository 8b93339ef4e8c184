/** A request_uri in hands that it was not made for (RFC 9126 section 7). */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { updateClient } from '../../src/clients.ts'
import { signer as assertionKey, keysOf } from '../_assertion.ts'
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
} from '../http/_authorize.ts'
import { type Answered, basic, type Credentials, type Harness, openHarness } from '../http/_harness.ts'
import { bring, push, requestUriOf, signer } from '../http/_pushed.ts'

let h: Harness
let shop: Credentials
before(async () => {
  h = await openHarness()
  shop = await h.client(WEB)
  await Promise.all([person(h, 'ana'), person(h, 'mallory')])
})
after(() => h.close())

const isOver = (answered: Answered): void => {
  assert.deepEqual([answered.status, heading(answered)], [400, 'This page was open too long'])
  assert.equal(ledTo(answered), undefined)
}

test('PAR-03, attack, swapped client: a request_uri is worth nothing under another client_id, and stays good', async () => {
  const evil = await h.client({ ...WEB, client_name: 'Evil' })
  const request_uri = requestUriOf(await push(h, shop))
  isOver(await h.browser().get(bring(evil, { request_uri })))
  assert.equal((await h.browser().get(bring(shop, { request_uri }))).status, 200)
})

test('PAR-03, attack, replay: who has seen a request_uri in another browser is shown nothing of it', async () => {
  const target = bring(shop, { request_uri: requestUriOf(await push(h, shop)) })
  const victim = h.browser()
  const page = await signIn(victim, await victim.get(target))
  const thief = h.browser()
  await signIn(thief, await thief.get('/oauth/sign-in'), 'mallory')
  isOver(await thief.get(target))
  assert.ok(parameters(await victim.press(page, 'Allow'))['code'])
  isOver(await thief.get(target))
  isOver(await victim.get(target))
})

test('PAR-03, attack, guessing: a request_uri that was never given looks like one that is over', async () => {
  const request_uri = requestUriOf(await push(h, shop))
  const [head, tail] = [request_uri.slice(0, -49), request_uri.slice(-49)]
  const guessed = [
    `${head}${[...tail].reverse().join('')}`,
    request_uri.slice(0, -1),
    `${request_uri}x`,
    'urn:ietf:params:oauth:request_uri:',
    'urn:ietf:params:oauth:request_uri:x',
  ]
  for (const one of guessed) isOver(await h.browser().get(bring(shop, { request_uri: one })))
  assert.equal((await h.browser().get(bring(shop, { request_uri }))).status, 200)
})

test('AT-04, attack, substitution: no other string of ours is a request_uri, and it is no other string', async () => {
  const machine = await h.client()
  const others = [await h.token(machine), shop.client_secret]
  for (const other of others) {
    const request_uri = `urn:ietf:params:oauth:request_uri:${other}`
    isOver(await h.browser().get(bring(shop, { request_uri })))
  }
  const pushed = requestUriOf(await push(h, shop)).slice('urn:ietf:params:oauth:request_uri:'.length)
  const code = {
    grant_type: 'authorization_code',
    code: pushed,
    redirect_uri: CALLBACK,
    code_verifier: VERIFIER,
  }
  assert.equal((await h.post('token', code, basic(shop))).body['error'], 'invalid_grant')
  const refresh = { grant_type: 'refresh_token', refresh_token: pushed }
  assert.equal((await h.post('token', refresh, basic(shop))).body['error'], 'invalid_grant')
  assert.deepEqual((await h.post('introspect', { token: pushed }, basic(shop))).body, { active: false })
})

test('PAR-04, attack, parameter mixing: what the browser says beside a request_uri changes nothing', async () => {
  const { client_id } = shop
  const request_uri = requestUriOf(await push(h, shop, { scope: 'orders:read', prompt: 'none' }))
  const beside = {
    redirect_uri: 'https://evil.example/',
    state: 'planted',
    scope: 'orders:write',
    prompt: '',
  }
  const answered = await h.browser().get(bring(shop, { request_uri }, beside))
  assert.equal(ledTo(answered)?.origin, 'https://shop.example')
  assert.deepEqual([parameters(answered)['error'], parameters(answered)['state']], ['login_required', 's 1'])
  const doubled = `/oauth/authorize?client_id=${client_id}&request_uri=${request_uri}&request_uri=${request_uri}`
  assert.equal(parameters(await h.browser().get(doubled))['error'], 'invalid_request')
  const two = `/oauth/authorize?client_id=${client_id}&client_id=${client_id}&request_uri=${request_uri}`
  assert.equal((await h.browser().get(two)).status, 400)
})

test('FA-02, attack, a page from before: under the profile nobody allows what was not pushed', async () => {
  const key = await assertionKey()
  const client = await h.client(WEB)
  const browser = h.browser()
  const page = await signIn(browser, await browser.get(requestOf(client)))
  h.clock.at += 1000
  await updateClient(h.server, client.client_id, () => ({ ...keysOf(key), profile: 'fapi2' }))
  isOver(await browser.press(page, 'Allow'))
})

test('PAR-02, JAR-03, attack, PAR with JAR: neither hides another in itself, and neither is mixed with the other', async () => {
  const signing = await signer(h, { require_signed_request_object: true })
  const request_uri = requestUriOf(await push(h, shop))
  const nested = await signing.sign({ request_uri })
  const doubled = `${bring(signing, { request: await signing.sign() })}&request_uri=a&request_uri=b`
  const wrong = [
    await h.browser().get(doubled),
    await h.post('par', { request: nested }, basic(signing)),
    await h.post('par', { request: await signing.sign(), request_uri }, basic(signing)),
    // A signature over one request does not cover the unsigned one that is pushed.
    await push(h, signing, { request: `${nested}x` }),
  ]
  for (const answered of wrong) assert.equal(answered.status, 400, answered.text)
  const both = {
    request: await signing.sign(),
    request_uri: requestUriOf(await h.post('par', { request: await signing.sign() }, basic(signing))),
  }
  assert.equal((await h.browser().get(bring(signing, both))).status, 400)
})

test('CA-10, attack: who pushes without being the client changes nothing for the client', async () => {
  const request_uri = requestUriOf(await push(h, shop))
  const forged = await push(h, { ...shop, client_secret: 'ocs_guess-guess-guess' })
  assert.deepEqual([forged.status, forged.body['error']], [401, 'invalid_client'])
  assert.equal((await h.browser().get(bring(shop, { request_uri }))).status, 200)
})
