/** What is asked, what is remembered, and when no page is shown. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { withdrawConsent } from '../../src/actions/consent.ts'
import type { GivenMetadata } from '../../src/protocol/client-metadata.ts'
import { findConsent } from '../../src/store/consent.ts'
import { putScope } from '../../src/store/scope.ts'
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
import type { TestBrowser } from './_browser.ts'
import { type Answered, basic, type Credentials, type Harness, NOW, openHarness } from './_harness.ts'

let h: Harness
let sub: string
before(async () => {
  h = await openHarness()
  sub = await person(h)
})
after(() => h.close())

interface Visit {
  readonly client: Credentials
  readonly browser: TestBrowser
  /** Comes with another request of the same client. */
  ask(given?: Parameters<typeof requestOf>[1]): Promise<Answered>
}

/** A client of its own, and a browser in which ana has answered its first request. */
const visit = async (
  given: GivenMetadata = {},
  first: { readonly remember?: boolean; readonly request?: Parameters<typeof requestOf>[1] } = {},
): Promise<Visit> => {
  const client = await h.client({ ...WEB, ...given })
  const browser = h.browser()
  const ask: Visit['ask'] = (more) => browser.get(requestOf(client, { ...first.request, ...more }))
  const page = await signIn(browser, await ask())
  const answered = await browser.press(page, 'Allow', first.remember ? { remember: '1' } : {})
  assert.ok(parameters(answered)['code'])
  return { client, browser, ask }
}

const isAsked = (answered: Answered): void => {
  assert.equal(ledTo(answered), undefined)
  assert.match(heading(answered), /wants access/)
}

const hasCode = (answered: Answered): void => {
  assert.match(parameters(answered)['code'] ?? '', /^oac_/)
}

test('AZ-12: without Remember this decision the same is asked again, in the same session too', async () => {
  const { ask } = await visit()
  isAsked(await ask())
})

test('AZ-12: with it the same and less is answered at once, by 302', async () => {
  const { ask } = await visit({}, { remember: true })
  const answered = await ask()
  assert.equal(answered.status, 302)
  hasCode(answered)
  hasCode(await ask({ scope: 'orders:read' }))
})

test('AZ-12: a remembered consent does not sign anybody in: another browser signs in first', async () => {
  const { client } = await visit({}, { remember: true })
  const browser = h.browser()
  const page = await browser.get(requestOf(client))
  assert.match(heading(page), /^Sign in/)
  hasCode(await signIn(browser, page))
})

test('AZ-12, MC-08: more scope is asked for alone, what was allowed stands beside it, and both are kept', async () => {
  const { client, browser, ask } = await visit({}, { remember: true, request: { scope: 'orders:read' } })
  const page = await ask({ scope: 'orders:read orders:write' })
  isAsked(page)
  const [known = ''] = /<details>[\s\S]*?<\/details>/.exec(page.text) ?? []
  assert.match(known, /orders:read/)
  assert.doesNotMatch(known, /orders:write/)
  hasCode(await browser.press(page, 'Allow'))
  const consent = await h.server.store.read(findConsent(sub, client.client_id))
  const allowed = { resource: null, scope: 'orders:read orders:write', remembered: 'orders:read' }
  assert.deepEqual(consent?.allowed, [allowed])
  hasCode(await ask({ scope: 'orders:read' }))
  isAsked(await ask({ scope: 'orders:read orders:write' }))
})

test('RI-04: what is remembered at one resource is remembered at no other, nor where none is named', async () => {
  const [api, other] = ['https://api.example', 'https://other.example']
  const { browser, ask } = await visit(
    {},
    { remember: true, request: { scope: 'orders:read', resource: api } },
  )
  isAsked(await ask({ scope: 'orders:read', resource: undefined }))
  const page = await ask({ scope: 'orders:write', resource: other })
  hasCode(await browser.press(page, 'Allow', { remember: '1' }))
  hasCode(await ask({ scope: 'orders:read', resource: api }))
  hasCode(await ask({ scope: 'orders:write', resource: other }))
  for (const resource of [api, [api, other]]) isAsked(await ask({ scope: 'orders:write', resource }))
  isAsked(await ask({ scope: 'orders:read', resource: other }))
})

test('RI-04: the page names each resource, and a remembered consent does not cover a new one', async () => {
  const { ask } = await visit({}, { remember: true, request: { resource: 'https://api.example' } })
  hasCode(await ask())
  const page = await ask({ resource: ['https://api.example', 'https://other.example/v1'] })
  isAsked(page)
  for (const uri of ['https://api.example', 'https://other.example/v1']) assert.ok(page.text.includes(uri))
})

test('decision 13: a public client on loopback is asked for although it was remembered', async () => {
  const native = {
    token_endpoint_auth_method: 'none',
    redirect_uris: ['http://127.0.0.1/cb', 'com.example.app:/cb'],
    first_party: true,
  }
  const redirect_uri = 'http://127.0.0.1:50123/cb'
  const { ask } = await visit(native, { remember: true, request: { redirect_uri } })
  isAsked(await ask())
  isAsked(await ask({ redirect_uri: 'com.example.app:/cb' }))
})

test('decision 13: a public client on https is spared the page once it was remembered', async () => {
  const { ask } = await visit({ token_endpoint_auth_method: 'none' }, { remember: true })
  hasCode(await ask())
})

test('decision 13: first-party is spared the page from the first time on, and leaves no consent', async () => {
  const client = await h.client({ ...WEB, first_party: true })
  const browser = h.browser()
  const answered = await signIn(browser, await browser.get(requestOf(client)))
  assert.equal(answered.status, 200)
  hasCode(answered)
  const again = await browser.get(requestOf(client))
  assert.equal(again.status, 302)
  assert.equal(await h.server.store.read(findConsent(sub, client.client_id)), undefined)
})

test('PG-07: after a withdrawal it is asked again, and the token of before is inactive', async () => {
  const { client, ask } = await visit({}, { remember: true })
  const { code = '' } = parameters(await ask())
  const form = { grant_type: 'authorization_code', code, code_verifier: VERIFIER }
  const { body } = await h.post('token', form, basic(client))
  const active = async (name: string): Promise<unknown> =>
    (await h.post('introspect', { token: String(body[name]) }, basic(client))).body['active']
  assert.deepEqual([await active('access_token'), await active('refresh_token')], [true, true])
  await h.server.store.write(() => withdrawConsent(sub, client.client_id, NOW))
  assert.deepEqual([await active('access_token'), await active('refresh_token')], [false, false])
  isAsked(await ask())
})

test('PG-07: a code that was on its way when consent was withdrawn is worth nothing', async () => {
  const { client, ask } = await visit({}, { remember: true })
  const { code = '' } = parameters(await ask())
  await h.server.store.write(() => withdrawConsent(sub, client.client_id, NOW))
  const form = { grant_type: 'authorization_code', code, code_verifier: VERIFIER }
  const { status, body } = await h.post('token', form, basic(client))
  assert.deepEqual([status, body['error']], [400, 'invalid_grant'])
})

test('OC-04: prompt=none never shows a page', async () => {
  const { client, ask } = await visit()
  const stranger = await h.browser().get(requestOf(client, { prompt: 'none' }))
  assert.equal(stranger.status, 302)
  assert.equal(parameters(stranger)['error'], 'login_required')
  assert.equal(parameters(await ask({ prompt: 'none' }))['error'], 'consent_required')
  const { ask: again } = await visit({}, { remember: true })
  hasCode(await again({ prompt: 'none' }))
})

test('OC-04: prompt=login asks for a new sign-in, once, and prompt=consent for the decision', async () => {
  const { browser, ask } = await visit({}, { remember: true })
  isAsked(await ask({ prompt: 'consent' }))
  for (const prompt of ['login', 'select_account']) {
    const page = await ask({ prompt })
    assert.match(heading(page), /^Sign in/)
    hasCode(await signIn(browser, page))
  }
})

test('OC-05: max_age asks for a new sign-in when the last one is older', async () => {
  const { browser, ask } = await visit({}, { remember: true })
  hasCode(await ask({ max_age: '60' }))
  h.clock.at += 61_000
  const page = await ask({ max_age: '60' })
  assert.match(heading(page), /^Sign in/)
  hasCode(await signIn(browser, page))
  const now = await ask({ max_age: '0' })
  assert.match(heading(now), /^Sign in/)
  h.clock.at += 5000
  hasCode(await signIn(browser, now))
})

test('OIDC Core 3.1.2.1: login_hint stands in the field, as text', async () => {
  const client = await h.client(WEB)
  const page = await h.browser().get(requestOf(client, { login_hint: 'ana"><b>' }))
  assert.match(page.text, /<input[^>]*name="username"[^>]*value="ana&quot;&gt;&lt;b&gt;"/)
})

test('PG-05: the page says who asks, what for in words, where it leads, and whether it lasts', async () => {
  const described = { scope: 'orders:read', title: 'See your orders', description: null }
  await h.server.store.write(() =>
    putScope({ ...described, is_default: false, is_sensitive: false, created_at: NOW, updated_at: NOW }),
  )
  const client = await h.client({ ...WEB, client_name: 'Shop <i>', owner: 'team:42' })
  const browser = h.browser()
  const page = await signIn(browser, await browser.get(requestOf(client)))
  for (const words of ['Shop &lt;i&gt;', 'See your orders', 'shop.example', 'team:42', 'ana']) {
    assert.ok(page.text.includes(words), words)
  }
  assert.ok(!page.text.includes('<i>'))
})

test('AZ-12: Remember this decision is not ticked, and only ticked it remembers', async () => {
  const client = await h.client(WEB)
  const browser = h.browser()
  const page = await signIn(browser, await browser.get(requestOf(client)))
  const [box = ''] = /<input type="checkbox"[^>]*>/.exec(page.text) ?? []
  assert.match(box, /name="remember" value="1"/)
  assert.doesNotMatch(box, /checked/)
  await browser.press(page, 'Allow', { remember: 'on' })
  const consent = await h.server.store.read(findConsent(sub, client.client_id))
  assert.deepEqual(
    consent?.allowed.map(({ remembered }) => remembered),
    [null],
  )
})

test('TK-04, AZ-09: a redirect_uri that was left out is the registered one', async () => {
  const { ask } = await visit({}, { remember: true, request: { redirect_uri: undefined } })
  const answered = await ask()
  assert.ok(ledTo(answered)?.href.startsWith(`${CALLBACK}?code=`))
})
