/** What may be in a request to a form endpoint (OAuth 2.1 section 3.2, appendix B). */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type Answered, basic, openHarness } from './_harness.ts'

const h = await openHarness()
after(() => h.close())

const ENDPOINTS = ['token', 'revoke', 'introspect']
const client = await h.client()
const AUTHORIZED = basic(client)
const FORM = 'grant_type=client_credentials&token=unknown'
const LIMIT = 65_536

const said = ({ status, body }: Answered): readonly unknown[] => [status, body['error']]

const everywhere = async (
  form: string,
  headers: Readonly<Record<string, string>>,
  expected: readonly unknown[],
): Promise<void> => {
  for (const endpoint of ENDPOINTS) {
    const answered = await h.post(endpoint, form, { ...AUTHORIZED, ...headers })
    assert.deepEqual(said(answered), expected, `${endpoint}: ${form.slice(0, 80)} ${JSON.stringify(headers)}`)
  }
}

const OK = [200, undefined]
const INVALID_REQUEST = [400, 'invalid_request']

test('HTTP-03: a form is taken with and without a charset of UTF-8', async () => {
  for (const type of [
    'application/x-www-form-urlencoded',
    'application/x-www-form-urlencoded;charset=UTF-8',
    'Application/X-WWW-Form-Urlencoded ; charset="utf-8"',
  ]) {
    await everywhere(FORM, { 'content-type': type }, OK)
  }
})

test('HTTP-03: any other content type is invalid_request, whatever the body holds', async () => {
  for (const type of [
    'application/json',
    'multipart/form-data; boundary=x',
    'text/plain',
    'application/x-www-form-urlencoded; charset=iso-8859-1',
    'application/x-www-form-urlencoded, application/json',
    'application/x-www-form-urlencodedx',
    'nonsense',
    '',
  ]) {
    await everywhere(FORM, { 'content-type': type }, INVALID_REQUEST)
  }
  await everywhere(
    JSON.stringify({ grant_type: 'x' }),
    { 'content-type': 'application/json' },
    INVALID_REQUEST,
  )
})

test('HTTP-03: a body without a content type is invalid_request, and so is no body at all', async () => {
  for (const endpoint of ENDPOINTS) {
    const target = `/oauth/${endpoint}`
    const untyped = await h.send('POST', target, {
      body: new TextEncoder().encode(FORM),
      headers: AUTHORIZED,
    })
    assert.deepEqual(said(untyped), INVALID_REQUEST)
    assert.match(untyped.text, /must be application\/x-www-form-urlencoded/)
    const bare = await h.send('POST', target, { headers: AUTHORIZED })
    assert.deepEqual(said(bare), INVALID_REQUEST)
    assert.match(bare.text, /is missing/)
  }
})

test('HTTP-04: a secret in the query is never honoured, and its value is in no line of the log', async () => {
  const token = await h.token(client)
  const { client_id, client_secret } = client
  const inQuery = {
    client_secret,
    client_assertion: 'an-assertion-that-is-nowhere-logged',
    code: 'a-code-that-is-nowhere-logged',
    code_verifier: 'a-verifier-that-is-nowhere-logged',
    refresh_token: 'a-refresh-token-that-is-nowhere-logged',
    token,
  }
  h.hide(...Object.values(inQuery))
  for (const [name, value] of Object.entries(inQuery)) {
    for (const endpoint of ENDPOINTS) {
      const query = new URLSearchParams({ client_id, [name]: value })
      for (const headers of [AUTHORIZED, {}]) {
        const answered = await h.post(`${endpoint}?${query}`, FORM, headers)
        assert.deepEqual(said(answered), INVALID_REQUEST, `${name} at ${endpoint}`)
        assert.equal(answered.text.includes(value), false)
      }
    }
    await h.send('GET', `/oauth/token?${new URLSearchParams({ [name]: value })}`)
    await h.send('GET', `/nowhere/${value}?${name}=${value}`)
    await h.send('GET', `/healthz?${name}=${value}`)
  }
  const { body } = await h.post('introspect', { token }, AUTHORIZED)
  assert.equal(body['active'], true)
})

test('HTTP-05: a parameter sent twice is invalid_request, equal, empty or not, in the body or beside it', async () => {
  for (const twice of [
    'client_id=x&client_id=x',
    'scope=a&scope=b',
    'token=x',
    'unknown=1&unknown=2',
    'unknown=&unknown=',
    'grant_type=',
    'gr%61nt_type=client_credentials',
  ]) {
    await everywhere(`${FORM}&${twice}`, {}, INVALID_REQUEST)
  }
  for (const endpoint of ENDPOINTS) {
    for (const query of ['grant_type=client_credentials', 'x=1&x=2', 'x=1']) {
      const answered = await h.post(`${endpoint}?${query}`, `${FORM}&x=1`, AUTHORIZED)
      assert.deepEqual(said(answered), INVALID_REQUEST)
    }
  }
})

test('HTTP-05: resource is the parameter that may be repeated', async () => {
  await everywhere(`${FORM}&resource=https://a.example&resource=https://b.example`, {}, OK)
})

test('HTTP-06: an empty value is not sent and an unknown parameter is ignored, in the query too', async () => {
  const odd = '&scope=&client_secret=&client_assertion=&nonsense=1&__proto__=x&constructor=y&=z&&&resource='
  await everywhere(`&${FORM}${odd}&`, {}, OK)
  for (const endpoint of ENDPOINTS) {
    const answered = await h.post(`${endpoint}?nonsense=1&token=&__proto__=2`, FORM, AUTHORIZED)
    assert.deepEqual(said(answered), OK)
  }
})

test('OAuth 2.1 appendix B: bad percent-encoding, NUL and invalid UTF-8 are invalid_request and not echoed', async () => {
  for (const bad of ['%zz', '%', '%f', 'a%00b', 'a\0b', '%ff%fe', '%c3', '%ed%a0%80', '%ef%bf%bd']) {
    for (const parameter of [`nonsense=${bad}`, `${bad}=x`, `scope=${bad}`, `client_id=${bad}`]) {
      await everywhere(`${FORM}&${parameter}`, {}, INVALID_REQUEST)
    }
    const answered = await h.post(`token?x=${bad.replace('\0', '%00')}`, FORM, AUTHORIZED)
    assert.deepEqual(said(answered), INVALID_REQUEST)
  }
  for (const endpoint of ENDPOINTS) {
    const body = Buffer.concat([Buffer.from(`${FORM}&x=`), Buffer.from([0xc3, 0x28, 0xff])])
    const headers = { ...AUTHORIZED, 'content-type': 'application/x-www-form-urlencoded' }
    assert.deepEqual(said(await h.send('POST', `/oauth/${endpoint}`, { body, headers })), INVALID_REQUEST)
  }
})

test('HTTP-09: a parameter over 4 KiB and more than 256 of them are invalid_request', async () => {
  await everywhere(`${FORM}&state=${'s'.repeat(4096)}`, {}, OK)
  await everywhere(`${FORM}&state=${'s'.repeat(4097)}`, {}, INVALID_REQUEST)
  await everywhere(`${FORM}&${'n'.repeat(4097)}=1`, {}, INVALID_REQUEST)
  await everywhere(`${FORM}&state=${'%C3%A9'.repeat(2049)}`, {}, INVALID_REQUEST)
  const many = (count: number): string =>
    Array.from({ length: count - 2 }, (_, index) => `&p${index}=1`).join('')
  await everywhere(FORM + many(256), {}, OK)
  await everywhere(FORM + many(257), {}, INVALID_REQUEST)
})

test('HTTP-09: a body over 64 KiB is 413 invalid_request and the connection is given up', async () => {
  const padded = (length: number): string => {
    const filled = `${FORM}&client_assertion=${'x'.repeat(30_000)}&authorization_details=${'x'.repeat(30_000)}&`
    return filled.padEnd(length, '&')
  }
  for (const endpoint of ENDPOINTS) {
    const fits = await h.post(endpoint, padded(LIMIT), AUTHORIZED)
    assert.equal(fits.status, 400)
    const over = await h.post(endpoint, padded(LIMIT + 1), AUTHORIZED)
    assert.deepEqual(said(over), [413, 'invalid_request'])
    assert.equal(over.headers.get('connection'), 'close')
  }
})

test('HTTP-09: a body of more bytes than letters is measured in bytes', async () => {
  const letters = `${FORM}&${'é'.repeat(2000)}=1&`.padEnd(LIMIT - 1000, '&')
  assert.ok(letters.length < LIMIT && Buffer.byteLength(letters) > LIMIT)
  await everywhere(letters, {}, [413, 'invalid_request'])
})

test('HTTP-09: a query over 16 KiB is 414', async () => {
  for (const endpoint of ENDPOINTS) {
    const answered = await h.post(`${endpoint}?${'q'.repeat(16_384)}`, FORM, AUTHORIZED)
    assert.deepEqual(said(answered), [414, 'invalid_request'])
  }
  const document = await h.send('GET', `/oauth/jwks?${'q'.repeat(16_384)}`)
  assert.deepEqual(said(document), [414, 'invalid_request'])
})

test('HTTP-09: a body without a length is read no further than the limit', async () => {
  for (const endpoint of ENDPOINTS) {
    let pulled = 0
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1
        controller.enqueue(Buffer.alloc(16_384, '&'))
      },
    })
    const headers = { ...AUTHORIZED, 'content-type': 'application/x-www-form-urlencoded' }
    const answered = await h.send('POST', `/oauth/${endpoint}`, { body, headers, duplex: 'half' })
    assert.deepEqual(said(answered), [413, 'invalid_request'])
    assert.ok(pulled < 8, `${pulled} times 16 KiB`)
  }
})
