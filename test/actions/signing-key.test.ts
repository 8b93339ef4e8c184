import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  addFirstSigningKey,
  countOverSigningKeys,
  type FreshSigningKey,
  purgeSigningKeys,
  revokeSigningKey,
  rotateSigningKey,
} from '../../src/actions/signing-key.ts'
import { insertFirstHashKey } from '../../src/store/hash-key.ts'
import { extendSignedUntil, listSigningKeys } from '../../src/store/signing-key.ts'
import type { Store } from '../../src/store/work.ts'
import { NOW, testStore } from '../_store.ts'

const WITNESS = { hash_key_id: 'hk_1', sealed: 'sealed' }

const fresh = (kid: string, given: Partial<FreshSigningKey> = {}): FreshSigningKey => ({
  kid,
  alg: 'ES256',
  public_jwk: '{}',
  sealed: `sealed ${kid}`,
  witness: WITNESS,
  ...given,
})

const kids = async (store: Store): Promise<readonly string[]> =>
  (await store.read(listSigningKeys())).map(({ kid }) => kid)

test('KEY-07: a key that was sealed under a secret that has gone is stored by none of the three works', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => insertFirstHashKey(WITNESS, NOW))
  await store.write(() => addFirstSigningKey(fresh('k1'), NOW))
  const late = fresh('k2', { alg: 'EdDSA', witness: { ...WITNESS, sealed: 'sealed otherwise' } })
  assert.equal(await store.write(() => addFirstSigningKey(late, NOW)), 'resealed')
  assert.deepEqual(await store.write(() => rotateSigningKey(late, 600, NOW)), { kind: 'resealed' })
  assert.deepEqual(await store.write(() => revokeSigningKey('k1', late, NOW)), { kind: 'resealed' })
  const [key] = await store.read(listSigningKeys())
  assert.deepEqual([await kids(store), key?.revoked_at], [['k1'], null])
})

test('KEY-03: who comes second with the first key of an algorithm changes nothing', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => insertFirstHashKey(WITNESS, NOW))
  const added = await Promise.all(
    ['k1', 'k2'].map((kid) => store.write(() => addFirstSigningKey(fresh(kid), NOW))),
  )
  assert.deepEqual([added, await kids(store)], [['added', 'there_is_one'], ['k1']])
})

test('KEY-03: what is over is removed, and no key that signs, waits or may still be asked for', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => insertFirstHashKey(WITNESS, NOW))
  await store.write(() => addFirstSigningKey(fresh('k1'), NOW))
  await store.write(() => extendSignedUntil('k1', NOW + 1000))
  await store.write(() => rotateSigningKey(fresh('k2'), 600, NOW))
  await store.write(() => rotateSigningKey(fresh('k3'), 5000, NOW))
  assert.equal(await store.write(() => purgeSigningKeys(NOW + 1059)), 0)
  assert.equal(await store.read(countOverSigningKeys(NOW + 1060)), 1)
  assert.equal(await store.write(() => purgeSigningKeys(NOW + 1060)), 1)
  assert.deepEqual(await kids(store), ['k3', 'k2'])
})

test('KEY-04: a revoked key stays listed until nothing that it signed would live, and is then removed', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => insertFirstHashKey(WITNESS, NOW))
  await store.write(() => addFirstSigningKey(fresh('k1'), NOW))
  await store.write(() => extendSignedUntil('k1', NOW + 1000))
  const revoked = await store.write(() => revokeSigningKey('k1', fresh('k2'), NOW + 5))
  assert.deepEqual(revoked, { kind: 'revoked', alg: 'ES256', successor: 'k2' })
  assert.equal(await store.write(() => purgeSigningKeys(NOW + 999)), 0)
  assert.equal(await store.write(() => purgeSigningKeys(NOW + 1000)), 1)
  assert.deepEqual(await kids(store), ['k2'])
  assert.deepEqual(await store.write(() => revokeSigningKey('k1', fresh('k3'), NOW)), { kind: 'unknown' })
})
