import assert from 'node:assert/strict'
import { test } from 'node:test'
import { insertActiveSigningKey, listSigningKeys } from '../../src/store/signing-key.ts'
import { all, run } from '../../src/store/work.ts'
import { NOW, testStore } from '../_store.ts'

const key = (kid: string, alg = 'RS256'): Parameters<typeof insertActiveSigningKey>[0] => ({
  kid,
  alg,
  public_jwk: '{}',
  sealed: `sealed ${kid}`,
})

test('KEY-02: the first key of a database signs at once', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => insertActiveSigningKey(key('k1'), NOW))
  assert.deepEqual(await store.read(listSigningKeys()), [
    {
      kid: 'k1',
      alg: 'RS256',
      state: 'active',
      public_jwk: '{}',
      created_at: NOW,
      activates_at: NOW,
      retires_at: null,
    },
  ])
})

test('KEY-03: an algorithm has one active key: who comes second changes nothing', async (t) => {
  const { store } = await testStore(t)
  await Promise.all(['k1', 'k2'].map((kid) => store.write(() => insertActiveSigningKey(key(kid), NOW))))
  await store.write(() => insertActiveSigningKey(key('k3', 'ES256'), NOW))
  const keys = await store.read(listSigningKeys())
  assert.deepEqual(
    keys.map(({ kid }) => kid),
    ['k1', 'k3'],
  )
  const sealed = await store.read(all('SELECT sealed FROM oauth_signing_key ORDER BY kid LIMIT 9'))
  assert.deepEqual(sealed, [{ sealed: 'sealed k1' }, { sealed: 'sealed k3' }])
})

test('KEY-02: keys are listed newest first, and a retiring key leaves room for an active one', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => insertActiveSigningKey(key('k1'), NOW))
  await store.write(() => run("UPDATE oauth_signing_key SET state = 'retiring', retires_at = 5"))
  await store.write(() => insertActiveSigningKey(key('k0'), NOW + 1))
  const keys = await store.read(listSigningKeys())
  assert.deepEqual(
    keys.map(({ kid, state, retires_at }) => [kid, state, retires_at]),
    [
      ['k0', 'active', null],
      ['k1', 'retiring', 5],
    ],
  )
})
