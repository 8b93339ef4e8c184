import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import Database from 'better-sqlite3'
import { latestVersion, readSchema, type Step, steps } from '../../src/store/migrate.ts'
import { type OpenedStore, openStore, pendingSteps } from '../../src/store/open.ts'
import { atEnd, connection, NOW, temporaryFolder, testStore } from '../_store.ts'
import { names, put } from './_work.ts'

const BASELINE = readFileSync(new URL('baseline-1.sql', import.meta.url), 'utf8')

/** What a schema comes to: each object's DDL, without comments and layout. */
const shapeOf = (...ddl: readonly string[]): readonly string[] => {
  const database = new Database(':memory:')
  for (const text of ddl) database.exec(text)
  const texts = database
    .prepare<[], string>('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type, name')
    .pluck()
    .all()
  database.close()
  return texts.map((text) =>
    text
      .replace(/--[^\n]*/g, ' ')
      .replace(/\s+/g, ' ')
      .replace(/ ?([(),]) ?/g, '$1'),
  )
}

const initial: Step = { version: 1, name: 'initial', up: '' }
const note: Step = { version: 2, name: 'note', up: 'ALTER TABLE oauthd_state ADD COLUMN note TEXT;' }
const rebuild: Step = {
  version: 3,
  name: 'rebuild',
  up: `CREATE TABLE oauth_new (scope TEXT NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID;
    INSERT INTO oauth_new SELECT scope FROM oauth_scope;
    DROP TABLE oauth_scope;
    ALTER TABLE oauth_new RENAME TO oauth_scope;`,
}

/** A database at version 1, made long ago, with a row in it. */
const oldDatabase = async (t: TestContext): Promise<string> => {
  const { store, file } = await testStore(t, { steps: [initial] })
  await store.write(() => put('kept'))
  await store.close()
  return file
}

test('house 9: a database made by version 1 and migrated equals a fresh one', () => {
  assert.equal(steps[0]?.up, '')
  const later = steps.slice(1).map(({ up }) => up)
  assert.deepEqual(shapeOf(BASELINE, ...later), shapeOf(readSchema()))
})

test('house 9: the comparison of schemas sees a column, a check and an index, and no comment', () => {
  const same = shapeOf('CREATE TABLE a (\n  x INTEGER, -- the x\n  y TEXT\n) STRICT;')
  assert.deepEqual(shapeOf('CREATE TABLE a (x INTEGER, y TEXT) STRICT;'), same)
  assert.deepEqual(shapeOf('CREATE TABLE a (x INTEGER) STRICT;', 'ALTER TABLE a ADD COLUMN y TEXT;'), same)
  assert.notDeepEqual(shapeOf('CREATE TABLE a (x INTEGER, z TEXT) STRICT;'), same)
  assert.notDeepEqual(shapeOf('CREATE TABLE a (x INTEGER, y TEXT CHECK (y > 1)) STRICT;'), same)
  assert.notDeepEqual(shapeOf('CREATE TABLE a (x INTEGER, y TEXT) STRICT;', 'CREATE INDEX b ON a (x);'), same)
})

test('house 9: steps are numbered from 1 without a gap, and each has a name of its own', () => {
  assert.deepEqual(
    steps.map(({ version }) => version),
    steps.map((_, index) => index + 1),
  )
  assert.equal(new Set(steps.map(({ name }) => name)).size, steps.length)
  assert.equal(latestVersion(steps), steps.length)
})

test('house 9: an older database takes each pending step once, in order, and keeps its rows', async (t) => {
  const file = await oldDatabase(t)
  const internals = { steps: [initial, note, rebuild] }
  const store = await openStore(file, { mode: 'migrate', now: NOW + 5, internals })
  assert.equal(store.created, false)
  assert.deepEqual(
    store.applied.map(({ name }) => name),
    ['note', 'rebuild'],
  )
  const { schema_version, latest_version } = store.status()
  assert.deepEqual([schema_version, latest_version], [3, 3])
  assert.deepEqual(await store.read(names()), ['kept'])
  await store.close()
  const again = await openStore(file, { mode: 'migrate', now: NOW + 9, internals })
  assert.deepEqual(again.applied, [])
  await again.close()
  const database = connection(t, file)
  assert.deepEqual(database.prepare('SELECT * FROM oauthd_migration ORDER BY version').all(), [
    { version: 1, name: 'initial', applied_at: NOW },
    { version: 2, name: 'note', applied_at: NOW + 5 },
    { version: 3, name: 'rebuild', applied_at: NOW + 5 },
  ])
})

test('house 9: a fresh database has had every step, and runs none of them', async (t) => {
  const failing: Step = { version: 2, name: 'never run', up: 'SELECT nothing FROM nowhere' }
  const { store } = await testStore(t, { steps: [initial, failing] })
  assert.equal(store.created, true)
  assert.equal(store.status().schema_version, 2)
})

test('house 4: an older database is refused by a command that does not migrate, and stays', async (t) => {
  const file = await oldDatabase(t)
  await assert.rejects(
    openStore(file, { mode: 'existing', now: NOW, internals: { steps: [initial, note] } }),
    {
      code: 'database_outdated',
      message: `database needs migrating: ${file} has schema 1, 2 is needed`,
      hint: 'oauthd db:migrate',
    },
  )
  assert.equal(connection(t, file).prepare('SELECT count(*) FROM oauthd_migration').pluck().get(), 1)
})

test('house 9: who opens an older database is asked first, with its sealed hash keys, and may leave it as it is', async (t) => {
  const file = await oldDatabase(t)
  connection(t, file).exec("INSERT INTO oauthd_hash_key VALUES ('hk_1', 'sealed', 1, 1)")
  const asked: unknown[] = []
  const open = (list: readonly Step[], refusal?: Error): Promise<OpenedStore> =>
    openStore(file, {
      mode: 'migrate',
      now: NOW,
      internals: { steps: list },
      async mayMigrate(sealed) {
        asked.push(sealed)
        if (refusal !== undefined) throw refusal
      },
    })
  const refusal = new Error('another secret')
  await assert.rejects(open([initial, note], refusal), refusal)
  const version = connection(t, file).prepare('SELECT max(version) FROM oauthd_migration').pluck()
  assert.equal(version.get(), 1)
  const store = await open([initial, note])
  atEnd(t, () => store.close())
  assert.equal(version.get(), 2)
  assert.deepEqual(asked, Array(2).fill([{ hash_key_id: 'hk_1', sealed: 'sealed', activates_at: 1 }]))
  const again = await open([initial, note])
  atEnd(t, () => again.close())
  assert.equal(asked.length, 2, 'nobody is asked where nothing is to be migrated')
})

test('house 9: a step that fails leaves the database as it was, and is named', async (t) => {
  const file = await oldDatabase(t)
  const broken: Step = { version: 3, name: 'broken', up: 'ALTER TABLE nowhere ADD COLUMN x TEXT' }
  const internals = { steps: [initial, note, broken] }
  await assert.rejects(openStore(file, { mode: 'migrate', now: NOW, internals }), (error) => {
    assert.ok(error instanceof Error && error.cause instanceof Error)
    assert.equal(error.cause.message, 'no such table: nowhere, in: step 3 (broken)')
    return true
  })
  assert.equal(existsSync(`${file}-wal`), false, 'the connection is closed')
  const store = await openStore(file, { mode: 'existing', now: NOW, internals: { steps: [initial] } })
  assert.equal(store.status().schema_version, 1)
  await store.close()
})

/** The copies that lie beside a database. */
const copiesOf = (file: string): readonly string[] =>
  readdirSync(dirname(file)).filter((name) => name.startsWith(`${basename(file)}.before`))

test('contract, db:migrate: an older database is copied as it was before a step runs on it', async (t) => {
  const file = await oldDatabase(t)
  const store = await openStore(file, { mode: 'migrate', now: NOW, internals: { steps: [initial, note] } })
  atEnd(t, () => store.close())
  assert.equal(store.copied, `${file}.before-schema-2.${NOW}`)
  assert.deepEqual(copiesOf(file), [basename(store.copied)])
  const before = await openStore(store.copied, {
    mode: 'existing',
    now: NOW,
    internals: { steps: [initial] },
  })
  atEnd(t, () => before.close())
  assert.equal(before.status().schema_version, 1)
  assert.deepEqual(await before.read(names()), ['kept'])
})

test('contract, db:migrate: of two that open an older database at once one copies it, with all that was written before', async (t) => {
  const file = await oldDatabase(t)
  const internals = { steps: [initial, note] }
  const opened = await Promise.all(
    [1, 2].map((later) => openStore(file, { mode: 'migrate', now: NOW + later, internals })),
  )
  for (const store of opened) atEnd(t, () => store.close())
  assert.equal(opened.filter(({ copied }) => copied !== undefined).length, 1)
  assert.equal(copiesOf(file).length, 1)
})

test('contract, db:migrate: no copy is made where no step runs on rows of ours, nor left where one fails', async (t) => {
  const file = await oldDatabase(t)
  const open = (list: readonly Step[], path: string): Promise<OpenedStore> =>
    openStore(path, { mode: 'create', now: NOW, internals: { steps: list } })
  const broken: Step = { version: 2, name: 'broken', up: 'ALTER TABLE nowhere ADD COLUMN x TEXT' }
  await assert.rejects(open([initial, broken], file), { code: 'database_failed' })
  const current = await open([initial], file)
  atEnd(t, () => current.close())
  const theirs = join(dirname(file), 'app.db')
  connection(t, theirs).exec('CREATE TABLE orders (id TEXT)')
  const app = await open([initial, note], theirs)
  atEnd(t, () => app.close())
  assert.deepEqual(
    [current.copied, app.copied, copiesOf(file), copiesOf(theirs)],
    [undefined, undefined, [], []],
  )
})

test('house 9: a step that would leave a row without its parent is undone', async (t) => {
  const { store, file } = await testStore(t, { steps: [initial] })
  await store.close()
  const database = connection(t, file)
  database.exec(`INSERT INTO oauthd_hash_key VALUES ('hk_1', '', 1, 1);
    INSERT INTO oauth_client SELECT 'cl_1', 'A', '[]', '[]', '', NULL, 0, NULL, 'own', '[]', NULL, NULL, NULL, NULL, NULL, 'always', '{}', 1, 1, NULL;
    INSERT INTO oauth_client_secret VALUES ('cs_1', 'cl_1', 'hash', 'hk_1', 'ocs_…', 1, NULL)`)
  const orphan: Step = { version: 2, name: 'orphan', up: 'DELETE FROM oauth_client' }
  await assert.rejects(
    openStore(file, { mode: 'migrate', now: NOW, internals: { steps: [initial, orphan] } }),
    {
      code: 'database_failed',
      message: `step 2 (orphan) would leave rows of oauth_client_secret without their parents: ${file}`,
    },
  )
  assert.equal(database.prepare('SELECT count(*) FROM oauth_client').pluck().get(), 1)
})

test('house 4: of several that migrate one database at once, one does', async (t) => {
  const file = await oldDatabase(t)
  const internals = { steps: [initial, note, rebuild] }
  const stores = await Promise.all(
    [0, 1, 2].map(() => openStore(file, { mode: 'migrate', now: NOW, internals })),
  )
  assert.deepEqual(stores.map(({ applied }) => applied.length).toSorted(), [0, 0, 2])
  await Promise.all(stores.map((store) => store.close()))
})

test('contract, db:migrate: what it would do is told without doing it', async (t) => {
  const nameOf = ({ name }: Step): string => name
  const internals = { steps: [initial, note, rebuild] }
  const file = await oldDatabase(t)
  assert.deepEqual((await pendingSteps(file, internals)).map(nameOf), ['note', 'rebuild'])
  assert.equal(existsSync(`${file}-wal`), false, 'the connection is closed')
  assert.deepEqual(await pendingSteps(file), [])
  assert.deepEqual((await pendingSteps(`${file}.missing`)).map(nameOf), ['initial'])
  const app = join(temporaryFolder(t), 'app.db')
  connection(t, app).exec('CREATE TABLE user (name TEXT)')
  assert.deepEqual((await pendingSteps(app)).map(nameOf), ['initial'])
  assert.equal(connection(t, file).prepare('SELECT count(*) FROM oauthd_migration').pluck().get(), 1)
  await assert.rejects(pendingSteps(join(file, 'x.db')), { code: 'directory_not_found' })
})
