import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, openSync, readdirSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type OpenMode, openStore } from '../../src/store/open.ts'
import { atEnd, connection, NOW, temporaryFolder, testStore, testTimers } from '../_store.ts'
import { atOnce } from './_children.ts'

const MODES: readonly OpenMode[] = ['existing', 'migrate', 'create']

const refused = async (
  file: string,
  modes: readonly OpenMode[],
  expected: { readonly code: string; readonly message: string; readonly hint: string },
): Promise<void> => {
  for (const mode of modes) {
    await assert.rejects(openStore(file, { mode, now: NOW }), { name: 'StoreError', ...expected })
  }
}

/** A database that was made and closed again. */
const closedDatabase = async (t: TestContext): Promise<string> => {
  const { store, file } = await testStore(t)
  await store.close()
  return file
}

test('contract, settled points: a missing database is not made by a command that only reads', async (t) => {
  const file = join(temporaryFolder(t), 'oauthd.db')
  await refused(file, ['existing', 'migrate'], {
    code: 'database_not_found',
    message: `database not found: ${file}`,
    hint: 'oauthd init, or pass --db',
  })
  assert.equal(existsSync(file), false)
})

test('house 4: a missing folder is named', async (t) => {
  const folder = join(temporaryFolder(t), 'nowhere')
  await refused(join(folder, 'oauthd.db'), MODES, {
    code: 'directory_not_found',
    message: `directory not found: ${folder}`,
    hint: 'make the folder first, or pass --db',
  })
})

test('house 4: a file that is not SQLite is refused and stays as it is', async (t) => {
  const folder = temporaryFolder(t)
  const file = join(folder, 'notes.txt')
  writeFileSync(file, 'not a database, but long enough to be looked at as one\n'.repeat(100), { mode: 0o600 })
  const hint = 'pass --db with an SQLite file, or with a name that is still free'
  await refused(file, MODES, { code: 'not_a_database', message: `not an SQLite database: ${file}`, hint })
  await refused(folder, MODES, { code: 'not_a_database', message: `not a file: ${folder}`, hint })
  assert.deepEqual(readdirSync(folder), ['notes.txt'])
})

test('house 4: a damaged database is told from one that is none', async (t) => {
  const file = await closedDatabase(t)
  // The root of sqlite_schema begins after the header of 100 bytes.
  writeSync(openSync(file, 'r+'), Buffer.alloc(400, 0xee), 0, 400, 100)
  await refused(file, MODES, {
    code: 'database_corrupt',
    message: `database is damaged: ${file}`,
    hint: 'restore a backup; oauthd db:check tells what is damaged',
  })
})

test('house 4: a database of a newer oauthd is refused and not touched', async (t) => {
  const file = await closedDatabase(t)
  const database = connection(t, file)
  database.exec("INSERT INTO oauthd_migration (version, name, applied_at) VALUES (9, 'future', 1)")
  await refused(file, MODES, {
    code: 'database_newer',
    message: `database is newer than this oauthd: ${file} has schema 9, 1 is known here`,
    hint: 'use the version of oauthd that wrote it, or a newer one',
  })
})

test('house 4: a database locked by another process is waited for, for 5 s, by timer', async (t) => {
  const file = await closedDatabase(t)
  const other = connection(t, file)
  other.pragma('journal_mode = DELETE')
  other.exec('BEGIN EXCLUSIVE')
  const timers = testTimers('at once')
  await assert.rejects(openStore(file, { mode: 'existing', now: NOW, internals: { timers } }), {
    code: 'database_busy',
    message: `database is busy: ${file}`,
    hint: 'another process holds the write lock; try again when it is done',
  })
  const waited = timers.delays.reduce((sum, delay) => sum + delay, 0)
  assert.ok(waited >= 5000 && waited < 5016, String(waited))
})

test('house 4: a lock that is let go while opening is taken then, our tables made', async (t) => {
  const file = join(temporaryFolder(t), 'app.db')
  const other = connection(t, file)
  other.exec('CREATE TABLE app (x); PRAGMA journal_mode = WAL; BEGIN IMMEDIATE')
  const timers = testTimers('by hand')
  const opening = openStore(file, { mode: 'create', now: NOW, internals: { timers } })
  assert.deepEqual(timers.delays, [1])
  other.exec('COMMIT')
  timers.fire()
  const store = await opening
  assert.equal(store.created, true)
  await store.close()
})

test('house 4: an address of PostgreSQL is refused without printing what is in it', async () => {
  for (const mode of MODES) {
    await assert.rejects(openStore('postgres://me:hush@host/db', { mode, now: NOW }), (error) => {
      assert.ok(error instanceof Error)
      return !`${error.message} ${error.stack}`.includes('hush')
    })
  }
})

test('house 4: a database that may be read but not written is refused as read-only', async (t) => {
  const file = await closedDatabase(t)
  chmodSync(join(file, '..'), 0o755)
  chmodSync(file, 0o444)
  assert.deepEqual(await atOnce(['open-as-nobody', file, 'existing'], ['open-as-nobody', file, 'create']), [
    { code: 'database_readonly', message: `database is read-only: ${file}` },
    { code: 'database_readonly', message: `database is read-only: ${file}` },
  ])
})

test('house 4: a database that may not be read says so', async (t) => {
  const file = await closedDatabase(t)
  chmodSync(join(file, '..'), 0o755)
  chmodSync(file, 0o000)
  assert.deepEqual(await atOnce(['open-as-nobody', file, 'existing']), [
    { code: 'database_failed', message: `no permission to read the database: ${file}` },
  ])
})

test('house 4: a read-only folder is told, with a database in it and without', async (t) => {
  const folder = join(temporaryFolder(t), 'folder')
  chmodSync(join(folder, '..'), 0o755)
  mkdirSync(folder)
  atEnd(t, () => chmodSync(folder, 0o755))
  const file = join(folder, 'oauthd.db')
  await (await openStore(file, { mode: 'create', now: NOW })).close()
  chmodSync(file, 0o666)
  chmodSync(folder, 0o555)
  const missing = join(folder, 'other.db')
  assert.deepEqual(
    await atOnce(['open-as-nobody', file, 'existing'], ['open-as-nobody', missing, 'create']),
    [
      { code: 'database_readonly', message: `database is in a read-only folder: ${file}` },
      { code: 'database_readonly', message: `cannot make the database in a read-only folder: ${missing}` },
    ],
  )
  assert.deepEqual(readdirSync(folder), ['oauthd.db'])
})
