import assert from 'node:assert/strict'
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { openStore } from '../../src/store/open.ts'
import { createFile, type StoreWarning } from '../../src/store/sqlite-file.ts'
import { connection, NOW, temporaryFolder, testStore } from '../_store.ts'
import { put } from './_work.ts'

const modeOf = (file: string): string => (statSync(file).mode & 0o777).toString(8)

test('CL-03: the database, its log and its index are made with mode 0600', async (t) => {
  const { store, file } = await testStore(t)
  await store.write(() => put('a'))
  assert.deepEqual([file, `${file}-wal`, `${file}-shm`].map(modeOf), ['600', '600', '600'])
})

test('CL-03: a database with a wider mode is warned about and used', async (t) => {
  const { store, file } = await testStore(t)
  await store.close()
  const warnings: StoreWarning[] = []
  const open = async (): Promise<void> => {
    const onWarning = (warning: StoreWarning): number => warnings.push(warning)
    await (await openStore(file, { mode: 'existing', now: NOW, onWarning })).close()
  }
  await open()
  assert.deepEqual(warnings, [])
  chmodSync(file, 0o640)
  await open()
  assert.deepEqual(warnings, [
    {
      code: 'database_file_mode',
      message: `others may use the database: ${file} has mode 0640; chmod 600 ${file}`,
    },
  ])
})

test('house 4: a network file system is warned about, by the path of the database', async (t) => {
  const file = join(temporaryFolder(t), 'oauthd.db')
  const warnings: StoreWarning[] = []
  const asked: string[] = []
  const store = await openStore(file, {
    mode: 'create',
    now: NOW,
    onWarning: (warning) => warnings.push(warning),
    internals: {
      fileSystemType(path) {
        asked.push(path)
        return { type: 0x6969 }
      },
    },
  })
  await store.close()
  assert.deepEqual(asked, [file])
  assert.deepEqual(warnings, [
    {
      code: 'network_file_system',
      message: `the database may be on a network file system (NFS), where two machines can damage it: ${file}`,
    },
  ])
})

test('house 4: a fresh database records the newest version and can shrink step by step', async (t) => {
  const { store, file } = await testStore(t)
  assert.equal(store.created, true)
  const database = connection(t, file)
  assert.equal(database.pragma('auto_vacuum', { simple: true }), 2)
  assert.deepEqual(database.prepare('SELECT * FROM oauthd_migration').all(), [
    { version: 1, name: 'initial', applied_at: NOW },
  ])
})

test('house 4: a database that is there is opened again with what it holds, in every mode', async (t) => {
  const { store, file } = await testStore(t)
  await store.write(() => put('kept'))
  await store.close()
  for (const mode of ['existing', 'migrate', 'create'] as const) {
    const again = await openStore(file, { mode, now: NOW + 1 })
    assert.deepEqual([again.created, again.applied], [false, []])
    await again.close()
  }
  const database = connection(t, file)
  assert.deepEqual(database.prepare('SELECT name FROM oauthd_state').pluck().all(), ['kept'])
})

test('house 4: a file that another process makes first is taken as it is', async (t) => {
  const file = join(temporaryFolder(t), 'oauthd.db')
  writeFileSync(file, 'theirs', { mode: 0o600 })
  createFile({ file, path: file })
  assert.equal(readFileSync(file, 'utf8'), 'theirs')
})

test('house 4: an empty file becomes a database, as one does that another process is about to fill', async (t) => {
  const file = join(temporaryFolder(t), 'oauthd.db')
  writeFileSync(file, '', { mode: 0o600 })
  const store = await openStore(file, { mode: 'create', now: NOW })
  assert.equal(store.created, true)
  await store.close()
})

/** An app's database, as apps make them. */
const appDatabase = (file: string, more = ''): void => {
  const app = new Database(file)
  app.exec(`PRAGMA auto_vacuum = FULL; CREATE TABLE user (id INTEGER PRIMARY KEY, name TEXT); INSERT INTO user VALUES (1, 'Ada');
    CREATE TABLE orphan (user_id INTEGER REFERENCES user (id)); PRAGMA user_version = 7;
    PRAGMA application_id = 99; ${more}`)
  app.close()
}

const theirs = (database: Database.Database): unknown => ({
  schema: database
    .prepare(
      "SELECT * FROM sqlite_schema WHERE name NOT LIKE 'oauth%' AND tbl_name NOT LIKE 'oauth%' ORDER BY name",
    )
    .all(),
  users: database.prepare('SELECT * FROM user').all(),
  user_version: database.pragma('user_version', { simple: true }),
  application_id: database.pragma('application_id', { simple: true }),
})

test("contract, settled points: our tables join an app's own, which stay as they were", async (t) => {
  const file = join(temporaryFolder(t), 'app.db')
  appDatabase(file)
  const database = connection(t, file)
  const before = theirs(database)
  const store = await openStore(file, { mode: 'create', now: NOW })
  assert.equal(store.created, true)
  await store.write(() => put('a'))
  assert.deepEqual(theirs(database), before)
  assert.equal(database.pragma('auto_vacuum', { simple: true }), 1)
  await store.close()
})

test("contract, settled points: an app's database without our tables is not changed by opening it", async (t) => {
  const file = join(temporaryFolder(t), 'app.db')
  appDatabase(file)
  const before = readFileSync(file)
  for (const mode of ['existing', 'migrate'] as const) {
    await assert.rejects(openStore(file, { mode, now: NOW }), {
      code: 'database_not_found',
      message: `no tables of oauthd in the database: ${file}`,
      hint: 'oauthd init, or pass --db',
    })
  }
  assert.deepEqual(readFileSync(file), before)
  assert.equal(existsSync(`${file}-wal`), false)
})

test("contract, settled points: an app's table with a name of ours is refused, and nothing is changed", async (t) => {
  for (const more of [
    'CREATE TABLE oauth_client (x)',
    'CREATE VIEW OAuth_Client AS SELECT 1',
    'CREATE INDEX oauth_client ON user (name)',
  ]) {
    const file = join(temporaryFolder(t), 'app.db')
    appDatabase(file, more)
    const before = readFileSync(file)
    await assert.rejects(openStore(file, { mode: 'create', now: NOW }), {
      code: 'table_conflict',
      message: `oauth_client was not made by oauthd: ${file}`,
    })
    assert.deepEqual(readFileSync(file), before)
  }
})
