import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isBusy, isStoreWide, storeError } from '../../src/store/sqlite-error.ts'
import { StoreError } from '../../src/store/store-error.ts'

const sqlite = (code: string): Error => Object.assign(new Error('words of SQLite'), { code })

test('house 4: each failure of SQLite has a code of ours, extended ones that of their primary', () => {
  const codes = Object.entries({
    SQLITE_BUSY: 'database_busy',
    SQLITE_BUSY_RECOVERY: 'database_busy',
    SQLITE_FULL: 'database_full',
    SQLITE_READONLY_DIRECTORY: 'database_readonly',
    SQLITE_NOTADB: 'not_a_database',
    SQLITE_CORRUPT_VTAB: 'database_corrupt',
    SQLITE_IOERR_SHMSIZE: 'database_full',
    SQLITE_IOERR_FSYNC: 'database_failed',
    SQLITE_CONSTRAINT_UNIQUE: 'database_failed',
  })
  for (const [code, ours] of codes) assert.equal(storeError(sqlite(code), 'a.db').code, ours, code)
})

test('house 4: failures of the file hit the whole batch, those of a statement one work', () => {
  const wide = [
    'SQLITE_FULL',
    'SQLITE_IOERR_WRITE',
    'SQLITE_IOERR_SHMSIZE',
    'SQLITE_READONLY',
    'SQLITE_CORRUPT',
    'SQLITE_BUSY',
    'SQLITE_NOMEM',
  ]
  for (const code of wide) {
    assert.ok(isStoreWide(sqlite(code)), code)
    assert.ok(isStoreWide(storeError(sqlite(code), 'a.db', 'SELECT 1')), `${code} under our error`)
  }
  for (const code of ['SQLITE_CONSTRAINT_PRIMARYKEY', 'SQLITE_ERROR', 'SQLITE_MISMATCH', 'ENOENT']) {
    assert.ok(!isStoreWide(sqlite(code)), code)
  }
  assert.ok(!isStoreWide(new TypeError('a bug')))
  assert.ok(isBusy(storeError(sqlite('SQLITE_BUSY_SNAPSHOT'), 'a.db')))
  assert.ok(!isBusy(sqlite('SQLITE_FULL')))
})

test('house 6: an error of ours is not wrapped again', () => {
  const error = new StoreError('database_full', 'no space left for the database: a.db')
  assert.equal(storeError(error, 'a.db', 'SELECT 1'), error)
  assert.equal(error.hint, 'free some space and try again')
})
