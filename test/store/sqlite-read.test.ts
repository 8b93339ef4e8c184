import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StoreError } from '../../src/store/store-error.ts'
import { one, run, type Work } from '../../src/store/work.ts'
import { connection, driver, testStore, testTimers, turnOver } from '../_store.ts'
import { get, names, put } from './_work.ts'

test('house 4: the reads of one turn see one snapshot, whatever others commit meanwhile', async (t) => {
  const { store, file } = await testStore(t)
  const other = connection(t, file)
  function* readAround(): Work<readonly (readonly string[])[]> {
    const before = yield* names()
    other.exec("INSERT INTO oauthd_state (name, value) VALUES ('other', 'x')")
    return [before, yield* names()]
  }
  assert.deepEqual(await Promise.all([store.read(readAround()), store.read(names())]), [[[], []], []])
  assert.deepEqual(await store.read(names()), ['other'])
})

test('house 4: the reads of one turn share one transaction and are answered together', async (t) => {
  const { store, file } = await testStore(t)
  await store.close()
  const statements: unknown[] = []
  const reading = driver(
    t,
    connection(t, file, (statement) => statements.push(statement)),
  )
  statements.length = 0
  let answered = 0
  const reads = Array.from({ length: 10 }, () => reading.read(get('a')).then(() => (answered += 1)))
  assert.equal(answered, 0)
  await turnOver()
  await Promise.all(reads)
  assert.equal(answered, 10)
  assert.equal(statements.filter((statement) => String(statement).startsWith('BEGIN')).length, 1)
  assert.equal(statements.filter((statement) => String(statement).startsWith('SELECT')).length, 10)
})

test('house 4: a read that fails rejects itself only', async (t) => {
  const { store } = await testStore(t)
  function* bug(): Work<void> {
    yield* get('a')
    throw new RangeError('a bug')
  }
  const ended = await Promise.allSettled([
    store.read(names()),
    store.read(one('SELECT nothing FROM nowhere')),
    store.read(bug()),
    store.read(get('a')),
  ])
  assert.deepEqual(
    ended.map(({ status }) => status),
    ['fulfilled', 'rejected', 'rejected', 'fulfilled'],
  )
})

test('house 4: when SQLite ends the transaction the reads after it are refused, not run on another snapshot', async (t) => {
  const { store: first, file } = await testStore(t)
  await first.close()
  const database = connection(t, file)
  const store = driver(t, database)
  function* diskFails(): Work<void> {
    yield* names()
    database.exec('ROLLBACK')
    throw new RangeError('the disk')
  }
  const ended = await Promise.allSettled([store.read(names()), store.read(diskFails()), store.read(names())])
  assert.deepEqual(
    ended.map((end) => end.status === 'rejected' && String(end.reason)),
    [false, 'RangeError: the disk', 'RangeError: the disk'],
  )
  assert.deepEqual(await store.read(names()), [])
})

test('house 4: a work that was given to read() may not write', async (t) => {
  const { store } = await testStore(t)
  const error = await store.read(put('a')).catch((thrown: unknown) => thrown)
  assert.ok(error instanceof StoreError && error.cause instanceof Error)
  assert.match(error.cause.message, /^a work that only reads may not write, in: INSERT INTO oauthd_state/)
  assert.deepEqual(await store.read(names()), [])
})

test('house 4: a read is answered while another process holds the write lock', async (t) => {
  const timers = testTimers('by hand')
  const { store, file } = await testStore(t, { timers })
  const other = connection(t, file)
  other.exec('BEGIN IMMEDIATE')
  const write = store.write(() => put('late'))
  assert.deepEqual(await store.read(names()), [])
  assert.deepEqual(timers.delays, [1])
  other.exec('ROLLBACK')
  timers.fire()
  await write
})

test('house 4: a database that cannot even be read is waited for by timer too', async (t) => {
  const timers = testTimers('by hand')
  const { store, file } = await testStore(t)
  await store.close()
  const database = connection(t, file)
  database.pragma('journal_mode = DELETE')
  const reading = driver(t, database, timers)
  const other = connection(t, file)
  other.exec('BEGIN EXCLUSIVE')
  const read = reading.read(names())
  await turnOver()
  assert.deepEqual(timers.delays, [1])
  timers.fire()
  await turnOver()
  assert.deepEqual(timers.delays, [1, 2])
  other.exec('COMMIT')
  timers.fire()
  assert.deepEqual(await read, [])
})

test('house 4: one row is wanted, one or none is given; nothing is wanted, nothing is given', async (t) => {
  const { store } = await testStore(t)
  const asked = (want: 'one' | 'all' | 'none', text: string): Promise<number> =>
    store.write(function* () {
      return (yield { text, params: {}, want }).length
    })
  await store.write(() => put('a'))
  await store.write(() => put('b'))
  assert.equal(await asked('one', 'SELECT name FROM oauthd_state ORDER BY name'), 1)
  assert.equal(await asked('one', "SELECT name FROM oauthd_state WHERE name = 'c'"), 0)
  assert.equal(await asked('all', 'SELECT name FROM oauthd_state ORDER BY name'), 2)
  assert.equal(await asked('none', 'SELECT name FROM oauthd_state ORDER BY name'), 0)
  assert.equal(await asked('one', "UPDATE oauthd_state SET value = 'y' RETURNING name"), 1)
  assert.equal(await asked('one', "UPDATE oauthd_state SET value = 'z'"), 0)
  assert.equal(await store.write(() => run('DELETE FROM oauthd_state')), undefined)
})
