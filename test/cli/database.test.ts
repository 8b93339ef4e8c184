/** Databases that cannot be used as they are, each through the real command line. */
import assert from 'node:assert/strict'
import { chmod, mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { type Ended, LAUNCHER, oauthd, run, temporaryFolder } from '../_process.ts'

/** A folder with a database and one client, and the command line in it. */
const folder = async (t: TestContext) => {
  const { path, remove } = await temporaryFolder()
  t.after(remove)
  const here = (...args: readonly string[]): Promise<Ended> => oauthd(args, { cwd: path })
  const create = ['client:create', '--name', 'A', '--id', 'a', '--redirect-uri', 'http://localhost/cb', '-q']
  assert.equal((await here(...create)).code, 0)
  return { path, here, open: () => new Database(join(path, 'oauthd.db')) }
}

const errorOf = ({ stdout, stderr }: Ended): unknown => {
  assert.equal(stdout, '')
  return (JSON.parse(stderr) as { error: unknown }).error
}

test('contract, exit codes: a database that needs migrating is 5, and db:migrate mends it', async (t) => {
  const { here, open } = await folder(t)
  const database = open()
  database.exec('DELETE FROM oauthd_migration')
  database.close()
  const listed = await here('client:list', '--json')
  assert.equal(listed.code, 5)
  assert.deepEqual(errorOf(listed), {
    code: 'database_outdated',
    message: 'database needs migrating: ./oauthd.db has schema 0, 1 is needed',
    hint: 'oauthd db:migrate',
  })
  const status = await here('db:status', '--exit-code')
  assert.equal(status.code, 5)
  assert.match(status.stdout, /^schema {2}0, pending: 1_initial\nengine {2}sqlite [\d.]+\nsize {4}\d+ bytes/)
  assert.equal(status.stderr, 'hint: oauthd db:migrate\n')
  const told = await here('db:status', '--json')
  assert.equal(told.code, 0)
  const { schema, latest, pending, ...rest } = JSON.parse(told.stdout)
  assert.deepEqual([schema, latest, pending], [0, 1, ['1_initial']])
  assert.deepEqual(Object.keys(rest), ['driver', 'engine_version', 'bytes', 'wal_bytes'])
  const migrated = await here('db:migrate')
  assert.equal(migrated.stdout, 'Applied 1_initial\n')
  assert.match(
    migrated.stderr,
    /^Copied the database to \.\/oauthd\.db\.before-schema-1\.\d+ before its migration\n$/,
  )
  assert.deepEqual((await here('client:list', '-q')).stdout, 'a\n')
  const again = open()
  again.exec('DELETE FROM oauthd_migration')
  again.close()
  const { copy, ...applied } = JSON.parse((await here('db:migrate', '--json')).stdout)
  assert.deepEqual(applied, { applied: ['1_initial'], pending: [] })
  assert.match(copy, /^\.\/oauthd\.db\.before-schema-1\.\d+$/)
  assert.equal((await here('db:check', '--db', copy, '--json')).code, 1, 'its key file is not beside it')
  assert.equal((await here('db:restore', copy, '--verify')).code, 0)
})

test('contract, exit codes: a database that is newer than the program is 1, for neither waiting nor migrating helps', async (t) => {
  const { here, open } = await folder(t)
  const database = open()
  database.exec("INSERT INTO oauthd_migration VALUES (99, 'later', 0)")
  database.close()
  for (const command of ['client:list', 'db:status', 'db:migrate']) {
    const ended = await here(command, '--json')
    assert.equal(ended.code, 1, command)
    assert.deepEqual(errorOf(ended), {
      code: 'database_newer',
      message: 'database is newer than this oauthd: ./oauthd.db has schema 99, 1 is known here',
      hint: 'use the version of oauthd that wrote it, or a newer one',
    })
  }
})

test('contract, exit codes: a database locked by another process is 5; reading goes on', async (t) => {
  const { here, open } = await folder(t)
  const database = open()
  database.exec('BEGIN IMMEDIATE')
  const [written, read] = await Promise.all([
    here('client:update', 'a', '--name', 'B', '--json'),
    here('client:list', '-q'),
  ])
  database.exec('ROLLBACK')
  database.close()
  assert.equal(written.code, 5)
  assert.deepEqual(errorOf(written), {
    code: 'database_busy',
    message: 'database is busy: ./oauthd.db',
    hint: 'another process holds the write lock; try again when it is done',
  })
  assert.deepEqual([read.code, read.stdout], [0, 'a\n'])
})

test('contract, exit codes: what the modes of file and folder forbid is 1, and says what must be changed', async (t) => {
  const { path, open } = await folder(t)
  open().close()
  const asNobody = (...args: readonly string[]): Promise<Ended> =>
    run(
      process.execPath,
      ['--import', fileURLToPath(new URL('_nobody.ts', import.meta.url)), LAUNCHER, ...args, '--json'],
      { cwd: path, env: { OAUTHD_SECRET: 'a'.repeat(32) } },
    )
  await chmod(path, 0o755)
  await chmod(join(path, 'oauthd.db'), 0o444)
  const readOnly = await asNobody('client:list')
  assert.equal(readOnly.code, 1)
  assert.deepEqual(errorOf(readOnly), {
    code: 'database_readonly',
    message: 'database is read-only: ./oauthd.db',
    hint: 'the file and its folder must be writable by this user',
  })
  await mkdir(join(path, 'closed'), { mode: 0o555 })
  const create = ['client:create', '--name', 'A', '--grant', 'client_credentials']
  const inFolder = await asNobody(...create, '--db', 'closed/oauthd.db')
  assert.equal(inFolder.code, 1)
  assert.match(
    JSON.stringify(errorOf(inFolder)),
    /"database_readonly","message":"cannot make .* closed\/oauthd.db"/,
  )
  await chmod(join(path, 'oauthd.db'), 0o000)
  const unreadable = await asNobody('client:list')
  assert.equal(unreadable.code, 1)
  assert.match(
    JSON.stringify(errorOf(unreadable)),
    /no permission to read .*"hint":"run as the user that owns it"/,
  )
})

test('house 4, rule 1: two updates of one client at once by two processes both hold', async (t) => {
  const { here } = await folder(t)
  const added = ['https://one.example/', 'https://two.example/', 'https://three.example/']
  const ended = await Promise.all(added.map((uri) => here('client:update', 'a', '--add-redirect-uri', uri)))
  assert.deepEqual(
    ended.map(({ code }) => code),
    [0, 0, 0],
  )
  const { redirect_uris } = JSON.parse((await here('client:show', 'a', '--json')).stdout)
  assert.deepEqual(redirect_uris.toSorted(), ['http://localhost/cb', ...added].toSorted())
})

test('contract, secrets out: a secret that could not be written is told, with the way to another', {
  skip: process.platform === 'linux' ? false : 'needs /dev/full',
}, async (t) => {
  const { path, here } = await folder(t)
  const full = await oauthd(['client:rotate-secret', 'a', '--github-output'], {
    cwd: path,
    env: { GITHUB_OUTPUT: '/dev/full' },
  })
  assert.deepEqual([full.code, full.stdout], [1, ''])
  assert.match(
    full.stderr,
    /^error: client a has a new secret that could not be written to \$GITHUB_OUTPUT, so nobody/,
  )
  assert.match(full.stderr, /\nhint: oauthd client:rotate-secret a gives it another\n$/)
  assert.equal((await here('client:rotate-secret', 'a', '-q')).code, 0)
})

test('LG-03: db:prune gives the room of what it removed back to the file system', async (t) => {
  const { here, path, open } = await folder(t)
  const database = open()
  database.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
    INSERT INTO oauth_authorization_request (request_id, client_id, redirect_uri, state, scope, resource,
      code_challenge, prompt, browser_mac, created_at, expires_at)
    SELECT 'ar_' || i, 'a', 'http://localhost/cb', hex(zeroblob(2000)), '', '[]', '', '', '', 0, 1 FROM n`)
  database.close()
  const file = join(path, 'oauthd.db')
  const { size } = await stat(file)
  assert.equal((await here('db:prune')).code, 0)
  const left = await stat(file)
  assert.ok(left.size < size / 5, `${left.size} of ${size}`)
})
