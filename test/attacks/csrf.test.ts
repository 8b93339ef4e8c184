/** Another site makes a person's browser send our forms (PG-03). */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { routes } from '../../src/http/routes.ts'
import { ledTo, person, WEB } from '../http/_authorize.ts'
import type { TestBrowser } from '../http/_browser.ts'
import { type Answered, type Harness, openHarness } from '../http/_harness.ts'
import { csrfOf, isSignedIn, signInFields, type Victim, victim } from './_victim.ts'

let h: Harness
before(async () => {
  h = await openHarness()
  await person(h, 'ana')
})
after(() => h.close())

type Form = Readonly<Record<string, string>>

/** Every form of ours: what it does when it is taken, and how to see that it did nothing. */
interface Target {
  readonly path: string
  readonly form: Form
  readonly unharmed: () => Promise<boolean>
}

const targets = async ({
  browser,
  client,
  request_id,
}: Victim): Promise<Readonly<Record<string, Target>>> => {
  const stillAsked = async (): Promise<boolean> =>
    (await browser.get(`/oauth/authorize/${request_id}`)).text.includes('>Allow</button>')
  const signedIn = (): Promise<boolean> => isSignedIn(browser)
  const hasAccess = async (): Promise<boolean> =>
    (await browser.get('/oauth/apps')).text.includes(client.client_id)
  const session = browser.cookies.get('oauthd_session') ?? ''
  return {
    authorization_request: {
      path: `authorize/${request_id}`,
      form: { decision: 'allow', username: 'ana' },
      unharmed: stillAsked,
    },
    'sign-in': {
      path: 'sign-in',
      form: signInFields(),
      unharmed: async () => browser.cookies.get('oauthd_session') === session,
    },
    'sign-out': { path: 'sign-out', form: {}, unharmed: signedIn },
    apps_remove: {
      path: 'apps/remove',
      form: { client_id: client.client_id, confirm: '1' },
      unharmed: hasAccess,
    },
    apps_sign_out: { path: 'apps/sign-out', form: { all: '1' }, unharmed: signedIn },
  }
}

/** A person with access given to a client, who is asked by the same one again. */
const prepared = async (): Promise<Victim> => {
  const client = await h.client(WEB)
  const first = await victim(h, 'ana', client)
  const led = ledTo(await first.browser.press(first.page, 'Allow'))
  const form = {
    grant_type: 'authorization_code',
    code: led?.searchParams.get('code') ?? '',
    code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
    redirect_uri: 'https://shop.example/cb',
    ...client,
  }
  assert.equal((await h.post('token', form)).status, 200)
  return victim(h, 'ana', client)
}

/** Posts each form in the victim's browser; each must be a 403 page that changed nothing. */
const eachIsRefused = async (
  send: (target: Target, who: Victim) => ReturnType<TestBrowser['post']>,
): Promise<void> => {
  const who = await prepared()
  for (const [name, target] of Object.entries(await targets(who))) {
    const answered: Answered = await send(target, who)
    assert.equal(answered.status, 403, `${name}: ${answered.text}`)
    assert.match(answered.text, /<h1>This form could not be checked/)
    assert.equal(ledTo(answered), undefined)
    assert.deepEqual(answered.headers.getSetCookie(), [])
    assert.ok(await target.unharmed(), name)
  }
}

test('PG-03, attack, CSRF: every form of ours is among those that are tried here', async () => {
  const posts = routes().filter(({ POST, refusals }) => POST !== undefined && refusals === 'page')
  // The authorization endpoint takes a client's own form, and does nothing but send it on as a GET.
  const names = posts.map(({ name }) => name).filter((name) => name !== 'authorize')
  assert.deepEqual(Object.keys(await targets(await prepared())).sort(), names.sort())
})

test('PG-03, attack, CSRF: a form with everything but the token does nothing', async () => {
  await eachIsRefused(({ path, form }, { browser }) => browser.post(`/oauth/${path}`, form))
})

test("PG-03, attack, CSRF: the token of the attacker's own browser is none", async () => {
  const theirs = csrfOf(await h.browser().get('/oauth/sign-in'))
  await eachIsRefused(({ path, form }, { browser }) =>
    browser.post(`/oauth/${path}`, { ...form, csrf: theirs }),
  )
})

test('PG-03, attack, CSRF: from another origin even the right token does nothing', async () => {
  const places = [
    { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' },
    // Another service of the same machine or domain is another site to us.
    { 'sec-fetch-site': 'same-site', origin: 'http://localhost:3000' },
    { 'sec-fetch-site': 'none' },
    // A sandboxed frame, and a page that hides where it is.
    { 'sec-fetch-site': 'cross-site', origin: 'null' },
  ]
  for (const headers of places) {
    await eachIsRefused(({ path, form }, { browser, csrf }) =>
      browser.post(`/oauth/${path}`, { ...form, csrf }, headers),
    )
  }
})

test('PG-03, attack, CSRF: a browser too old for Sec-Fetch-Site is judged by Origin, to the letter', async () => {
  const { issuer } = h.server.settings
  const origins = [
    'null',
    '',
    'https://evil.example',
    `${issuer}.evil.example`,
    `http://evil.example/${issuer}`,
    issuer.replace('http:', 'https:'),
    issuer.replace('localhost', '127.0.0.1.evil.example'),
    issuer.replace(/:\d+/, ':1'),
  ]
  const who = await prepared()
  for (const [name, { path, form, unharmed }] of Object.entries(await targets(who))) {
    for (const origin of origins) {
      const cookie = [...who.browser.cookies].map(([one, value]) => `${one}=${value}`).join('; ')
      const body = new URLSearchParams({ ...form, csrf: who.csrf })
      const answered = await h.send('POST', `/oauth/${path}`, { body, headers: { origin, cookie } })
      assert.equal(answered.status, 403, `${name} from ${origin}`)
      assert.ok(await unharmed(), name)
    }
  }
})

test('PG-03, attack, CSRF: a link or an image never does what a form does, whatever its query says', async () => {
  const who = await prepared()
  for (const [name, { path, form, unharmed }] of Object.entries(await targets(who))) {
    const query = new URLSearchParams({ ...form, csrf: who.csrf })
    const headers = { 'sec-fetch-site': 'cross-site' }
    const answered = await who.browser.get(`/oauth/${path}?${query}`, headers)
    assert.equal(ledTo(answered), undefined, name)
    assert.ok(await unharmed(), name)
  }
})
