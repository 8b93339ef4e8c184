import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Confirmation } from '../../src/protocol/confirmation.ts'
import {
  claimRefreshToken,
  claimRetry,
  countLiveRefreshTokens,
  extendRefreshToken,
  findRefreshToken,
  nextSealedEnd,
  wipeSealed,
} from '../../src/store/refresh-token.ts'
import { NOW, testStore } from '../_store.ts'
import { putAuthorization, putRefreshToken } from './_people.ts'

const SEALED = { sealed: 'copy', sealed_until: NOW + 30, answer_exp: NOW + 3600 }

test('RT-07, RT-11: a generation is claimed once, and its own sealed copy goes with that', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => putRefreshToken(SEALED))
  assert.equal(await store.write(() => claimRefreshToken('rt_1', 'rt_2', NOW)), true)
  assert.equal(await store.write(() => claimRefreshToken('rt_1', 'rt_3', NOW + 1)), false)
  const row = await store.read(findRefreshToken('rt_1'))
  assert.deepEqual([row?.used_at, row?.successor_id, row?.sealed], [NOW, 'rt_2', null])
})

test('RT-08, RT-09: a retry is taken while the copy lies, in time, unused, and not too often', async (t) => {
  const { store } = await testStore(t)
  const retry = (most: number, now = NOW): Promise<unknown> =>
    store.write(() => claimRetry({ successor_id: 'rt_1', cnf: null, most, now }))
  await store.write(() => putRefreshToken(SEALED))
  const answer = { sealed: 'copy', answer_exp: NOW + 3600 }
  assert.deepEqual(await retry(3, NOW + 30), answer)
  assert.equal(await retry(3, NOW + 31), undefined)
  assert.deepEqual([await retry(2), await retry(2)], [answer, undefined])
  await store.write(() => claimRefreshToken('rt_1', 'rt_2', NOW))
  assert.equal(await retry(9), undefined)
})

test('RT-08: an answer that is bound to a key is had again by that key alone, and no other try counts', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => putRefreshToken({ ...SEALED, cnf: { jkt: 'one' } }))
  const retry = (cnf: Confirmation | null): Promise<unknown> =>
    store.write(() => claimRetry({ successor_id: 'rt_1', cnf, most: 1, now: NOW }))
  for (const cnf of [null, { jkt: 'two' }, { 'x5t#S256': 'one' }]) assert.equal(await retry(cnf), undefined)
  assert.deepEqual(await retry({ jkt: 'one' }), { sealed: 'copy', answer_exp: NOW + 3600 })
})

test('RT-16: the idle end of a token that is used up or over is not moved', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => putRefreshToken({ exp: NOW + 10 }))
  const extend = (at: number): Promise<boolean> => store.write(() => extendRefreshToken('rt_1', at + 10, at))
  assert.equal(await extend(NOW + 9), true)
  assert.equal(await extend(NOW + 19), false)
  await store.write(() => claimRefreshToken('rt_1', 'rt_2', NOW + 10))
  assert.equal(await extend(NOW + 11), false)
})

test('RT-11: copies are wiped in the second after their window, some at a time, the first first', async (t) => {
  const { store } = await testStore(t)
  await store.write(function* work() {
    for (const [index, sealed_until] of [NOW + 2, NOW, NOW + 1].entries()) {
      yield* putRefreshToken({ ...SEALED, refresh_token_id: `rt_${index}`, sealed_until })
    }
  })
  assert.equal(await store.read(nextSealedEnd()), NOW)
  assert.equal(await store.write(() => wipeSealed(NOW, 9)), 0)
  assert.equal(await store.write(() => wipeSealed(NOW + 2, 1)), 1)
  assert.equal(await store.read(nextSealedEnd()), NOW + 1)
  assert.equal(await store.write(() => wipeSealed(NOW + 3, 9)), 2)
  assert.equal(await store.read(nextSealedEnd()), undefined)
})

test('RV-02: what is counted as live is unused, in time, and under an authorization that stands', async (t) => {
  const { store } = await testStore(t)
  await store.write(function* work() {
    yield* putAuthorization()
    yield* putAuthorization({ authorization_id: 'au_2', revoked_at: NOW })
    yield* putRefreshToken()
    yield* putRefreshToken({ refresh_token_id: 'used', used_at: NOW })
    yield* putRefreshToken({ refresh_token_id: 'idle', exp: NOW })
    yield* putRefreshToken({ refresh_token_id: 'ended', authorization_id: 'au_2' })
  })
  const count = (of: Parameters<typeof countLiveRefreshTokens>[0]): Promise<number> =>
    store.read(countLiveRefreshTokens(of, NOW))
  assert.equal(await count({ sub: 'us_1' }), 1)
  assert.equal(await count({ client_id: 'cl_1' }), 1)
  assert.deepEqual(
    [await count({ authorization_id: 'au_1' }), await count({ authorization_id: 'au_2' })],
    [1, 0],
  )
})
