import assert from 'node:assert/strict'
import { copyFileSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { keyFile, SecretError } from '../src/master-secret.ts'
import { openServer } from '../src/server.ts'
import { openStore } from '../src/store/open.ts'
import { StoreError } from '../src/store/store-error.ts'
import { createToken, inspectToken } from '../src/tokens.ts'
import { environment } from './_environment.ts'
import { authenticates, SETTINGS, testClient, testServer } from './_server.ts'
import { connection, NOW, temporaryFolder } from './_store.ts'

const OLD = 'the old master secret of this test'
const NEW = 'the new master secret of this test'

const MODES = ['create', 'migrate', 'existing'] as const

const refuses =
  (code: string) =>
  (error: unknown): boolean =>
    (error instanceof SecretError || error instanceof StoreError) && error.code === code

test('contract, settled points: the first server makes database and key file, 0600; the next finds them', async (t) => {
  const { server, db } = await testServer(t)
  assert.deepEqual(server.created, [db, keyFile(db)])
  assert.equal(server.secret_source, keyFile(db))
  if (process.platform !== 'win32') {
    for (const file of [db, keyFile(db)]) assert.equal(statSync(file).mode & 0o777, 0o600, file)
  }
  const again = await testServer(t, { db, mode: 'existing' })
  assert.deepEqual(again.server.created, [])
})

test('contract, master secret: with OAUTHD_SECRET no key file is made', async (t) => {
  environment(t, { OAUTHD_SECRET: OLD })
  const { server, db } = await testServer(t, { secret: OLD })
  assert.deepEqual(server.created, [db])
  assert.equal(server.secret_source, 'OAUTHD_SECRET')
  assert.equal(existsSync(keyFile(db)), false)
})

test('contract, master secret: one that is too short is refused before anything is made', async (t) => {
  const folder = temporaryFolder(t)
  const db = join(folder, 'oauthd.db')
  await assert.rejects(testServer(t, { db, secret: 'x'.repeat(31) }), refuses('secret_too_short'))
  assert.deepEqual(readdirSync(folder), [])
})

test('contract, settled points: a server that only reads makes neither database nor key file', async (t) => {
  const folder = temporaryFolder(t)
  const db = join(folder, 'oauthd.db')
  for (const mode of ['migrate', 'existing'] as const) {
    await assert.rejects(testServer(t, { db, mode }), refuses('database_not_found'))
  }
  const store = await openStore(db, { mode: 'create', now: NOW })
  await store.close()
  await assert.rejects(testServer(t, { db, mode: 'existing' }), refuses('secret_missing'))
  assert.deepEqual(readdirSync(folder), ['oauthd.db'])
})

test('house 4: an existing database opens while another process holds the write lock', async (t) => {
  const { db } = await testServer(t)
  const other = connection(t, db)
  other.exec('BEGIN IMMEDIATE')
  const { server } = await testServer(t, { db, mode: 'existing' })
  assert.deepEqual(server.created, [])
  other.exec('ROLLBACK')
})

test('KEY-05: with its secret missing a database does not open, and nothing is generated', async (t) => {
  const { db } = await testServer(t, { secret: OLD })
  const before = connection(t, db).prepare('SELECT * FROM oauthd_hash_key').all()
  for (const mode of MODES) {
    await assert.rejects(testServer(t, { db, mode }), refuses('secret_missing'))
    await assert.rejects(testServer(t, { db, mode, secret: '' }), refuses('secret_missing'))
  }
  assert.equal(existsSync(keyFile(db)), false)
  assert.deepEqual(connection(t, db).prepare('SELECT * FROM oauthd_hash_key').all(), before)
})

test('contract, settled points: another secret is refused, in words that name where it came from', async (t) => {
  const { db } = await testServer(t)
  await assert.rejects(testServer(t, { db, secret: NEW }), (error) => {
    assert(error instanceof SecretError)
    assert.equal(error.code, 'secret_mismatch')
    assert.match(error.message, /the option secret/)
    assert.ok(!`${error.message}${error.hint}`.includes(NEW))
    return true
  })
})

test('KEY-05: a refused secret changes nothing: the right one still opens all there was', async (t) => {
  const right = await testServer(t, { secret: OLD })
  const { client, client_id, client_secret } = await testClient(right.server)
  const { access_token } = await createToken(right.server, { client })
  const dump = (): unknown =>
    ['oauthd_hash_key', 'oauth_signing_key', 'oauth_client_secret', 'oauthd_migration'].map((table) =>
      connection(t, right.db).prepare(`SELECT * FROM ${table}`).all(),
    )
  const before = dump()
  for (const mode of MODES) {
    await assert.rejects(testServer(t, { db: right.db, mode, secret: NEW }), refuses('secret_mismatch'))
  }
  assert.deepEqual(dump(), before)
  assert.equal(existsSync(keyFile(right.db)), false)
  const again = await testServer(t, { db: right.db, secret: OLD })
  assert.equal((await inspectToken(again.server, access_token)).kind, 'active')
  assert.ok(await authenticates(again, client_id, client_secret))
})

test('contract, master secret: without the right one an older database is not migrated', async (t) => {
  const { server, db } = await testServer(t, { secret: OLD })
  await server.close()
  const database = connection(t, db)
  // Version 0: there was none, and to this oauthd it is older than the first.
  database.exec('DELETE FROM oauthd_migration')
  const versions = (): unknown => database.prepare('SELECT version FROM oauthd_migration').pluck().all()
  for (const mode of ['create', 'migrate'] as const) {
    await assert.rejects(testServer(t, { db, mode, secret: NEW }), refuses('secret_mismatch'))
    await assert.rejects(testServer(t, { db, mode }), refuses('secret_missing'))
    assert.deepEqual(versions(), [], mode)
  }
  assert.equal(existsSync(keyFile(db)), false)
  await testServer(t, { db, mode: 'migrate', secret: OLD })
  assert.deepEqual(versions(), [1])
})

test('house 4: a server that is refused lets go of the database', async (t) => {
  const folder = temporaryFolder(t)
  const db = join(folder, 'oauthd.db')
  await (await openServer({ db, mode: 'create', settings: SETTINGS, secret: OLD })).close()
  await assert.rejects(openServer({ db, mode: 'create', settings: SETTINGS, secret: NEW }))
  // SQLite takes the log away with the last connection.
  assert.deepEqual(readdirSync(folder), ['oauthd.db'])
})

test('KEY-07: while the secret is rotated, new and old given, all that was sealed under the old opens', async (t) => {
  const old = await testServer(t, { secret: OLD })
  const { client, client_id, client_secret } = await testClient(old.server)
  const { access_token } = await createToken(old.server, { client })
  for (const secret of [`${NEW},${OLD}`, `${OLD}, ${NEW}`]) {
    const both = await testServer(t, { db: old.db, secret })
    assert.equal((await inspectToken(both.server, access_token)).kind, 'active')
    assert.ok(await authenticates(both, client_id, client_secret))
  }
  await assert.rejects(testServer(t, { db: old.db, secret: NEW }), refuses('secret_mismatch'))
})

test('contract, master secret: made between two looks, the key file of another process is found', async (t) => {
  const first = await testServer(t)
  await first.server.close()
  const db = join(temporaryFolder(t), 'oauthd.db')
  // The clock is read after the first look for a key file and before the database is opened.
  let looked = false
  const clock = (): number => {
    if (!looked) {
      copyFileSync(first.db, db)
      copyFileSync(keyFile(first.db), keyFile(db))
    }
    looked = true
    return NOW * 1000
  }
  const server = await openServer({ db, mode: 'create', settings: SETTINGS, clock })
  t.after(() => server.close())
  assert.equal(readFileSync(keyFile(db), 'utf8'), readFileSync(keyFile(first.db), 'utf8'))
})

test('KEY-03: two servers at once publish one key, and so does each later one', async (t) => {
  const one = await testServer(t)
  const other = await testServer(t, { db: one.db, time: one })
  const [mine, theirs] = await Promise.all([one.server.keys.published(NOW), other.server.keys.published(NOW)])
  assert.equal(mine.length, 1)
  assert.deepEqual(mine, theirs)
  const before = await one.server.store.generation()
  assert.deepEqual(await one.server.keys.published(NOW), mine)
  assert.equal(await one.server.store.generation(), before, 'nothing was written for it')
  assert.deepEqual([mine[0]?.activates_at, mine[0]?.created_at], [NOW, NOW])
})

test('KEY-02: those who ask a new server for its keys at once cause one key', async (t) => {
  const { server } = await testServer(t)
  const writes = t.mock.method(server.store, 'write')
  const asked = await Promise.all(Array.from({ length: 6 }, () => server.keys.published(NOW)))
  assert.equal(writes.mock.callCount(), 1)
  for (const keys of asked) assert.deepEqual(keys, asked[0])
})

test('KEY-02: a first key that could not be stored is made at the next request', async (t) => {
  const { server } = await testServer(t)
  const writes = t.mock.method(server.store, 'write', () => Promise.reject(new Error('disk full')))
  await assert.rejects(server.keys.published(NOW), /disk full/)
  writes.mock.restore()
  assert.equal((await server.keys.published(NOW)).length, 1)
})

test('KEY-01: what is published of a key holds no private part, and what rests of it is sealed', async (t) => {
  const { server, db } = await testServer(t)
  const [key] = await server.keys.published(NOW)
  assert.ok(key)
  assert.ok(!('sealed' in key))
  assert.deepEqual(Object.keys(JSON.parse(key.public_jwk)).sort(), ['alg', 'e', 'kid', 'kty', 'n', 'use'])
  const rows = connection(t, db).prepare<[], Record<string, string>>('SELECT * FROM oauth_signing_key').all()
  assert.equal(rows[0]?.['sealed']?.split('.').length, 5)
})
