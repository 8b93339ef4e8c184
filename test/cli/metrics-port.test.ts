/** `oauthd serve --metrics-port`: where the numbers are, and where they are not. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { oauthd, serve, temporaryFolder } from '../_process.ts'

const PRELOAD = fileURLToPath(new URL('_loaded.ts', import.meta.url))

const folder = async (t: TestContext): Promise<string> => {
  const { path, remove } = await temporaryFolder()
  t.after(remove)
  return path
}

const metricsUrl = (stdout: string): string => {
  const { metrics_url }: { metrics_url?: unknown } = JSON.parse(stdout)
  assert.match(String(metrics_url), /^http:\/\/127\.0\.0\.1:\d+\/metrics$/)
  return String(metrics_url)
}

const status = async (url: string, headers: Readonly<Record<string, string>> = {}): Promise<number> =>
  (await fetch(url, { headers })).status

test('contract, /metrics: --metrics-port listens by itself, for what tells how the server is and nothing else', async (t) => {
  const server = await serve(['--metrics-port', '0'], { cwd: await folder(t) })
  const metrics = metricsUrl(server.stdout())
  assert.match(await (await fetch(metrics)).text(), /^oauthd_database_up 1$/m)
  const { origin } = new URL(metrics)
  assert.equal(await status(`${origin}/healthz`), 200)
  assert.equal(await status(`${origin}/readyz`), 200)
  assert.equal(await status(`${origin}/oauth/jwks`), 404)
  assert.equal(await status(`${origin}/.well-known/oauth-authorization-server`), 404)
  assert.equal(await status(metrics, { 'x-forwarded-for': '192.0.2.1' }), 200)
  const { code, stderr } = await server.stop()
  assert.equal(code, 0, stderr)
})

test('contract, /metrics: the main port has it on loopback, and behind a trusted proxy or in the open it is 404', async (t) => {
  const cwd = await folder(t)
  const served = async (...args: string[]): Promise<readonly number[]> => {
    const server = await serve(args, { cwd })
    const url = server.url.replace('0.0.0.0', '127.0.0.1')
    const found = [
      await status(`${url}/metrics`),
      await status(`${url}/metrics`, { forwarded: 'for=192.0.2.1' }),
    ]
    assert.equal((await server.stop()).code, 0)
    return found
  }
  assert.deepEqual(await served(), [200, 404])
  assert.deepEqual(await served('--trust-proxy', '127.0.0.1'), [404, 404])
  assert.deepEqual(await served('--host', '0.0.0.0'), [404, 404])
  assert.deepEqual(await served('--host', '0.0.0.0', '--metrics-port', '0'), [404, 404])
})

test('contract, serve: a --metrics-port that is taken is an error, never another port', async (t) => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  t.after(() => other.close())
  const address = other.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const args = ['serve', '--port', '0', '--metrics-port', String(port), '--json']
  const { code, stdout, stderr } = await oauthd(args, { cwd: await folder(t) })
  assert.deepEqual([code, stdout], [1, ''])
  assert.deepEqual(JSON.parse(stderr), {
    error: {
      code: 'port_in_use',
      message: `port ${port} on 127.0.0.1 is in use`,
      hint: 'use another --metrics-port',
    },
  })
})

test('contract, start-up: prom-client is loaded where metrics are asked for, and by nobody else', async (t) => {
  const cwd = await folder(t)
  const loads = async (args: readonly string[], ask: boolean): Promise<boolean> => {
    const file = join(cwd, 'loaded.txt')
    const env = { LOADED_TO: file, NODE_OPTIONS: `--import=${PRELOAD}` }
    const server = await serve(args, { cwd, env })
    if (ask) assert.equal(await status(`${server.url}/metrics`), 200)
    assert.equal((await server.stop()).code, 0)
    return (await readFile(file, 'utf8')).includes('/node_modules/prom-client/')
  }
  assert.equal(await loads([], false), false)
  assert.equal(await loads([], true), true)
  assert.equal(await loads(['--metrics-port', '0'], false), true)
})
