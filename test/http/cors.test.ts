import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type Answered, basic, openHarness } from './_harness.ts'

const h = await openHarness()
after(() => h.close())

const DOCUMENTS = ['/oauth/jwks', '/.well-known/oauth-authorization-server']
const CALLED = ['/oauth/token', '/oauth/revoke']
const CLOSED = ['/oauth/introspect', '/healthz', '/readyz', '/nowhere']
const ORIGIN = { origin: 'https://app.example' }

const cors = ({ headers }: Answered): Readonly<Record<string, string>> =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')))

const preflight = (target: string, method: string, headers = ''): Promise<Answered> =>
  h.send('OPTIONS', target, {
    headers: {
      ...ORIGIN,
      'access-control-request-method': method,
      ...(headers === '' ? {} : { 'access-control-request-headers': headers }),
    },
  })

test('CORS-02: the public documents are for every origin, and a preflight allows any header', async () => {
  for (const target of DOCUMENTS) {
    for (const method of ['GET', 'HEAD']) {
      assert.deepEqual(cors(await h.send(method, target, { headers: ORIGIN })), {
        'access-control-allow-origin': '*',
      })
    }
    const answered = await preflight(target, 'GET', 'mcp-protocol-version, x-other')
    assert.equal(answered.status, 204)
    assert.equal(answered.text, '')
    assert.deepEqual(cors(answered), {
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET, HEAD, OPTIONS',
      'access-control-allow-headers': 'mcp-protocol-version, x-other',
      'access-control-max-age': '600',
    })
    assert.equal(answered.headers.get('vary'), 'Access-Control-Request-Headers')
  }
})

test('CORS-02: header names that are none are not repeated in the answer of a preflight', async () => {
  for (const target of DOCUMENTS) {
    for (const headers of ['<script>', 'a: b', 'x"y', '']) {
      const answered = await preflight(target, 'GET', headers)
      assert.equal(answered.headers.get('access-control-allow-headers'), '*')
    }
  }
})

test('CORS-03: token and revoke may be called by every origin, with the headers of OAuth alone', async () => {
  for (const target of CALLED) {
    const answered = await preflight(target, 'POST', 'authorization, x-other')
    assert.equal(answered.status, 204)
    const { 'access-control-expose-headers': exposed, ...rest } = cors(answered)
    assert.deepEqual(rest, {
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'POST, OPTIONS',
      'access-control-allow-headers': 'Authorization, Content-Type, DPoP',
      'access-control-max-age': '600',
    })
    assert.match(String(exposed), /WWW-Authenticate.*DPoP-Nonce.*Retry-After/)
  }
})

test('CORS-05: a refusal can be read by whoever could read the success', async () => {
  const client = await h.client()
  const readable = {
    'access-control-allow-origin': '*',
    'access-control-expose-headers': 'WWW-Authenticate, DPoP-Nonce, Retry-After, X-Request-Id',
  }
  for (const target of ['token', 'revoke']) {
    const form = { grant_type: 'client_credentials', token: 'unknown' }
    const answers = {
      200: await h.post(target, form, { ...ORIGIN, ...basic(client) }),
      400: await h.post(target, {}, { ...ORIGIN, ...basic(client) }),
      401: await h.post(target, form, { ...ORIGIN, ...basic({ ...client, client_secret: 'wrong' }) }),
      405: await h.send('GET', `/oauth/${target}`, { headers: ORIGIN }),
      413: await h.post(target, 'x'.repeat(70_000), ORIGIN),
      414: await h.post(`${target}?${'q'.repeat(17_000)}`, form, ORIGIN),
    }
    for (const [status, answered] of Object.entries(answers)) {
      assert.equal(answered.status, Number(status))
      assert.deepEqual(cors(answered), readable, status)
    }
  }
  for (const target of DOCUMENTS) {
    const answered = await h.send('POST', target, { headers: ORIGIN })
    assert.equal(answered.status, 405)
    assert.deepEqual(cors(answered), { 'access-control-allow-origin': '*' })
  }
})

test('CORS-04: the origin is never named, credentials never allowed, a cookie never looked at', async () => {
  const client = await h.client()
  const cookie = 'session=a-cookie-that-is-nowhere-logged'
  h.hide(cookie)
  const form = { grant_type: 'client_credentials' }
  const answered = await h.post('token', form, { ...ORIGIN, ...basic(client), cookie })
  assert.equal(answered.status, 200)
  assert.equal(answered.headers.get('access-control-allow-origin'), '*')
  assert.equal((await h.post('token', form, { ...ORIGIN, cookie })).status, 401)
})

test('CORS-06, CORS-01: introspection, health and unknown paths send no Access-Control header, so preflights fail', async () => {
  const client = await h.client()
  for (const target of CLOSED) {
    for (const method of ['GET', 'POST']) {
      assert.deepEqual(cors(await preflight(target, method, 'authorization')), {})
      assert.deepEqual(cors(await h.send(method, target, { headers: ORIGIN })), {})
    }
  }
  const answered = await h.post('introspect', { token: 'unknown' }, { ...ORIGIN, ...basic(client) })
  assert.equal(answered.status, 200)
  assert.deepEqual(cors(answered), {})
})
