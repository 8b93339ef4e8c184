import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Exchange } from '../../src/http/answer.ts'
import { bindingMac, browserOf, checkForm, csrfToken } from '../../src/http/browser.ts'
import { OAuthError } from '../../src/protocol/error.ts'
import { parseForm } from '../../src/protocol/form.ts'
import { testServer } from '../_server.ts'
import { NOW } from '../_store.ts'

const SECRET = 'b'.repeat(43)
const BROWSER = { secret: SECRET, cookies: [] }

const exchange = (
  headers: Readonly<Record<string, string>>,
  url = 'https://id.example/oauth/sign-in',
): Exchange => ({
  request: new Request(url, { headers }),
  search: '',
  params: {},
  request_id: 'r',
  route: 'sign-in',
  at: NOW * 1000,
  now: NOW,
  note: {},
})

test('PG-03: a browser is known by its cookie; a new one is given a secret of 256 bits', async (t) => {
  const { server } = await testServer(t)
  const fresh = browserOf(server, exchange({}))
  assert.match(fresh.secret, /^[\w-]{43}$/)
  assert.deepEqual(fresh.cookies, [
    `__Host-oauthd_browser=${fresh.secret}; Path=/; HttpOnly; Secure; SameSite=Lax`,
  ])
  assert.notEqual(browserOf(server, exchange({})).secret, fresh.secret)
  const known = browserOf(server, exchange({ cookie: `a=b; __Host-oauthd_browser=${SECRET}; c=d` }))
  assert.deepEqual(known, BROWSER)
})

test('PG-04: with https a cookie without the __Host- prefix, which any subdomain can set, is not read', async (t) => {
  const { server } = await testServer(t)
  for (const cookie of [
    `oauthd_browser=${SECRET}`,
    `x__Host-oauthd_browser=${SECRET}`,
    `__host-oauthd_browser=${SECRET}`,
    '__Host-oauthd_browser=short',
    `__Host-oauthd_browser=${SECRET}"`,
  ]) {
    assert.notEqual(browserOf(server, exchange({ cookie })).secret, SECRET, cookie)
  }
})

test('PG-03, AZ-15: token and binding follow from the secret, each for its own purpose, and reveal nothing of it', () => {
  assert.equal(csrfToken(BROWSER), csrfToken({ ...BROWSER, cookies: ['x'] }))
  assert.notEqual(csrfToken(BROWSER), csrfToken({ ...BROWSER, secret: 'c'.repeat(43) }))
  assert.notEqual(bindingMac(BROWSER, 'ar_1'), bindingMac(BROWSER, 'ar_2'))
  assert.notEqual(bindingMac(BROWSER, 'form'), csrfToken(BROWSER))
  for (const made of [csrfToken(BROWSER), bindingMac(BROWSER, 'ar_1')]) assert.match(made, /^[\w-]{43}$/)
})

test('PG-03: a form is ours by Sec-Fetch-Site where it is sent, else by Origin: the issuer or the host asked', async (t) => {
  const { server } = await testServer(t)
  const form = parseForm(`csrf=${csrfToken(BROWSER)}`)
  const takes = (headers: Readonly<Record<string, string>>, url?: string): boolean => {
    try {
      checkForm(server, exchange(headers, url), form, BROWSER)
      return true
    } catch (error) {
      assert.ok(error instanceof OAuthError)
      assert.deepEqual([error.status, error.page], [403, 'forged'])
      return false
    }
  }
  const same = { 'sec-fetch-site': 'same-origin' }
  assert.ok(takes(same))
  assert.ok(takes({ origin: 'https://id.example' }))
  // TLS ends at the proxy, which keeps the host.
  assert.ok(takes({ origin: 'https://login.example' }, 'http://login.example/oauth/sign-in'))
  assert.ok(takes({ origin: 'https://id.example' }, 'http://backend:6749/oauth/sign-in'))
  for (const headers of [
    {},
    { origin: 'null' },
    { origin: 'https://evil.example' },
    { origin: 'https://id.example.evil.example' },
    { origin: 'https://id.example:444' },
    { origin: 'http://id.example' },
    { origin: 'http://id.example:81' },
    { referer: 'https://id.example/oauth/sign-in' },
    { origin: 'https://id.example', 'sec-fetch-site': 'cross-site' },
    { origin: 'https://id.example', 'sec-fetch-site': 'same-site' },
  ]) {
    assert.ok(!takes(headers), JSON.stringify(headers))
  }
  assert.throws(() => checkForm(server, exchange(same), parseForm('csrf=x'), BROWSER), OAuthError)
  assert.throws(() => checkForm(server, exchange(same), parseForm(''), BROWSER), OAuthError)
})
