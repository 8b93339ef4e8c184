import assert from 'node:assert/strict'
import { test } from 'node:test'
import { approveRequest } from '../../src/actions/authorization.ts'
import { countPurgeable, NOTHING_PURGED as NOTHING, type Purged, purgeSome } from '../../src/actions/purge.ts'
import { extendAuthorization } from '../../src/store/authorization.ts'
import { claimAuthorizationCode } from '../../src/store/authorization-code.ts'
import { listClientSecrets } from '../../src/store/client-secret.ts'
import { listAllowedPairs } from '../../src/store/consent.ts'
import { spend } from '../../src/store/limit.ts'
import { listAccessTokens } from '../../src/store/token-list.ts'
import { all } from '../../src/store/work.ts'
import { stepped } from '../_step.ts'
import { NOW, testStore } from '../_store.ts'
import {
  putAuthorization,
  putCode,
  putPushedRequest,
  putRefreshToken,
  putRequest,
  putSession,
} from '../store/_people.ts'
import { putClients, putSecret, putTokens } from '../store/_rows.ts'
import { approval, CLIENT, REQUEST } from './_approval.ts'

/** A purge of which only these kinds found something. */
const purged = (given: Partial<Purged>): Purged => ({ ...NOTHING, ...given })

test('LG-03: a purge takes some of each kind and says how many', () => {
  const rows = [[{ jti: '1' }], [{}], [], [{}, {}], [], [], [{}], [], [{}], [], []]
  const { result, statements } = stepped(purgeSome(NOW, 2), ...rows)
  const found = { access_tokens: 1, refresh_tokens: 1, authorizations: 2, sessions: 1, limits: 1 }
  assert.deepEqual(result, purged(found))
  assert.deepEqual(
    statements.map(({ params }) => params['limit']),
    // Signing keys are read whole.
    [...Array.from({ length: 10 }, () => 2), undefined],
  )
})

test('LG-03: what is over is found by an index, however much is not', async (t) => {
  const { store } = await testStore(t)
  const { statements } = stepped(purgeSome(NOW, 2), ...Array.from({ length: 11 }, () => []))
  const walked = []
  for (const { text, params } of statements) {
    const plan = await store.write(() => all<{ detail: string }>(`EXPLAIN QUERY PLAN ${text}`, params))
    walked.push(...plan.map(({ detail }) => detail).filter((detail) => /^SCAN oauth/.test(detail)))
  }
  // Of secrets a client has two, of signing keys a database a handful.
  assert.deepEqual(walked, ['SCAN oauth_client_secret', 'SCAN oauth_signing_key'])
})

test('LG-03: no authorization goes while a token or a code may name it', () => {
  for (const full of [0, 1, 2]) {
    const rows = [[], [], [], [], [], [], [], [], [], []].map((none, index) =>
      index === full ? [{}, {}] : none,
    )
    const { result, statements } = stepped(purgeSome(NOW, 2), ...rows)
    assert.equal(result.authorizations, 0)
    assert.ok(statements.every(({ text }) => !text.includes('DELETE FROM oauth_authorization WHERE')))
  }
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
  assert.deepEqual(await store.read(countPurgeable(NOW)), purged({ access_tokens: 3, client_secrets: 1 }))
  assert.deepEqual(
    await store.write(() => purgeSome(NOW, 2)),
    purged({ access_tokens: 2, client_secrets: 1 }),
  )
  assert.deepEqual(
    await store.write(() => purgeSome(NOW, 2)),
    purged({ access_tokens: 1, client_secrets: 0 }),
  )
  assert.deepEqual(
    await store.write(() => purgeSome(NOW, 2)),
    purged({ access_tokens: 0, client_secrets: 0 }),
  )
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
  assert.deepEqual(
    await store.write(() => purgeSome(NOW, 10)),
    purged({ access_tokens: 0, client_secrets: 0 }),
  )
})

test('TK-08, RT-10: used codes and refresh tokens stay until the end of their authorization, and go with it', async (t) => {
  const { store } = await testStore(t)
  const end = NOW + 100
  await store.write(function* work() {
    yield* putAuthorization({ expires_at: end })
    yield* putCode({ used_at: NOW, expires_at: NOW + 60, purge_at: end })
    yield* putRefreshToken({ used_at: NOW, exp: NOW + 10, purge_at: end })
  })
  assert.deepEqual(await store.write(() => purgeSome(end - 1, 10)), NOTHING)
  const all = purged({ authorizations: 1, authorization_codes: 1, refresh_tokens: 1 })
  assert.deepEqual(await store.read(countPurgeable(end)), all)
  assert.deepEqual(await store.write(() => purgeSome(end, 10)), all)
  assert.deepEqual(await store.read(countPurgeable(end)), NOTHING)
})

test('LG-03: what came of an approval whose code was never used goes when the code ends, and stands for nothing', async (t) => {
  const { store } = await testStore(t)
  const unseen = approval({ request: REQUEST, session_id: null, client: { ...CLIENT, first_party: true } })
  await store.write(() => approveRequest({ ...unseen, answer: 'unasked' }))
  assert.deepEqual(await store.write(() => purgeSome(NOW + 59, 10)), NOTHING)
  assert.deepEqual(await store.read(listAllowedPairs({ sub: 'us_1', limit: 10 }, NOW + 60)), [])
  const both = purged({ authorizations: 1, authorization_codes: 1 })
  assert.deepEqual(await store.write(() => purgeSome(NOW + 60, 10)), both)
})

test('TK-08, RT-06: a code that was used is kept for as long as what it led to', async (t) => {
  const { store } = await testStore(t)
  const unseen = approval({ request: REQUEST, session_id: null, client: { ...CLIENT, first_party: true } })
  await store.write(() => approveRequest({ ...unseen, answer: 'unasked' }))
  assert.ok(await store.write(() => claimAuthorizationCode('code_1', NOW + 59)))
  await store.write(() => extendAuthorization('au_1', NOW + 1000))
  assert.deepEqual(await store.write(() => purgeSome(NOW + 999, 10)), NOTHING)
  const both = purged({ authorizations: 1, authorization_codes: 1 })
  assert.deepEqual(await store.write(() => purgeSome(NOW + 1000, 10)), both)
})

test('LG-03: requests, pushed ones, sessions and budgets that are over are counted and removed', async (t) => {
  const { store } = await testStore(t)
  await store.write(function* work() {
    yield* putRequest({ request_id: 'ar_1', expires_at: NOW })
    yield* putRequest({ request_id: 'ar_2', expires_at: NOW + 1 })
    yield* putPushedRequest({ pushed_id: '1', expires_at: NOW })
    yield* putPushedRequest({ pushed_id: '2', expires_at: NOW + 1, used_at: NOW })
    yield* putSession({ session_id: '1', expires_at: NOW })
    yield* putSession({ session_id: '2', expires_at: NOW + 1 })
    yield* spend('over', NOW - 60, NOW)
    yield* spend('open', NOW - 60, NOW + 1)
  })
  const one = purged({ authorization_requests: 1, pushed_requests: 1, sessions: 1, limits: 1 })
  assert.deepEqual(await store.read(countPurgeable(NOW)), one)
  assert.deepEqual(await store.write(() => purgeSome(NOW, 10)), one)
  assert.deepEqual(await store.read(countPurgeable(NOW + 1)), one)
})
