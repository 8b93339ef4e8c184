import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { createStandalone } from '../../src/http/app.ts'
import type { PageFiles } from '../../src/page-files.ts'
import { readPagesSettings } from '../../src/protocol/pages-settings.ts'
import type { Server } from '../../src/server.ts'
import { HOSTILE } from '../pages/_stories.ts'
import { CALLBACK, heading, ledTo, person, requestOf, signIn, WEB } from './_authorize.ts'
import { type Credentials, type Harness, openHarness } from './_harness.ts'

let h: Harness
let web: Credentials
before(async () => {
  h = await openHarness()
  web = await h.client(WEB)
  await person(h)
})
after(() => h.close())

/** Every header of ux 3.3, to the letter. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  'cache-control': 'no-store',
  'content-type': 'text/html; charset=utf-8',
}

/** Registration takes no controls of direction (PG-10). */
const NAME = HOSTILE.replace(/[\u202e\u2066]/g, '')

const dressed = (
  server: Server,
  pages: object,
  page_files: PageFiles = { css: '', logo: undefined },
): Server => ({
  ...server,
  settings: { ...server.settings, pages: readPagesSettings(pages) },
  page_files,
})

test('PG-01: every page has every header, and so has every refusal that is one', async () => {
  const answers = [
    await h.send('GET', '/oauth/sign-in'),
    await h.send('GET', '/oauth/authorize?client_id=no'),
    await h.send('GET', '/oauth/authorize/ar_no'),
    await h.send('POST', '/oauth/apps'),
    await h.post('sign-in', { username: 'ana' }),
    await h.post('sign-in', 'a=%zz'),
  ]
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 400, 400, 405, 403, 400],
  )
  for (const { headers } of answers) {
    for (const [name, value] of Object.entries(HEADERS)) assert.equal(headers.get(name), value, name)
    assert.equal(headers.get('strict-transport-security'), null, 'RFC 6797 7.2: not over http')
  }
})

test('PG-01: with an https issuer a browser is told to come by https only', async () => {
  const https = await h.another({ issuer: 'https://id.example' })
  const { headers } = await h.send('GET', '/oauth/sign-in', {}, https)
  assert.equal(headers.get('strict-transport-security'), 'max-age=31536000')
})

test('PG-02: Deny and Allow are answered by a page that leads on, never by a redirect', async () => {
  for (const button of ['Deny', 'Allow']) {
    const browser = h.browser()
    const asked = await signIn(browser, await browser.get(requestOf(web)))
    const answered = await browser.press(asked, button)
    assert.equal(answered.status, 200)
    assert.equal(answered.headers.get('location'), null)
    const url = ledTo(answered)?.href ?? ''
    assert.ok(url.startsWith(CALLBACK))
    assert.ok(answered.text.includes(`<a class="button" href="${url.replaceAll('&', '&amp;')}">Continue</a>`))
  }
})

test('RU-06: an address that was refused is on the page as text, with the command for its developer', async () => {
  const uri = 'https://evil.example/cb?a=1'
  const { status, text } = await h.send('GET', requestOf(web, { redirect_uri: uri }))
  assert.equal(status, 400)
  assert.match(text, /<h1><strong><bdi>Shop<\/bdi><\/strong> can’t be opened right now<\/h1>/)
  assert.match(text, /<code dir="ltr">https:\/\/evil\.example\/cb\?a=1<\/code>/)
  assert.doesNotMatch(text, /(?:href|action|content)="[^"]*evil/)
  assert.ok(text.includes(`oauthd client:check-redirect &#39;${web.client_id}&#39; &#39;${uri}&#39;`))
  assert.doesNotMatch(text, /shop\.example/, 'ux 3.6: what is registered is never shown')
})

test('ux 3.6: the page of an unknown client does not take its id for a name', async () => {
  const { text } = await h.send('GET', requestOf({ client_id: 'Your Bank' }))
  assert.equal(
    heading({ ...(await h.send('GET', requestOf({ client_id: 'Your Bank' }))) }),
    'An app can’t be opened right now',
  )
  assert.match(text, /<code dir="ltr">Your Bank<\/code>/)
})

test('ux 3.6: a page names the request by which the log is searched', async () => {
  const { text, headers } = await h.send('GET', '/oauth/authorize')
  assert.ok(text.includes(`<code dir="ltr">${headers.get('x-request-id')}</code>`))
})

test('attack, XSS: client_name, scope, state, login_hint and every refused value come out as text', async () => {
  const evil = await h.client({ ...WEB, client_name: NAME, scope: 'orders:read <svg/onload=alert(3)>' })
  const browser = h.browser()
  const state = '"><script>alert(4)</script>'
  const first = await browser.get(requestOf(evil, { state, login_hint: HOSTILE }))
  const asked = await signIn(browser, first)
  const left = await browser.press(asked, 'Allow')
  const refused = [
    await h.send('GET', requestOf(web, { redirect_uri: `https://evil.example/${HOSTILE}` })),
    await h.send('GET', requestOf({ client_id: HOSTILE })),
    await h.send('GET', `/oauth/authorize/${encodeURIComponent(HOSTILE)}`),
    await h.send('GET', `/oauth/sign-in?request=${encodeURIComponent(HOSTILE)}`),
  ]
  assert.equal(ledTo(left)?.searchParams.get('state'), state)
  for (const { text } of [first, asked, left, ...refused]) {
    assert.match(text, /<title>/)
    assert.doesNotMatch(text, /<script|<img|<svg|\u202e|\u2066/)
    assert.equal(text.split('</title>').length, 2)
  }
  assert.match(heading(asked), /&lt;script&gt;alert\(1\)/)
})

test('ux 3.4: the page speaks the language of ui_locales, else of the browser, its refusals too', async () => {
  const german = { headers: { 'accept-language': 'de' } }
  assert.match(
    (await h.send('GET', '/oauth/sign-in', german)).text,
    /<html lang="de" dir="ltr">[\s\S]*>Anmelden</,
  )
  const refused = await h.send('GET', requestOf({ client_id: 'no' }, { ui_locales: 'de en' }))
  assert.match(refused.text, /<html lang="de"/)
  assert.match((await h.send('GET', '/oauth/sign-in')).text, /<html lang="en"/)
})

test('PG-11: a method that an endpoint for people has not is refused as a page, with Allow', async () => {
  const { status, headers, text } = await h.send('POST', '/oauth/apps')
  assert.equal(status, 405)
  assert.equal(headers.get('allow'), 'GET, HEAD, OPTIONS')
  assert.match(text, /<!doctype html>/)
})

test('HTTP-18: a fault is a page that shows the request and nothing of the fault', async () => {
  const broken = { ...h.server, secrets: { ...h.server.secrets } }
  const store = { ...h.server.store, read: () => Promise.reject(new Error('SELECT secret')) }
  const { status, text } = await h.send('GET', requestOf(web), {}, { ...broken, store, registry: failing })
  assert.equal(status, 500)
  assert.match(text, /Something went wrong here/)
  assert.doesNotMatch(text, /SELECT|stack|at /)
})

const failing: Server['registry'] = {
  client: () => Promise.reject(new Error('SELECT secret')),
  defaultScopes: () => Promise.reject(new Error('SELECT secret')),
} as unknown as Server['registry']

test('ux 3.3: the style has a name made of its content, is kept for ever under it and not under another', async () => {
  const { text } = await h.send('GET', '/oauth/sign-in')
  const path = /<link rel="stylesheet" href="([^"]+)">/.exec(text)?.[1] ?? ''
  assert.match(path, /^\/oauth\/page-[\w-]{16}\.css$/)
  const style = await h.send('GET', path)
  assert.equal(style.status, 200)
  assert.equal(style.headers.get('content-type'), 'text/css; charset=utf-8')
  assert.equal(style.headers.get('cache-control'), 'public, max-age=31536000, immutable')
  assert.match(style.text, /--accent:#0b57d0/)
  const other = await h.send('GET', '/oauth/page-ofAnotherServer.css')
  assert.equal(other.status, 200)
  assert.equal(other.headers.get('cache-control'), 'no-store')
  assert.equal((await h.send('GET', '/oauth/logo-none')).status, 404)
})

test('ux 3.4: name, accent, links, logo and css of one’s own are on the pages, from our own origin', async () => {
  const svg = new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>')
  const mine = dressed(
    h.server,
    { name: 'Mine & Co', accent: '#0b6e4f', support_url: 'https://example.com/?a=1&b=2' },
    { css: 'h1{color:red}', logo: { bytes: svg, content_type: 'image/svg+xml' } },
  )
  const { text } = await h.send('GET', '/oauth/sign-in', {}, mine)
  assert.match(text, /<title>Sign in · Mine &amp; Co<\/title>/)
  assert.match(text, /<a href="https:\/\/example\.com\/\?a=1&amp;b=2" rel="noopener">Help<\/a>/)
  assert.doesNotMatch(text, /#0b6e4f|style=/)
  const style = await h.send('GET', /href="([^"]+\.css)"/.exec(text)?.[1] ?? '', {}, mine)
  assert.match(style.text, /--accent:#0b6e4f[\s\S]*\nh1\{color:red\}\n$/)
  const logo = await h.send('GET', /<img src="([^"]+)"/.exec(text)?.[1] ?? '', {}, mine)
  assert.equal(logo.headers.get('content-type'), 'image/svg+xml')
  assert.match(logo.headers.get('content-security-policy') ?? '', /^default-src 'none'; .*sandbox$/)
  assert.equal(logo.headers.get('x-content-type-options'), 'nosniff')
  assert.equal(logo.text, new TextDecoder().decode(svg))
  assert.notEqual(
    text.match(/page-[\w-]+/)?.[0],
    (await h.send('GET', '/oauth/sign-in')).text.match(/page-[\w-]+/)?.[0],
  )
})

test('contract, settled points: below an issuer with a path, pages point below it', async () => {
  const below = await h.another({ issuer: 'https://id.example/tenant/', prefix: 'auth/v1' })
  const answer = await createStandalone(below).request('/auth/v1/sign-in')
  const text = await answer.text()
  assert.match(text, /href="\/tenant\/auth\/v1\/page-/)
  assert.match(text, /action="\/tenant\/auth\/v1\/sign-in"/)
  assert.match(text, /Sign in to <bdi>id\.example<\/bdi>/)
})
