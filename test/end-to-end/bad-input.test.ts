/** What the wire tests send in this process, once more against the real one, and its log. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { MOST_UNDER_WAY } from '../../src/http/pipelining.ts'
import { bytesOf, type WireAnswer, wireTo } from '../http/_wire.ts'
import { linesWith, openSite } from './_site.ts'

const site = await openSite()
after(() => site.close())

const client = await site.client()
const serving = await site.serve()
const wire = wireTo(Number(new URL(serving.url).port))

const { client_id, client_secret } = client
const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const body = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret }).toString()

const refused = async ([answer, ...more]: readonly WireAnswer[]): Promise<readonly unknown[]> => {
  assert.ok(answer)
  assert.deepEqual(more, [])
  assert.equal(answer.headers['content-type'], 'application/json')
  assert.equal(answer.headers['cache-control'], 'no-store')
  assert.equal((await linesWith(serving, String(answer.headers['x-request-id']))).length, 1)
  return [answer.status, (JSON.parse(answer.body) as { error: string }).error]
}

test('contract, bad input: a truncated body, a broken chunk, an endless head, a path that is none: refused in our form', async () => {
  const post = (headers: Readonly<Record<string, string>>, sent = body): string =>
    bytesOf('POST', '/oauth/token', { ...FORM, ...headers }, sent)
  const cases: readonly (readonly [number, string])[] = [
    [400, post({ 'content-length': '1000' })],
    [400, 'GET /healthz HTTP/1.1\r\n\r\n'],
    [417, post({ expect: 'more' })],
    [405, 'CONNECT localhost:443 HTTP/1.1\r\nhost: localhost:443\r\n\r\n'],
    [400, post({ 'transfer-encoding': 'chunked' }, `${body.length.toString(16)}\r\n${body}`)],
    [400, post({ 'transfer-encoding': 'chunked' }, 'ZZ\r\n')],
    [400, `${client_secret}\r\n\r\n`],
    [431, post({ 'x-long': client_secret.repeat(400) })],
    [413, post({ 'content-length': '70000' })],
    [413, post({ 'transfer-encoding': 'chunked' }, `11170\r\n${'a'.repeat(70_000)}\r\n0\r\n\r\n`)],
    [400, bytesOf('GET', `/%zz/${client_secret}`, {})],
    [404, bytesOf('GET', `/${client_secret}`, {})],
    [405, bytesOf('TRACE', `/oauth/token?${body}`, { 'x-secret': client_secret })],
    [400, bytesOf('POST', `/oauth/token?${body}`, FORM, body)],
  ]
  for (const [status, bytes] of cases) {
    assert.deepEqual(
      await refused(await wire.cutAfter(bytes)),
      [status, 'invalid_request'],
      bytes.slice(0, 120),
    )
  }
})

test('RFC 9112 9.3.2: a client that pipelines without end loses its connection, one within the limit gets all its answers', async () => {
  const asked = bytesOf('GET', '/healthz', { connection: 'keep-alive' })
  const within = await wire.send(asked.repeat(MOST_UNDER_WAY - 1) + bytesOf('GET', '/healthz', {}))
  assert.deepEqual(
    within.map(({ status }) => status),
    Array.from({ length: MOST_UNDER_WAY }, () => 200),
  )
  assert.deepEqual(await wire.send(asked.repeat(MOST_UNDER_WAY + 1)), [])
})

test('LG-01: after all that the process still answers, ends with 0, and its output holds no secret', async () => {
  const [answer] = await wire.send(bytesOf('POST', '/oauth/token', FORM, body))
  assert.equal(answer?.status, 200)
  const { access_token } = JSON.parse(answer?.body ?? '{}') as { access_token: string }
  const { code, stdout, stderr } = await serving.stop()
  assert.equal(code, 0)
  for (const secret of [access_token, client_secret, encodeURIComponent(client_secret)]) {
    assert.equal((stdout + stderr).includes(secret), false)
  }
  assert.doesNotMatch(stderr, /"level":[56]0/)
})
