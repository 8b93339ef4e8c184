/** The database's file goes away under an open store. */
import assert from 'node:assert/strict'
import { copyFileSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type OpenedStore, openStore } from '../../src/store/open.ts'
import { atEnd, NOW, temporaryFolder } from '../_store.ts'
import { names, put } from './_work.ts'

interface Placed {
  readonly store: OpenedStore
  readonly file: string
  readonly clock: { at: number }
  /** The code of each refusal: of a read, a write and a turn; nothing where there is none. */
  refusals(): Promise<readonly unknown[]>
}

const placed = async (t: TestContext): Promise<Placed> => {
  const file = join(temporaryFolder(t), 'oauthd.db')
  const clock = { at: NOW * 1000 }
  const store = await openStore(file, { mode: 'create', now: NOW, clock: () => clock.at })
  atEnd(t, () => store.close())
  const codeOf = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => undefined,
      ({ code }) => code,
    )
  return {
    store,
    file,
    clock,
    refusals: () =>
      Promise.all([store.read(names()), store.write(() => put('late')), store.turn()].map(codeOf)),
  }
}

const REFUSED = Array(3).fill('database_replaced')
const TAKEN = Array(3).fill(undefined)

test('contract, settled points: a database that is deleted while open takes nothing from the next second on', async (t) => {
  const { store, file, clock, refusals } = await placed(t)
  rmSync(file)
  clock.at += 1000
  assert.deepEqual(await refusals(), REFUSED)
  await assert.rejects(store.read(names()), {
    code: 'database_replaced',
    message: `database was deleted or moved while open: ${file}`,
  })
})

test('contract, settled points: a database that is replaced while open takes nothing, and the new file is left alone', async (t) => {
  const { store, file, clock, refusals } = await placed(t)
  await store.write(() => put('before'))
  // Over the old name, as a restored backup is put there.
  copyFileSync(file, `${file}.new`)
  renameSync(`${file}.new`, file)
  clock.at += 1000
  assert.deepEqual(await refusals(), REFUSED)
  await assert.rejects(store.read(names()), { message: `database was replaced while open: ${file}` })
  const bytes = readFileSync(file)
  await store.close()
  assert.deepEqual(readFileSync(file), bytes)
})

test('contract, settled points: when the same file is back the database goes on', async (t) => {
  const { store, file, clock, refusals } = await placed(t)
  renameSync(file, `${file}.away`)
  clock.at += 1000
  assert.deepEqual(await refusals(), REFUSED)
  renameSync(`${file}.away`, file)
  clock.at += 999
  assert.deepEqual(await refusals(), REFUSED, 'looked at once a second')
  clock.at += 1
  assert.deepEqual(await refusals(), TAKEN)
  assert.deepEqual(await store.read(names()), ['late'])
})

test('contract, settled points: a clock that steps back does not keep the database from being looked at', async (t) => {
  const { file, clock, refusals } = await placed(t)
  rmSync(file)
  clock.at -= 1
  assert.deepEqual(await refusals(), REFUSED)
})
