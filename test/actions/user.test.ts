import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createUser, findUsers, removeUser, setPassword } from '../../src/actions/user.ts'
import { clientRow, stepped, verbs } from '../_step.ts'
import { NOW } from '../_store.ts'

const USER = {
  sub: 'us_1',
  username: 'Ana',
  username_key: 'ana',
  created_at: NOW,
  password_changed_at: NOW,
  password_hash: '$hash',
}

test('TK-11: a sub that is a client_id is refused, of a revoked client too', () => {
  for (const revoked_at of [null, NOW]) {
    const { result } = stepped(createUser({ ...USER, sub: 'cron' }), [
      clientRow({ client_id: 'cron', revoked_at }),
    ])
    assert.deepEqual(result, { kind: 'taken', what: 'client_id' })
  }
})

test('contract, user:create: a user is added by one claim; who lost it learns whether name or sub was taken', () => {
  assert.deepEqual(stepped(createUser(USER), [], [], [], [], [{ sub: 'us_1' }]).result, { kind: 'created' })
  assert.deepEqual(stepped(createUser(USER), [], [], [], [], [], [USER]).result, {
    kind: 'taken',
    what: 'username',
  })
  assert.deepEqual(stepped(createUser(USER), [], [], [], [], [], []).result, { kind: 'taken', what: 'sub' })
})

test('PG-09: another password ends every session, unless they are kept, and all that was allowed', () => {
  const rows = [{ id: 1 }, { id: 2 }]
  const ending = stepped(
    setPassword('us_1', '$new', { keep_sessions: false, now: NOW }),
    [USER],
    rows,
    rows,
    [],
  )
  assert.deepEqual(ending.result, { sessions: 2, authorizations: 2 })
  assert.deepEqual(verbs(ending.statements), [
    'UPDATE oauth_user',
    'DELETE FROM oauth_session',
    'UPDATE oauth_authorization',
    'UPDATE oauth_authorization_request',
  ])
  const keeping = stepped(setPassword('us_1', '$new', { keep_sessions: true, now: NOW }), [USER], rows, [])
  assert.deepEqual(keeping.result, { sessions: 0, authorizations: 2 })
  assert.deepEqual(verbs(keeping.statements), [
    'UPDATE oauth_user',
    'UPDATE oauth_authorization',
    'UPDATE oauth_authorization_request',
  ])
})

test('PG-09: a deleted user takes sessions, consents and all that was allowed along', () => {
  const rows = [{ id: 1 }]
  const { result, statements } = stepped(removeUser('us_1', NOW), [USER], rows, rows, rows, [])
  assert.deepEqual(result, { sessions: 1, consents: 1, authorizations: 1 })
  assert.deepEqual(verbs(statements), [
    'DELETE FROM oauth_user',
    'DELETE FROM oauth_session',
    'DELETE FROM oauth_consent',
    'UPDATE oauth_authorization',
    'UPDATE oauth_authorization_request',
  ])
})

test('PG-09: nothing ends with a user who is not there', () => {
  assert.equal(stepped(removeUser('us_1', NOW), []).result, undefined)
  assert.equal(stepped(setPassword('us_1', '$new', { keep_sessions: false, now: NOW }), []).result, undefined)
})

test('contract, settled points: --user is a name or a sub; two users are given when it is both', () => {
  const other = { ...USER, sub: 'ana', username: 'Bob', username_key: 'bob' }
  assert.deepEqual(stepped(findUsers('ana', 'ana'), [], []).result, [])
  assert.deepEqual(stepped(findUsers('ana', 'ana'), [USER], []).result, [USER])
  assert.deepEqual(stepped(findUsers('us_1', 'us_1'), [], [USER]).result, [USER])
  assert.equal(stepped(findUsers('ana', 'ana'), [USER], [USER]).result.length, 1)
  assert.deepEqual(stepped(findUsers('ana', 'ana'), [USER], [other]).result, [USER, other])
})

test('contract, user:create: a name that is the sub of another, or a sub that is the name of another, is taken', () => {
  const other = { ...USER, sub: 'us_2', username_key: 'us_1' }
  assert.deepEqual(stepped(createUser(USER), [], [other]).result, { kind: 'taken', what: 'username' })
  assert.deepEqual(stepped(createUser(USER), [], [], [other]).result, { kind: 'taken', what: 'username' })
  assert.deepEqual(stepped(createUser(USER), [], [], [], [other]).result, { kind: 'taken', what: 'sub' })
})
