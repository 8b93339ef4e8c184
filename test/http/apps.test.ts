import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { revoke } from '../../src/clients.ts'
import { putScope } from '../../src/store/scope.ts'
import { heading, parameters, person, requestOf, signIn, VERIFIER, WEB } from './_authorize.ts'
import type { TestBrowser } from './_browser.ts'
import { type Answered, basic, type Credentials, type Harness, NOW, openHarness } from './_harness.ts'

let h: Harness
let web: Credentials
let mallory: TestBrowser
before(async () => {
  h = await openHarness()
  await person(h)
  await person(h, 'mallory')
  mallory = h.browser()
  await signIn(mallory, await mallory.get('/oauth/sign-in'), 'mallory')
  await h.server.store.write(() =>
    putScope({
      scope: 'orders:read',
      title: 'See <your> orders',
      description: null,
      is_default: false,
      is_sensitive: false,
      created_at: NOW,
      updated_at: NOW,
    }),
  )
})
beforeEach(async () => {
  web = await h.client(WEB)
})
after(() => h.close())

const CALLBACK = 'https://shop.example/cb'

/** A browser in which ana is signed in, on the page of connected apps. */
const signedIn = async (): Promise<TestBrowser> => {
  const browser = h.browser()
  const page = await signIn(browser, await browser.get('/oauth/sign-in'))
  assert.equal(heading(page), 'Connected apps')
  return browser
}

/** Allows the client what it asks for; gives its tokens. */
const allow = async (
  browser: TestBrowser,
  fields: Readonly<Record<string, string>> = {},
  client = web,
): Promise<{ readonly access_token: string; readonly refresh_token: string }> => {
  const page = await browser.get(requestOf(client))
  const { code = '' } = parameters(await browser.press(page, 'Allow', fields))
  const form = { grant_type: 'authorization_code', code, code_verifier: VERIFIER, redirect_uri: CALLBACK }
  const { status, body, text } = await h.post('token', form, basic(client))
  assert.equal(status, 200, text)
  return { access_token: String(body['access_token']), refresh_token: String(body['refresh_token']) }
}

const isActive = async (token: string, client = web): Promise<unknown> =>
  (await h.post('introspect', { token }, basic(client))).body['active']

const status = ({ text }: Answered): string =>
  (/<p role="status"[^>]*>([\s\S]*?)<\/p>/.exec(text)?.[1] ?? '')
    .replace(/<[^>]*>/g, '')
    .replaceAll('&#39;', "'")

/** The form of one app or browser alone: pages have one a card. */
const cardWith = (page: Answered, field: string): Answered => {
  const text = page.text.split('<li class="card">').find((card) => card.includes(`value="${field}"`))
  assert.ok(text, field)
  return { ...page, text }
}

test('contract, pages: who is not signed in is sent to sign in, and comes back to the connected apps', async () => {
  const browser = h.browser()
  const first = await browser.get('/oauth/apps')
  assert.deepEqual([first.status, first.headers.get('location')], [303, '/oauth/sign-in'])
  const page = await signIn(browser, await browser.get('/oauth/sign-in'))
  assert.equal(heading(page), 'Connected apps')
  assert.match(page.text, /Signed in as <strong><bdi>ana<\/bdi><\/strong>/)
})

test('PG-07: the person sees each app with its host, scopes in words and times, remembered or not', async () => {
  const browser = await signedIn()
  await allow(browser)
  const card = cardWith(await browser.get('/oauth/apps'), web.client_id).text
  for (const words of ['Shop', 'shop.example', 'See &lt;your&gt; orders', 'orders:write', '2026-11-22']) {
    assert.ok(card.includes(words), `${words} in ${card}`)
  }
  assert.ok(!(await mallory.get('/oauth/apps')).text.includes(web.client_id))
})

test('PG-07: "Remove access" asks first, then every token and code is dead and the page says so', async () => {
  const heard: string[] = []
  const end = h.server.events.on('consent_revoked', ({ type, client_id }) =>
    heard.push(`${type} ${client_id}`),
  )
  const browser = await signedIn()
  const { access_token, refresh_token } = await allow(browser, { remember: '1' })
  const pending = parameters(await browser.get(requestOf(web)))
  assert.ok(pending['code'], 'it is remembered')
  const asked = await browser.press(
    cardWith(await browser.get('/oauth/apps'), web.client_id),
    'Remove access',
  )
  assert.match(heading(asked), /Shop/)
  assert.equal(await isActive(access_token), true)

  const done = await browser.press(asked, 'Remove access')
  assert.deepEqual([done.status, heading(done)], [200, 'Connected apps'])
  assert.match(status(done), /^Removed Shop's access/)
  assert.ok(!done.text.includes(web.client_id))
  assert.equal(await isActive(access_token), false)
  assert.equal(await isActive(refresh_token), false)
  const code = { grant_type: 'authorization_code', code: pending['code'], redirect_uri: CALLBACK }
  const late = await h.post('token', { ...code, code_verifier: VERIFIER }, basic(web))
  assert.equal(late.body['error'], 'invalid_grant')
  assert.match(heading(await browser.get(requestOf(web))), /^Shop wants access/)
  end()
  assert.deepEqual(heard, [`consent_revoked ${web.client_id}`])
  assert.ok(h.lines().some(({ msg, client_id }) => msg === 'consent_revoked' && client_id === web.client_id))
})

test('PG-07: access that was allowed without being remembered, or unasked, can be removed too', async () => {
  const browser = await signedIn()
  const once = await allow(browser)
  const own = await h.client({ ...WEB, client_name: 'Own', first_party: true })
  const code = { ...parameters(await browser.get(requestOf(own))) }['code'] ?? ''
  const form = { grant_type: 'authorization_code', code, code_verifier: VERIFIER, redirect_uri: CALLBACK }
  const unasked = String((await h.post('token', form, basic(own))).body['access_token'])
  for (const [client, token] of [
    [web, once.access_token],
    [own, unasked],
  ] as const) {
    assert.equal(await isActive(token, client), true)
    const card = cardWith(await browser.get('/oauth/apps'), client.client_id)
    await browser.press(await browser.press(card, 'Remove access'), 'Remove access')
    assert.equal(await isActive(token, client), false)
    assert.ok(!(await browser.get('/oauth/apps')).text.includes(client.client_id))
  }
})

test('PG-07: nobody removes an app from somebody else, and asking again does no harm', async () => {
  const browser = await signedIn()
  const { access_token } = await allow(browser)
  const card = cardWith(await browser.get('/oauth/apps'), web.client_id)
  const csrf = /name="csrf" value="([^"]*)"/.exec((await mallory.get('/oauth/apps')).text)?.[1] ?? ''
  const form = { csrf, client_id: web.client_id, confirm: '1' }
  assert.equal((await mallory.post('/oauth/apps/remove', form)).status, 200)
  assert.equal(await isActive(access_token), true)

  const asked = await browser.press(card, 'Remove access')
  for (let tries = 0; tries < 2; tries += 1) {
    assert.match(status(await browser.press(asked, 'Remove access')), /^Removed Shop/)
  }
  const unknown = await browser.press(card, 'Remove access', { client_id: 'cl_no"><script>' })
  assert.deepEqual([unknown.status, unknown.headers.get('location')], [303, '/oauth/apps'])
})

test('CA-11: a client that the operator revoked is no connected app any more', async () => {
  const browser = await signedIn()
  await allow(browser)
  await revoke(h.server, web.client_id)
  assert.ok(!(await browser.get('/oauth/apps')).text.includes(web.client_id))
})

test('PG-03: removing and signing out need a form of ours, and somebody who is signed in', async () => {
  const browser = await signedIn()
  const { access_token } = await allow(browser)
  const csrf = /name="csrf" value="([^"]*)"/.exec((await browser.get('/oauth/apps')).text)?.[1] ?? ''
  const evil = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
  for (const [path, form] of [
    ['/oauth/apps/remove', { client_id: web.client_id, confirm: '1' }],
    ['/oauth/apps/sign-out', { all: '1' }],
  ] as const) {
    assert.equal((await browser.post(path, form)).status, 403, 'no token')
    assert.equal((await browser.post(path, { ...form, csrf: `${csrf}x` })).status, 403, 'another token')
    assert.equal((await browser.post(path, { ...form, csrf }, evil)).status, 403, 'another site')
    assert.equal((await browser.get(path)).status, 405, 'a link')
  }
  assert.equal(await isActive(access_token), true)
  assert.equal(heading(await browser.get('/oauth/apps')), 'Connected apps')

  await browser.press(await browser.get('/oauth/sign-out'), 'Sign out')
  const late = await browser.post('/oauth/apps/remove', { csrf, client_id: web.client_id, confirm: '1' })
  assert.deepEqual([late.status, late.headers.get('location')], [303, '/oauth/sign-in'])
  assert.equal(await isActive(access_token), true)
})

test('contract, pages: one signed-in browser is signed out, and this one stays', async () => {
  const [one, two] = [await signedIn(), await signedIn()]
  const page = await one.get('/oauth/apps')
  const ids = [...page.text.matchAll(/name="session_id" value="([^"]*)"/g)].map(([, id]) => id ?? '')
  const own = page.text
    .split('<li class="card">')
    .find((card) => card.includes('class="mark"'))
    ?.match(/name="session_id" value="([^"]*)"/)?.[1]
  assert.ok(own !== undefined && ids.length >= 2)
  for (const id of ids.filter((each) => each !== own)) {
    const done = await one.press(cardWith(await one.get('/oauth/apps'), id), 'Sign out')
    assert.equal(heading(done), 'Connected apps')
    assert.notEqual(status(done), '')
    assert.ok(!done.text.includes(id))
  }
  assert.equal((await two.get('/oauth/apps')).status, 303)
  const csrf = /name="csrf" value="([^"]*)"/.exec((await mallory.get('/oauth/apps')).text)?.[1] ?? ''
  await mallory.post('/oauth/apps/sign-out', { csrf, session_id: own })
  assert.equal((await one.get('/oauth/apps')).status, 200, 'nobody signs somebody else out')

  const gone = await one.press(cardWith(await one.get('/oauth/apps'), own), 'Sign out')
  assert.equal(heading(gone), 'You are signed out')
  assert.equal((await one.get('/oauth/apps')).status, 303)
})

test('contract, pages: "Sign out everywhere" ends every session of the person, and only of that person', async () => {
  const [one, two] = [await signedIn(), await signedIn()]
  const done = await one.press(await one.get('/oauth/apps'), 'Sign out everywhere')
  assert.equal(heading(done), 'You are signed out')
  assert.deepEqual([...one.cookies.keys()], ['oauthd_browser'])
  for (const browser of [one, two]) assert.equal((await browser.get('/oauth/apps')).status, 303)
  assert.equal((await mallory.get('/oauth/apps')).status, 200)
})
