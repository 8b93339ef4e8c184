/** A standard output that cannot be written: what was made is not lost without a word. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { LAUNCHER, oauthd, run, temporaryFolder } from '../_process.ts'
import { type Broken, startBroken } from './_broken.ts'

const CREATE = ['client:create', '--name', 'A', '--grant', 'client_credentials']

/** A folder with a client, and commands run in it with such a standard output. */
const site = async (t: TestContext) => {
  const { path, remove } = await temporaryFolder()
  t.after(remove)
  const { stdout } = await oauthd([...CREATE, '-q'], { cwd: path })
  const broken = async (stdout: Broken, ...args: readonly string[]) => {
    const { code, stderr } = await startBroken(t, args, path, { stdout }).ended
    return { code, stderr }
  }
  const here = (...args: readonly string[]) => oauthd(args, { cwd: path })
  return { path, id: stdout.trim(), broken, here }
}

const CODES = { failing: 'EBADF', gone: 'EPIPE' } as const

for (const how of ['failing', 'gone'] as const) {
  const message = `the result could not be written to stdout (${CODES[how]})`

  test(`contract, secrets out: with a stdout that is ${how} a new secret is said to be lost, and how to get another`, async (t) => {
    const { id, broken, here } = await site(t)
    const hint = (client_id: string): string =>
      `${client_id} has a secret that nobody knows: oauthd client:rotate-secret ${client_id}`
    assert.deepEqual(await broken(how, 'client:rotate-secret', id), {
      code: 1,
      stderr: `error: ${message}\nhint: ${hint(id)}\n`,
    })
    const created = await broken(how, ...CREATE, '--json')
    const ids = (await here('client:list', '-q')).stdout.trim().split('\n')
    const [made = ''] = ids.filter((each) => each !== id)
    assert.equal(created.code, 1)
    assert.deepEqual(JSON.parse(created.stderr), {
      error: { code: 'output_lost', message, hint: hint(made) },
    })
  })
}

test('contract, secrets out: with a stdout that fails a token is not given out in silence; a reader that leaves is no error', async (t) => {
  const { id, broken } = await site(t)
  const lost = {
    code: 1,
    stderr:
      'error: the result could not be written to stdout (EBADF)\nhint: it is shown this once: run it again\n',
  }
  for (const form of ['--bare', '--header', '-q']) {
    assert.deepEqual(await broken('failing', 'token:create', '--client', id, form), lost)
    assert.deepEqual(await broken('gone', 'token:create', '--client', id, form), { code: 0, stderr: '' })
  }
})

test('contract, secrets out: a stdout that was closed before the start takes no secret either', async (t) => {
  const { path, id, here } = await site(t)
  const closed = (...args: readonly string[]) =>
    run('/bin/sh', ['-c', 'exec "$0" "$@" >&-', process.execPath, LAUNCHER, ...args], { cwd: path })
  const rotated = await closed('client:rotate-secret', id)
  assert.equal(rotated.code, 1)
  assert.match(rotated.stderr, /^error: .* \(EBADF\)\nhint: cl_\w+ has a secret that nobody knows/)
  assert.equal((await closed('client:list')).code, 0)
  assert.equal((await closed('client:rotate-secret', id, '--secret-file', 'secret.txt')).code, 0)
  const ignoring = ['-c', 'exec "$0" "$@" >/dev/null', process.execPath, LAUNCHER, 'client:rotate-secret', id]
  assert.equal((await run('/bin/sh', ignoring, { cwd: path })).code, 0)
  assert.equal((await here('client:show', id)).code, 0)
})

test('contract, secrets out: a secret that is kept elsewhere, or was chosen, is not said to be lost', async (t) => {
  const { path, id, broken } = await site(t)
  const { code, stderr } = await broken('failing', 'client:rotate-secret', id, '--secret-file', 'secret.txt')
  assert.equal(code, 1)
  assert.match(stderr, new RegExp(`\\nhint: oauthd client:show ${id}\\n$`))
  assert.match(await readFile(join(path, 'secret.txt'), 'utf8'), /^ocs_\S+\n$/)
  const closed = ['-c', 'exec "$0" "$@" >&-', process.execPath, LAUNCHER, 'client:rotate-secret', id]
  const input = 'chosen-by-somebody-who-knows-it-0123456789'
  const chosen = await run('/bin/sh', [...closed, '--secret-stdin'], { cwd: path, input })
  assert.deepEqual([chosen.code, chosen.stderr], [0, ''])
})

test('contract, every command: a list that cannot be written is exit 1, one whose reader has left is no error', async (t) => {
  const { broken } = await site(t)
  for (const command of ['client:list', 'help', '--version']) {
    const { code, stderr } = await broken('failing', command)
    assert.deepEqual([code, stderr.split('\n').length], [1, 3], stderr)
    assert.match(stderr, /^error: the result could not be written to stdout \(EBADF\)\nhint: /)
    assert.deepEqual(await broken('gone', command), { code: 0, stderr: '' })
  }
})

test('contract, serve: with --json it does not start without its first line', async (t) => {
  const { broken } = await site(t)
  const { code, stderr } = await broken('failing', 'serve', '--port', '0', '--json')
  assert.equal(code, 1)
  assert.equal(JSON.parse(stderr).error.code, 'output_lost')
})
