import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { openStore } from '../../src/store/open.ts'
import { connection, NOW, temporaryFolder, testStore } from '../_store.ts'
import { atOnce } from './_children.ts'
import { names } from './_work.ts'

test('house 4: two processes write into one file and every row is there', async (t) => {
  const { store, file } = await testStore(t)
  assert.deepEqual(await atOnce(['insert', file, 'a'], ['insert', file, 'b']), [
    { inserted: 300 },
    { inserted: 300 },
  ])
  const stored = await store.read(names())
  assert.equal(stored.length, 600)
  assert.equal(stored.filter((name) => name.startsWith('a-')).length, 300)
})

test('contract, settled points: processes that create one database at once agree on who made it', async (t) => {
  const file = join(temporaryFolder(t), 'oauthd.db')
  const opened = await atOnce(...Array.from({ length: 4 }, () => ['open', file, 'create']))
  const made = opened.filter((answer) => JSON.stringify(answer) === '{"created":true,"applied":1}')
  const found = opened.filter((answer) => JSON.stringify(answer) === '{"created":false,"applied":0}')
  assert.deepEqual([made.length, found.length], [1, 3], JSON.stringify(opened))
  const rows = connection(t, file).prepare('SELECT version, name, applied_at FROM oauthd_migration').all()
  assert.deepEqual(rows, [{ version: 1, name: 'initial', applied_at: NOW }])
})

test('contract, settled points: two stores of one process that create a database at once agree too', async (t) => {
  const file = join(temporaryFolder(t), 'oauthd.db')
  const stores = await Promise.all([0, 1, 2].map(() => openStore(file, { mode: 'create', now: NOW })))
  assert.deepEqual(
    stores.map(({ created }) => created),
    [true, false, false],
  )
  await Promise.all(stores.map((store) => store.close()))
})
