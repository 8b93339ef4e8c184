import assert from 'node:assert/strict'
import { test } from 'node:test'
import { insertFirstHashKey, listHashKeys } from '../../src/store/hash-key.ts'
import { run } from '../../src/store/work.ts'
import { NOW, testStore } from '../_store.ts'

test('decision 0003: of two first hash keys one is stored, and the second is none', async (t) => {
  const { store } = await testStore(t)
  assert.deepEqual(await store.read(listHashKeys()), [])
  await Promise.all(
    ['hk_2', 'hk_1'].map((hash_key_id) =>
      store.write(() => insertFirstHashKey({ hash_key_id, sealed: `sealed ${hash_key_id}` }, NOW)),
    ),
  )
  assert.deepEqual(await store.read(listHashKeys()), [
    { hash_key_id: 'hk_2', sealed: 'sealed hk_2', activates_at: NOW },
  ])
})

test('KEY-06: hash keys are listed oldest first', async (t) => {
  const { store } = await testStore(t)
  for (const hash_key_id of ['hk_3', 'hk_1', 'hk_2']) {
    await store.write(() =>
      run(
        "INSERT INTO oauthd_hash_key (hash_key_id, sealed, created_at, activates_at) VALUES ($hash_key_id, '', 1, 1)",
        {
          hash_key_id,
        },
      ),
    )
  }
  const keys = await store.read(listHashKeys())
  assert.deepEqual(
    keys.map(({ hash_key_id }) => hash_key_id),
    ['hk_1', 'hk_2', 'hk_3'],
  )
})
