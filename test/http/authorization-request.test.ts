/** AZ-15: a pending request, its pages and its one answer. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { findAuthorizationCode } from '../../src/store/authorization-code.ts'
import { deleteSessionsOf } from '../../src/store/session.ts'
import { createUser } from '../../src/users.ts'
import { heading, ledTo, PASSWORD, parameters, person, requestOf, signIn, WEB } from './_authorize.ts'
import type { TestBrowser } from './_browser.ts'
import { type Answered, type Credentials, type Harness, NOW, openHarness, START } from './_harness.ts'

let h: Harness
let web: Credentials
let sub: string
before(async () => {
  h = await openHarness()
  web = await h.client(WEB)
  sub = await person(h)
})
after(() => h.close())

/** A consent page, in a browser in which ana is signed in. */
const asked = async (
  given: Parameters<typeof requestOf>[1] = {},
): Promise<{ readonly browser: TestBrowser; readonly page: Answered }> => {
  const browser = h.browser()
  return { browser, page: await signIn(browser, await browser.get(requestOf(web, given))) }
}

const isOver = (answered: Answered): void => {
  assert.equal(answered.status, 400)
  assert.equal(ledTo(answered), undefined)
  assert.doesNotMatch(answered.text, /oac_/)
}

test('AZ-15: Back and a second press give a page, not a second code', async () => {
  const { browser, page } = await asked()
  assert.ok(parameters(await browser.press(page, 'Allow'))['code'])
  for (const button of ['Allow', 'Deny']) {
    const again = await browser.press(page, button)
    isOver(again)
    assert.match(again.text, /Shop/, 'the page says where to start again')
  }
  const path = /action="(\/oauth\/authorize\/[^"]+)"/.exec(page.text)?.[1] ?? ''
  isOver(await browser.get(path))
})

test('AZ-15: after Deny nothing is left to allow', async () => {
  const { browser, page } = await asked()
  assert.equal(parameters(await browser.press(page, 'Deny'))['error'], 'access_denied')
  isOver(await browser.press(page, 'Allow'))
})

test('AZ-15: of many presses at once, over two servers on one file, one gets a code', async () => {
  const { browser, page } = await asked()
  const other = await h.another()
  const action = /action="(\/oauth\/authorize\/[^"]+)"/.exec(page.text)?.[1] ?? ''
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
  const form = { csrf, username: 'ana', decision: 'allow' }
  const pressed = Array.from({ length: 8 }, (_, index) =>
    browser.post(action, form, {}, index % 2 === 0 ? other : h.server),
  )
  const answers = await Promise.all(pressed)
  const led = answers.filter((answered) => ledTo(answered) !== undefined)
  assert.equal(led.length, 1)
  for (const answered of answers) if (!led.includes(answered)) isOver(answered)
})

test('AZ-15: two tabs of one browser are two requests, each answered by itself', async () => {
  const browser = h.browser()
  const [one, two] = [
    await browser.get(requestOf(web, { state: 'one' })),
    await browser.get(requestOf(web, { state: 'two' })),
  ]
  const first = await signIn(browser, one)
  const second = await signIn(browser, two)
  assert.equal(parameters(await browser.press(second, 'Deny'))['state'], 'two')
  assert.equal(parameters(await browser.press(first, 'Allow'))['state'], 'one')
})

test('AZ-15: a request of another browser, or of none, is over for whoever has only its id', async () => {
  const { page } = await asked()
  const path = /action="(\/oauth\/authorize\/[^"]+)"/.exec(page.text)?.[1] ?? ''
  const thief = await asked()
  const stolen = await thief.browser.get(path)
  isOver(stolen)
  assert.doesNotMatch(stolen.text, /Shop/)
  isOver(await h.browser().get(path))
  isOver(await h.browser().get('/oauth/authorize/ar_nothing'))
  const csrf = /name="csrf" value="([^"]+)"/.exec(thief.page.text)?.[1] ?? ''
  isOver(await thief.browser.post(path, { csrf, username: 'ana', decision: 'allow' }))
})

test('AZ-15: after 15 minutes the request is over', async () => {
  const { browser, page } = await asked()
  h.clock.at += 900_000
  isOver(await browser.press(page, 'Allow'))
  h.clock.at = START
  assert.ok(parameters(await browser.press(page, 'Allow'))['code'])
})

test('PG-03: without its token, or from another origin, a press is 403 and decides nothing', async () => {
  const { browser, page } = await asked()
  const action = /action="(\/oauth\/authorize\/[^"]+)"/.exec(page.text)?.[1] ?? ''
  const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
  const form = { csrf, username: 'ana', decision: 'allow' }
  for (const forged of [
    await browser.post(action, { ...form, csrf: '' }),
    await browser.post(action, { ...form, csrf: csrf.replace(/^./, (first) => (first === 'A' ? 'B' : 'A')) }),
    await browser.post(action, form, { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }),
    await browser.post(action, form, { 'sec-fetch-site': 'same-site', origin: 'http://localhost:1' }),
  ]) {
    assert.equal(forged.status, 403)
    assert.equal(ledTo(forged), undefined)
  }
  assert.ok(parameters(await browser.press(page, 'Allow'))['code'])
})

test('PG-03: a link never allows: GET of a pending request shows the question again', async () => {
  const { browser, page } = await asked()
  const action = /action="(\/oauth\/authorize\/[^"]+)"/.exec(page.text)?.[1] ?? ''
  assert.match(heading(await browser.get(`${action}?decision=allow`)), /^Shop wants access/)
})

test('AZ-15: a press that says neither allow nor deny is a page, and the request stays open', async () => {
  const { browser, page } = await asked()
  isOver(await browser.press(page, 'Allow', { decision: 'maybe' }))
  assert.ok(parameters(await browser.press(page, 'Allow'))['code'])
})

test('PG-02: after a form the browser is led to the client by a page with a link, never by a 3xx', async () => {
  const { browser, page } = await asked()
  const answered = await browser.press(page, 'Allow')
  assert.equal(answered.status, 200)
  const url = ledTo(answered)?.href ?? ''
  assert.ok(answered.text.includes(`href="${url.replaceAll('&', '&amp;')}"`))
  assert.match(answered.headers.get('content-security-policy') ?? '', /form-action 'self'/)
})

test('PG-04: a session that ends in the middle leads to sign-in and back to the same question', async () => {
  const { browser, page } = await asked()
  await h.server.store.write(() => deleteSessionsOf(sub))
  const again = await browser.press(page, 'Allow')
  assert.match(heading(again), /^Sign in/)
  const question = await signIn(browser, again)
  assert.match(heading(question), /^Shop wants access/)
  assert.ok(parameters(await browser.press(question, 'Allow'))['code'])
})

test('PG-04: who signed in as somebody else in another tab does not allow what the first was asked', async () => {
  const { browser, page } = await asked()
  h.hide(PASSWORD)
  await createUser(h.server, { username: 'bo', password: PASSWORD })
  const other = await browser.get(requestOf(web, { prompt: 'login' }))
  await signIn(browser, other, 'bo')
  const again = await browser.press(page, 'Allow')
  assert.equal(ledTo(again), undefined)
  assert.match(again.text, /bo/)
  assert.ok(parameters(await browser.press(again, 'Allow'))['code'])
})

test('AZ-10: the code is stored hashed, and lives a minute', async () => {
  const { browser, page } = await asked()
  const { code = '' } = parameters(await browser.press(page, 'Allow'))
  const presented = h.server.secrets.present(code)
  const row = await h.server.store.read(findAuthorizationCode(presented?.id ?? ''))
  assert.equal(row?.expires_at, NOW + 60)
  assert.equal(row?.redirect_uri, 'https://shop.example/cb')
  assert.doesNotMatch(JSON.stringify(row), new RegExp(code.slice(30, 60)))
})
