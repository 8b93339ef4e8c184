/** What must never be so, planted and found. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brokenInvariants, INVARIANT_COUNT } from '../../src/store/invariants.ts'
import { run, type Work } from '../../src/store/work.ts'
import { NOW, testStore } from '../_store.ts'
import { putAuthorization, putCode, putPushedRequest, putRefreshToken, putSession } from './_people.ts'
import { putClients, putSecret, putTokens } from './_rows.ts'

const USED = { used_at: NOW, purge_at: NOW + 86_400 }

/** A code was redeemed, its refresh token used twice; another approval waits; a third is over and half pruned. */
function* soundRows(): Work<void> {
  yield* putClients('cl_1')
  yield* putSecret({})
  yield* putSecret({ client_secret_id: 'cs_0', expires_at: NOW + 60 })
  yield* putAuthorization()
  yield* putCode(USED)
  yield* putRefreshToken({ ...USED, successor_id: 'rt_2' })
  yield* putRefreshToken({ ...USED, refresh_token_id: 'rt_2', successor_id: 'rt_3' })
  yield* putRefreshToken({ refresh_token_id: 'rt_3' })
  yield* putAuthorization({ authorization_id: 'au_2' })
  yield* putCode({ code_id: 'code_2', authorization_id: 'au_2' })
  yield* putTokens({}, { jti: 'jti_2', authorization_id: 'au_1' })
  yield* putTokens({ jti: 'jti_3', token_hash: 'jwt', hash_key_id: 'hk_gone' })
  yield* putTokens({ jti: 'jti_4', exp: NOW, authorization_id: 'au_3', client_id: 'cl_gone' })
  yield* putTokens({ jti: 'jti_5', revoked_at: NOW, hash_key_id: 'hk_dropped' })
  yield* putRefreshToken({
    ...USED,
    refresh_token_id: 'rt_4',
    successor_id: 'rt_5',
    authorization_id: 'au_3',
    purge_at: NOW,
  })
  yield* putSession()
  yield* putPushedRequest()
}

const PLANTED: Readonly<Record<string, readonly [ids: readonly string[], ...plant: (() => Work<void>)[]]>> = {
  live_generation: [
    ['au_1'],
    () =>
      run(
        "UPDATE oauth_refresh_token SET used_at = NULL, successor_id = NULL WHERE refresh_token_id = 'rt_2'",
      ),
  ],
  refresh_succession: [
    ['rt_3'],
    () => run("UPDATE oauth_refresh_token SET used_at = 1 WHERE refresh_token_id = 'rt_3'"),
  ],
  refresh_fork: [
    ['rt_3'],
    () => run("UPDATE oauth_refresh_token SET successor_id = 'rt_3' WHERE refresh_token_id = 'rt_1'"),
  ],
  code_used_twice: [
    ['au_1'],
    () => putRefreshToken({ refresh_token_id: 'rt_9', used_at: NOW, successor_id: 'rt_3' }),
  ],
  one_code: [['au_1'], () => putCode({ code_id: 'code_9' })],
  client_gone: [
    ['au_9', 'code_9', 'jti_9', 'rt_9'],
    () => putTokens({ jti: 'jti_9', client_id: 'cl_9' }),
    () => putAuthorization({ authorization_id: 'au_9', client_id: 'cl_9' }),
    () => putCode({ code_id: 'code_9', authorization_id: 'au_9', client_id: 'cl_9' }),
    () => putRefreshToken({ refresh_token_id: 'rt_9', authorization_id: 'au_9', client_id: 'cl_9' }),
  ],
  authorization_gone: [
    ['code_9', 'jti_9', 'rt_9'],
    () => putTokens({ jti: 'jti_9', authorization_id: 'au_9' }),
    () => putCode({ code_id: 'code_9', authorization_id: 'au_9' }),
    () => putRefreshToken({ refresh_token_id: 'rt_9', authorization_id: 'au_9' }),
  ],
  hash_key_gone: [
    ['jti_9', 'pushed_9', 'session_9'],
    () => putTokens({ jti: 'jti_9', hash_key_id: 'hk_9' }),
    () => putSession({ session_id: 'session_9', hash_key_id: 'hk_9' }),
    () => putPushedRequest({ pushed_id: 'pushed_9', hash_key_id: 'hk_9' }),
  ],
  lasting_secrets: [['cl_1'], () => putSecret({ client_secret_id: 'cs_9' })],
}

test('RT-07, contract, db:check: rows as oauthd leaves them break no invariant, also while some are pruned', async (t) => {
  const { store } = await testStore(t)
  await store.write(soundRows)
  assert.deepEqual(await store.read(brokenInvariants(NOW)), [])
})

test('contract, db:check: every invariant has a fault planted for it here', () => {
  assert.equal(Object.keys(PLANTED).length, INVARIANT_COUNT)
})

for (const [check, [ids, ...plants]] of Object.entries(PLANTED)) {
  test(`contract, db:check: ${check} finds what breaks it, by its ids`, async (t) => {
    const { store } = await testStore(t)
    await store.write(soundRows)
    for (const plant of plants) await store.write(plant)
    const found = (await store.read(brokenInvariants(NOW))).find((broken) => broken.check === check)
    assert.deepEqual(found?.ids, ids)
  })
}
