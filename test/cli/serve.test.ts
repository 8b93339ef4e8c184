/** `oauthd serve` as a process: what it says, where it listens, how it ends. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { type TestContext, test } from 'node:test'
import { type Ended, LAUNCHER, oauthd, type Running, serve, start, temporaryFolder } from '../_process.ts'

const folder = async (t: TestContext) => {
  const { path, remove } = await temporaryFolder()
  t.after(remove)
  return { path, here: (...args: readonly string[]): Promise<Ended> => oauthd(args, { cwd: path }) }
}

/** Resolves when the process has said this on standard error; rejects when it ends before. */
const says = async (running: Running, words: RegExp): Promise<void> => {
  const { stderr } = running.child
  if (stderr === null) throw new Error('its standard error is not a pipe')
  const over = running.ended.then((ended) => {
    throw new Error(`it ended without ${words}: ${ended.stderr}`)
  })
  over.catch(() => {})
  while (!words.test(running.stderr())) await Promise.race([once(stderr, 'data'), over])
}

test('contract, serve: with --json one line says where; the log is JSON lines on stderr; SIGTERM, SIGINT and SIGHUP exit 0', async (t) => {
  const { path } = await folder(t)
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    const server = await serve([], { cwd: path })
    const { port } = new URL(server.url)
    assert.deepEqual(JSON.parse(server.stdout()), {
      event: 'listening',
      url: `http://127.0.0.1:${port}`,
      issuer: `http://localhost:${port}`,
      pid: server.child.pid,
    })
    assert.equal((await fetch(`${server.url}/healthz`)).status, 200)
    const { code, stdout, stderr } = await server.stop(signal)
    assert.equal(code, 0, signal)
    assert.equal(stdout.split('\n').length, 2)
    const lines = stderr.trimEnd().split('\n')
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).route),
      ['healthz'],
    )
  }
})

test('contract, serve: the banner for people is on stderr, and its next step fits what is there', async (t) => {
  const { path, here } = await folder(t)
  const server = start(process.execPath, [LAUNCHER, 'serve', '--port', '0'], { cwd: path })
  await says(server, /└─.*\n/)
  const { code, stdout, stderr } = await server.stop()
  assert.deepEqual([code, stdout], [0, ''])
  const port = /localhost:(\d+)/.exec(stderr)?.[1]
  assert.deepEqual(stderr.replace(/^oauthd \S+/m, 'oauthd VERSION').split('\n'), [
    'Created ./oauthd.db and ./oauthd.db.key (0600)',
    `oauthd VERSION  issuer http://localhost:${port}`,
    `├─ Tokens     http://localhost:${port}/oauth/token`,
    `├─ Discovery  http://localhost:${port}/.well-known/oauth-authorization-server`,
    '└─ No clients yet. Next: oauthd client:create --name "My app" --grant client_credentials',
    '',
  ])
  await here('client:create', '--name', 'A', '--grant', 'client_credentials')
  const args = [LAUNCHER, 'serve', '--port', '0', '--issuer', 'https://id.example/tenant', '--prefix', 'auth']
  const again = start(process.execPath, args, { cwd: path })
  await says(again, /└─.*\n/)
  const banner = (await again.stop()).stderr.split('\n').slice(1)
  assert.deepEqual(banner.slice(0, 2), [
    '├─ Tokens     https://id.example/tenant/auth/token',
    '├─ Discovery  https://id.example/.well-known/oauth-authorization-server/tenant',
  ])
  assert.match(banner[2] ?? '', /^└─ Listening on http:\/\/127\.0\.0\.1:\d+; Ctrl-C stops$/)
})

test('contract, interaction API: the banner says to which page people are sent', async (t) => {
  const { path } = await folder(t)
  const args = [LAUNCHER, 'serve', '--port', '0', '--interaction-url', 'http://localhost:3000/start']
  const server = start(process.execPath, args, { cwd: path })
  await says(server, /└─.*\n/)
  assert.match((await server.stop()).stderr, /^├─ Sign-in {4}http:\/\/localhost:3000\/start$/m)
})

test('contract, serve: the banner says that limits are off, and nothing while they are on', async (t) => {
  const { path } = await folder(t)
  for (const [flag, banner] of [
    ['on', /^(?![\s\S]*Limits)/],
    ['off', /^├─ Limits {5}off: anybody may guess as often as they like\. For tests only$/m],
  ] as const) {
    const server = start(process.execPath, [LAUNCHER, 'serve', '--port', '0', '--rate-limits', flag], {
      cwd: path,
    })
    await says(server, /└─.*\n/)
    assert.match((await server.stop()).stderr, banner)
  }
})

test('contract, serve: a taken port is an error with exit 1, and never another port', async (t) => {
  const { path, here } = await folder(t)
  const other = createServer().listen(0, '127.0.0.1')
  t.after(() => other.close())
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  const hint = `another oauthd? stop it, or use --port ${port + 1} --issuer http://localhost:${port + 1}`
  const plain = await here('serve', '--port', `${port}`)
  assert.deepEqual([plain.code, plain.stdout], [1, ''])
  assert.equal(plain.stderr, `error: port ${port} on 127.0.0.1 is in use\nhint: ${hint}\n`)
  const json = await oauthd(['serve', '--json'], { cwd: path, env: { OAUTHD_PORT: `${port}` } })
  assert.deepEqual([json.code, json.stdout], [1, ''])
  const message = `port ${port} on 127.0.0.1 is in use`
  assert.deepEqual(JSON.parse(json.stderr), { error: { code: 'port_in_use', message, hint } })
})

test('contract, settled points: the command line names the issuer that serve recorded, and shows the keys it publishes', async (t) => {
  const { path, here } = await folder(t)
  const server = await serve(['--issuer', 'https://id.example/tenant'], { cwd: path })
  const published = await (await fetch(`${server.url}/tenant/oauth/jwks`)).text()
  assert.equal((await here('key:list', '--jwks', '--json')).stdout, `${published}\n`)
  const [key] = JSON.parse((await here('key:list', '--json')).stdout)
  const { kid, alg } = JSON.parse(published).keys[0]
  assert.deepEqual([key.kid, key.alg, key.state, key.not_after], [kid, alg, 'active', null])
  assert.match(key.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  assert.equal((await here('key:list', '-q')).stdout, `${kid}\n`)
  assert.equal((await here('key:list', '--jwks', '-q')).code, 2)
  await server.stop()
  const create = ['client:create', '--name', 'A', '--grant', 'client_credentials', '--env']
  assert.match((await here(...create)).stdout, /^OAUTH_ISSUER=https:\/\/id\.example\/tenant$/m)
  assert.match(
    (await here(...create, '--issuer', 'https://b.example')).stdout,
    /^OAUTH_ISSUER=https:\/\/b\.example$/m,
  )
})

test("LG-01: SIGUSR1 does not open the port of Node's debugger", async (t) => {
  const { path } = await folder(t)
  const server = await serve([], { cwd: path })
  process.kill(server.pid, 'SIGUSR1')
  assert.equal((await fetch(`${server.url}/healthz`)).status, 200)
  const { code, stderr } = await server.stop()
  assert.equal(code, 0)
  assert.doesNotMatch(stderr, /Debugger/i)
})
