import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { putState } from '../../src/store/state.ts'
import { countRows, MOST_COUNTED, TABLES } from '../../src/store/table-rows.ts'
import { testStore } from '../_store.ts'

test('contract, /metrics: each table of schema.sql is counted', async () => {
  const schema = await readFile(new URL('../../schema.sql', import.meta.url), 'utf8')
  const tables = [...schema.matchAll(/^CREATE TABLE (\w+)/gm)].map(([, name]) => name)
  assert.deepEqual(TABLES, tables)
})

test('contract, /metrics: rows are counted up to a bound, so that a large table keeps nobody waiting', async (t) => {
  const { store } = await testStore(t)
  for (const name of ['issuer', 'ready_at'] as const) await store.write(() => putState(name, ''))
  assert.equal(await store.read(countRows('oauthd_state')), 2)
  assert.equal(await store.read(countRows('oauthd_state', 1)), 1)
  assert.equal(await store.read(countRows('oauth_client')), 0)
  assert.equal(MOST_COUNTED, 100_000)
})
