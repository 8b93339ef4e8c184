import assert from 'node:assert/strict'
import { test } from 'node:test'
import { refundTry, type SignIn, spendTry, startSession } from '../../src/actions/session.ts'
import type { Row } from '../../src/store/work.ts'
import { stepped, verbs } from '../_step.ts'
import { connection, NOW, testStore } from '../_store.ts'

const KEYS = { user_and_address: 'k1', address: 'k2' }
const spent = (count: number, resets_at = NOW + 900): readonly Row[] => [{ count, resets_at }]

test('PG-08: a try is spent of both budgets in one statement each, before anything is read', () => {
  const { result, statements } = stepped(spendTry(KEYS, NOW), spent(10), spent(100))
  assert.equal(result, undefined)
  assert.deepEqual(verbs(statements), ['INSERT INTO oauthd_limit', 'INSERT INTO oauthd_limit'])
  assert.deepEqual(
    statements.map(({ params }) => params),
    ['k1', 'k2'].map((limit_key) => ({
      limit_key,
      now: NOW,
      resets_at: NOW + 900,
      amount: 1,
      latest: NOW + 960,
    })),
  )
})

test('PG-08: over either budget a try is given back, and waits until the later end', () => {
  for (const [user, address, until] of [
    [spent(11, NOW + 30), spent(1), NOW + 30],
    [spent(1), spent(101, NOW + 40), NOW + 40],
    [spent(11, NOW + 30), spent(101, NOW + 40), NOW + 40],
  ] as const) {
    const { result, statements } = stepped(spendTry(KEYS, NOW), user, address, [], [], [], [])
    assert.equal(result, until)
    assert.deepEqual(verbs(statements).slice(2), [
      'DELETE FROM oauthd_limit',
      'UPDATE oauthd_limit',
      'DELETE FROM oauthd_limit',
      'UPDATE oauthd_limit',
    ])
  }
})

test('PG-08: without an address only the user is counted', () => {
  const keys = { user_and_address: 'k1', address: undefined }
  assert.equal(stepped(spendTry(keys, NOW), spent(10)).result, undefined)
  assert.equal(stepped(spendTry(keys, NOW), spent(11), [], []).result, NOW + 900)
})

const USER = {
  sub: 'us_1',
  username: 'Ana',
  username_key: 'ana',
  created_at: NOW,
  password_changed_at: NOW,
  password_hash: '$old',
}

const SESSION = {
  session_id: 'new',
  session_hash: 'hash',
  hash_key_id: 'hk_1',
  sub: 'us_1',
  username: 'Ana',
  user_agent: null,
  auth_time: NOW,
  expires_at: NOW + 60,
}

const signIn = (given: Partial<SignIn> = {}): SignIn => ({
  user: USER,
  session: SESSION,
  former_session_id: undefined,
  request_id: undefined,
  new_hash: undefined,
  keys: KEYS,
  ...given,
})

test('PG-04: a sign-in ends the session that the browser had, makes its own, and tells the request of it', () => {
  const work = startSession(signIn({ former_session_id: 'former', request_id: 'ar_1' }))
  const { result, statements } = stepped(work, [USER], [{ session_id: 'former' }], [], [], [], [], [])
  assert.equal(result, true)
  assert.deepEqual(verbs(statements), [
    'SELECT',
    'DELETE FROM oauth_session',
    'INSERT INTO oauth_session',
    'UPDATE oauth_authorization_request',
    'DELETE FROM oauthd_limit',
    'DELETE FROM oauthd_limit',
    'UPDATE oauthd_limit',
  ])
  assert.deepEqual(statements[1]?.params, { session_id: 'former' })
  assert.deepEqual(statements[3]?.params, { request_id: 'ar_1', session_id: 'new' })
})

test('PG-09: no session begins when the password was changed, or the user deleted, while it was checked', () => {
  for (const row of [
    [],
    [{ ...USER, password_hash: '$new', password_changed_at: NOW + 1 }],
    [{ ...USER, sub: 'us_2' }],
  ]) {
    assert.equal(stepped(startSession(signIn()), row).result, false)
  }
  const changed = [{ ...USER, password_hash: '$new', password_changed_at: NOW + 1 }]
  assert.equal(stepped(startSession(signIn({ new_hash: '$newer' })), changed).result, false)
})

test('PG-08: of two sign-ins that hash an old password again at once, both go on', () => {
  const rehashed = [{ ...USER, password_hash: '$new' }]
  const { result, statements } = stepped(
    startSession(signIn({ new_hash: '$newer' })),
    rehashed,
    [],
    [],
    [],
    [],
    [],
  )
  assert.equal(result, true)
  assert.deepEqual(statements[2]?.params, { sub: 'us_1', before: '$old', password_hash: '$newer' })
})

test('PG-08: a try that is given back leaves no row behind', async (t) => {
  const { store, file } = await testStore(t)
  await store.write(() => spendTry(KEYS, NOW))
  await store.write(() => refundTry(KEYS))
  assert.equal(connection(t, file).prepare('SELECT count(*) FROM oauthd_limit').pluck().get(), 0)
})
