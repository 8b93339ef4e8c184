/** Copies of a database that is written to meanwhile. */
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import Database from 'better-sqlite3'
import { openStore } from '../../src/store/open.ts'
import { openReadOnly } from '../../src/store/open-read-only.ts'
import { backUp } from '../../src/store/sqlite-backup.ts'
import { atEnd, clock, connection, NOW, testStore } from '../_store.ts'
import { names, put } from './_work.ts'

/** A database of several steps, with a folder of its own for copies. */
const large = async (t: TestContext) => {
  const { store, file } = await testStore(t)
  const other = connection(t, file)
  other.exec(`CREATE TABLE filler (x); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
    INSERT INTO filler SELECT hex(zeroblob(3000)) FROM n`)
  const copies = join(dirname(file), 'copies')
  mkdirSync(copies)
  return { store, file, other, copies, copy: join(copies, 'copy.db') }
}

test('contract, db:backup: a copy made while another process writes is one state of the database, whole', async (t) => {
  const { store, file, other, copies, copy } = await large(t)
  await store.write(() => put('before'))
  let steps = 0
  await backUp(file, copy, {
    onProgress() {
      steps += 1
      other.exec(`INSERT INTO oauthd_state VALUES ('during ${steps}', ''); INSERT INTO filler VALUES (1)`)
    },
  })
  assert.ok(steps > 2, `${steps}: it was not begun anew by each write, and there was time for them`)
  assert.ok(steps < 20, `${steps}`)
  assert.deepEqual(readdirSync(copies), ['copy.db'], 'one file')
  assert.equal(statSync(copy).mode & 0o777, 0o600)
  const found = new Database(copy, { readonly: true })
  atEnd(t, () => found.close())
  assert.equal(found.pragma('integrity_check', { simple: true }), 'ok')
  assert.equal(found.pragma('journal_mode', { simple: true }), 'delete')
  assert.equal(found.prepare('SELECT count(*) FROM filler').pluck().get(), 2500)
  const read = openReadOnly(copy, { clock })
  atEnd(t, () => read.close())
  assert.deepEqual(await read.read(names()), ['before'])
})

test('contract, db:backup: a copy opens as a database of oauthd, with all that was in the write-ahead log', async (t) => {
  const { store, file, copy } = await large(t)
  await store.write(() => put('in the log'))
  await backUp(file, copy)
  const opened = await openStore(copy, { mode: 'existing', now: NOW })
  atEnd(t, () => opened.close())
  assert.deepEqual(await opened.read(names()), ['in the log'])
})

test('contract, db:backup: nothing half remains of a copy that is broken off', async (t) => {
  const { file, copies, copy } = await large(t)
  const stopped = new Error('stopped')
  const onProgress = (done: number): void => {
    if (done > 0) throw stopped
  }
  await assert.rejects(backUp(file, copy, { onProgress }), stopped)
  assert.deepEqual(readdirSync(copies), [])
})

test('contract, db:backup: a disk too small for the copy is refused before a byte is written', async (t) => {
  const { file, copies, copy } = await large(t)
  await assert.rejects(
    backUp(file, copy, {
      room(folder) {
        assert.equal(folder, copies)
        return 4095
      },
      onProgress: () => assert.fail('it began'),
    }),
    {
      code: 'database_full',
      message: /^no space left for the copy: .*copy\.db needs \d+ bytes, 4095 are free$/,
    },
  )
  assert.deepEqual(readdirSync(copies), [])
})

test('contract, db:backup: what came to be there while it copied is not replaced, unless that is wanted', async (t) => {
  const { file, copies, copy } = await large(t)
  const onProgress = (): void => writeFileSync(copy, 'mine')
  await assert.rejects(backUp(file, copy, { onProgress }), { code: 'database_failed' })
  assert.equal(readFileSync(copy, 'utf8'), 'mine')
  await backUp(file, copy, { onProgress, replace: true })
  assert.equal(readFileSync(copy, 'latin1').slice(0, 15), 'SQLite format 3')
  assert.deepEqual(readdirSync(copies), ['copy.db'])
})

test('contract, db:backup: what is no database of oauthd is refused, and nothing is made', async (t) => {
  const { copies, copy, file } = await large(t)
  const empty = join(dirname(file), 'empty.db')
  writeFileSync(empty, '')
  await assert.rejects(backUp(empty, copy), { code: 'database_not_found' })
  writeFileSync(empty, 'no database at all, but long enough to be looked at: '.repeat(40))
  await assert.rejects(backUp(empty, copy), { code: 'not_a_database' })
  assert.deepEqual(readdirSync(copies), [])
})
