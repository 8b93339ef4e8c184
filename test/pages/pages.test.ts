import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { browserName } from '../../src/pages/browser-name.ts'
import { consentPage } from '../../src/pages/consent.ts'
import { errorPage } from '../../src/pages/error.ts'
import { leavingPage } from '../../src/pages/leaving.ts'
import { signInPage } from '../../src/pages/sign-in.ts'
import { de } from '../../src/pages/text/de.ts'
import { duration } from '../../src/pages/when.ts'
import { HOSTILE, SHOP, stories, testSite } from './_stories.ts'

const site = testSite()
const count = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length

test('PG-01: no page holds a script, a style of its own, a handler, or an address of another site to load', () => {
  for (const { name, page } of stories()) {
    const markup = page.replace(/="[^"]*"/g, '=""')
    assert.doesNotMatch(markup, /<script|<style|<iframe|<object|<base|<[^>]*\s(style|on\w+)\s*=/i, name)
    for (const [, loaded = ''] of page.matchAll(/<(?:link|img)[^>]*(?:href|src)="([^"]*)"/g)) {
      assert.match(loaded, /^(page\.css|logo\.svg)$/, name)
    }
  }
})

test('ux 3.3: every page has one title, one heading of the first order, one main, its language and direction', () => {
  for (const { name, page } of stories()) {
    for (const once of [/<title>/g, /<h1>/g, /<main>/g, /<!doctype html>/g])
      assert.equal(count(page, once), 1, name)
    assert.match(page, /<html lang="(en|de|ar)" dir="(ltr|rtl)">/)
    assert.match(page, /<title>[^<]+ · [^<]+<\/title>/)
    assert.doesNotMatch(page, /undefined|\[object|NaN/, name)
    assert.doesNotMatch(page, /\{\w+\}/, `${name}: a blank that nothing fills`)
  }
})

test('PG-03: every form is a POST to a path of ours and carries the csrf token', () => {
  for (const { name, page } of stories()) {
    for (const [form, attributes = ''] of page.matchAll(/<form([^>]*)>[\s\S]*?<\/form>/g)) {
      assert.match(attributes, /^ method="post" action="\/oauth\/[\w/-]+"/, name)
      assert.match(form, /<input type="hidden" name="csrf" value="[^"]+">/, name)
    }
  }
})

test('contract, pages: fields, buttons and the checkbox have the names that apps and tests find them by', () => {
  const signIn = signInPage(site, { csrf: 'c', username: '' })
  assert.match(signIn, /<label for="username">Username<\/label>/)
  assert.match(signIn, /<label for="password">Password<\/label>/)
  assert.match(signIn, /<button>Sign in<\/button>/)
  const consent = consentPage(site, SHOP)
  assert.match(consent, /<input type="checkbox" name="remember" value="1">Remember this decision</)
  const apps = stories().find(({ name }) => name === 'apps')?.page ?? ''
  assert.match(apps, /<button class="secondary" aria-describedby="app-0">Remove access<\/button>/)
})

test('F9: Deny stands before Allow, so that Enter is the safe answer, and nothing is remembered unasked', () => {
  const consent = consentPage(site, SHOP)
  assert.ok(consent.indexOf('value="deny"') < consent.indexOf('value="allow"'))
  assert.doesNotMatch(consent, /checked/)
})

test('PG-05: consent names client, owner, person, scopes with their words, resource, where it goes, whether it lasts', () => {
  const consent = consentPage(site, SHOP)
  for (const words of [
    '<h1><bdi>Shop</bdi> wants access to your <bdi>Example Accounts</bdi> account</h1>',
    '<bdi>team:shop</bdi>',
    'Signed in as <strong><bdi>ana</bdi></strong>',
    '<bdi>Read your orders</bdi> <code dir="ltr">orders:read</code>',
    'Their goods, prices and addresses',
    '<code dir="ltr">https://api.shop.example/</code>',
    '<strong><bdi dir="ltr">shop.example</bdi></strong>',
    'Act while you are away, until you remove access',
  ]) {
    assert.ok(consent.includes(words), words)
  }
  assert.doesNotMatch(consentPage(site, { ...SHOP, lasts: false }), /while you are away/)
  assert.match(
    consentPage(site, { ...SHOP, known: SHOP.scopes }),
    /<details><summary>Already allowed<\/summary>/,
  )
})

test('PG-06: a destination on the device is told as one, with a warning; a first-party app needs none', () => {
  const loopback = { kind: 'loopback', host: '127.0.0.1:4000' } as const
  const app = { kind: 'app', scheme: 'com.example.shop' } as const
  assert.match(
    consentPage(site, { ...SHOP, destination: loopback }),
    /an app on this device<\/strong> \(<bdi dir="ltr">127\.0\.0\.1:4000</,
  )
  for (const destination of [loopback, app]) {
    assert.match(consentPage(site, { ...SHOP, destination }), /class="note">Any app on this device/)
    assert.doesNotMatch(consentPage(site, { ...SHOP, destination, first_party: true }), /class="note"/)
  }
  assert.match(consentPage(site, { ...SHOP, destination: app }), /com\.example\.shop<\/bdi>/)
  assert.doesNotMatch(consentPage(site, SHOP), /class="note"/)
})

test('PG-02: the page between leads on by itself and by a link, to the same address, whatever is in it', () => {
  fc.assert(
    fc.property(fc.webUrl({ withQueryParameters: true }), (address) => {
      const url = `${address.replace(/["'<>]/g, '')}&state=${encodeURIComponent('"><script>')}'x`
      const page = leavingPage(site, { url, destination: SHOP.destination })
      const shown = url.replaceAll('&', '&amp;').replaceAll("'", '&#39;')
      assert.ok(page.includes(`<meta http-equiv="refresh" content="0;url=${shown}">`))
      assert.ok(page.includes(`<a class="button" href="${shown}">Continue</a>`))
    }),
  )
})

test('PG-08: a failed sign-in says neither which of the two was wrong nor forgets the name; the password is empty', () => {
  const page = signInPage(site, { csrf: 'c', username: 'ana', problem: { kind: 'wrong' } })
  assert.match(page, /<title>Error: Sign in/)
  assert.match(
    page,
    /role="alert" id="problem"><h2>There is a problem<\/h2><p>Username or password is not correct\.</,
  )
  assert.match(page, /name="username"[^>]* value="ana"[^>]* aria-invalid="true" aria-describedby="problem"/)
  assert.doesNotMatch(page, /name="password"[^>]* value=/)
  assert.ok(page.indexOf('role="alert"') < page.indexOf('<form'))
})

test('PG-08: who tried too often is told how long to wait, never too little', () => {
  assert.deepEqual(
    [0, 1, 59, 60, 61, 900, 5400, 5401].map((seconds) => duration(seconds, 'en')),
    ['1 second', '1 second', '59 seconds', '1 minute', '2 minutes', '15 minutes', '90 minutes', '2 hours'],
  )
  assert.equal(duration(840, 'de'), '14 Minuten')
})

const redirect = { kind: 'redirect', client_name: 'Shop', request_id: 'r' } as const
const ERROR = { error: 'invalid_request', error_description: 'not registered' }

test('RU-06: a redirect_uri that was refused is shown as text, cut at 300 characters, never as a link', () => {
  const redirect_uri = `https://evil.example/"><a href=x>${'a'.repeat(400)}`
  const page = errorPage(site, { ...redirect, developer: { ...ERROR, client_id: 'cl_1', redirect_uri } })
  assert.match(page, /<code dir="ltr">https:\/\/evil\.example\/&quot;&gt;&lt;a href=x&gt;a+…<\/code>/)
  assert.doesNotMatch(page, /href="?[^"]*evil/)
  assert.doesNotMatch(page, /a{300}/)
})

test('ux 3.6: the command of an error page can be pasted into a shell, or is not there', () => {
  const command = (client_id: string, redirect_uri: string): string | undefined =>
    /oauthd client:check-redirect [^<]*/.exec(
      errorPage(site, { ...redirect, developer: { ...ERROR, client_id, redirect_uri } }),
    )?.[0]
  assert.equal(
    command('cl_1', 'https://a.example/cb?x=$(id)&y=`id`'),
    'oauthd client:check-redirect &#39;cl_1&#39; &#39;https://a.example/cb?x=$(id)&amp;y=`id`&#39;',
  )
  for (const uri of [
    "https://a.example/'; id; '",
    '--json',
    'https://a.example/\nid',
    'a b',
    `https://a/${'a'.repeat(300)}`,
  ]) {
    assert.equal(command('cl_1', uri), undefined, uri)
  }
  assert.equal(command("cl'", 'https://a.example/'), undefined)
})

test('ux 3.6: an error page names the request, and the developer part is only where a developer can help', () => {
  for (const { name, page } of stories().filter((story) => /^error-\w+$/.test(story.name))) {
    assert.match(page, /Tq0a3mZk1xW9-b_2/, name)
    assert.equal(
      /For the developer/.test(page),
      ['error-client', 'error-redirect', 'error-request'].includes(name),
      name,
    )
    assert.match(page, /<title>Error: /)
  }
  assert.match(
    errorPage(site, { kind: 'client', request_id: 'r' }),
    /<h1><strong><bdi>An app<\/bdi><\/strong> can’t be opened/,
  )
})

test('PG-10: names made of markup and quotes are text wherever they are put, in German too', () => {
  const dressed = [site, testSite({ lang: 'de', t: de, name: HOSTILE, links: {} })]
  for (const each of dressed) {
    for (const page of [
      consentPage(each, { ...SHOP, client_name: HOSTILE, owner: HOSTILE, username: HOSTILE, csrf: HOSTILE }),
      signInPage(each, { client_name: HOSTILE, csrf: HOSTILE, request_id: HOSTILE, username: HOSTILE }),
      errorPage(each, {
        ...redirect,
        client_name: HOSTILE,
        developer: { ...ERROR, client_id: HOSTILE, redirect_uri: HOSTILE },
      }),
    ]) {
      assert.doesNotMatch(page, /<script|<img|\u202e|\u2066/)
      assert.equal(count(page, /<\/title>/g), 1)
      assert.match(page, /&lt;script&gt;alert\(1\)/)
    }
  }
})

test('ux 3.2: a browser is told in words that its User-Agent allows, an unknown one is not guessed', () => {
  const mozilla = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)'
  assert.deepEqual(browserName(`${mozilla} Chrome/156.0 Safari/537.36`), {
    browser: 'Chrome',
    system: 'Windows',
  })
  assert.deepEqual(browserName(`${mozilla} Chrome/156.0 Safari/537.36 Edg/156.0`), {
    browser: 'Edge',
    system: 'Windows',
  })
  assert.equal(browserName('curl/8.1'), undefined)
  assert.equal(browserName(''), undefined)
})
