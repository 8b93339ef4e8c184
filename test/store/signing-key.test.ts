import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  extendSignedUntil,
  insertSigningKey,
  listSigningKeys,
  markSigningKeyRevoked,
} from '../../src/store/signing-key.ts'
import type { Work } from '../../src/store/work.ts'
import { NOW, testStore } from '../_store.ts'

const put = (kid: string, activates_at: number = NOW): Work<void> =>
  insertSigningKey({ kid, alg: 'RS256', public_jwk: '{}', sealed: 'sealed', created_at: NOW, activates_at })

test('KEY-02: keys are listed newest first, by when they sign, without their private halves', async (t) => {
  const { store } = await testStore(t)
  for (const [kid, at] of [
    ['k1', NOW],
    ['k3', NOW + 9],
    ['k2', NOW + 5],
  ] as const)
    await store.write(() => put(kid, at))
  const keys = await store.read(listSigningKeys())
  assert.deepEqual(
    keys.map(({ kid }) => kid),
    ['k3', 'k2', 'k1'],
  )
  assert.deepEqual(keys[0], {
    kid: 'k3',
    alg: 'RS256',
    public_jwk: '{}',
    created_at: NOW,
    activates_at: NOW + 9,
    signed_until: null,
    revoked_at: null,
  })
})

test('KEY-03: how long a key is needed moves forward only, and not once it is revoked', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => put('k1'))
  const moved: boolean[] = []
  for (const until of [NOW + 10, NOW + 5, NOW + 10, NOW + 20]) {
    moved.push(await store.write(() => extendSignedUntil('k1', until)))
  }
  assert.deepEqual(moved, [true, false, false, true])
  assert.equal((await store.read(listSigningKeys()))[0]?.signed_until, NOW + 20)
  assert.equal(await store.write(() => markSigningKeyRevoked('k1', NOW)), 'RS256')
  assert.equal(await store.write(() => extendSignedUntil('k1', NOW + 99)), false)
})

test('KEY-04: a key is revoked once', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => put('k1'))
  assert.deepEqual(
    [
      await store.write(() => markSigningKeyRevoked('k1', NOW)),
      await store.write(() => markSigningKeyRevoked('k1', NOW + 1)),
      await store.write(() => markSigningKeyRevoked('k2', NOW)),
    ],
    ['RS256', undefined, undefined],
  )
  assert.equal((await store.read(listSigningKeys()))[0]?.revoked_at, NOW)
})
