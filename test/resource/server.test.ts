/** The middleware with a real server in its process: what ends a token ends it for the next check. */
import assert from 'node:assert/strict'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createOAuthServer, type OAuthServer } from '../../src/index.ts'
import { requireScope, requireToken } from '../../src/resource/express.ts'
import { requireScope as requireScopeOnWeb } from '../../src/resource/web.ts'
import { environment } from '../_environment.ts'
import { temporaryFolder } from '../_store.ts'
import { HOSTS } from './_hosts.ts'

interface Opened {
  readonly server: OAuthServer
  readonly client_id: string
  readonly token: string
}

/** A server with a client cl_… and a token of it, scope `a b`. */
const opened = async (t: TestContext): Promise<Opened> => {
  environment(t, {})
  const server = await createOAuthServer({ db: join(temporaryFolder(t), 'app.db'), enabled: true })
  t.after(() => server.close())
  const grant_types = ['client_credentials']
  const { client_id, client_secret = '' } = await server.clients.create({
    client_name: 'A',
    grant_types,
    scope: 'a b',
  })
  const form = { grant_type: 'client_credentials', client_id, client_secret }
  const { access_token } = await server.issueToken(form)
  return { server, client_id, token: access_token }
}

const bearer = (token: string): { readonly authorization: string } => ({ authorization: `Bearer ${token}` })

for (const [name, host] of Object.entries(HOSTS)) {
  test(`contract, middleware: ${name}: with the server in the same process, a revocation holds for the next request`, async (t) => {
    const { server, client_id, token } = await opened(t)
    const url = await host(t, server)
    const ask = async (): Promise<readonly [number, unknown]> => {
      const answer = await fetch(`${url}/scope`, { headers: bearer(token) })
      const { user } = (await answer.json()) as { user?: unknown }
      return [answer.status, user]
    }
    assert.deepEqual(await ask(), [200, null])
    await server.revokeToken(token)
    assert.deepEqual(await ask(), [401, undefined])
    assert.equal(await server.clients.revoke(client_id), true)
    assert.deepEqual(await ask(), [401, undefined])
  })

  test(`contract, middleware: ${name}: a database that is closed is 503, never a pass`, async (t) => {
    const { server, token } = await opened(t)
    const url = await host(t, server, { onError: () => {} })
    await server.close()
    for (const path of ['/token', '/scope', '/any', '/client', '/foreign', '/lacking']) {
      const answer = await fetch(url + path, { headers: bearer(token) })
      assert.deepEqual([answer.status, answer.headers.get('retry-after')], [503, '1'], path)
    }
  })
}

test('CA-11: a client that is revoked between two checks of one request does not pass the second', async (t) => {
  const { server, client_id, token } = await opened(t)
  const [first, second] = [requireToken(server), requireScope(server, 'a')]
  const listener = createServer((req, res) =>
    first(req, res, async () => {
      await server.clients.revoke(client_id)
      await second(req, res, () => res.end('passed'))
    }),
  )
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  t.after(() => listener.close())
  const { port } = listener.address() as AddressInfo
  const answer = await fetch(`http://127.0.0.1:${port}`, { headers: bearer(token) })
  assert.deepEqual(
    [answer.status, ((await answer.json()) as { error: string }).error],
    [401, 'invalid_token'],
  )
})

test('CA-11: a client that is revoked while its form trickles in does not pass', async (t) => {
  const { server, client_id, token } = await opened(t)
  const h3 = HOSTS['h3 2']
  assert.ok(h3)
  const url = await h3(t, server)
  const headers = { ...bearer(token), 'content-type': 'application/x-www-form-urlencoded' }
  const answered = new Promise<number | undefined>((resolve, reject) => {
    const sent = request(`${url}/token`, { method: 'POST', headers }, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    })
    sent.once('error', reject)
    sent.write('a=1', async () => {
      await server.clients.revoke(client_id)
      sent.end('&b=2')
    })
  })
  assert.equal(await answered, 401)
})

test('contract, middleware: a disabled server is 503, an enabled one tells the principal', async (t) => {
  const { server, token } = await opened(t)
  const off = await createOAuthServer({ enabled: false })
  const check = requireScopeOnWeb(off, 'a', { onError: () => {} })
  const request = new Request('https://api.example', { headers: bearer(token) })
  assert.equal((await check(request)).response?.status, 503)
  assert.equal((await requireScopeOnWeb(server, 'a')(request)).principal?.can('a'), true)
})

test('contract, middleware: many requests at once, and one client revoked among them, pass or not by their own token', async (t) => {
  const { server, token: lasting } = await opened(t)
  const { client_id, client_secret = '' } = await server.clients.create({
    client_name: 'B',
    grant_types: ['client_credentials'],
    scope: 'a',
  })
  const form = { grant_type: 'client_credentials', client_id, client_secret }
  const { access_token: ending } = await server.issueToken(form)
  const check = requireScopeOnWeb(server, 'a')
  const ask = async (token: string): Promise<number> =>
    (await check(new Request('https://api.example', { headers: bearer(token) }))).response?.status ?? 200
  const before = Promise.all([ending, lasting, ending, lasting].map(ask))
  assert.deepEqual(await before, [200, 200, 200, 200])
  const revoked = server.clients.revoke(client_id)
  const during = Array.from({ length: 50 }, () => ask(lasting))
  await revoked
  const after = Array.from({ length: 50 }, () => ask(ending))
  assert.deepEqual(new Set(await Promise.all(during)), new Set([200]))
  assert.deepEqual(new Set(await Promise.all(after)), new Set([401]))
})
