import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdirSync, readFileSync, statSync, symlinkSync, watch, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import Database from 'better-sqlite3'
import { conflicting } from '../../src/cli/failure.ts'
import { prepareNew } from '../../src/cli/new-file.ts'
import { LAUNCHER, oauthd, start, temporaryFolder } from '../_process.ts'

const EXISTS = conflicting('file_exists', 'it exists already')

const CREATE = [
  'client:create',
  '--name',
  'A',
  '--grant',
  'client_credentials',
  '--secret-file',
  'secret.txt',
]

const folder = async (t: TestContext): Promise<string> => {
  const { path, remove } = await temporaryFolder()
  t.after(remove)
  return path
}

test('contract, secrets out: a new file has its name only when it is whole, and no other name then', async (t) => {
  const path = await folder(t)
  const made = prepareNew(join(path, 'a'), 0o600, EXISTS)
  assert.match(readdirSync(path).join(), /^\.oauthd-\d+-[0-9a-f]{12}\.tmp$/)
  made.finish('text\n')
  made.discard()
  assert.deepEqual(readdirSync(path), ['a'])
  assert.equal(readFileSync(join(path, 'a'), 'utf8'), 'text\n')
  assert.equal(statSync(join(path, 'a')).mode & 0o777, 0o600)
})

test('contract, secrets out: a file that came to be there meanwhile is not written over', async (t) => {
  const path = await folder(t)
  const made = prepareNew(join(path, 'a'), 0o600, EXISTS)
  writeFileSync(join(path, 'a'), 'theirs')
  assert.throws(() => made.finish('ours'), EXISTS)
  assert.deepEqual(readdirSync(path), ['a'])
  assert.equal(readFileSync(join(path, 'a'), 'utf8'), 'theirs')
})

test('contract, secrets out: a name that can be given to no file is refused before anything is done', async (t) => {
  const path = await folder(t)
  symlinkSync('nowhere', join(path, 'link'))
  for (const name of ['link', '.', '..']) {
    assert.throws(() => prepareNew(join(path, name), 0o600, EXISTS), EXISTS, name)
  }
  for (const name of ['new/', 'new/.', 'new/..', 'no/such', 'x'.repeat(256), 'link/x']) {
    assert.throws(() => prepareNew(`${path}/${name}`, 0o600, EXISTS), { code: 'file_unwritable' }, name)
  }
  assert.deepEqual(readdirSync(path), ['link'])
})

test('contract, exit codes: a command that is interrupted leaves no half-made file behind', async (t) => {
  const path = await folder(t)
  assert.equal((await oauthd(['db:migrate'], { cwd: path })).code, 0)
  const before = readdirSync(path)
  for (const args of [CREATE, ['init', '--config', 'new.toml']]) {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      const ended = await stopWhileItWaits(path, args, signal)
      assert.deepEqual(readdirSync(path), before, `${args[0]} ${signal}`)
      assert.equal(ended.code ?? ended.signal, signal === 'SIGINT' ? 130 : signal)
    }
  }
})

test("contract, secrets out: what a killed process left stands in nobody's way", async (t) => {
  const path = await folder(t)
  assert.equal((await oauthd(['db:migrate'], { cwd: path })).code, 0)
  await stopWhileItWaits(path, CREATE, 'SIGKILL')
  assert.equal((await oauthd(CREATE, { cwd: path })).code, 0)
  assert.match(readFileSync(join(path, 'secret.txt'), 'utf8'), /^ocs_/)
})

/** Holds the database, so that the command waits for it with its file prepared, and ends it then. */
const stopWhileItWaits = async (cwd: string, args: readonly string[], signal: NodeJS.Signals) => {
  const database = new Database(join(cwd, 'oauthd.db'))
  const folder = watch(cwd)
  try {
    // With a write-ahead log, who only opens it would not wait.
    database.pragma('journal_mode = DELETE')
    database.exec('BEGIN EXCLUSIVE')
    const command = start(process.execPath, [LAUNCHER, ...args], { cwd, input: '' })
    let stopped = false
    folder.on('change', (_, name) => {
      if (stopped || !String(name).endsWith('.tmp')) return
      stopped = true
      command.stop(signal)
    })
    const ended = await command.ended
    assert.ok(stopped, 'it had prepared a file')
    return ended
  } finally {
    folder.close()
    await once(folder, 'close')
    database.close()
  }
}
