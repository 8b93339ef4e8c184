/** `oauthd flow:code` at a running server; a script plays the person and the browser. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readFileSync, watch } from 'node:fs'
import { chmod, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { after, before, test } from 'node:test'
import { completeSettings } from '../../src/protocol/settings.ts'
import { openServer } from '../../src/server.ts'
import { createUser } from '../../src/users.ts'
import {
  cleanEnvironment,
  type Ended,
  LAUNCHER,
  oauthd,
  type Running,
  type Serving,
  start,
  temporaryFolder,
} from '../_process.ts'
import { CTRL_C, terminal } from '../cli/_terminal.ts'
import { heading, ledTo, PASSWORD, signIn } from '../http/_authorize.ts'
import type { TestBrowser } from '../http/_browser.ts'
import { type Credentials, openSite, type Site } from './_site.ts'
import { visit, webBrowser } from './_web.ts'

const CODE = { grant_types: ['authorization_code', 'refresh_token'], scope: 'orders:read' } as const

let site: Site
let serving: Serving
let shop: Credentials
/** Where ana is signed in already. */
let browser: TestBrowser
before(async () => {
  site = await openSite()
  shop = await site.client({
    ...CODE,
    client_name: 'Shop',
    token_endpoint_auth_method: 'none',
    redirect_uris: ['https://shop.example/cb', 'http://localhost:3000/cb', 'http://127.0.0.1:3000/cb?a=b'],
  })
  const server = await openServer({ db: site.db, mode: 'existing', settings: completeSettings({}) })
  await createUser(server, { username: 'ana', password: PASSWORD })
  await server.close()
  serving = await site.serve()
  browser = webBrowser(serving)
  await signIn(browser, await browser.get('/oauth/sign-in'))
})
const flows: Running[] = []
after(async () => {
  await Promise.all(flows.map(({ stop }) => stop('SIGKILL')))
  await site.close()
})

interface Flow extends Running {
  /** What it tells to open, and where it waits. */
  readonly url: string
  readonly redirect_uri: string
}

/** Starts the flow, up to where a browser is needed. */
const flow = async (
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
  client: Pick<Credentials, 'client_id'> = shop,
): Promise<Flow> => {
  const words = ['flow:code', '--db', site.db, '--client', client.client_id, ...args]
  const running = start(process.execPath, [LAUNCHER, ...words], { input: '', env })
  flows.push(running)
  const address = (): string | undefined => /http:\/\/\S+authorize\?[^\s"]+/.exec(running.stderr())?.[0]
  const ended = running.ended.then(({ stderr }) => Promise.reject(new Error(`it ended: ${stderr}`)))
  while (address() === undefined) {
    await Promise.race([running.child.stderr && once(running.child.stderr, 'data'), ended])
  }
  ended.catch(() => {})
  const url = address() ?? ''
  return { ...running, url, redirect_uri: new URL(url).searchParams.get('redirect_uri') ?? '' }
}

/** Answers the consent page; gives the address that the browser is led to. */
const answer = async (url: string, button: 'Allow' | 'Deny', over = browser): Promise<URL> => {
  const led = ledTo(await over.press(await over.get(url), button))
  assert.ok(led)
  return led
}

/** Goes through the whole flow. */
const through = async (running: Flow): Promise<Ended> => {
  const closing = await visit(await answer(running.url, 'Allow'))
  assert.deepEqual([closing.status, heading(closing)], [200, 'You can close this page.'])
  return running.ended
}

test('contract, flow:code: a person signs in in the browser, allows, and the tokens are printed', async () => {
  const running = await flow(['--json'])
  const { event, url, redirect_uri } = JSON.parse(running.stderr())
  assert.deepEqual([event, url, redirect_uri], ['open', running.url, running.redirect_uri])
  assert.match(redirect_uri, /^http:\/\/127\.0\.0\.1:\d+\/cb\?a=b$/)
  const fresh = webBrowser(serving)
  const asked = await signIn(fresh, await fresh.get(url))
  const led = ledTo(await fresh.press(asked, 'Allow'))
  assert.ok(led)
  assert.ok(led.href.startsWith(`${redirect_uri}&code=`))
  const closing = await visit(led)
  assert.equal(heading(closing), 'You can close this page.')
  assert.equal(closing.headers.get('cache-control'), 'no-store')
  assert.equal(closing.headers.get('referrer-policy'), 'no-referrer')

  const { code, stdout } = await running.ended
  assert.equal(code, 0)
  const { access_token, refresh_token, ...rest } = JSON.parse(stdout)
  assert.deepEqual(rest, { token_type: 'Bearer', expires_in: 3600, scope: 'orders:read' })
  assert.match(refresh_token, /^ort_/)
  const told = JSON.parse(
    (await oauthd(['token:introspect', '-', '--db', site.db, '--json'], { input: access_token })).stdout,
  )
  assert.deepEqual([told.active, told.username, told.client_id], [true, 'ana', shop.client_id])
})

test('contract, flow:code: for people, as a header, bare, as variables and quiet, masked for GitHub', async () => {
  const github = { GITHUB_ACTIONS: 'true' }
  for (const [args, env, printed] of [
    [[], {}, /^access_token +oat_\S+\nrefresh_token +ort_\S+\nexpires_in +3600\nscope +orders:read\n$/],
    [['--header'], {}, /^Authorization: Bearer oat_\S+\n$/],
    [['--bare'], github, /^oat_\S+\n$/],
    [['--env', 'SHOP'], github, /^SHOP_ACCESS_TOKEN=oat_\S+\nSHOP_REFRESH_TOKEN=ort_\S+\n$/],
    [['-q'], {}, /^oat_\S+\n$/],
  ] as const) {
    const { code, stdout, stderr } = await through(await flow(args, env))
    assert.equal(code, 0, stderr)
    assert.match(stdout, printed)
    const secrets = stdout.match(/o[ar]t_[\w-]+/g) ?? []
    for (const secret of secrets) {
      assert.equal(stderr.includes(`::add-mask::${secret}\n`), env === github, `${args.join(' ')}: ${stderr}`)
      if (env !== github) assert.ok(!stderr.includes(secret))
    }
  }
})

test('contract, flow:code: a confidential client brings its secret by stdin or environment, never as a word', async () => {
  for (const method of ['client_secret_basic', 'client_secret_post'] as const) {
    const given = { ...CODE, client_name: 'Web', token_endpoint_auth_method: method }
    const web = await site.client({ ...given, redirect_uris: ['http://127.0.0.1/cb'] })
    const { code, stderr } = await through(
      await flow(['--bare'], { OAUTH_CLIENT_SECRET: web.client_secret }, web),
    )
    assert.equal(code, 0, stderr)
    const words = ['flow:code', '--db', site.db, '--client', web.client_id]
    const without = await oauthd(words)
    assert.equal(without.code, 2)
    assert.match(
      without.stderr,
      /^error: client \S+ has a secret, which is required\nhint: .*--client-secret-stdin, or set OAUTH_CLIENT_SECRET\n$/,
    )
    const wrong = await through(await flow([], { OAUTH_CLIENT_SECRET: 'this-is-not-the-secret' }, web))
    assert.equal(wrong.code, 1)
    assert.match(
      wrong.stderr,
      /\nerror: the server refuses: invalid_client: .*\nhint: .*client:rotate-secret/,
    )
    assert.equal(wrong.stdout, '')
  }
})

test('contract, exit codes: a person who denies is an answer of no, 3; the page says to look at the terminal', async () => {
  const running = await flow(['--json'])
  const closing = await visit(await answer(running.url, 'Deny'))
  assert.match(heading(closing), /terminal says why/)
  const { code, stdout, stderr } = await running.ended
  assert.deepEqual([code, stdout], [3, ''])
  const { error } = JSON.parse(stderr.split('\n')[1] ?? '')
  assert.equal(error.code, 'flow_denied')
  assert.match(error.message, /^the answer is no: access_denied/)
})

test('contract, flow:code: on a terminal it opens the browser, unless it is told not to', async (t) => {
  const folder = await temporaryFolder()
  t.after(() => folder.remove())
  const program = join(folder.path, 'open')
  const opened = join(folder.path, 'opened')
  await writeFile(program, `#!/bin/sh\nprintf %s "$1" > '${opened}.new'\nmv '${opened}.new' '${opened}'\n`)
  await chmod(program, 0o755)
  const words = [LAUNCHER, 'flow:code', '--db', site.db, '--client', shop.client_id, '--bare']
  // Linux asks BROWSER, macOS runs `open`.
  const env = { BROWSER: program, PATH: [folder.path, cleanEnvironment()['PATH']].join(delimiter) }
  const there = terminal(t, process.execPath, words, { env })
  const changes = watch(folder.path)
  t.after(() => changes.close())
  await there.shows(/Opening http:\S+[\s\S]*Waiting for the browser/)
  while (!existsSync(opened)) await once(changes, 'change')
  await visit(await answer(readFileSync(opened, 'utf8'), 'Allow'))
  const { code, shown } = await there.ended
  assert.equal(code, 0, shown)
  assert.match(shown, /\noat_\S+/)

  const without = terminal(t, process.execPath, [...words, '--no-open'], { env })
  await without.shows(/Open this in a browser: http:\S+[\s\S]*Waiting for the browser/)
  without.type(CTRL_C)
  assert.equal((await without.ended).code, 130)
})

test('contract, exit codes: Ctrl-C while it waits for the browser is 130, and prints no token', async () => {
  const running = await flow()
  const { code, stdout } = await running.stop('SIGINT')
  assert.deepEqual([code, stdout], [130, ''])
})

test('RFC 6749 10.12: an answer without our state is refused, and the real one is still taken', async () => {
  const running = await flow(['--bare'])
  const led = await answer(running.url, 'Allow')
  const forged = new URL(led)
  forged.searchParams.set('state', 'of-somebody-else')
  assert.equal((await visit(forged)).status, 400)
  forged.searchParams.delete('state')
  assert.equal((await visit(forged)).status, 400)
  assert.equal((await visit(new URL('/favicon.ico', led))).status, 404)
  assert.equal((await visit(led, { method: 'POST' })).status, 404)
  assert.equal((await visit(led)).status, 200)
  assert.equal((await running.ended).code, 0)
})

test('RFC 9207 2.4: an answer that names another issuer, or none, is refused: its code may be meant for another', async () => {
  for (const iss of ['https://evil.example', undefined]) {
    const running = await flow(['--json'])
    const led = await answer(running.url, 'Allow')
    led.searchParams.delete('iss')
    if (iss !== undefined) led.searchParams.set('iss', iss)
    await visit(led)
    const { code, stdout, stderr } = await running.ended
    assert.deepEqual([code, stdout], [1, ''])
    const { error } = JSON.parse(stderr.split('\n')[1] ?? '')
    assert.equal(error.code, 'server_unusable')
    assert.match(error.message, /"iss"/)
  }
})

test('contract, flow:code: without the database it takes --issuer and --redirect-uri, and that port', async (t) => {
  const folder = await temporaryFolder()
  t.after(() => folder.remove())
  const words = ['flow:code', '--client', shop.client_id, '--issuer', serving.issuer, '--json']
  const at = { cwd: folder.path }
  const unknown = await oauthd(words, at)
  assert.equal(unknown.code, 2)
  assert.match(unknown.stderr, /--redirect-uri is required/)
  const elsewhere = await oauthd([...words, '--redirect-uri', 'https://shop.example/cb'], at)
  assert.equal(elsewhere.code, 2)
  const missing = await oauthd(['flow:code', '--client', shop.client_id], at)
  assert.match(missing.stderr, /^error: database not found/)

  const args = ['--db', `${folder.path}/none.db`, '--issuer', serving.issuer, '--bare']
  const running = await flow([...args, '--redirect-uri', 'http://localhost/cb'])
  assert.match(running.redirect_uri, /^http:\/\/localhost:\d+\/cb$/)
  const led = await answer(running.url, 'Allow')
  led.hostname = '127.0.0.1'
  await visit(led)
  assert.equal((await running.ended).code, 0)
})

test('contract, flow:code: what stands in the way is told in one line, with what to do', async () => {
  const web = await site.client({ ...CODE, client_name: 'Far', redirect_uris: ['https://far.example/cb'] })
  const machine = await site.client()
  const gone = await flow()
  await gone.stop('SIGINT')
  const nobody = new URL(gone.redirect_uri).origin
  const busy = await flow()
  const { port } = new URL(busy.redirect_uri)
  for (const [args, code, says] of [
    [
      ['--client', web.client_id],
      1,
      /^error: client \S+ has no redirect URI on this device\nhint: oauthd client:update \S+ --add-redirect-uri http:\/\/127\.0\.0\.1\/cb\n$/,
    ],
    [['--client', 'cl_0'], 3, /^error: no client cl_0\nhint: /],
    [
      ['--client', machine.client_id],
      1,
      /^error: client \S+ is not registered for authorization_code\nhint: /,
    ],
    [
      ['--client', shop.client_id, '--issuer', nobody],
      1,
      /^error: no answer from http:\/\/127\.0\.0\.1:\d+: ECONNREFUSED\nhint: oauthd serve starts it/,
    ],
    [
      ['--client', shop.client_id, '--issuer', `${serving.url}/elsewhere`],
      1,
      /^error: \S+ has no authorization server metadata: it answers 404\nhint: /,
    ],
    [
      ['--client', shop.client_id, '--port', port],
      1,
      /^error: port \d+ on 127\.0\.0\.1 cannot be listened on\n/,
    ],
    [['--client', shop.client_id, '--bare', '--json'], 2, /--bare and --json exclude each other/],
  ] as const) {
    const ended = await oauthd(['flow:code', '--db', site.db, ...args])
    assert.equal(ended.code, code, ended.stderr)
    assert.match(ended.stderr, says)
    assert.equal(ended.stdout, '')
  }
  await busy.stop('SIGINT')
})

test('contract, flow:client-credentials: a client gets a token with its secret from stdin or the environment', async () => {
  const machine = await site.client()
  const { client_id, client_secret } = machine
  const words = ['flow:client-credentials', '--db', site.db, '--client', client_id]
  const stdin = await oauthd([...words, '--client-secret-stdin', '--json', '--scope', 'b'], {
    input: `${client_secret}\n`,
  })
  assert.equal(stdin.code, 0, stdin.stderr)
  const { access_token, ...rest } = JSON.parse(stdin.stdout)
  assert.match(access_token, /^oat_/)
  assert.deepEqual(rest, { token_type: 'Bearer', expires_in: 3600, scope: 'b' })
  const environment = await oauthd([...words, '--header'], { env: { OAUTH_CLIENT_SECRET: client_secret } })
  assert.match(environment.stdout, /^Authorization: Bearer oat_\S+\n$/)
  assert.equal(environment.stderr, '')

  const env = { OAUTH_CLIENT_SECRET: client_secret }
  const refused = await oauthd([...words, '--scope', 'c'], { env })
  assert.equal(refused.code, 1)
  assert.match(refused.stderr, /^error: the server refuses: invalid_scope: .*\nhint: oauthd client:show ID/)
  const wrong = await oauthd(words, { env: { OAUTH_CLIENT_SECRET: `${client_secret}x` } })
  assert.match(wrong.stderr, /^error: the server refuses: invalid_client: /)
  const without = await oauthd(words)
  assert.equal(without.code, 2)
  assert.match(without.stderr, /--client-secret-stdin/)
  const other = await oauthd(['flow:client-credentials', '--db', site.db, '--client', shop.client_id])
  assert.match(other.stderr, /is not registered for client_credentials/)
})

test('PAR-05, contract, flow:code: a client that has to push does so, and the browser carries a name alone', async () => {
  const given = { ...CODE, client_name: 'Bank', redirect_uris: ['http://127.0.0.1/cb'] }
  const bank = await site.client({ ...given, require_pushed_authorization_requests: true })
  const { url, ...running } = await flow(['-q'], { OAUTH_CLIENT_SECRET: bank.client_secret }, bank)
  assert.deepEqual([...new URL(url).searchParams.keys()].sort(), ['client_id', 'request_uri'])
  const { code, stdout } = await through({ ...running, url })
  assert.equal(code, 0)
  assert.match(stdout, /^oat_\S+\n$/)

  const wrong = start(
    process.execPath,
    [LAUNCHER, 'flow:code', '--db', site.db, '--client', bank.client_id, '--json'],
    { input: '', env: { OAUTH_CLIENT_SECRET: 'not-the-secret-at-all' } },
  )
  flows.push(wrong)
  const refused = await wrong.ended
  assert.equal(refused.code, 1)
  assert.equal(JSON.parse(refused.stderr).error.code, 'flow_refused')
})
