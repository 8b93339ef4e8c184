/** Where the endpoints stand: by themselves in `serve`, below a path, inside the app of a host. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { H3, HTTPError } from 'h3'
import { createApp } from '../../src/http/app.ts'
import { basic, openHarness } from './_harness.ts'
import { bytesOf, openWire } from './_wire.ts'

const h = await openHarness()
const opened: { close(): Promise<void> }[] = []
after(async () => {
  await Promise.all(opened.map((wire) => wire.close()))
  await h.close()
})

const METADATA = '/.well-known/oauth-authorization-server'
const client = await h.client()

const statusOver = async (
  issuer: string,
  prefix = 'oauth',
): Promise<(method: string, target: string) => Promise<number>> => {
  const wire = await openWire(await h.another({ issuer, prefix }))
  opened.push(wire)
  const headers = { 'content-type': 'application/x-www-form-urlencoded', ...basic(client) }
  return async (method, target) => {
    const body = method === 'POST' ? 'grant_type=client_credentials&token=unknown' : ''
    const [answer] = await wire.send(bytesOf(method, target, headers, body))
    h.hideTokens(answer?.body)
    return answer?.status ?? 0
  }
}

test('contract, settled points: serve takes the paths with and without the path of the issuer', async () => {
  const status = await statusOver('http://localhost:6749/tenant/a')
  for (const base of ['', '/tenant/a']) {
    for (const endpoint of ['token', 'revoke', 'introspect']) {
      assert.equal(await status('POST', `${base}/oauth/${endpoint}`), 200)
      assert.equal(await status('GET', `${base}/oauth/${endpoint}`), 405)
    }
    for (const target of ['/oauth/jwks', '/healthz', '/readyz'])
      assert.equal(await status('GET', base + target), 200)
    assert.equal(await status('POST', `${base}/oauth/nowhere`), 404)
  }
  assert.equal(await status('GET', `${METADATA}/tenant/a`), 200)
  assert.equal(await status('GET', METADATA), 404)
  assert.equal(await status('POST', '/tenant/oauth/token'), 404)
  assert.equal(await status('POST', '/tenant/b/oauth/token'), 404)
})

test('MD-02: an issuer that ends in a slash is served at the paths it advertises', async () => {
  const root = await statusOver('http://localhost:6749/')
  assert.equal(await root('GET', METADATA), 200)
  assert.equal(await root('POST', '/oauth/token'), 200)
  const tenant = await statusOver('http://localhost:6749/tenant/')
  assert.equal(await tenant('GET', `${METADATA}/tenant`), 200)
  assert.equal(await tenant('POST', '/tenant/oauth/token'), 200)
})

test('MD-01: an issuer whose path is percent-encoded is served at it', async () => {
  const status = await statusOver('http://localhost:6749/caf%C3%A9')
  assert.equal(await status('GET', `${METADATA}/caf%C3%A9`), 200)
  assert.equal(await status('POST', '/caf%C3%A9/oauth/token'), 200)
})

test('contract, settled points: a prefix with slashes is served under both paths', async () => {
  const status = await statusOver('http://localhost:6749/tenant', 'api/v1')
  assert.equal(await status('POST', '/api/v1/token'), 200)
  assert.equal(await status('POST', '/tenant/api/v1/token'), 200)
  assert.equal(await status('POST', '/oauth/token'), 404)
  assert.equal(await status('POST', '/api/token'), 404)
})

test('house 6: mounted in the app of a host, only what is below the prefix is ours', async () => {
  const host = new H3()
  host.get('/hello', () => 'hello')
  host.get('/broken', () => {
    throw new HTTPError({ status: 418, message: 'the words of the host' })
  })
  host.mount('/', createApp(h.server))
  assert.equal(await (await host.request('/hello')).text(), 'hello')
  const broken = await host.request('/broken')
  assert.equal(broken.status, 418)
  assert.match(await broken.text(), /the words of the host/)
  assert.equal(broken.headers.get('x-request-id'), null)
  const elsewhere = await host.request('/elsewhere')
  assert.equal(elsewhere.status, 404)
  assert.equal(elsewhere.headers.get('x-request-id'), null)
  const lines = h.lines().length
  await host.request('/elsewhere')
  assert.equal(h.lines().length, lines)
  const nowhere = await host.request('/oauth/nowhere')
  assert.equal(nowhere.status, 404)
  assert.match(nowhere.headers.get('x-request-id') ?? '', /./)
  assert.equal((await host.request('/oauth/jwks')).status, 200)
  const body = 'grant_type=client_credentials'
  const headers = { 'content-type': 'application/x-www-form-urlencoded', ...basic(client) }
  const answer = await host.request('/oauth/token', { method: 'POST', body, headers })
  assert.equal(answer.status, 200)
  h.hideTokens(await answer.text())
})
