import assert from 'node:assert/strict'
import { test } from 'node:test'
import { availableAlgorithms, createPasswords } from '../../src/crypto/password.ts'
import { assemble, PREFIX } from '../../src/protocol/token-form.ts'
import { findAuthorizationRequest } from '../../src/store/authorization-request.ts'
import { listSessions } from '../../src/store/session.ts'
import { findUserByName, updatePassword } from '../../src/store/user.ts'
import { deleteUser, endSessionsOf, findUsersBy, setPassword } from '../../src/users.ts'
import { heading, PASSWORD, person, requestOf, WEB } from './_authorize.ts'
import type { TestBrowser } from './_browser.ts'
import { type Answered, type Harness, NOW, openHarness } from './_harness.ts'

const h = await openHarness()
test.after(() => h.close())
const sub = await person(h)

const SESSION = 'oauthd_session'
const SIGNED_OUT = 'You are signed out'
const BROWSER = 'oauthd_browser'

const tryToSignIn = async (
  browser: TestBrowser,
  fields: Readonly<Record<string, string>> = { username: 'ana', password: PASSWORD },
): Promise<Answered> => browser.press(await browser.get('/oauth/sign-in'), 'Sign in', fields)

const signedIn = async (over: Harness = h): Promise<TestBrowser> => {
  const browser = over.browser()
  assert.equal((await tryToSignIn(browser)).status, 303)
  return browser
}

/** Whether the pages take this browser for signed in: sign-out asks only who is. */
const isSignedIn = async (browser: TestBrowser, over: Harness = h): Promise<boolean> => {
  const { text, status } = await browser.get('/oauth/sign-out', {}, over.server)
  assert.equal(status, 200)
  return text.includes('<form ')
}

const lineOf = (message: string): Readonly<Record<string, unknown>> | undefined =>
  h.lines().findLast(({ msg }) => msg === message)

test('contract, pages: the sign-in page has the fields Username and Password and the button Sign in', async () => {
  const { status, text } = await h.browser().get('/oauth/sign-in')
  assert.equal(status, 200)
  assert.match(text, /<label for="username">Username<\/label>\s*<input id="username" name="username"/)
  assert.match(text, /<label for="password">Password<\/label>\s*<input id="password" name="password"/)
  assert.match(text, /<button[^>]*>Sign in<\/button>/)
})

test('PG-08: name and password sign in; the name without regard to case and spaces at its ends', async () => {
  for (const username of ['ana', 'ANA', ' Ana ', 'ａｎａ']) {
    const browser = h.browser()
    const { status, headers } = await tryToSignIn(browser, { username, password: PASSWORD })
    assert.equal(status, 303, username)
    assert.equal(headers.get('location'), '/oauth/apps')
    assert.ok(await isSignedIn(browser))
  }
  const { sub: told } = lineOf('sign_in') ?? {}
  assert.equal(told, sub)
})

test('PG-04: over plain http the session cookie is HttpOnly, Lax, for every path, and lasts as long as the session', async () => {
  const { headers } = await tryToSignIn(h.browser())
  const [cookie] = headers.getSetCookie()
  assert.match(
    cookie ?? '',
    /^oauthd_session=ose_[\w-]{75}; Path=\/; Max-Age=1209600; HttpOnly; SameSite=Lax$/,
  )
})

test('PG-04: with an https issuer both cookies are __Host- and Secure', async (t) => {
  const secure = await openHarness({ issuer: 'https://id.example/tenant' })
  t.after(() => secure.close())
  await person(secure)
  const browser = secure.browser()
  const page = await browser.get('/oauth/sign-in')
  assert.match(
    page.headers.getSetCookie().join(),
    /^__Host-oauthd_browser=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  )
  const fields = { username: 'ana', password: PASSWORD, csrf: csrfOf(page) }
  const answered = await browser.post('/oauth/sign-in', fields)
  assert.equal(answered.headers.get('location'), '/tenant/oauth/apps')
  assert.match(
    answered.headers.getSetCookie().join(),
    /^__Host-oauthd_session=[\w-]{79}; Path=\/; Max-Age=1209600; HttpOnly; Secure; SameSite=Lax$/,
  )
  assert.deepEqual([...browser.cookies.keys()], ['__Host-oauthd_browser', '__Host-oauthd_session'])
  assert.ok(await isSignedIn(browser, secure))
})

test('PG-07: what a browser says of itself is kept for the list of browsers, cut', async () => {
  const browser = h.browser()
  const csrf = csrfOf(await browser.get('/oauth/sign-in'))
  const headers = { 'user-agent': `Browser ${'x'.repeat(400)}` }
  await browser.post('/oauth/sign-in', { username: 'ana', password: PASSWORD, csrf }, headers)
  const sessions = await h.server.store.read(listSessions({ sub, limit: 100 }, NOW))
  const kept = sessions.flatMap(({ user_agent }) => (user_agent?.startsWith('Browser ') ? [user_agent] : []))
  assert.deepEqual(kept, [`Browser ${'x'.repeat(248)}`])
})

const csrfOf = ({ text }: Answered): string => /name="csrf" value="([\w-]{43})"/.exec(text)?.[1] ?? ''

test('attack, session fixation: a session that was put into the browser is not the one that is signed in', async () => {
  const planted = (await signedIn()).cookies.get(SESSION) ?? ''
  const victim = h.browser()
  const page = await victim.get('/oauth/sign-in', { cookie: `${SESSION}=${planted}` })
  const secret = victim.cookies.get(BROWSER)
  const answered = await victim.post(
    '/oauth/sign-in',
    { username: 'ana', password: PASSWORD, csrf: csrfOf(page) },
    { cookie: `${BROWSER}=${secret}; ${SESSION}=${planted}` },
  )
  assert.equal(answered.status, 303)
  assert.notEqual(victim.cookies.get(SESSION), planted)
  // PG-04: and whoever planted it has lost it.
  const attacker = h.browser()
  const seen = await attacker.get('/oauth/sign-out', { cookie: `${SESSION}=${planted}` })
  assert.equal(heading(seen), SIGNED_OUT)
  assert.ok(await isSignedIn(victim))
})

test('attack, session fixation: an id without its secret, a changed one and another kind of token are no session', async () => {
  const browser = await signedIn()
  const cookie = browser.cookies.get(SESSION) ?? ''
  for (const value of [
    `${cookie.slice(0, -1)}${cookie.endsWith('a') ? 'b' : 'a'}`,
    // The id of a live session under a secret of the attacker's: its checksum is right.
    assemble(PREFIX.session, cookie.slice(4, 30), 'x'.repeat(43)),
    h.server.secrets.mint('refresh_token', h.clock.at).clear,
    '',
    'x',
  ]) {
    const seen = await h.browser().get('/oauth/sign-out', { cookie: `${SESSION}=${value}` })
    assert.equal(heading(seen), SIGNED_OUT, value)
  }
  assert.ok(await isSignedIn(browser))
})

test('attack, user enumeration by text: a wrong password and an unknown name get one answer, byte for byte', async () => {
  const answers = await Promise.all(
    ['ana', 'nob'].map(async (username) => {
      const browser = h.browser()
      const page = await browser.get('/oauth/sign-in')
      const fields = { username, password: 'wrong horse', csrf: csrfOf(page) }
      const { status, text, headers } = await browser.post('/oauth/sign-in', fields)
      headers.delete('x-request-id')
      return [status, text.replaceAll(csrfOf(page), 'CSRF').replaceAll(`"${username}"`, 'NAME'), [...headers]]
    }),
  )
  assert.deepEqual(answers[0], answers[1])
  const [status, text] = answers[0] ?? []
  assert.equal(status, 401)
  assert.match(String(text), /<title>Error: /)
  assert.match(String(text), /role="alert"[^>]*>.*Username or password is not correct/s)
  assert.match(String(text), /id="username"[^>]* value=NAME/)
  assert.doesNotMatch(String(text), /id="password"[^>]* value=/)
  assert.doesNotMatch(String(text), /wrong horse/)
})

test('LG-02, LG-01: a failed sign-in is told with the sub, or a keyed hash of a name that nobody has', async () => {
  await tryToSignIn(h.browser(), { username: 'ana', password: 'wrong horse' })
  assert.equal(lineOf('sign_in_failed')?.['sub'], sub)
  // A password typed where the name belongs.
  h.hide('hunter2hunter2')
  await tryToSignIn(h.browser(), { username: 'hunter2hunter2', password: 'wrong horse' })
  const { sub: none, user, reason } = lineOf('sign_in_failed') ?? {}
  assert.deepEqual([none, reason], [undefined, 'unknown user'])
  assert.match(String(user), /^[\w-]{43}$/)
})

test('PG-08: an empty name or password is refused as a wrong one is', async () => {
  for (const fields of [
    { username: '', password: PASSWORD },
    { username: 'ana', password: '' },
    { username: '  ', password: PASSWORD },
  ]) {
    assert.equal((await tryToSignIn(h.browser(), fields)).status, 401)
  }
})

test('attack, CSRF on sign-in: a form without the token, or with that of another browser, is a 403 page', async () => {
  const other = h.browser()
  const foreign = csrfOf(await other.get('/oauth/sign-in'))
  for (const csrf of ['', foreign, 'ä'.repeat(43), foreign.slice(1)]) {
    const browser = h.browser()
    await browser.get('/oauth/sign-in')
    const answered = await browser.post('/oauth/sign-in', { username: 'ana', password: PASSWORD, csrf })
    assert.equal(answered.status, 403, csrf)
    assert.equal(browser.cookies.get(SESSION), undefined)
  }
})

test('attack, CSRF on sign-in: a form from another origin is a 403 page, even with the token', async () => {
  for (const headers of [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
  ]) {
    const browser = h.browser()
    const csrf = csrfOf(await browser.get('/oauth/sign-in'))
    const fields = { username: 'ana', password: PASSWORD, csrf }
    const answered = await browser.post('/oauth/sign-in', fields, headers)
    assert.equal(answered.status, 403, headers['sec-fetch-site'])
    assert.equal(browser.cookies.get(SESSION), undefined)
  }
})

test('attack, CSRF on sign-out: neither a link nor a form from elsewhere ends a session', async () => {
  const browser = await signedIn()
  assert.equal((await browser.get('/oauth/sign-out')).status, 200)
  assert.equal((await browser.post('/oauth/sign-out', {})).status, 403)
  const csrf = csrfOf(await browser.get('/oauth/sign-out'))
  assert.equal(
    (await browser.post('/oauth/sign-out', { csrf }, { 'sec-fetch-site': 'cross-site' })).status,
    403,
  )
  assert.ok(await isSignedIn(browser))
})

test('PG-04: sign-out asks, then ends the session in its row: a copy of the cookie is worth nothing', async () => {
  const browser = await signedIn()
  const copy = browser.cookies.get(SESSION)
  const done = await browser.press(await browser.get('/oauth/sign-out'), 'Sign out')
  assert.equal(done.status, 200)
  assert.equal(heading(done), SIGNED_OUT)
  assert.equal(browser.cookies.get(SESSION), undefined)
  const seen = await h.browser().get('/oauth/sign-out', { cookie: `${SESSION}=${copy}` })
  assert.equal(heading(seen), SIGNED_OUT)
  assert.equal(lineOf('sign_out')?.['sub'], sub)
})

test('PG-04: who is not signed in is told so, and signing out again is no error', async () => {
  const browser = h.browser()
  assert.equal(heading(await browser.get('/oauth/sign-out')), SIGNED_OUT)
  const csrf = csrfOf(await browser.get('/oauth/sign-in'))
  assert.equal((await browser.post('/oauth/sign-out', { csrf })).status, 200)
})

test('PG-09: a session is over at its end, when its browsers are signed out, and with another password', async () => {
  const [user] = await findUsersBy(h.server, 'ana')
  assert.ok(user)
  const ends = [
    async () => {
      h.clock.at += 1_209_600_000
    },
    () => endSessionsOf(h.server, sub),
    () => setPassword(h.server, user, PASSWORD),
  ]
  for (const end of ends) {
    const browser = await signedIn()
    assert.ok(await isSignedIn(browser))
    await end()
    assert.ok(!(await isSignedIn(browser)))
  }
  h.clock.at = NOW * 1000
})

test('contract, settled points: a password hash that this Node cannot check is a logged 503, never a wrong password', async (t) => {
  const before = await h.server.store.read(findUserByName('ana'))
  assert.ok(before)
  t.after(() => h.server.store.write(() => updatePassword(sub, before.password_hash, NOW)))
  await h.server.store.write(() => updatePassword(sub, '$2b$12$abcdefghijklmnopqrstuu', NOW))
  const answered = await tryToSignIn(h.browser())
  assert.equal(answered.status, 503)
  assert.ok(Number(answered.headers.get('retry-after')) >= 1)
  assert.doesNotMatch(answered.text, /Username or password/)
  const line = lineOf('password_uncheckable')
  assert.equal(line?.['sub'], sub)
  assert.doesNotMatch(JSON.stringify(line), /abcdefghij/)
})

test('PG-08: a sign-in hashes the password again when its parameters are older; nothing else changes', async (t) => {
  const [best] = availableAlgorithms()
  const older = createPasswords([{ ...best, parameters: { m: 8192, t: 1, p: 1 } }])
  const before = await h.server.store.read(findUserByName('ana'))
  assert.ok(before)
  t.after(() => h.server.store.write(() => updatePassword(sub, before.password_hash, NOW)))
  const old_hash = await older.hash(PASSWORD)
  await h.server.store.write(() => updatePassword(sub, old_hash, NOW))
  const kept = await signedIn()
  const after = await h.server.store.read(findUserByName('ana'))
  assert.match(after?.password_hash ?? '', /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  assert.equal(after?.password_changed_at, NOW)
  assert.ok(await isSignedIn(kept))
  assert.ok(await isSignedIn(await signedIn()))
})

test('AZ-15, PG-04: a sign-in for a request goes on with it, and the request knows the session that was made for it', async () => {
  const client = await h.client(WEB)
  const browser = h.browser()
  const page = await browser.get(requestOf(client, { login_hint: 'ana' }))
  assert.match(page.text, /Shop/)
  const answered = await browser.press(page, 'Sign in', { username: 'ana', password: PASSWORD })
  const request_id = /^\/oauth\/authorize\/(ar_\w+)$/.exec(answered.headers.get('location') ?? '')?.[1]
  assert.ok(request_id)
  const stored = await h.server.store.read(findAuthorizationRequest(request_id))
  assert.equal(stored?.session_id, (browser.cookies.get(SESSION) ?? '').slice(4, 30))
})

test('AZ-15: a sign-in for a request of another browser, or of none, is refused before the password is looked at', async () => {
  const client = await h.client(WEB)
  const page = await h.browser().get(requestOf(client))
  const foreign = /name="request" value="(ar_\w+)"/.exec(page.text)?.[1] ?? ''
  assert.notEqual(foreign, '')
  for (const request of [foreign, `ar_${'0'.repeat(26)}`, '../../evil']) {
    const browser = h.browser()
    const csrf = csrfOf(await browser.get('/oauth/sign-in'))
    const fields = { username: 'ana', password: PASSWORD, csrf, request }
    const answered = await browser.post('/oauth/sign-in', fields)
    assert.equal(answered.status, 400, request)
    assert.equal(browser.cookies.get(SESSION), undefined)
    assert.equal((await browser.get(`/oauth/sign-in?request=${encodeURIComponent(request)}`)).status, 400)
  }
})

test('contract, pages: "Not you?" ends the session and goes back to the request; nothing else is ever gone to', async () => {
  const client = await h.client(WEB)
  const browser = await signedIn()
  const page = await browser.get(requestOf(client))
  const request = /ar_[0-9a-z]{26}/.exec(page.text)?.[0] ?? ''
  const csrf = csrfOf(page)
  const answered = await browser.post('/oauth/sign-out', { csrf, request })
  assert.equal(answered.status, 303)
  assert.equal(answered.headers.get('location'), `/oauth/authorize/${request}`)
  assert.match((await browser.get(`/oauth/authorize/${request}`)).text, />Sign in<\/button>/)
  for (const evil of ['//evil.example', 'ar_/../../x', `${request}/../x`]) {
    const { status, headers } = await browser.post('/oauth/sign-out', { csrf, request: evil })
    assert.deepEqual([status, headers.get('location')], [200, null], evil)
  }
})

test('PG-10: a name that was typed is shown as text, whatever it holds', async () => {
  const username = '"><img src=x>'
  const { text, status } = await tryToSignIn(h.browser(), { username, password: 'wrong horse' })
  assert.equal(status, 401)
  assert.doesNotMatch(text, /<img/)
})

test('PG-09: a deleted user cannot sign in, and a session of theirs is over', async () => {
  const bob = await person(h, 'bob')
  const browser = h.browser()
  const fields = { username: 'bob', password: PASSWORD }
  assert.equal((await tryToSignIn(browser, fields)).status, 303)
  await deleteUser(h.server, bob)
  assert.ok(!(await isSignedIn(browser)))
  assert.equal((await tryToSignIn(h.browser(), fields)).status, 401)
})
