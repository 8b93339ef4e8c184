/** What comes over a socket and no client library would send. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, test } from 'node:test'
import { basic, openHarness } from './_harness.ts'
import { bytesOf, openWire, received, type WireAnswer } from './_wire.ts'

const h = await openHarness()
const wire = await openWire(h.server)
after(async () => {
  await wire.close()
  await h.close()
})

const client = await h.client()
const AUTHORIZED = basic(client)
const FORM = { 'content-type': 'application/x-www-form-urlencoded', ...AUTHORIZED }
const WORK = 'grant_type=client_credentials'

const post = (target: string, headers: Readonly<Record<string, string>> = {}, body = WORK): string =>
  bytesOf('POST', target, { ...FORM, ...headers }, body)

/** One answer, ours in form, told in the log, its tokens hidden. */
const examined = (answers: readonly WireAnswer[]): WireAnswer => {
  assert.equal(answers.length, 1)
  const [answer = { status: 0, headers: {}, body: '' }] = answers
  const { status, headers, body } = answer
  const told = h.lines().filter((line) => line['request_id'] === headers['x-request-id'])
  assert.deepEqual(
    told.map((line) => line['status']),
    [status],
  )
  h.hideTokens(body)
  if (status < 400) return answer
  assert.equal(headers['content-type'], 'application/json')
  assert.equal(headers['cache-control'], 'no-store')
  assert.equal(headers['pragma'], 'no-cache')
  assert.deepEqual(Object.keys(JSON.parse(body) as object), ['error', 'error_description'])
  assert.equal(/evil|<|%/.test(body), false, body)
  return answer
}

const send = async (...bytes: readonly (string | Uint8Array)[]): Promise<WireAnswer> =>
  examined(await wire.send(...bytes))

const stillAnswers = async (): Promise<void> => assert.equal((await send(post('/oauth/token'))).status, 200)

test('RFC 9112 3.2.2: a target in absolute form is the same endpoint, whatever host it names', async () => {
  for (const target of [
    'http://localhost/oauth/token',
    'http://evil.example/oauth/token',
    'https://evil/oauth/token',
  ]) {
    assert.equal((await send(post(target))).status, 200, target)
  }
  const secret = new URLSearchParams({ client_secret: client.client_secret })
  assert.equal((await send(post(`http://evil.example/oauth/token?${secret}`))).status, 400)
})

test('HTTP-12: a target that is odd or none is answered 2xx or 4xx in our form, never 5xx, never echoed', async () => {
  for (const target of [
    'http://[::1/oauth/token',
    'http://evil:99999999/oauth/token',
    'ftp://evil/oauth/token',
    '//oauth/token',
    '//evil.example/oauth/token',
    '/oauth//token',
    '/oauth/token/',
    '/evil/../oauth/token',
    '/oauth/./token',
    '/%6Fauth/token',
    '/oauth%2Ftoken',
    '/oauth\\token',
    '/oauth/token%00evil',
    '/oauth/token%zz',
    '/oauth/%ff',
    '/oauth/token?evil=%zz',
    '/oauth/token#evil',
    '/oauth/token;evil',
    '/oauth/<evil>',
    '*',
    '/',
    '?',
  ]) {
    const { status } = await send(post(target))
    assert.ok([200, 400, 404].includes(status), `${target} ${status}`)
  }
})

test('HTTP-13: TRACE is 405 and reflects nothing, and PROPFIND, CONNECT and OPTIONS * harm nobody', async () => {
  for (const method of ['TRACE', 'PROPFIND', 'SEARCH', 'PURGE', 'QUERY']) {
    const answer = await send(bytesOf(method, '/oauth/token', { 'x-evil': 'evil', ...AUTHORIZED }))
    assert.equal(answer.status, 405)
    assert.equal(answer.headers['allow'], 'POST, OPTIONS')
  }
  const connect = await send('CONNECT evil:443 HTTP/1.1\r\nhost: evil:443\r\n\r\n')
  assert.deepEqual([connect.status, connect.headers['allow']], [405, 'GET, HEAD, POST, OPTIONS'])
  assert.equal((await send(bytesOf('OPTIONS', '*', {}))).status, 404)
  assert.equal((await send(bytesOf('EVIL', '/oauth/token', {}))).status, 400)
  await stillAnswers()
})

test('HTTP-15, MD-06: the Host header changes nothing, however it is written', async () => {
  const METADATA = '/.well-known/oauth-authorization-server'
  const plain = await send(bytesOf('GET', METADATA, {}))
  for (const host of [
    'evil.example',
    'evil.example:1',
    '',
    'a b<evil>',
    '[::1',
    'evil/oauth/x?',
    'evil#',
    'a:99999999',
    '@',
    '..',
  ]) {
    const answer = await send(bytesOf('GET', METADATA, { host, 'x-forwarded-host': host }))
    assert.equal(answer.body, plain.body, host)
    assert.equal((await send(post('/oauth/token', { host }))).status, 200, host)
  }
  const old = await send(`GET ${METADATA} HTTP/1.0\r\n\r\n`)
  assert.equal(old.body, plain.body)
  const secret = new URLSearchParams({ client_secret: client.client_secret })
  assert.equal((await send(post(`/oauth/token?${secret}`, { host: 'evil#' }))).status, 400)
})

test('HTTP-15: a Host header that names no host gets the style of a page, and no form through, and is no fault', async () => {
  const page = await h.send('GET', '/oauth/sign-in')
  const style = /href="([^"]+\.css)"/.exec(page.text)?.[1] ?? ''
  const csrf = 'csrf=x&username=ana&password=x'
  const type = 'application/x-www-form-urlencoded'
  for (const host of ['localhost:99999', '[::1', 'a b']) {
    const [css] = await wire.send(bytesOf('GET', style, { host }))
    assert.deepEqual([css?.status, css?.headers['content-type']], [200, 'text/css; charset=utf-8'], host)
    assert.match(css?.headers['cache-control'] ?? '', /immutable/)
    const origin = 'http://another.example'
    const [forged] = await wire.send(
      bytesOf('POST', '/oauth/sign-in', { host, origin, 'content-type': type }, csrf),
    )
    assert.equal(forged?.status, 403, host)
  }
  assert.deepEqual(
    h.lines().filter(({ msg }) => msg === 'fault'),
    [],
  )
})

test('RFC 9112 3.2: no Host header, and more than one, is a JSON 400 that closes the connection', async () => {
  for (const head of [
    'GET /healthz HTTP/1.1',
    'POST /oauth/token HTTP/1.1\r\ncontent-length: 4',
    'GET /healthz HTTP/1.1\r\nhost: a\r\nHOST: a',
    'GET /healthz HTTP/1.0\r\nhost: a\r\nhost: b',
  ]) {
    const { status, headers } = await send(`${head}\r\n\r\n`)
    assert.deepEqual([status, headers['connection']], [400, 'close'], head)
  }
})

test('RFC 9110 10.1.1: an expectation that is not known is 417 in our form, 100-continue is met', async () => {
  assert.equal((await send(post('/oauth/token', { expect: 'evil' }))).status, 417)
  const socket = await wire.connect()
  const answers = received(socket)
  const [head = '', body = ''] = post('/oauth/token', { expect: '100-continue' }).split(/(?<=\r\n\r\n)/)
  socket.write(head)
  await once(socket, 'data')
  socket.write(body)
  const [interim, answer] = await answers
  assert.deepEqual([interim?.status, answer?.status], [100, 200])
  h.hideTokens(answer?.body)
})

test('HTTP-18: who asks for a tunnel and goes away, or has not read its answers, harms nobody', async () => {
  const tunnel = 'CONNECT evil:443 HTTP/1.1\r\nhost: evil:443\r\n\r\n'
  const gone = await wire.connect()
  const closed = received(gone)
  gone.write(tunnel)
  gone.resetAndDestroy()
  await closed
  const behind = bytesOf('GET', '/healthz', { connection: 'keep-alive' }) + tunnel
  assert.deepEqual(await wire.send(behind), [], 'a refusal would be read as the answer to the first')
  await stillAnswers()
})

test('CA-04: a second Authorization or Content-Type header is refused, not overlooked', async () => {
  const twice = (header: string): string => post('/oauth/token').replace('\r\n\r\n', `\r\n${header}\r\n\r\n`)
  assert.equal((await send(twice(`authorization: ${AUTHORIZED.authorization}`))).status, 400)
  assert.equal((await send(twice('content-type: application/json'))).status, 400)
})

test('HTTP-09: a URL or a head that is too long for the parser is 431 in our form', async () => {
  for (const bytes of [
    post(`/oauth/token?evil=${'a'.repeat(17_000)}`),
    post('/oauth/token', { 'x-evil': 'a'.repeat(17_000) }),
  ]) {
    assert.equal((await send(bytes)).status, 431)
  }
  assert.equal((await send(post(`/oauth/token?evil=${'a'.repeat(15_000)}`))).status, 400)
})

test('ERR-01, HTTP-07: what is no HTTP is a JSON 400 that nobody may store', async () => {
  const chunked = { 'transfer-encoding': 'chunked' }
  for (const bytes of [
    'evil\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    post('/oauth/token', { 'x-evil': 'a\0b' }),
    post('/oauth/token', { 'content-length': 'evil' }),
    post('/oauth/token', { 'content-length': '5, 6' }),
    post('/oauth/token', { ...chunked, 'content-length': '29' }),
    post('/oauth/token', chunked, 'ZZ\r\nevil\r\n'),
    bytesOf('GET', '/healthz', { 'x evil': 'x' }),
  ]) {
    const answer = await send(bytes)
    assert.equal(answer.status, 400, bytes.slice(0, 200))
    assert.equal(answer.headers['connection'], 'close')
  }
  await stillAnswers()
})

test('contract, bad input: a body that ends before its length is invalid_request', async () => {
  for (const bytes of [
    post('/oauth/token', { 'content-length': '290' }),
    post('/oauth/token', { 'transfer-encoding': 'chunked' }, '10\r\ngrant'),
    post('/oauth/token', { 'transfer-encoding': 'chunked' }, `1d\r\n${WORK}\r\n`),
  ]) {
    const answers = await wire.cutAfter(bytes)
    assert.deepEqual(
      answers.map(({ status, body }) => [status, (JSON.parse(body) as { error: string }).error]),
      [[400, 'invalid_request']],
    )
    assert.equal(answers[0]?.headers['cache-control'], 'no-store')
  }
  await stillAnswers()
})

test('HTTP-18: a client that goes away in the middle of its body is no fault of ours', async () => {
  for (let count = 0; count < 5; count += 1) {
    const socket = await wire.connect()
    const closed = received(socket)
    socket.write(post('/oauth/token', { 'content-length': '290' }))
    socket.resetAndDestroy()
    await closed
    await stillAnswers()
  }
  assert.deepEqual(
    h.lines().filter((line) => Number(line['status']) >= 500 || Number(line['level']) >= 50),
    [],
  )
})

test('HTTP-09: a body over the limit is 413 before it is sent, and the connection is closed', async () => {
  const declared = await send(
    bytesOf('POST', '/oauth/token', { ...FORM, 'content-length': '65537', connection: 'keep-alive' }),
    'x',
  )
  assert.equal(declared.status, 413)
  assert.equal(declared.headers['connection'], 'close')
  const chunk = `4000\r\n${'a'.repeat(0x4000)}\r\n`
  const head = bytesOf('POST', '/oauth/token', {
    ...FORM,
    'transfer-encoding': 'chunked',
    connection: 'keep-alive',
  })
  const chunked = await send(head, chunk, chunk, chunk, chunk, '1\r\na\r\n')
  assert.equal(chunked.status, 413)
  assert.equal(chunked.headers['connection'], 'close')
  await stillAnswers()
})

test('HTTP-03, HTTP-11: octets that are no UTF-8 are invalid_request, a chunked form is a form', async () => {
  const bad = Buffer.concat([
    Buffer.from(post('/oauth/token', {}, `${WORK}&x=12`)).subarray(0, -2),
    Buffer.from([0xff, 0xfe]),
  ])
  assert.equal((await send(bad)).status, 400)
  const header = Buffer.from(post('/oauth/token', { authorization: 'Basic \xff\xfe' }), 'latin1')
  assert.equal((await send(header)).status, 400)
  const chunks = '5\r\ngrant\r\n18\r\n_type=client_credentials\r\n0\r\n\r\n'
  assert.equal((await send(post('/oauth/token', { 'transfer-encoding': 'chunked' }, chunks))).status, 200)
})

test('RFC 9112 9.3.2: pipelined requests are answered in their order, and an upgrade is not taken', async () => {
  const alive = { connection: 'keep-alive' }
  const answers = await wire.send(
    post('/oauth/token', alive) + bytesOf('GET', '/healthz', alive) + bytesOf('HEAD', '/oauth/jwks', {}),
  )
  assert.deepEqual(
    answers.map(({ status, body }) => [status, body.slice(0, 9)]),
    [
      [200, '{"access_'],
      [200, '{"status"'],
      [200, ''],
    ],
  )
  h.hideTokens(answers[0]?.body)
  const upgrade = await send(post('/oauth/token', { upgrade: 'h2c', connection: 'upgrade, close' }))
  assert.equal(upgrade.status, 200)
})
