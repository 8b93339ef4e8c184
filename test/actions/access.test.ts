import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listAccess, withdrawConsentsOf } from '../../src/actions/consent.ts'
import { clientRow, stepped, verbs } from '../_step.ts'
import { NOW } from '../_store.ts'

const LIVE = { scope: 'b c', resource: '[]', username: 'ana', created_at: NOW - 9, last_used_at: NOW - 1 }
const CONSENT = {
  sub: 'us_1',
  client_id: 'cl_1',
  allowed: JSON.stringify([
    { resource: 'https://r.example', scope: 'a', remembered: null },
    { resource: null, scope: 'b', remembered: null },
  ]),
  created_at: NOW - 5,
  updated_at: NOW - 5,
}

test('PG-07: all that a person allowed is forgotten and ended in one work', () => {
  const all = stepped(withdrawConsentsOf('us_1', NOW), [{ client_id: 'cl_1' }], [], [])
  assert.equal(all.result, 1)
  assert.deepEqual(verbs(all.statements), [
    'DELETE FROM oauth_consent',
    'UPDATE oauth_authorization',
    'UPDATE oauth_authorization_request',
  ])
})

test('PG-07: what was consented and what stands are shown as one access, from its first day to its last use', () => {
  const pair = [{ sub: 'us_1', client_id: 'cl_1' }]
  const { result } = stepped(listAccess({ limit: 10 }, NOW), pair, [CONSENT], [LIVE], [], [clientRow()])
  const [access] = result
  assert.ok(access)
  const { client, ...rest } = access
  assert.equal(client?.client_name, 'A')
  assert.deepEqual(rest, {
    sub: 'us_1',
    username: 'ana',
    client_id: 'cl_1',
    scope: 'a b c',
    resource: ['https://r.example'],
    remembered: false,
    since: NOW - 9,
    last_used_at: NOW - 1,
  })
})

test('PG-07: a name that the person has now beats the one of an earlier approval; a client may be gone', () => {
  const pair = [{ sub: 'us_1', client_id: 'cl_1' }]
  const user = [
    { sub: 'us_1', username: 'anna', username_key: 'anna', created_at: 0, password_changed_at: 0 },
  ]
  const allowed = JSON.stringify([{ resource: null, scope: '', remembered: '' }])
  const remembered = { ...CONSENT, allowed }
  const { result } = stepped(listAccess({ limit: 10 }, NOW), pair, [remembered], [], user, [])
  assert.deepEqual(
    result.map(({ username, client, last_used_at, remembered: is }) => [username, client, last_used_at, is]),
    [['anna', undefined, null, true]],
  )
})
