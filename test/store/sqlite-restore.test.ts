/** A backup takes the place of a database, or nothing is changed. */
import assert from 'node:assert/strict'
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openStore } from '../../src/store/open.ts'
import { backUp } from '../../src/store/sqlite-backup.ts'
import { replaceDatabase } from '../../src/store/sqlite-restore.ts'
import { atEnd, connection, NOW, testStore } from '../_store.ts'
import { names, put } from './_work.ts'

const ENDING = '.replaced'

/** A closed database with `old` in it, and beside it a copy with `new` in it too. */
const two = async (t: TestContext) => {
  const { store, file } = await testStore(t)
  await store.write(() => put('old'))
  const staged = `${file}.staged`
  await backUp(file, staged)
  const copy = await openStore(staged, { mode: 'existing', now: NOW })
  await copy.write(() => put('new'))
  await copy.close()
  const folder = (): readonly string[] => readdirSync(dirname(file)).toSorted()
  return { store, file, staged, folder }
}

const namesIn = async (t: TestContext, file: string): Promise<readonly string[]> => {
  const store = await openStore(file, { mode: 'existing', now: NOW })
  atEnd(t, () => store.close())
  return store.read(names())
}

test('contract, db:restore: the copy takes the place, and the old database is kept whole beside it', async (t) => {
  const { store, file, staged, folder } = await two(t)
  await store.close()
  assert.equal(replaceDatabase(file, staged, ENDING), `${file}${ENDING}`)
  assert.deepEqual(folder(), ['oauthd.db', `oauthd.db${ENDING}`])
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.deepEqual(await namesIn(t, file), ['new', 'old'])
  assert.deepEqual(await namesIn(t, `${file}${ENDING}`), ['old'])
})

test('contract, db:restore: while somebody has the database open nothing is touched, idle or not', async (t) => {
  const { store, file, staged, folder } = await two(t)
  const before = folder()
  const bytes = readFileSync(staged)
  assert.throws(() => replaceDatabase(file, staged, ENDING), {
    code: 'database_busy',
    message: `a server or an app has the database open: ${file}`,
    hint: 'stop it, and run this again',
  })
  await store.close()
  const reader = connection(t, file)
  reader.prepare('SELECT count(*) FROM oauthd_state').get()
  assert.throws(() => replaceDatabase(file, staged, ENDING), { code: 'database_busy' }, 'one that only read')
  assert.deepEqual(folder(), before)
  assert.deepEqual(readFileSync(staged), bytes)
  assert.deepEqual(await namesIn(t, file), ['old'])
})

test('contract, db:restore: what a killed process left in the log is kept with the old database', async (t) => {
  const { store, file, staged } = await two(t)
  const other = connection(t, file)
  await store.write(() => put('late'))
  const [left, log] = [readFileSync(file), readFileSync(`${file}-wal`)]
  await store.close()
  other.close()
  writeFileSync(file, left)
  writeFileSync(`${file}-wal`, log)
  replaceDatabase(file, staged, ENDING)
  assert.deepEqual(await namesIn(t, file), ['new', 'old'])
  assert.deepEqual(await namesIn(t, `${file}${ENDING}`), ['late', 'old'])
})

test('contract, db:restore: a damaged database gives way, and its log goes with it, not into the copy', async (t) => {
  const { store, file, staged, folder } = await two(t)
  await store.close()
  writeFileSync(file, 'damaged beyond anything that SQLite could open '.repeat(99))
  writeFileSync(`${file}-wal`, 'a log of another file')
  replaceDatabase(file, staged, ENDING)
  assert.ok(!folder().includes('oauthd.db-wal'))
  assert.match(readFileSync(`${file}${ENDING}`, 'utf8'), /^damaged/)
  assert.deepEqual(await namesIn(t, file), ['new', 'old'])
})

test('contract, db:restore: where there is no database, a log that was left is moved out of the way', async (t) => {
  const { store, file, staged } = await two(t)
  await store.close()
  const place = join(dirname(file), 'lost.db')
  writeFileSync(`${place}-wal`, 'a log of another file')
  assert.equal(replaceDatabase(place, staged, ENDING), undefined)
  assert.equal(readFileSync(`${place}${ENDING}-wal`, 'utf8'), 'a log of another file')
  assert.deepEqual(await namesIn(t, place), ['new', 'old'])
})

test('contract, db:restore: where the name is a link, what it leads to is replaced', async (t) => {
  const { store, file, staged } = await two(t)
  await store.close()
  const name = join(dirname(file), 'link.db')
  symlinkSync(basename(file), name)
  assert.equal(replaceDatabase(name, staged, ENDING), `${realpathSync(file)}${ENDING}`)
  assert.deepEqual(await namesIn(t, file), ['new', 'old'])
  assert.deepEqual(await namesIn(t, `${file}${ENDING}`), ['old'])
})

test('contract, db:restore: what is kept under that name already is not written over', async (t) => {
  const { store, file, staged } = await two(t)
  await store.close()
  writeFileSync(`${file}${ENDING}`, 'older')
  assert.throws(() => replaceDatabase(file, staged, ENDING), { code: 'database_failed' })
  assert.equal(readFileSync(`${file}${ENDING}`, 'utf8'), 'older')
  assert.deepEqual(await namesIn(t, file), ['old'])
})

test('contract, db:restore: a file with tables of an app that are not in the backup is left as it is', async (t) => {
  const { store, file, staged, folder } = await two(t)
  await store.close()
  const app = connection(t, file)
  app.exec('CREATE TABLE orders (id INTEGER PRIMARY KEY AUTOINCREMENT)')
  app.close()
  const [before, bytes] = [folder(), readFileSync(file)]
  assert.throws(() => replaceDatabase(file, staged, ENDING), {
    code: 'table_conflict',
    message: `orders of an app is not in the backup, and would go: ${file}`,
  })
  assert.deepEqual([folder(), readFileSync(file)], [before, bytes])
  const copy = connection(t, staged)
  copy.exec('CREATE TABLE orders (id INTEGER PRIMARY KEY AUTOINCREMENT)')
  copy.pragma('journal_mode = DELETE')
  copy.close()
  replaceDatabase(file, staged, ENDING)
  assert.deepEqual(await namesIn(t, file), ['new', 'old'])
})

test('contract, db:restore: where the copy does not get its place, all is as it was, under one name', async (t) => {
  const { store, file, staged, folder } = await two(t)
  await store.close()
  writeFileSync(file, 'damaged beyond anything that SQLite could open '.repeat(99))
  writeFileSync(`${file}-shm`, 'what a killed process left')
  // A folder is given the name of no file.
  rmSync(staged)
  mkdirSync(staged)
  const before = folder()
  assert.throws(() => replaceDatabase(file, staged, ENDING), { code: 'database_failed' })
  assert.deepEqual(folder(), before)
  assert.match(readFileSync(file, 'utf8'), /^damaged/)
})
