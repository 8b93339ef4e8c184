import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { H3 } from 'h3'
import { createOAuthServer, type OAuthServer, type OAuthServerOptions } from '../../src/index.ts'
import { environment } from '../_environment.ts'
import { temporaryFolder } from '../_store.ts'

const WELL_KNOWN = '/.well-known/oauth-authorization-server'

const opened = async (t: TestContext, options: OAuthServerOptions): Promise<OAuthServer> => {
  const server = await createOAuthServer({ db: join(temporaryFolder(t), 'app.db'), ...options })
  t.after(() => server.close())
  return server
}

const members = async (answer: Response): Promise<Record<string, unknown>> =>
  (await answer.json()) as Record<string, unknown>

/** An app of somebody else's, with routes, a fault and words of its own for what is not there. */
const hostOf = (server: OAuthServer): H3 =>
  new H3({ silent: true })
    .mount('/', server.app)
    .get('/hello', () => 'hello')
    .get('/fault', () => {
      throw new Error('of the host')
    })
    .get('/oauthors', () => 'people who write')
    .get('/healthz', () => 'the host is well')

test('contract, library: mounted at the root, the endpoints answer inside a host’s app', async (t) => {
  environment(t, {})
  const server = await opened(t, { enabled: true, issuer: 'https://app.example' })
  const host = hostOf(server)
  const { client_id, client_secret = '' } = await server.clients.create({
    client_name: 'A',
    grant_types: ['client_credentials'],
  })
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret })
  const answer = await host.request('/oauth/token', { method: 'POST', body })
  assert.equal(answer.status, 200)
  const { access_token } = await members(answer)
  assert.equal((await server.introspect(String(access_token))).active, true)
  assert.equal((await members(await host.request(WELL_KNOWN)))['issuer'], 'https://app.example')
  assert.equal((await host.request('/oauth/nothing')).status, 404)
})

test('house 6: what is the host’s stays the host’s: routes, errors, and what is not there', async (t) => {
  environment(t, {})
  const server = await opened(t, { enabled: true })
  const [host, alone] = [hostOf(server), hostOf(await createOAuthServer())]
  for (const path of [
    '/',
    '/hello',
    '/nothing',
    '/fault',
    '/oauthors',
    '/healthz',
    '/hello/oauth/token',
    '/.well-known/other',
  ]) {
    const [with_us, without] = [await host.request(path), await alone.request(path)]
    assert.equal(with_us.status, without.status, path)
    assert.equal(await with_us.text(), await without.text(), path)
    assert.deepEqual([...with_us.headers.keys()], [...without.headers.keys()], path)
  }
  assert.equal(await (await host.request('/hello')).text(), 'hello')
  assert.equal((await host.request('/fault')).status, 500)
})

test('contract, library: fetch takes a plain Request, and answers 404 to what is not ours', async (t) => {
  environment(t, {})
  const server = await opened(t, { enabled: true, issuer: 'https://app.example/tenant', prefix: 'auth/v1' })
  const status = async (path: string): Promise<number> =>
    (await server.fetch(new Request(`https://app.example${path}`))).status
  assert.equal(await status('/auth/v1/jwks'), 200)
  assert.equal(await status(`${WELL_KNOWN}/tenant`), 200)
  assert.equal(await status('/healthz'), 200)
  for (const path of ['/', '/hello', '/oauth/jwks', '/auth/v1/nothing', '/auth/v1', WELL_KNOWN]) {
    assert.equal(await status(path), 404, path)
  }
  assert.equal(await status('/auth/v1/token'), 405)
})

test('contract, settled points: disabled is the default: no file is touched, no secret is read', async (t) => {
  environment(t, { OAUTHD_SECRET: 'too short to be taken' })
  const folder = temporaryFolder(t)
  for (const options of [{}, { enabled: false }]) {
    const server = await createOAuthServer({ db: join(folder, 'app.db'), ...options })
    await server.fetch(new Request('http://localhost/oauth/jwks'))
    await server.close()
  }
  assert.deepEqual(readdirSync(folder), [])
})

test('contract, library: disabled, every call throws and says how to enable', async (t) => {
  environment(t, {})
  const server = await createOAuthServer()
  const { clients } = server
  const calls = [
    () => clients.create({}),
    () => clients.get('x'),
    () => clients.list(),
    () => clients.update('x', {}),
    () => clients.rotateSecret('x'),
    () => clients.revoke('x'),
    () => server.introspect('x'),
    () => server.revokeToken('x'),
    () => server.validateAuthorizationRequest(new URLSearchParams()),
    () => server.approveAuthorizationRequest({} as never, { sub: 'x' }),
    () => server.denyAuthorizationRequest({} as never),
    () => server.issueToken({ grant_type: 'client_credentials', client_id: 'x' }),
    () => server.verify('x'),
    () => server.consents.list({ sub: 'x' }),
    () => server.consents.revoke({ sub: 'x', client_id: 'x' }),
    async () => server.protectedResourceMetadata({ resource: 'https://api.example' }),
    async () => server.on('token_issued', () => {}),
  ]
  for (const call of calls) await assert.rejects(call, /disabled.*enabled: true/)
  await server.close()
})

test('contract, library: disabled, app and fetch answer 404 to everything', async (t) => {
  environment(t, {})
  const server = await createOAuthServer()
  for (const path of ['/', '/oauth/token', '/oauth/jwks', WELL_KNOWN, '/healthz', '/readyz']) {
    for (const method of ['GET', 'POST', 'OPTIONS']) {
      const request = new Request(`http://localhost${path}`, { method })
      assert.equal((await server.fetch(request)).status, 404, path)
      assert.equal((await server.app.request(path, { method })).status, 404, path)
    }
  }
})

test('contract, settled points: OAUTHD_ENABLED enables, and an explicit option beats it', async (t) => {
  environment(t, { OAUTHD_ENABLED: 'true' })
  const jwks = async (options: OAuthServerOptions): Promise<number> => {
    const server = await opened(t, options)
    return (await server.fetch(new Request('http://localhost/oauth/jwks'))).status
  }
  assert.equal(await jwks({}), 200)
  assert.equal(await jwks({ enabled: false }), 404)
  environment(t, { OAUTHD_ENABLED: 'false' })
  assert.equal(await jwks({}), 404)
  assert.equal(await jwks({ enabled: true }), 200)
})

test('contract, library: OAUTHD_ENABLED is a yes or a no in any case; anything else is a TypeError', async (t) => {
  const health = async (value: string): Promise<number> => {
    environment(t, { OAUTHD_ENABLED: value })
    return (await (await opened(t, {})).fetch(new Request('http://localhost/healthz'))).status
  }
  for (const yes of ['1', 'yes', 'TRUE', 'On']) assert.equal(await health(yes), 200, yes)
  for (const no of ['0', 'no', 'False', 'off', '']) assert.equal(await health(no), 404, no)
  for (const neither of ['maybe', ' true', '2']) {
    await assert.rejects(health(neither), /^TypeError: OAUTHD_ENABLED must be/, neither)
  }
})
