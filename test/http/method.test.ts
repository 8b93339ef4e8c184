import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { parameters, person, requestOf, signIn, WEB } from './_authorize.ts'
import { basic, openHarness } from './_harness.ts'

const h = await openHarness()
after(() => h.close())

const POSTED = ['/oauth/token', '/oauth/revoke', '/oauth/introspect']
const METADATA = '/.well-known/oauth-authorization-server'
const READ = ['/oauth/jwks', METADATA, '/healthz', '/readyz']
const client = await h.client()

test('HTTP-01, IN-06: token, revoke and introspect answer 405 with Allow to all but POST, and do nothing', async () => {
  const token = await h.token(client)
  const { client_id, client_secret } = client
  const query = new URLSearchParams({ client_id, client_secret, token, grant_type: 'client_credentials' })
  for (const target of POSTED) {
    for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'PROPFIND', 'NONSENSE']) {
      const answered = await h.send(method, `${target}?${query}`, { headers: basic(client) })
      assert.equal(answered.status, 405, `${method} ${target}`)
      assert.equal(answered.headers.get('allow'), 'POST, OPTIONS')
      assert.equal(answered.body['error'], method === 'HEAD' ? undefined : 'invalid_request')
      assert.equal(answered.text.includes(method), false)
    }
  }
  const { body } = await h.post('introspect', { token }, basic(client))
  assert.equal(body['active'], true)
})

test('HTTP-13: documents and health answer 405 with Allow to all but GET, HEAD and OPTIONS', async () => {
  for (const target of READ) {
    for (const method of ['POST', 'PUT', 'DELETE', 'PROPFIND']) {
      const answered = await h.send(method, target)
      assert.equal(answered.status, 405, `${method} ${target}`)
      assert.equal(answered.headers.get('allow'), 'GET, HEAD, OPTIONS')
      assert.equal(answered.body['error'], 'invalid_request')
    }
  }
})

test('HTTP-13: HEAD is GET without the body', async () => {
  for (const target of READ) {
    const [get, head] = [await h.send('GET', target), await h.send('HEAD', target)]
    assert.equal(head.status, 200)
    assert.equal(head.text, '')
    assert.notEqual(get.text, '')
    for (const name of ['content-type', 'etag', 'cache-control', 'access-control-allow-origin']) {
      assert.equal(head.headers.get(name), get.headers.get(name), name)
    }
  }
})

test('HTTP-13, RFC 9110 9.2.1: HEAD gives no code and keeps no request where GET does', async () => {
  const web = await h.client({ ...WEB, first_party: true })
  await person(h)
  const browser = h.browser()
  const first = await browser.get(requestOf(web))
  const id = /name="request" value="(ar_[0-9a-z]{26})"/.exec(first.text)?.[1] ?? ''
  assert.ok(parameters(await signIn(browser, first))['code'])
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  assert.ok(parameters(await browser.get(requestOf(web)))['code'], 'GET gives a code without a page')
  const kept = { ...h.server.store, write: () => assert.fail('HEAD wrote') }
  for (const target of [requestOf(web), `/oauth/authorize/${id}`, '/oauth/authorize']) {
    const head = await h.send('HEAD', target, { headers: { cookie } }, { ...h.server, store: kept })
    assert.deepEqual([head.status, head.text, head.headers.get('location')], [200, '', null], target)
    assert.deepEqual(head.headers.getSetCookie(), [])
    assert.equal(head.headers.get('content-type'), 'text/html; charset=utf-8')
    assert.equal(head.headers.get('cache-control'), 'no-store')
  }
})

test('HTTP-13: OPTIONS without preflight headers is 204 with Allow and no more', async () => {
  for (const target of [...POSTED, ...READ]) {
    const answered = await h.send('OPTIONS', target)
    assert.equal(answered.status, 204)
    assert.equal(answered.text, '')
    assert.equal(
      answered.headers.get('allow'),
      POSTED.includes(target) ? 'POST, OPTIONS' : 'GET, HEAD, OPTIONS',
    )
    assert.equal(answered.headers.get('access-control-allow-methods'), null)
    assert.equal(answered.headers.get('access-control-max-age'), null)
  }
})

test('HTTP-12: an unknown path is a JSON 404 that does not say what was asked, whatever the method', async () => {
  for (const target of [
    '/',
    '/oauth',
    '/oauth/',
    '/oauth/nonsense-of-mine',
    '/oauth/token/nonsense-of-mine',
    '/token',
    '/OAUTH/TOKEN',
    '/oauth/%74oken%2f',
    '/.well-known/',
    '/.well-known/openid-configuration',
    `${METADATA}/nonsense-of-mine`,
    '/.well-known/oauth-protected-resource',
    '/favicon.ico',
    '/metrics',
    '/oauth/authorize/ar_1/nonsense-of-mine',
    '/nonsense-of-mine/%3Cscript%3E?x=<script>',
    '/..%2f..%2fetc%2fpasswd',
    '/oauth/__proto__',
  ]) {
    for (const method of ['GET', 'POST', 'HEAD', 'OPTIONS', 'DELETE', 'PROPFIND']) {
      const answered = await h.send(method, target)
      assert.equal(answered.status, 404, `${method} ${target}`)
      assert.equal(answered.headers.get('content-type'), 'application/json')
      assert.equal(/nonsense|<|passwd/.test(answered.text), false)
    }
  }
})

test('ERR-09: a path that is none is a JSON 400 with a request id, and is not echoed', async () => {
  for (const target of ['/%zz', '/oauth/token%zz-mine', '/oauth/%ff', '/oauth/%ed%a0%80', '/%']) {
    for (const method of ['GET', 'POST', 'HEAD', 'OPTIONS', 'PROPFIND']) {
      const answered = await h.send(method, target)
      assert.equal(answered.status, 400, `${method} ${target}`)
      assert.equal(answered.body['error'], method === 'HEAD' ? undefined : 'invalid_request')
      assert.equal(/mine|%|zz/.test(answered.text), false)
    }
  }
})

test('HTTP-10: nothing here redirects, and a slash at the end is no other endpoint', async () => {
  const form = { grant_type: 'client_credentials' }
  for (const target of ['token/', 'token//']) {
    const answered = await h.post(target, form, basic(client))
    assert.ok(answered.status === 200 || answered.status === 404, `${target} ${answered.status}`)
  }
})

test('ERR-09: the request id is ours: one that comes with the request is neither taken nor logged', async () => {
  const given = 'request-id-of-a-stranger'
  h.hide(given)
  const answered = await h.send('GET', '/healthz', { headers: { 'x-request-id': given } })
  assert.notEqual(answered.headers.get('x-request-id'), given)
  const another = await h.send('GET', '/healthz')
  assert.notEqual(answered.headers.get('x-request-id'), another.headers.get('x-request-id'))
})
