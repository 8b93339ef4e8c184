import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Exchange } from '../../src/http/answer.ts'
import { refuse } from '../../src/http/refuse.ts'
import { OAuthError } from '../../src/protocol/error.ts'
import type { Server } from '../../src/server.ts'
import type { Registered } from '../../src/store/registry.ts'
import { StoreError, type StoreErrorCode } from '../../src/store/store-error.ts'
import { type Answered, basic, type Given, openHarness } from './_harness.ts'

const h = await openHarness()
after(() => h.close())

const said = ({ status, body }: Answered): readonly unknown[] => [status, body['error']]

/** The same server, its store failing where the test says so. */
const failing = (parts: Partial<Server['store']>): Server => ({
  ...h.server,
  store: { ...h.server.store, ...parts },
})

/** The same registry, its clients looked up as the test says. */
const looking = (parts: Pick<Registered, 'client'>): Server['registry'] => ({
  latest: async () => ({ ...(await h.server.registry.latest()), ...parts }),
})

const rejects = (error: unknown) => (): Promise<never> => Promise.reject(error)

const busy = (code: StoreErrorCode): StoreError =>
  new StoreError(code, `database is busy: ${h.db}`, { cause: new Error('SQLITE_BUSY in: INSERT INTO x') })

test('ERR-08: of several faults the first in order is told: method, size, type, duplicates, client, grant, content', async () => {
  const client = await h.client()
  const wrong = basic({ ...client, client_secret: 'wrong' })
  const json = { 'content-type': 'application/json' }
  const big = 'x'.repeat(70_000)
  const twice = 'grant_type=x&grant_type=x'
  const get = await h.send('GET', '/oauth/token', { headers: { ...wrong, ...json } })
  assert.deepEqual(said(get), [405, 'invalid_request'])
  const post = (form: Given, headers: Readonly<Record<string, string>>): Promise<Answered> =>
    h.post('token', form, headers)
  const size = await post(big, { ...wrong, 'content-length': '70000', ...json })
  assert.deepEqual(said(size), [413, 'invalid_request'])
  assert.match((await post(twice, { ...wrong, ...json })).text, /must be application/)
  assert.match((await post(twice, wrong)).text, /more than once/)
  const grant = { grant_type: 'nonsense', scope: 'nonsense', resource: 'nonsense' }
  assert.deepEqual(said(await post(grant, wrong)), [401, 'invalid_client'])
  assert.deepEqual(said(await post({ scope: 'nonsense' }, wrong)), [401, 'invalid_client'])
  assert.deepEqual(said(await post(grant, basic(client))), [400, 'unsupported_grant_type'])
  const other = await h.client({ grant_types: ['authorization_code'], redirect_uris: ['https://a.example/'] })
  const machine = { ...grant, grant_type: 'client_credentials' }
  assert.deepEqual(said(await post(machine, basic(other))), [400, 'unauthorized_client'])
  assert.deepEqual(said(await post(machine, basic(client))), [400, 'invalid_target'])
  const { resource: _, ...content } = machine
  assert.deepEqual(said(await post(content, basic(client))), [400, 'invalid_scope'])
})

test('ERR-02: what the caller sent stands in no answer', async () => {
  const client = await h.client()
  const evil = '"><script>evil</script>\\'
  const answers = [
    await h.post('token', { grant_type: evil }, basic(client)),
    await h.post('token', { grant_type: 'client_credentials', scope: evil }, basic(client)),
    await h.post('token', { grant_type: 'client_credentials', resource: `https://${evil}` }, basic(client)),
    await h.post(
      'token',
      [
        [evil, '1'],
        [evil, '2'],
      ],
      basic(client),
    ),
    await h.post('token', { [evil]: 'x'.repeat(5000) }, basic(client)),
    await h.post('token', { client_id: evil }, basic(client)),
    await h.post('token', { client_id: evil, client_secret: evil }),
    await h.post('token', {}, { authorization: 'evil evil' }),
    await h.post('token', {}, { 'content-type': 'evil/evil' }),
    await h.post(`token?evil=${encodeURIComponent(evil)}&evil=2`, {}, basic(client)),
    await h.post('introspect', { token: evil }, { authorization: 'Bearer evil' }),
    await h.send('GET', `/oauth/evil/${encodeURIComponent(evil)}`),
    await h.send('EVIL', '/oauth/token'),
  ]
  for (const answered of answers) {
    assert.ok(answered.status >= 400 && answered.status < 500)
    const everything = answered.text + JSON.stringify([...answered.headers])
    assert.equal(/evil|script/i.test(everything.replaceAll('error_description', '')), false, everything)
  }
})

test('HTTP-18, ERR-10: a store that cannot answer is a 503 temporarily_unavailable with Retry-After, never invalid_*', async () => {
  const client = await h.client()
  const token = await h.token(client)
  const form = { grant_type: 'client_credentials', token }
  for (const code of ['database_busy', 'database_full', 'database_readonly', 'database_failed'] as const) {
    const server = failing({ read: rejects(busy(code)), write: rejects(busy(code)) })
    for (const endpoint of ['token', 'revoke', 'introspect']) {
      const answered = await h.post(endpoint, form, basic(client), server)
      assert.deepEqual(said(answered), [503, 'temporarily_unavailable'], `${endpoint} ${code}`)
      assert.match(answered.headers.get('retry-after') ?? '', /^[1-9]\d*$/)
      assert.equal(/database|busy|sqlite|insert/i.test(answered.text), false)
    }
    const document = await h.send('GET', '/.well-known/oauth-authorization-server', {}, server)
    assert.deepEqual(said(document), [503, 'temporarily_unavailable'])
  }
})

test('HTTP-18: a client that cannot be looked up is a 503 and not an unknown client', async () => {
  const client = await h.client()
  const unread = {
    ...h.server,
    registry: looking({ client: rejects(busy('database_busy')) }),
  }
  for (const endpoint of ['token', 'revoke', 'introspect']) {
    const answered = await h.post(endpoint, { token: 'x' }, basic(client), unread)
    assert.deepEqual(said(answered), [503, 'temporarily_unavailable'])
    assert.equal(answered.headers.get('www-authenticate'), null)
  }
})

test('HTTP-18, ERR-09: a bug is a 500 server_error without detail; the request id finds it in the log', async () => {
  const client = await h.client()
  const bug = new TypeError("Cannot read properties of undefined (reading 'a-detail')")
  for (const thrown of [bug, 'a-detail', undefined, null, { a: 'a-detail' }]) {
    const server = failing({ write: rejects(thrown) })
    const answered = await h.post('token', { grant_type: 'client_credentials' }, basic(client), server)
    assert.deepEqual(said(answered), [500, 'server_error'])
    assert.equal(/detail|TypeError|\.ts/.test(answered.text), false)
    assert.equal(answered.headers.get('access-control-allow-origin'), '*')
    const request_id = answered.headers.get('x-request-id')
    const faults = h.lines().filter((line) => line['request_id'] === request_id && line['msg'] === 'fault')
    assert.equal(faults.length, 1)
    assert.equal(faults[0]?.['level'], 50)
  }
})

test('HTTP-18: a bug that is thrown at once, and one while the caller is looked up, are refused alike', async () => {
  const client = await h.client()
  const broken = {
    ...h.server,
    registry: looking({
      client: () => {
        throw new RangeError('a-detail')
      },
    }),
  }
  const answered = await h.post('introspect', { token: 'x' }, basic(client), broken)
  assert.deepEqual(said(answered), [500, 'server_error'])
  assert.equal(answered.headers.get('www-authenticate'), null)
})

test('ERR-01: why a body could not be read is for the log', () => {
  const exchange: Exchange = {
    request: new Request('http://localhost/oauth/token'),
    search: '',
    params: {},
    request_id: 'r',
    route: 'token',
    at: 0,
    now: 0,
    note: {},
  }
  const refusal = new OAuthError('invalid_request', 'the body could not be read to its end', {
    cause: new Error('aborted'),
  })
  const { body } = refuse(h.server.log, exchange, refusal)
  assert.equal(exchange.note['reason'], 'aborted')
  assert.doesNotMatch(String(body), /aborted/)
})
