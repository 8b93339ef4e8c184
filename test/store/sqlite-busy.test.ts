import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connection, driver, testStore, testTimers, turnOver } from '../_store.ts'
import { names, put, putAndThrow } from './_work.ts'

const busy = { name: 'StoreError', code: 'database_busy' }

test('house 4: a lock of another process is waited for by timer, 1, 2, 4, 8, 16, 16 ms, and then taken', async (t) => {
  const timers = testTimers('by hand')
  const { store, file } = await testStore(t, { timers })
  const other = connection(t, file)
  other.exec('BEGIN IMMEDIATE')
  const written = Promise.all([store.write(() => put('a')), store.write(() => put('b'))])
  // Two together wait a turn for more.
  await turnOver()
  for (let tries = 0; tries < 6; tries += 1) {
    await turnOver()
    timers.fire()
  }
  await turnOver()
  assert.deepEqual(timers.delays, [1, 2, 4, 8, 16, 16, 16])
  other.exec('COMMIT')
  timers.fire()
  await written
  assert.deepEqual(await store.read(names()), ['a', 'b'])
  timers.delays.length = 0
  other.exec('BEGIN IMMEDIATE')
  const next = store.write(() => put('c'))
  await turnOver()
  assert.deepEqual(timers.delays, [1], 'the next lock is asked for as often as the first')
  other.exec('COMMIT')
  timers.fire()
  await next
})

test('house 4: more writes than one batch holds wait together, and all are written', async (t) => {
  const timers = testTimers('by hand')
  const { store, file } = await testStore(t, { timers })
  const other = connection(t, file)
  other.exec('BEGIN IMMEDIATE')
  const written = Promise.all(Array.from({ length: 300 }, (_, n) => store.write(() => put(`n${n}`))))
  await turnOver()
  other.exec('COMMIT')
  timers.fire()
  await written
  assert.equal((await store.read(names())).length, 300)
})

test('house 4: the event loop stays free while a lock is waited for, and no turn asks for it again', async (t) => {
  const timers = testTimers('by hand')
  const { store, file } = await testStore(t, { timers })
  const other = connection(t, file)
  other.exec('BEGIN IMMEDIATE')
  const first = store.write(() => put('first'))
  await turnOver()
  const second = store.write(() => put('second'))
  for (let turns = 0; turns < 50; turns += 1) await store.turn()
  assert.deepEqual(timers.delays, [1])
  other.exec('COMMIT')
  timers.fire()
  await Promise.all([first, second])
})

test('house 4: each write is given up after 5 s of waiting, counted from when it came', async (t) => {
  const timers = testTimers('by hand')
  const { store, file } = await testStore(t, { timers })
  const other = connection(t, file)
  const waited = (): number => timers.delays.reduce((sum, delay) => sum + delay, 0)
  const passUntil = async (milliseconds: number): Promise<void> => {
    while (waited() < milliseconds) {
      timers.fire()
      await turnOver()
    }
  }
  other.exec('BEGIN IMMEDIATE')
  const refused = assert.rejects(
    store.write(() => put('early')),
    { ...busy, message: `database is busy: ${file}` },
  )
  await turnOver()
  await passUntil(2500)
  const late = store.write(() => put('late'))
  await passUntil(5000)
  timers.fire()
  await refused
  other.exec('COMMIT')
  timers.fire()
  await late
  assert.deepEqual(await store.read(names()), ['late'])
})

test('house 4: a busy database that is given up leaves the store ready for the next write', async (t) => {
  const timers = testTimers('at once')
  const { store, file } = await testStore(t, { timers })
  const other = connection(t, file)
  other.exec('BEGIN IMMEDIATE')
  await assert.rejects(
    store.write(() => put('a')),
    busy,
  )
  assert.ok(timers.delays.reduce((sum, delay) => sum + delay, 0) >= 5000)
  other.exec('COMMIT')
  timers.delays.length = 0
  await store.write(() => put('b'))
  assert.deepEqual(timers.delays, [])
})

test('house 4: closing waits for a busy database as long as the writes do', async (t) => {
  const timers = testTimers('by hand')
  const { store, file } = await testStore(t, { timers })
  const other = connection(t, file)
  other.exec('BEGIN IMMEDIATE')
  const written = store.write(() => put('a'))
  const closed = store.close()
  await turnOver()
  assert.deepEqual(timers.delays, [1])
  other.exec('COMMIT')
  timers.fire()
  await Promise.all([written, closed])
  assert.deepEqual(other.prepare('SELECT name FROM oauthd_state').pluck().all(), ['a'])
})

test('house 4: a batch that must be run again waits for the lock that it let go', async (t) => {
  const timers = testTimers('by hand')
  const { store: first, file } = await testStore(t)
  await first.close()
  const other = connection(t, file)
  let begun = 0
  const database = connection(t, file, (statement) => {
    if (statement !== 'BEGIN IMMEDIATE') return
    begun += 1
    if (begun === 2) other.exec('BEGIN IMMEDIATE')
  })
  const store = driver(t, database, timers)
  const ended = Promise.allSettled([store.write(() => put('a')), store.write(() => putAndThrow('b'))])
  await turnOver()
  await turnOver()
  assert.deepEqual(timers.delays, [1])
  other.exec('ROLLBACK')
  timers.fire()
  assert.deepEqual(
    (await ended).map(({ status }) => status),
    ['fulfilled', 'rejected'],
  )
  assert.deepEqual(await store.read(names()), ['a'])
})

test('house 4: what a work threw in a transaction that was not committed is forgotten', async (t) => {
  const timers = testTimers('at once')
  const { store: first, file } = await testStore(t)
  await first.close()
  let commits = 0
  const database = connection(t, file, (statement) => {
    if (statement !== 'COMMIT') return
    commits += 1
    if (commits === 1) throw Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' })
  })
  const store = driver(t, database, timers)
  let runs = 0
  const ended = await Promise.allSettled([
    store.write(() => put('a')),
    store.write(() => {
      runs += 1
      return runs < 3 ? putAndThrow('b') : put('b')
    }),
  ])
  assert.deepEqual(
    ended.map(({ status }) => status),
    ['fulfilled', 'fulfilled'],
  )
  assert.deepEqual(await store.read(names()), ['a', 'b'])
})
