import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, test } from 'node:test'
import { createLog } from '../../src/http/log.ts'
import { StoreError } from '../../src/store/store-error.ts'
import { basic, openHarness } from './_harness.ts'

const h = await openHarness()
after(() => h.close())

const client = await h.client()

test('ERR-09: the line of a request has its id, method, route, status and time, and no more than is known', async () => {
  const answered = await h.post('token', { grant_type: 'client_credentials' }, basic(client))
  const request_id = answered.headers.get('x-request-id')
  const [line, ...more] = h.lines().filter((each) => each['request_id'] === request_id)
  assert.deepEqual(more, [])
  const { time, jti, ...rest } = line ?? {}
  assert.equal(typeof time, 'number')
  assert.equal(jti, String(answered.body['access_token']).slice(4, 30))
  assert.deepEqual(rest, {
    level: 30,
    request_id,
    method: 'POST',
    route: 'token',
    status: 200,
    ms: 0,
    client_id: client.client_id,
    grant_type: 'client_credentials',
    msg: 'request',
  })
})

test('ERR-04: why a client was refused is in the log and not in the answer', async () => {
  const reasonOf = async (form: Readonly<Record<string, string>>): Promise<unknown> => {
    const answered = await h.post('token', { grant_type: 'client_credentials', ...form })
    assert.equal(answered.body['error_description'], 'client authentication failed')
    const request_id = answered.headers.get('x-request-id')
    const line = h.lines().find((each) => each['request_id'] === request_id)
    assert.equal(line?.['client_id'], undefined)
    return line?.['reason']
  }
  assert.equal(await reasonOf({}), 'no client authentication')
  assert.equal(await reasonOf({ client_id: 'cl_nobody', client_secret: 'x' }), 'unknown client')
  assert.equal(await reasonOf({ client_id: client.client_id, client_secret: 'x' }), 'wrong secret')
  assert.match(String(await reasonOf({ client_id: client.client_id })), /none is not how/)
})

test('LG-01: no token, secret or Authorization value that was sent is in the log, whatever became of it', async () => {
  const token = await h.token(client)
  const password = 'a-password-that-is-nowhere-logged'
  const sent = {
    token,
    password,
    code: 'a-code-nowhere',
    code_verifier: 'a-verifier-nowhere',
    refresh_token: 'ort_nowhere',
  }
  h.hide(...Object.values(sent))
  for (const endpoint of ['token', 'revoke', 'introspect', 'nowhere']) {
    await h.post(endpoint, sent, basic(client))
    await h.post(endpoint, { ...sent, ...client })
    await h.post(endpoint, sent, { authorization: `Bearer ${token}` })
    await h.post(endpoint, sent, { ...basic(client), 'content-type': 'text/plain' })
    await h.post(
      endpoint,
      { ...sent, client_id: token },
      { cookie: `session=${token}`, referer: `https://a/?${token}` },
    )
  }
  const text = JSON.stringify(h.lines())
  assert.ok(text.includes(client.client_id))
  for (const secret of [...Object.values(sent), client.client_secret])
    assert.equal(text.includes(secret), false)
})

test('LG-01: a fault of the store is logged with its cause and without what was bound', async () => {
  const error = new StoreError('database_failed', 'a statement failed', {
    cause: new Error('UNIQUE constraint failed, in: INSERT INTO oauth_access_token VALUES ($token_hash)'),
  })
  const write = (): Promise<never> => Promise.reject(error)
  const server = { ...h.server, store: { ...h.server.store, write } }
  const answered = await h.post('token', { grant_type: 'client_credentials' }, basic(client), server)
  const request_id = answered.headers.get('x-request-id')
  const fault = h.lines().find((line) => line['request_id'] === request_id && line['msg'] === 'fault')
  assert.match(JSON.stringify(fault), /UNIQUE constraint failed, in: INSERT/)
  assert.match(JSON.stringify(fault), /"code":"database_failed"/)
})

test('CA-08, LG-01: tokens and client secrets are in no byte of the database or its log', async () => {
  const token = await h.token(client)
  const bytes = Buffer.concat([await readFile(h.db), await readFile(`${h.db}-wal`)])
  assert.ok(bytes.includes(client.client_id))
  for (const secret of [
    token,
    client.client_secret,
    token.slice(30, 73),
    client.client_secret.slice(4, 47),
  ]) {
    assert.equal(bytes.includes(secret), false)
  }
})

test('LG-01: fields that hold secrets are struck out, at the top and one below', () => {
  let text = ''
  const log = createLog({ write: (lines) => (text += lines) })
  const fields = ['access_token', 'token', 'client_secret', 'password', 'authorization', 'cookie']
  for (const field of fields) {
    log.warn({ [field]: 'hidden-1', request: { [field]: 'hidden-2' } }, 'said')
  }
  log.warn({ code: 'hidden-3' }, 'said')
  log.flush()
  assert.equal(text.includes('hidden'), false)
  assert.equal(text.match(/\[redacted\]/g)?.length, 2 * fields.length + 1)
})

test('LG-01: in the line of a request too, where a field has such a name', () => {
  let text = ''
  const log = createLog({ write: (lines) => (text += lines) })
  log.info({ route: 'token', client_secret: 'hidden-1', code: 'hidden-2' }, 'request')
  log.flush()
  const { route, client_secret, code } = JSON.parse(text) as Record<string, unknown>
  assert.deepEqual([route, client_secret, code], ['token', '[redacted]', '[redacted]'])
})

test('ERR-09: the lines of one turn are written together, one JSON document a line, and flush writes the rest', async () => {
  const writes: string[] = []
  const log = createLog({ write: (lines) => writes.push(lines) })
  log.info({ a: 1 }, 'one')
  log.error({ b: 'line\nbreak' }, 'two')
  await Promise.resolve()
  assert.deepEqual(writes, [])
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(writes.length, 1)
  log.info({}, 'three')
  log.flush()
  log.flush()
  assert.equal(writes.length, 2)
  const lines = writes.join('').trimEnd().split('\n')
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as { msg: string }).msg),
    ['one', 'two', 'three'],
  )
})
