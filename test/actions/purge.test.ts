import assert from 'node:assert/strict'
import { test } from 'node:test'
import { countPurgeable, purgeSome } from '../../src/actions/purge.ts'
import { listClientSecrets } from '../../src/store/client-secret.ts'
import { listAccessTokens } from '../../src/store/token-list.ts'
import { stepped } from '../_step.ts'
import { NOW, testStore } from '../_store.ts'
import { putClients, putSecret, putTokens } from '../store/_rows.ts'

test('LG-03: a purge takes some of each kind and says how many', () => {
  const { result, statements } = stepped(purgeSome(NOW, 2), [{ jti: '1' }, { jti: '2' }], [])
  assert.deepEqual(result, { access_tokens: 2, client_secrets: 0 })
  assert.deepEqual(
    statements.map(({ params }) => params['limit']),
    [2, 2],
  )
})

test('LG-03: a purge takes what has expired, a batch at a time, and leaves all else', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => putClients('cl_1'))
  await store.write(() =>
    putTokens(
      { jti: '1', exp: NOW - 1 },
      { jti: '2', exp: NOW },
      { jti: '3', exp: NOW + 1 },
      { jti: '4', exp: NOW - 2 },
    ),
  )
  await store.write(() => putSecret({ client_secret_id: 'cs_1', expires_at: NOW }))
  await store.write(() => putSecret({ client_secret_id: 'cs_2', expires_at: NOW + 1 }))
  await store.write(() => putSecret({ client_secret_id: 'cs_3', expires_at: null }))
  assert.deepEqual(await store.read(countPurgeable(NOW)), { access_tokens: 3, client_secrets: 1 })
  assert.deepEqual(await store.write(() => purgeSome(NOW, 2)), { access_tokens: 2, client_secrets: 1 })
  assert.deepEqual(await store.write(() => purgeSome(NOW, 2)), { access_tokens: 1, client_secrets: 0 })
  assert.deepEqual(await store.write(() => purgeSome(NOW, 2)), { access_tokens: 0, client_secrets: 0 })
  const tokens = await store.read(listAccessTokens({ limit: 10 }))
  assert.deepEqual(
    tokens.map(({ jti }) => jti),
    ['3'],
  )
  const secrets = await store.read(listClientSecrets('cl_1'))
  assert.deepEqual(
    secrets.map(({ client_secret_id }) => client_secret_id),
    ['cs_2', 'cs_3'],
  )
})

test('LG-03: a revoked token is kept until it has expired, so that it can still be explained', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => putClients('cl_1'))
  await store.write(() => putTokens({ jti: '1', exp: NOW + 1, revoked_at: NOW - 10 }))
  assert.deepEqual(await store.write(() => purgeSome(NOW, 10)), { access_tokens: 0, client_secrets: 0 })
})
