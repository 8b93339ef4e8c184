/** A pending request, a session or a form in a browser that it was not made for (AZ-15, PG-03, PG-04). */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { heading, ledTo, person, requestOf, signIn, WEB } from '../http/_authorize.ts'
import type { TestBrowser } from '../http/_browser.ts'
import { type Answered, type Harness, openHarness } from '../http/_harness.ts'
import { csrfOf, isSignedIn, requestIdOf, signInFields, victim } from './_victim.ts'

let h: Harness
before(async () => {
  h = await openHarness()
  await Promise.all([person(h, 'ana'), person(h, 'mallory')])
})
after(() => h.close())

const SESSION = 'oauthd_session'
const BROWSER = 'oauthd_browser'

const isOver = (answered: Answered): void => {
  assert.deepEqual([answered.status, heading(answered)], [400, 'This page was open too long'])
  assert.equal(ledTo(answered), undefined)
}

/** A browser in which somebody is signed in, with the token of its forms. */
const signedIn = async (username: string): Promise<{ browser: TestBrowser; csrf: string }> => {
  const browser = h.browser()
  const page = await signIn(browser, await browser.get('/oauth/sign-in'), username)
  return { browser, csrf: csrfOf(page) }
}

test('AZ-15, attack, request theft: who has the id of a request and a session of his own can do nothing with it', async () => {
  const { request_id, browser, page } = await victim(h)
  const { browser: thief, csrf } = await signedIn('mallory')
  const path = `/oauth/authorize/${request_id}`
  isOver(await thief.get(path))
  for (const decision of ['allow', 'deny']) {
    isOver(await thief.post(path, { csrf, decision, username: 'mallory' }))
    isOver(await thief.post(path, { csrf, decision, username: 'ana' }))
  }
  isOver(await thief.get(`/oauth/sign-in?request=${request_id}`))
  isOver(await thief.post('/oauth/sign-in', { ...signInFields('mallory'), csrf, request: request_id }))
  assert.ok(ledTo(await browser.press(page, 'Allow')), 'and its own browser can still answer it')
})

test('AZ-15, attack, request theft: a request that somebody began is not finished by who follows his link', async () => {
  const attacker = h.browser()
  const client = await h.client(WEB)
  const begun = await attacker.get(requestOf(client))
  const request_id = requestIdOf(begun)
  const { browser, csrf } = await signedIn('ana')
  isOver(await browser.get(`/oauth/authorize/${request_id}`))
  isOver(await browser.post(`/oauth/authorize/${request_id}`, { csrf, decision: 'allow', username: 'ana' }))
})

test('AZ-15, attack, request theft: no id that can be thought of is told apart from one that was never given', async () => {
  const { request_id, browser } = await victim(h)
  const { browser: thief } = await signedIn('mallory')
  const one = await thief.get(`/oauth/authorize/${request_id}`)
  const none = await thief.get('/oauth/authorize/ar_00000000000000000000000000')
  const plain = ({ text, status, headers }: Answered): unknown => [
    status,
    text.replaceAll(headers.get('x-request-id') ?? '', 'N'),
    [...headers.keys()],
  ]
  assert.deepEqual(plain(one), plain(none))
  assert.equal((await browser.get(`/oauth/authorize/${request_id}`)).status, 200)
})

test('AZ-15, attack, replay: the bytes of an Allow are worth nothing again, at once, later or in another order', async () => {
  const { browser, page, request_id, csrf } = await victim(h)
  const path = `/oauth/authorize/${request_id}`
  const allow = { csrf, decision: 'allow', username: 'ana', remember: '1' }
  const answers = await Promise.all([1, 2, 3, 4].map(() => browser.post(path, allow)))
  assert.equal(answers.filter((answered) => ledTo(answered)?.searchParams.has('code')).length, 1)
  isOver(await browser.post(path, allow))
  isOver(await browser.press(page, 'Deny'))
  h.clock.at += 60_000
  isOver(await browser.post(path, allow))
})

test('PG-04, attack, session fixation: a planted session is not the one that the victim signs in to', async () => {
  const { browser: attacker } = await signedIn('mallory')
  const planted = attacker.cookies.get(SESSION) ?? ''
  const page_of_theirs = await attacker.get('/oauth/sign-in')
  const cookie = (own: string): string => `${SESSION}=${planted}; ${BROWSER}=${own}`
  const own = attacker.cookies.get(BROWSER) ?? ''
  // The victim's browser, into which both cookies of the attacker were put.
  const answered = await h.send('POST', '/oauth/sign-in', {
    headers: { cookie: cookie(own), origin: h.server.settings.issuer, 'sec-fetch-site': 'same-origin' },
    body: new URLSearchParams({ ...signInFields('ana'), csrf: csrfOf(page_of_theirs) }),
  })
  assert.equal(answered.status, 303)
  const [set = ''] = answered.headers.getSetCookie()
  assert.match(set, /^oauthd_session=ose_/)
  assert.ok(!set.includes(planted))
  assert.ok(!(await isSignedIn(attacker)), 'and the planted one has ended')
})

test('PG-04, attack, session fixation: each sign-in makes a session of its own, and the one before it is over', async () => {
  const { browser } = await signedIn('ana')
  const first = browser.cookies.get(SESSION) ?? ''
  await signIn(browser, await browser.get('/oauth/sign-in'))
  const second = browser.cookies.get(SESSION) ?? ''
  assert.notEqual(second, first)
  const old = await h.send('GET', '/oauth/apps', { headers: { cookie: `${SESSION}=${first}` } })
  assert.equal(old.status, 303)
})

test('PG-04, attack, cookie theft: no cookie of a whole visit can be read by a script, sent in clear or set by a neighbour', async (t) => {
  const secure = await openHarness({ issuer: 'https://id.example' })
  t.after(() => secure.close())
  await person(secure)
  const client = await secure.client(WEB)
  const browser = secure.browser()
  const seen: string[] = []
  const noting = (answered: Answered): Answered => {
    seen.push(...answered.headers.getSetCookie())
    return answered
  }
  const asked = noting(await browser.get(requestOf(client)))
  const answered = noting(await browser.press(asked, 'Sign in', signInFields()))
  const page = noting(await browser.get(answered.headers.get('location') ?? ''))
  noting(await browser.press(page, 'Allow'))
  const question = noting(await browser.get('/oauth/sign-out'))
  noting(await browser.press(question, 'Sign out'))
  assert.deepEqual(
    seen.map((line) => line.replace(/=[^;]*/, '=V').replace(/Max-Age=[1-9]\d+/, 'Max-Age=N')),
    [
      '__Host-oauthd_browser=V; Path=/; HttpOnly; Secure; SameSite=Lax',
      '__Host-oauthd_session=V; Path=/; Max-Age=N; HttpOnly; Secure; SameSite=Lax',
      '__Host-oauthd_session=V; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax',
    ],
  )
})
