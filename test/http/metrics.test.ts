/** What GET /metrics says, and to whom. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { type TestContext, test } from 'node:test'
import { createStandalone } from '../../src/http/app.ts'
import { createMetrics } from '../../src/http/metrics.ts'
import { routes } from '../../src/http/routes.ts'
import type { Server } from '../../src/server.ts'
import { putState } from '../../src/store/state.ts'
import { StoreError } from '../../src/store/store-error.ts'
import { allow, appClient, credentials, family, redeem, refresh } from '../_person.ts'
import { testClient, testServer } from '../_server.ts'

/** An app with /metrics as on a port of its own, and what it says now: a line each, comments left out. */
const measured = (server: Server) => {
  const app = createStandalone(server, [''], [...routes(), createMetrics().route])
  const text = async (): Promise<string> => (await app.request('/metrics')).text()
  const samples = async (): Promise<readonly string[]> =>
    (await text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return { app, text, samples }
}

const only = (lines: readonly string[], name: string): readonly string[] =>
  lines.filter((line) => line.startsWith(name) && /^[{ ]/.test(line.slice(name.length)))

const asked = async (t: TestContext) => {
  const at = await testServer(t)
  const client = await testClient(at.server)
  const person = await appClient(at.server)
  await at.post('token', { grant_type: 'client_credentials', ...credentials(client) })
  await at.post('token', { grant_type: 'client_credentials', ...credentials(client), client_secret: 'x' })
  const { refresh_token, access_token } = await family(at, person)
  await refresh(at, person, refresh_token)
  const { code } = await allow(at.server, person)
  await redeem(at, person, code)
  await redeem(at, person, code)
  return { ...at, client, person, tokens: [refresh_token, access_token, code] }
}

test('contract, /metrics: requests, refusals, tokens by grant and reuse are what happened', async (t) => {
  const { server } = await asked(t)
  const lines = await measured(server).samples()
  assert.deepEqual(only(lines, 'oauthd_http_requests_total'), [
    'oauthd_http_requests_total{route="token",status="200"} 4',
    'oauthd_http_requests_total{route="token",status="401"} 1',
    'oauthd_http_requests_total{route="token",status="400"} 1',
  ])
  assert.deepEqual(only(lines, 'oauthd_rejections_total'), [
    'oauthd_rejections_total{route="token",error="invalid_client"} 1',
    'oauthd_rejections_total{route="token",error="invalid_grant"} 1',
  ])
  assert.deepEqual(only(lines, 'oauthd_tokens_issued_total'), [
    'oauthd_tokens_issued_total{grant_type="client_credentials"} 1',
    'oauthd_tokens_issued_total{grant_type="authorization_code"} 2',
    'oauthd_tokens_issued_total{grant_type="refresh_token"} 1',
  ])
  assert.deepEqual(only(lines, 'oauthd_reuse_detected_total'), [
    'oauthd_reuse_detected_total{reason="code_reuse"} 1',
    'oauthd_reuse_detected_total{reason="refresh_reuse"} 0',
  ])
})

test('contract, /metrics: latencies and commits are histograms, each bucket holding those below it', async (t) => {
  const { server, post, clock } = await testServer(t)
  let at = clock()
  const slow = { ...server, clock: () => (at += 20) }
  const { app, samples } = measured(slow)
  await app.request('/healthz')
  at += 1
  const before = server.store.batches().get(3) ?? 0
  await Promise.all(['a', 'b', 'c'].map((at) => server.store.write(() => putState('ready_at', at))))
  assert.equal(server.store.batches().get(3), before + 1)
  await post('token', {})
  const lines = await samples()
  const healthz = only(lines, 'oauthd_http_request_duration_seconds_bucket').filter((line) =>
    line.includes('"healthz"'),
  )
  assert.deepEqual(
    healthz.map((line) => line.replace(/.*le="([^"]*)"\} /, '$1: ')),
    [
      '0.001: 0',
      '0.002: 0',
      '0.005: 0',
      '0.01: 0',
      '0.025: 1',
      '0.05: 1',
      '0.1: 1',
      '0.25: 1',
      '0.5: 1',
      '1: 1',
      '2.5: 1',
      '5: 1',
      '10: 1',
      '+Inf: 1',
    ],
  )
  assert.ok(lines.includes('oauthd_http_request_duration_seconds_sum{route="healthz"} 0.02'))
  const all = [...server.store.batches().values()].reduce((sum, times) => sum + times, 0)
  assert.deepEqual(only(lines, 'oauthd_commit_batch_size_count'), [`oauthd_commit_batch_size_count ${all}`])
  const works = [...server.store.batches()].reduce((sum, [size, times]) => sum + size * times, 0)
  assert.deepEqual(only(lines, 'oauthd_commit_batch_size_sum'), [`oauthd_commit_batch_size_sum ${works}`])
  const above = only(lines, 'oauthd_commit_batch_size_bucket').find((line) => line.includes('le="4"'))
  const below = only(lines, 'oauthd_commit_batch_size_bucket').find((line) => line.includes('le="2"'))
  assert.ok(Number(above?.split(' ')[1]) > Number(below?.split(' ')[1]))
})

test('contract, /metrics: rows by table, sizes, lags of the event loop and memory are told', async (t) => {
  const { server } = await asked(t)
  const lines = await measured(server).samples()
  assert.ok(lines.includes('oauthd_table_rows{table="oauth_client"} 2'))
  assert.ok(lines.includes('oauthd_table_rows{table="oauth_access_token"} 4'))
  assert.ok(lines.includes('oauthd_database_up 1'))
  for (const name of [
    'oauthd_database_bytes',
    'oauthd_database_wal_bytes',
    'process_resident_memory_bytes',
    'nodejs_eventloop_lag_seconds',
    'nodejs_eventloop_lag_p99_seconds',
  ])
    assert.match(only(lines, name).join('\n'), /^\S+ \S+$/, name)
})

test('contract, /metrics: rows are counted at most once in ten seconds, whoever asks how often', async (t) => {
  const { server, advance } = await testServer(t)
  let reads = 0
  const { read } = server.store
  const store = {
    ...server.store,
    read: ((work) => {
      reads += 1
      return read(work)
    }) satisfies typeof read,
  }
  const { samples } = measured({ ...server, store })
  await Promise.all([samples(), samples()])
  const once = reads
  advance(9)
  await samples()
  assert.equal(reads, once)
  advance(1)
  await samples()
  assert.equal(reads, 2 * once)
})

test('HTTP-18: a database that cannot be read is told as such, and what is counted elsewhere is told all the same', async (t) => {
  const { server } = await testServer(t)
  let fails = true
  const refuse = (): Promise<never> => Promise.reject(new StoreError('database_failed', 'gone'))
  const { read } = server.store
  const store = { ...server.store, read: ((work) => (fails ? refuse() : read(work))) satisfies typeof read }
  const { app, samples } = measured({ ...server, store })
  await app.request('/healthz')
  const lines = await samples()
  assert.ok(lines.includes('oauthd_database_up 0'))
  assert.deepEqual(
    lines.filter((line) => /^oauthd_(table|database_(wal_)?bytes)/.test(line)),
    [],
  )
  assert.deepEqual(only(lines, 'oauthd_http_requests_total'), [
    'oauthd_http_requests_total{route="healthz",status="200"} 1',
  ])
  fails = false
  assert.ok((await samples()).includes('oauthd_database_up 1'))
})

test('HTTP-19: nothing in it names a client, a person or a token, whatever was asked', async (t) => {
  const { server, client, person, tokens } = await asked(t)
  const { app, text } = measured(server)
  await app.request(`/${client.client_id}?code=${tokens[2]}`, { headers: { 'x-a': String(tokens[0]) } })
  await app.request('/oauth/made-up-by-a-stranger', { method: 'BREW' })
  const said = await text()
  for (const secret of [client.client_id, person.client_id, client.client_secret, ...tokens, 'us_1', 'ana']) {
    assert.equal(said.includes(secret), false, secret)
  }
  assert.doesNotMatch(said, /stranger|BREW/)
  const labels = new Set([...said.matchAll(/[{,](\w+)="/g)].map(([, name]) => name))
  const known = /^(route|status|error|reason|grant_type|table|le|kind|space|type|version|major|minor|patch)$/
  const others = [...labels].filter((name) => !known.test(name ?? ''))
  assert.deepEqual(others, [])
})

test('contract, /metrics: plain text without authentication, which nobody stores and no other site may read', async (t) => {
  const { server } = await testServer(t)
  const { app } = measured(server)
  const answer = await app.request('/metrics', { headers: { origin: 'https://evil.example' } })
  assert.equal(answer.status, 200)
  assert.equal(answer.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8')
  assert.equal(answer.headers.get('cache-control'), 'no-store')
  assert.equal(answer.headers.get('access-control-allow-origin'), null)
  assert.equal((await app.request('/metrics', { method: 'HEAD' })).status, 200)
  assert.equal((await app.request('/metrics', { method: 'POST' })).status, 405)
})

test('contract, /metrics: on the main port only on loopback, behind no proxy, and for no request that one handed on', async (t) => {
  const { server } = await testServer(t)
  const { onMainPort } = createMetrics()
  const status = async (
    host: string,
    trust_proxy: readonly string[] = [],
    headers: Readonly<Record<string, string>> = {},
  ): Promise<number> => {
    const endpoints = [...routes(), ...onMainPort(host, { trust_proxy })]
    return (await createStandalone(server, [''], endpoints).request('/metrics', { headers })).status
  }
  for (const host of ['127.0.0.1', 'localhost', '::1', '127.1.2.3']) assert.equal(await status(host), 200)
  for (const host of ['0.0.0.0', '::', '10.0.0.1', 'id.example']) assert.equal(await status(host), 404, host)
  assert.equal(await status('127.0.0.1', ['10.0.0.0/8']), 404)
  for (const name of ['Forwarded', 'X-Forwarded-For', 'x-forwarded-proto', 'X-FORWARDED-ANYTHING']) {
    assert.equal(await status('127.0.0.1', [], { [name]: 'for=192.0.2.1' }), 404, name)
  }
  assert.equal(await status('127.0.0.1', [], { 'x-forward': '1', 'not-x-forwarded-for': '1' }), 200)
})

test('contract, /metrics: an app that embeds the server does not have it', async (t) => {
  const { server } = await testServer(t)
  assert.equal((await createStandalone(server).request('/metrics')).status, 404)
})

const promtool = spawnSync('promtool', ['--version'])
const MISSING = 'promtool is not on this machine (Debian: apt-get install prometheus)'

test('contract, /metrics: promtool finds nothing to mend', { skip: promtool.error && MISSING }, async (t) => {
  const { server } = await asked(t)
  const input = await measured(server).text()
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' })
  assert.deepEqual([status, stdout, stderr], [0, '', ''])
})
