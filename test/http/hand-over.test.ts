/** AZ-15: one browser from the client to the app, from the app to us, and back to the client. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { revoke, updateClient } from '../../src/clients.ts'
import { withdraw, withdrawAll } from '../../src/consents.ts'
import { findAuthorizationRequest } from '../../src/store/authorization-request.ts'
import { findConsent } from '../../src/store/consent.ts'
import { CALLBACK, ledTo, parameters, person, requestOf, signIn, WEB } from './_authorize.ts'
import { type Answered, type Credentials, type Harness, openHarness, START } from './_harness.ts'
import { handedOver, INTERACTION_URL, openApp, type TestApp, wayBack } from './_interaction.ts'

let h: Harness
let web: Credentials
let app: TestApp
before(async () => {
  h = await openHarness({ interaction_url: INTERACTION_URL })
  web = await h.client(WEB)
  app = await openApp(h)
})
after(() => h.close())

const isOver = (answered: Answered): void => {
  assert.equal(answered.status, 400, answered.text)
  assert.equal(ledTo(answered), undefined)
  assert.doesNotMatch(answered.text, /oac_/)
}

/** A request that the app has allowed, its browser not yet back. */
const allowed = async (given: Parameters<typeof handedOver>[2] = {}, sub = 'u1') => {
  const browser = h.browser()
  const id = await handedOver(browser, web, given)
  return { browser, id, path: wayBack(await app.decide(id, 'approve', { sub })) }
}

test('contract, interaction API: the browser goes to the app with the id alone, and a cookie that binds it', async () => {
  const answered = await h.browser().get(requestOf(web, { state: 'the-state', login_hint: 'ana' }))
  assert.equal(answered.status, 302)
  const location = answered.headers.get('location') ?? ''
  assert.match(location, /^https:\/\/login\.example\/start\?theme=dark&interaction=ar_[0-9a-z]{26}$/)
  assert.equal(answered.headers.get('referrer-policy'), 'no-referrer')
  assert.equal(answered.text, '')
  assert.match(
    answered.headers.getSetCookie().join(),
    /^oauthd_browser=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/,
  )
})

test('contract, interaction API: a page of the app without a query gets one', async () => {
  const bare = await h.another({ interaction_url: 'https://login.example/start' })
  const answered = await h.browser().get(requestOf(web), {}, bare)
  assert.match(answered.headers.get('location') ?? '', /^https:\/\/login\.example\/start\?interaction=ar_/)
})

test('AZ-15, HTTP-13: HEAD on the way back uses no decision up', async () => {
  const { browser, path } = await allowed()
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const head = await h.send('HEAD', path, { headers: { cookie } })
  assert.deepEqual([head.status, head.headers.get('location')], [200, null])
  assert.ok(parameters(await browser.get(path))['code'])
})

test('HTTP-02: a request by form comes again as a GET, and is handed over like any other', async () => {
  const browser = h.browser()
  const form = new URL(requestOf(web), 'http://localhost').search.slice(1)
  const answered = await browser.post('/oauth/authorize', form, {
    origin: 'https://shop.example',
    'sec-fetch-site': 'cross-site',
  })
  assert.equal(answered.status, 303)
  const next = await browser.get(answered.headers.get('location') ?? '')
  assert.match(next.headers.get('location') ?? '', /&interaction=ar_/)
})

test('AZ-01, AZ-02: what is wrong with a request the client or the person is told, and the app never', async () => {
  const plain = await h.browser().get(requestOf(web, { response_type: 'token' }))
  assert.equal(parameters(plain)['error'], 'unsupported_response_type')
  const nobody = await h.browser().get(requestOf({ client_id: 'cl_nobody' }))
  assert.equal(nobody.status, 400)
})

test('AZ-15: the way back is open once, to the browser that began, and leads on by 302 without a referrer', async () => {
  const { browser, path } = await allowed()
  const back = await browser.get(path)
  assert.equal(back.status, 302)
  assert.equal(back.headers.get('referrer-policy'), 'no-referrer')
  assert.match(
    back.headers.get('location') ?? '',
    new RegExp(`^${CALLBACK}\\?code=oac_[^&]+&state=s%201&iss=http`),
  )
  isOver(await browser.get(path))
})

test('AZ-15: a stolen way back is worthless in another browser, and the rightful one can still go it', async () => {
  const { browser, path } = await allowed()
  isOver(await h.browser().get(path))
  const busy = h.browser()
  await handedOver(busy, web)
  isOver(await busy.get(path))
  assert.ok(parameters(await browser.get(path))['code'])
})

test('AZ-15: who lures somebody into deciding the request of his own browser gets no code from it', async () => {
  // He has the cookie and the id, and knows when it is decided; the way back went to the other browser.
  const { browser: attacker, id, path } = await allowed({}, 'victim')
  for (const guess of ['', '?ticket=', `?ticket=${'A'.repeat(43)}`, `?ticket=${id}`]) {
    isOver(await attacker.get(`/oauth/interactions/${id}/resume${guess}`))
  }
  isOver(await h.browser().get(path))
})

test('AZ-15: the ticket of the way back rests nowhere in clear', async () => {
  const { id, path } = await allowed()
  const ticket = /ticket=([\w-]{43})$/.exec(path)?.[1] ?? ''
  const request = await h.server.store.read(findAuthorizationRequest(id))
  assert.match(request?.decision ?? '', /"sub":"u1"/)
  assert.notEqual(ticket, '')
  assert.equal(JSON.stringify(request).includes(ticket), false)
})

test('AZ-15: a way back is good for its own request alone', async () => {
  const browser = h.browser()
  const [one, two] = [
    await handedOver(browser, web, { state: 'one' }),
    await handedOver(browser, web, { state: 'two' }),
  ]
  const first = wayBack(await app.decide(one, 'approve', { sub: 'u1' }))
  const second = wayBack(await app.decide(two, 'deny'))
  isOver(await browser.get(first.replace(one, two)))
  assert.equal(parameters(await browser.get(second))['error'], 'access_denied')
  assert.equal(parameters(await browser.get(first))['state'], 'one')
})

test('AZ-15: before the app has decided there is no way back, nor for an id that is none', async () => {
  const browser = h.browser()
  const id = await handedOver(browser, web)
  isOver(await browser.get(`/oauth/interactions/${id}/resume?ticket=${'A'.repeat(43)}`))
  isOver(await browser.get('/oauth/interactions/ar_nothing/resume'))
  const decided = await app.decide(id, 'approve', { sub: 'u1' })
  assert.ok(parameters(await browser.get(wayBack(decided)))['code'])
})

test('AZ-15: after a denial nothing is left to approve, before and after the client was told', async () => {
  const browser = h.browser()
  const id = await handedOver(browser, web)
  const denied = wayBack(await app.decide(id, 'deny'))
  assert.equal((await app.decide(id, 'approve', { sub: 'u1' })).status, 410)
  assert.equal(parameters(await browser.get(denied))['error'], 'access_denied')
  assert.equal((await app.decide(id, 'approve', { sub: 'u1' })).status, 410)
  isOver(await browser.get(denied))
})

test('AZ-15: a decision that nobody came back for is over after 15 minutes', async () => {
  const { browser, path } = await allowed()
  h.clock.at = START + 900_000
  isOver(await browser.get(path))
  h.clock.at = START
  assert.ok(parameters(await browser.get(path))['code'])
})

test('AZ-15: of many ways back at once, over two servers on one file, one gets a code', async () => {
  const { browser, path } = await allowed()
  const other = await h.another()
  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, index) => browser.get(path, {}, index % 2 === 0 ? h.server : other)),
  )
  const led = answers.filter((answered) => ledTo(answered) !== undefined)
  assert.equal(led.length, 1)
  for (const answered of answers) if (!led.includes(answered)) isOver(answered)
})

test('CL-02: a client changed since the decision gets no code of it', async () => {
  const client = await h.client(WEB)
  const browser = h.browser()
  const id = await handedOver(browser, client)
  const path = wayBack(await app.decide(id, 'approve', { sub: 'u1' }))
  await updateClient(h.server, client.client_id, () => ({ redirect_uris: ['https://shop.example/other'] }))
  isOver(await browser.get(path))
})

test('AZ-12: an approval grows the consent when the browser is back, and not before', async () => {
  const consent = () => h.server.store.read(findConsent('u-new', web.client_id))
  const { browser, path } = await allowed({ scope: 'orders:read' }, 'u-new')
  assert.equal(await consent(), undefined)
  await browser.get(path)
  assert.deepEqual((await consent())?.allowed, [{ resource: null, scope: 'orders:read', remembered: null }])
})

test('contract, interaction API: where an app asks, no page of ours takes its place', async () => {
  await person(h)
  const { browser, id } = await allowed()
  await signIn(browser, await browser.get('/oauth/sign-in'))
  const { text } = await browser.get('/oauth/apps')
  const csrf = /name="csrf" value="([^"]+)"/.exec(text)?.[1] ?? ''
  assert.notEqual(csrf, '')
  const undecided = await handedOver(browser, web)
  const pages = await h.another({ interaction_url: undefined })
  for (const [one, over] of [
    [undecided, h.server],
    [id, h.server],
    [id, pages],
  ] as const) {
    isOver(await browser.get(`/oauth/authorize/${one}`, {}, over))
    const form = { csrf, username: 'ana', decision: 'allow' }
    isOver(await browser.post(`/oauth/authorize/${one}`, form, {}, over))
  }
  assert.equal((await browser.get(`/oauth/interactions/${id}/resume`, {}, pages)).status, 404)
})

test('contract, interaction API: the log tells who was approved for whom, what was denied, and no secret', async () => {
  const { browser, path } = await allowed({}, 'user-of-the-log')
  await browser.get(path)
  const other = h.browser()
  const id = await handedOver(other, web)
  await other.get(wayBack(await app.decide(id, 'deny', { error: 'login_required' })))
  const events = h.lines().filter(({ msg }) => String(msg).startsWith('authorization_'))
  const approved = events.find(({ sub }) => sub === 'user-of-the-log')
  assert.equal(approved?.['msg'], 'authorization_approved')
  assert.equal(approved?.['client_id'], web.client_id)
  assert.match(String(approved?.['authorization_id']), /^au_/)
  const { msg, client_id, error } = events.at(-1) ?? {}
  assert.deepEqual(
    { msg, client_id, error },
    { msg: 'authorization_denied', client_id: web.client_id, error: 'login_required' },
  )
  assert.doesNotMatch(JSON.stringify(h.lines()), /ticket/)
})

test('PG-07: who takes access back takes back what an app has just approved, and the consent with it', async () => {
  for (const over of [
    () => withdraw(h.server, { sub: 'gina', client_id: web.client_id }),
    () => withdrawAll(h.server, 'gina'),
  ]) {
    const browser = h.browser()
    const id = await handedOver(browser, web)
    const path = wayBack(await app.decide(id, 'approve', { sub: 'gina', remember: true }))
    await over()
    isOver(await browser.get(path))
    assert.equal(await h.server.store.read(findConsent('gina', web.client_id)), undefined)
  }
  const { browser, path } = await allowed({}, 'other')
  await withdrawAll(h.server, 'gina')
  assert.ok(parameters(await browser.get(path))['code'])
})

test('CA-11: what a revoked app has approved gives no code', async () => {
  const login = await h.client({ client_name: 'Login', scope: 'oauthd:interactions' })
  const token = await h.token(login)
  const browser = h.browser()
  const id = await handedOver(browser, web)
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ sub: 'gina' })
  const decided = await h.send('POST', `/oauth/interactions/${id}/approve`, { headers, body })
  assert.ok(await revoke(h.server, login.client_id))
  const told = parameters(await browser.get(wayBack(decided)))
  assert.deepEqual([told['error'], told['code']], ['access_denied', undefined])
})
