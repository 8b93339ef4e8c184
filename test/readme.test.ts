import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { CHECKOUT, copyCheckout, outerPath, temporaryFolder } from './_process.ts'
import {
  differences,
  inBackground,
  type Output,
  openShell,
  type Shell,
  stepsOf,
  withKnown,
} from './_readme.ts'
import { visit, webBrowser } from './end-to-end/_web.ts'
import { ledTo } from './http/_authorize.ts'

/** A port that was free a moment ago. */
const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })

const isReady = async (port: number): Promise<boolean> => {
  try {
    return (await fetch(`http://127.0.0.1:${port}/healthz`)).ok
  } catch {
    return false
  }
}

/** Contract, serve: ready when /healthz answers 200. Asked again whenever the server has said something. */
const untilReady = async (port: number, shell: Shell): Promise<void> => {
  for (;;) {
    const more = shell.saysMore()
    more.catch(() => {})
    if (await isReady(port)) return
    await more
  }
}

/** Runs a command that waits for a browser; the person of the quick start signs in there and allows. */
const withPerson = async (command: string, port: number, shell: Shell): Promise<Output> => {
  const from = shell.said().length
  await shell.run(`${command} >flow.txt &`)
  const address = (): string | undefined => /http:\/\/\S+authorize\?\S+/.exec(shell.said().slice(from))?.[0]
  for (;;) {
    const more = shell.saysMore()
    more.catch(() => {})
    if (address() !== undefined) break
    await more
  }
  const browser = webBrowser({ url: `http://127.0.0.1:${port}`, issuer: `http://localhost:${port}` })
  const person = { username: 'ana', password: 'correct horse' }
  const signedIn = await browser.press(await browser.get(address() ?? ''), 'Sign in', person)
  const asked = await browser.get(signedIn.headers.get('location') ?? '')
  await visit(ledTo(await browser.press(asked, 'Allow')) ?? '')
  return shell.run('wait $!; cat flow.txt')
}

/** The dependencies are there: the checkout's own are linked, and nothing is installed twice. */
const PRELUDE = 'npm() { case "$*" in ci*) ;; *) command npm "$@" ;; esac; }'

test('contract, README: every shell block of the README works when pasted, and prints what it shows', async (t) => {
  const port = await freePort()
  const readme = (await readFile(join(CHECKOUT, 'README.md'), 'utf8')).replaceAll('6749', `${port}`)
  const folder = await temporaryFolder()
  t.after(() => folder.remove())
  const clone = join(folder.path, 'oauthd')
  await copyCheckout(clone)
  const shell = openShell(clone, {
    PATH: outerPath(),
    OAUTHD_PORT: `${port}`,
    npm_config_cache: join(folder.path, 'npm'),
    npm_config_offline: 'true',
  })
  t.after(() => shell.stop())
  await shell.run(PRELUDE)

  const steps = stepsOf(readme)
  assert.ok(steps.length >= 4, 'the README shows a server, a client, a token and what becomes of it')
  const known = new Map<string, string>()
  for (const step of steps) {
    const command = inBackground(withKnown(step.command, known))
    const output = await (/\bflow:code\b/.test(command)
      ? withPerson(command, port, shell)
      : shell.run(command))
    if (command.endsWith('&')) await untilReady(port, shell)
    else if (step.printed !== undefined) {
      const faults = differences(step.printed, output, known)
      assert.deepEqual(faults, [], `$ ${command}\n${output.stdout}${output.stderr}`)
    }
  }
})

test('contract, README: the reader of shell blocks sees commands, what they print, and which are left out', () => {
  const markdown = [
    '```sh\nnpm ci && npm start\n```',
    '```sh not run\ngit clone it\n```',
    '```ts\nnot()\n```',
    '```console\n$ a \\\n  --b\none\n\ntwo\n$ c\n```',
  ].join('\n\n')
  assert.deepEqual(stepsOf(markdown), [
    { command: 'npm ci && npm start' },
    { command: 'a \\\n  --b', printed: ['one', 'two'] },
    { command: 'c', printed: [] },
  ])
  assert.equal(inBackground('npm ci && npm start'), 'npm ci && npm start >&2 &')
  assert.equal(inBackground('npx oauthd serve --port 7000 &'), 'npx oauthd serve --port 7000 >&2 &')
  assert.equal(inBackground('npx oauthd client:list'), 'npx oauthd client:list')
})

test('contract, README: what differs from one run to the next may differ, and nothing else', () => {
  const known = new Map<string, string>()
  const said = (stdout: string, ...shown: string[]): readonly string[] =>
    differences(shown, { stdout, stderr: 'warning\nmade oauthd.db\n' }, known)
  assert.deepEqual(said('cl_k2x9q4t8a0\n', 'cl_7f3k2q9xw1'), [])
  assert.equal(withKnown('client:show cl_7f3k2q9xw1', known), 'client:show cl_k2x9q4t8a0')
  assert.deepEqual(said('  "iat":   1790000000,\n', '  "iat": 1763800000,'), [])
  assert.deepEqual(said('token oat_abc\n', 'token oat_…', 'made oauthd.db'), [])
  assert.deepEqual(said('a\nb\nc\n', 'a', '…', 'c'), [])
  assert.deepEqual(said('a\nb\n', '…'), [])
  assert.deepEqual(said('a\nb\n', 'a'), ['not shown: b'])
  assert.deepEqual(said('a\n', 'a', 'b'), ['not printed: b'])
  assert.deepEqual(said('b\na\n', 'a', 'b'), ['not printed: a', 'not shown: a'])
  assert.deepEqual(said('"active": true\n', '"active": false'), [
    'not printed: "active": false',
    'not shown: "active": true',
  ])
  assert.deepEqual(said('cl_zzzzzzzzzz\n', 'cl_7f3k2q9xw1'), [
    'not printed: cl_7f3k2q9xw1',
    'not shown: cl_zzzzzzzzzz',
  ])
})

test('contract, README: a command that fails stops the run with its words, and its jobs end with it', async (t) => {
  const folder = await temporaryFolder()
  t.after(() => folder.remove())
  const shell = openShell(folder.path, {})
  t.after(() => shell.stop())
  assert.deepEqual(await shell.run('WORD="it\'s"; echo talk >&2'), { stdout: '', stderr: 'talk\n' })
  assert.deepEqual(await shell.run('echo "$WORD"; cat'), { stdout: "it's\n", stderr: '' })
  await shell.run('tail -f /dev/null &')
  await assert.rejects(shell.run('ls not-there\necho after'), /not-there[\s\S]*exit 2: .*not-there/)
  await shell.stop() // Settles when nobody holds its output any more: the job has ended too.
})
