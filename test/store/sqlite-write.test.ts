import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { StoreError } from '../../src/store/store-error.ts'
import { one, type Row, run, type Work } from '../../src/store/work.ts'
import { connection, driver, testStore, turnOver } from '../_store.ts'
import { get, names, put, putAndThrow } from './_work.ts'

/** The driver over a file with our tables, and every statement that it runs from now on. */
const listening = async (t: TestContext) => {
  const { store, file } = await testStore(t)
  await store.close()
  const statements: string[] = []
  const database = connection(t, file, (statement) => statements.push(String(statement)))
  return { store: driver(t, database), database, file, statements }
}

const count = (statements: readonly string[], text: string): number =>
  statements.filter((statement) => statement === text).length

test('house 4: all writes of one turn share one BEGIN IMMEDIATE and one COMMIT', async (t) => {
  const { store, statements } = await listening(t)
  await Promise.all(Array.from({ length: 64 }, (_, n) => store.write(() => put(`n${n}`))))
  assert.equal(count(statements, 'BEGIN IMMEDIATE'), 1)
  assert.equal(count(statements, 'COMMIT'), 1)
  assert.equal(statements.filter((statement) => statement.startsWith('INSERT')).length, 64)
})

test('house 4: a batch has a largest size, and the rest is written in the next turn', async (t) => {
  const { store, statements } = await listening(t)
  await Promise.all(Array.from({ length: 600 }, (_, n) => store.write(() => put(`n${n}`))))
  assert.equal(count(statements, 'BEGIN IMMEDIATE'), 3)
  assert.equal((await store.read(names())).length, 600)
})

test('house 4: a work that throws in a batch of 64 is refused alone, and the other 63 are stored', async (t) => {
  const { store, statements } = await listening(t)
  const ended = await Promise.allSettled(
    Array.from({ length: 64 }, (_, n) => store.write(() => (n === 20 ? putAndThrow('n20') : put(`n${n}`)))),
  )
  const refused = ended.flatMap((end, n) => (end.status === 'rejected' ? [[n, String(end.reason)]] : []))
  assert.deepEqual(refused, [[20, 'RangeError: a bug at n20']])
  const stored = await store.read(names())
  assert.equal(stored.length, 63)
  assert.ok(!stored.includes('n20'))
  assert.equal(count(statements, 'BEGIN IMMEDIATE'), 2, 'a re-run of the batch, not a transaction a work')
})

test('house 4: a work alone in its turn that throws leaves nothing and is not run again', async (t) => {
  const { store } = await testStore(t)
  let runs = 0
  const work = (): Work<void> => {
    runs += 1
    return putAndThrow('alone')
  }
  await assert.rejects(store.write(work), { name: 'RangeError' })
  assert.equal(runs, 1)
  assert.equal(await store.read(get('alone')), undefined)
})

test('house 4: a write resolves only when another connection can see what it wrote', async (t) => {
  const { store, file } = await testStore(t)
  const other = connection(t, file)
  const look = other.prepare("SELECT value FROM oauthd_state WHERE name = 'a'")
  const written = store.write(() => put('a', 'seen'))
  assert.equal(look.get(), undefined, 'nothing is written before the turn ends')
  await written
  assert.deepEqual(look.get(), { value: 'seen' })
})

test('house 4: a commit is flushed to disk: WAL at synchronous FULL, foreign keys on', async (t) => {
  const { store, file } = await testStore(t)
  const pragma = async (name: string): Promise<unknown> => {
    const row = await store.read(one<Row>(`PRAGMA ${name}`))
    return Object.values(row ?? {})[0]
  }
  assert.equal(await pragma('synchronous'), 2)
  assert.equal(await pragma('foreign_keys'), 1)
  assert.equal(await pragma('busy_timeout'), 0)
  assert.equal(await pragma('trusted_schema'), 0)
  assert.equal(await pragma('cache_size'), -16384)
  assert.equal(connection(t, file).pragma('journal_mode', { simple: true }), 'wal')
})

test('house 4: a statement that fails carries its text and none of its parameters', async (t) => {
  const { store } = await testStore(t)
  const text = 'INSERT INTO oauthd_state (name, value)\n  VALUES ($name, $value)'
  const write = (): Promise<void> => store.write(() => run(text, { name: 'once', value: 'hush' }))
  await write()
  const error = await write().catch((thrown: unknown) => thrown)
  assert.ok(error instanceof StoreError)
  assert.equal(error.code, 'database_failed')
  assert.ok(error.cause instanceof Error)
  assert.equal(
    error.cause.message,
    'UNIQUE constraint failed: oauthd_state.name, in: INSERT INTO oauthd_state (name, value) VALUES ($name, $value)',
  )
  assert.ok(!JSON.stringify([error.message, error.stack, error.cause.stack]).includes('hush'))
})

test('house 4 rule 9: undefined and NaN are never bound', async (t) => {
  const { store } = await testStore(t)
  const text = 'UPDATE oauthd_state SET value = $value'
  for (const value of [undefined, Number.NaN]) {
    // As an untyped caller would; the types refuse undefined.
    const params = JSON.parse('{}')
    params.value = value
    const error = await store.write(() => run(text, params)).catch((thrown: unknown) => thrown)
    assert.ok(error instanceof StoreError && error.cause instanceof Error)
    assert.equal(error.cause.message, `parameter $value is ${value}, in: ${text}`)
  }
})

test('house 4: a full database refuses the whole batch and works again when there is space', async (t) => {
  const { store, database } = await listening(t)
  const pages = Number(database.pragma('page_count', { simple: true }))
  database.pragma(`max_page_count = ${pages}`)
  const ended = await Promise.allSettled([
    store.write(() => put('small')),
    store.write(() => put('large', 'x'.repeat(100_000))),
  ])
  assert.deepEqual(
    ended.map((end) => end.status === 'rejected' && end.reason.code),
    ['database_full', 'database_full'],
  )
  assert.equal(database.inTransaction, false)
  database.pragma('max_page_count = 100000')
  await store.write(() => put('large', 'x'.repeat(100_000)))
  assert.deepEqual(await store.read(names()), ['large'])
})

test('house 4: a database that fills while a batch is run again refuses all of it', async (t) => {
  const { store, database } = await listening(t)
  database.pragma(`max_page_count = ${Number(database.pragma('page_count', { simple: true }))}`)
  const ended = await Promise.allSettled([
    store.write(() => put('small')),
    store.write(() => putAndThrow('bug')),
    store.write(() => put('large', 'x'.repeat(100_000))),
  ])
  assert.deepEqual(
    ended.map((end) => end.status === 'rejected' && end.reason.code),
    Array(3).fill('database_full'),
  )
  assert.deepEqual(await store.read(names()), [])
})

test('house 4: a database that turns read-only refuses the whole batch, and the connection lives on', async (t) => {
  const { store, database } = await listening(t)
  database.pragma('query_only = ON')
  const ended = await Promise.allSettled([store.write(() => put('a')), store.write(() => put('b'))])
  assert.deepEqual(
    ended.map((end) => end.status === 'rejected' && [end.reason.code, end.reason.message]),
    Array(2).fill(['database_readonly', 'database is read-only: test.db']),
  )
  database.pragma('query_only = OFF')
  await store.write(() => put('c'))
  assert.deepEqual(await store.read(names()), ['c'])
})

test('house 4: closing runs what is queued first, and takes nothing new', async (t) => {
  const { store, file } = await testStore(t)
  const ended: string[] = []
  const queued = store.write(() => put('queued')).then(() => ended.push('write'))
  const read = store.read(get('queued')).then(() => ended.push('read'))
  const closed = store.close().then(() => ended.push('close'))
  const late = { name: 'StoreError', code: 'database_failed', message: `database is closed: ${file}` }
  await assert.rejects(
    store.write(() => put('late')),
    late,
  )
  await assert.rejects(store.read(get('late')), late)
  await assert.rejects(store.turn(), late)
  await Promise.all([queued, read, closed])
  assert.deepEqual(ended.toSorted(), ['close', 'read', 'write'])
  assert.equal(ended.at(-1), 'close')
  assert.deepEqual(connection(t, file).prepare('SELECT name FROM oauthd_state').pluck().all(), ['queued'])
  await store.close()
})

test('house 4: turn() is one promise a turn, kept when the turn ends', async (t) => {
  const { store } = await testStore(t)
  const first = store.turn()
  assert.equal(store.turn(), first)
  await first
  assert.notEqual(store.turn(), first)
  await turnOver()
})

test('house 4: status tells versions and sizes', async (t) => {
  const { store, file } = await testStore(t)
  await store.write(() => put('a'))
  const { engine_version, bytes, wal_bytes, ...rest } = store.status()
  assert.deepEqual(rest, { driver: 'sqlite', file, schema_version: 1, latest_version: 1 })
  assert.match(engine_version, /^3\.\d+\.\d+$/)
  assert.ok(bytes > 0 && wal_bytes > 0)
})
