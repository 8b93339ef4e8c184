import assert from 'node:assert/strict'
import { test } from 'node:test'
import { all, run } from '../../src/store/work.ts'
import { connection, testStore } from '../_store.ts'
import { put, putClient, putToken } from './_work.ts'

test('house 4: the generation has moved when the promise of a write to a client resolves', async (t) => {
  const { store } = await testStore(t)
  const before = await store.generation()
  let seen: number | undefined
  await store.write(() => putClient('cl_1')).then(() => store.generation().then((now) => (seen = now)))
  assert.notEqual(seen, before)
})

test('house 4: each registry table moves the generation, in each way of writing to it', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => putClient('cl_1'))
  const texts = [
    "UPDATE oauth_client SET client_name = 'B'",
    'DELETE FROM oauth_client_secret',
    "INSERT OR IGNORE INTO oauth_scope VALUES ('a', NULL, NULL, 0, 0, 1, 1)",
    "DELETE FROM oauth_resource WHERE resource = 'a' RETURNING resource",
    'UPDATE oauth_signing_key SET revoked_at = 1 RETURNING kid',
    'DELETE FROM oauthd_hash_key',
  ]
  for (const text of texts) {
    const before = await store.generation()
    await store.write(() => all(text))
    assert.notEqual(await store.generation(), before, text)
  }
})

test('house 4: the generation stays when this process writes tokens and state, or reads clients', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => putClient('cl_1'))
  const before = await store.generation()
  await store.write(() => putToken('1'))
  await store.write(() => put('issuer'))
  await store.write(() =>
    run('DELETE FROM oauth_access_token WHERE client_id NOT IN (SELECT client_id FROM oauth_client)'),
  )
  await store.read(all('SELECT client_id FROM oauth_client ORDER BY client_id'))
  assert.equal(await store.generation(), before)
})

test('house 4: the generation stays when a write to a client is rolled back', async (t) => {
  const { store } = await testStore(t)
  const before = await store.generation()
  await assert.rejects(
    store.write(function* () {
      yield* putClient('cl_1')
      throw new RangeError('a bug')
    }),
  )
  assert.equal(await store.generation(), before)
})

test('CL-02: all who ask in a turn get one look, taken behind them: what was committed before the last is seen', async (t) => {
  const { store, file } = await testStore(t)
  const other = connection(t, file)
  const before = await store.generation()
  const first = store.generation()
  other.exec("INSERT INTO oauthd_state (name, value) VALUES ('a', 'b')")
  assert.equal(store.generation(), first)
  assert.notEqual(await first, before)
})

test('CL-02: a look stands for nobody who asks after it', async (t) => {
  const { store, file } = await testStore(t)
  const other = connection(t, file)
  const before = await store.generation()
  other.exec("UPDATE oauthd_migration SET name = 'changed'")
  // At once, as a continuation of the look: nothing has ended the turn yet.
  assert.notEqual(await store.generation(), before)
})

test('house 4: what is asked for once the generation is known is still read and written in that turn', async (t) => {
  const { store } = await testStore(t)
  const order: string[] = []
  const next = new Promise<void>((resolve) => {
    void store.generation().then(async () => {
      setImmediate(() => {
        order.push('next turn')
        resolve()
      })
      await store.write(() => put('a'))
      order.push('written')
    })
  })
  await next
  assert.deepEqual(order, ['written', 'next turn'])
})

test('house 4: a commit of another process is seen by the generation of the turn that reads it', async (t) => {
  const { store, file } = await testStore(t)
  const other = connection(t, file)
  const before = await store.generation()
  other.exec("UPDATE oauthd_migration SET name = 'changed'")
  const row = await store.read(all('SELECT name FROM oauthd_migration ORDER BY version'))
  assert.deepEqual(row, [{ name: 'changed' }])
  assert.notEqual(await store.generation(), before)
})

test('house 4: a closed store keeps its last generation', async (t) => {
  const { store } = await testStore(t)
  const last = await store.generation()
  await store.close()
  assert.equal(await store.generation(), last)
})
