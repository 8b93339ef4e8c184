/** An app that has its own tables in the file, and has it open already. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import Database from 'better-sqlite3'
import { createOAuthServer } from '../../src/index.ts'
import { environment } from '../_environment.ts'
import { atEnd, temporaryFolder } from '../_store.ts'
import { appServer, ERP } from './_app.ts'

/** An app's database, with a table and settings of its own. */
const invoices = (t: TestContext): { db: Database.Database; file: string } => {
  const file = join(temporaryFolder(t), 'app.db')
  const db = new Database(file)
  atEnd(t, () => db.close())
  db.exec('CREATE TABLE invoice (id INTEGER PRIMARY KEY, amount INTEGER)')
  db.pragma('foreign_keys = OFF')
  db.pragma('synchronous = NORMAL')
  db.pragma('user_version = 7')
  db.pragma('application_id = 42')
  db.defaultSafeIntegers(true)
  return { db, file }
}

const PRAGMAS = [
  'foreign_keys',
  'synchronous',
  'user_version',
  'application_id',
  'trusted_schema',
  'temp_store',
  'cache_size',
  'busy_timeout',
  'journal_size_limit',
]

test('contract, library: an open better-sqlite3 database may be passed in, and is left as it was', async (t) => {
  const { db, file } = invoices(t)
  const settings = (): readonly unknown[] => PRAGMAS.map((name) => db.pragma(name, { simple: true }))
  const before = settings()
  const server = await appServer(t, { db })
  const { client_id } = await server.clients.create(ERP)
  assert.deepEqual(settings(), before)
  assert.deepEqual(db.prepare('SELECT client_id FROM oauth_client').all(), [{ client_id }])
  db.prepare('INSERT INTO invoice (amount) VALUES (5)').run()
  assert.equal((await server.clients.get(client_id))?.client_id, client_id)
  const names = db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'oauth%'")
    .pluck()
    .all()
  assert.deepEqual(names, ['invoice'])
  await server.close()
  assert.ok(db.open)
  assert.deepEqual(db.prepare('SELECT amount FROM invoice').pluck().all(), [5n])
  assert.ok(readdirSync(join(file, '..')).includes('app.db.key'))
})

test('contract, library: what the app has open on its database does not disturb the server, nor the other way round', async (t) => {
  const { db } = invoices(t)
  const server = await appServer(t, { db })
  const insert = db.prepare('INSERT INTO invoice (amount) VALUES (?)')
  for (const amount of [1, 2, 3]) insert.run(amount)
  const seen: unknown[] = []
  for (const amount of db.prepare('SELECT amount FROM invoice ORDER BY id').pluck().iterate()) {
    if (seen.length === 0) await server.clients.create(ERP)
    seen.push(amount)
  }
  assert.deepEqual(seen, [1n, 2n, 3n])

  db.exec('BEGIN')
  insert.run(4)
  assert.equal((await server.clients.list()).length, 1)
  const writing = server.clients.create(ERP)
  db.exec('ROLLBACK')
  await writing
  assert.equal((await server.clients.list()).length, 2)
  assert.equal(db.prepare('SELECT count(*) FROM invoice').pluck().get(), 3n)
})

test('contract, library: the SQLite of an open database opens ours too', async (t) => {
  const { db } = invoices(t)
  const opened: unknown[] = []
  class Theirs extends Database {
    constructor(file: string, options?: Database.Options) {
      super(file, options)
      opened.push(file)
    }
  }
  const theirs = new Theirs(db.name)
  atEnd(t, () => theirs.close())
  await appServer(t, { db: theirs })
  assert.deepEqual(opened, [db.name, db.name])
})

test('contract, library: a database that cannot be shared is a TypeError that names db', async (t) => {
  environment(t, {})
  const { db, file } = invoices(t)
  const readonly = new Database(file, { readonly: true })
  atEnd(t, () => readonly.close())
  const closed = new Database(file)
  closed.close()
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [new Database(':memory:'), /^db must be a better-sqlite3 database of a file/],
    [readonly, /^db must be open for writing/],
    [closed, /^db must be open: /],
    [{}, /^db must be the name of a file, or an open better-sqlite3 database$/],
    [7, /^db must be the name of a file$/],
  ]
  for (const enabled of [true, false]) {
    for (const [wrong, message] of cases) {
      const options = { enabled, db: wrong as string }
      await assert.rejects(createOAuthServer(options), { name: 'TypeError', message })
    }
  }
  assert.deepEqual(db.prepare("SELECT name FROM sqlite_schema WHERE name LIKE 'oauth%'").all(), [])
})

test('contract, settled points: disabled, an open database is not looked into', async (t) => {
  environment(t, {})
  const { db, file } = invoices(t)
  const server = await createOAuthServer({ db, enabled: false })
  await server.close()
  assert.deepEqual(readdirSync(join(file, '..')), ['app.db'])
  assert.equal(db.pragma('journal_mode', { simple: true }), 'delete')
})
