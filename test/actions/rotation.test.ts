import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Rotation, rotateClientSecret } from '../../src/actions/client.ts'
import { OAuthError } from '../../src/protocol/error.ts'
import { listClientSecrets } from '../../src/store/client-secret.ts'
import type { Row } from '../../src/store/work.ts'
import { clientRow, literalClient, type Stepped, stepped, verbs } from '../_step.ts'
import { NOW, testStore } from '../_store.ts'
import { putClients, putSecret } from '../store/_rows.ts'

const fresh = (client_secret_id: string): Parameters<typeof rotateClientSecret>[1] => ({
  client_secret_id,
  secret_hash: 'hash',
  hash_key_id: 'hk_1',
  preview: 'ocs_…',
})

const secretRow = (client_secret_id: string, expires_at: number | null): Row => ({
  ...fresh(client_secret_id),
  client_id: 'cl_1',
  created_at: NOW - 100,
  expires_at,
})

/** A rotation to cs_9 at NOW of cl_1, which has these secrets; it writes so many times. */
const rotated = (
  overlap: number,
  secrets: readonly Row[],
  writes: number,
): Stepped<Rotation | OAuthError | undefined> =>
  stepped(
    rotateClientSecret('cl_1', fresh('cs_9'), overlap, NOW),
    [{ client_id: 'cl_1' }],
    [clientRow()],
    secrets,
    ...Array.from({ length: writes }, () => []),
  )

test('SEC-01: without overlap the secret before ends now, and the new one has no end', () => {
  const { result, statements } = rotated(0, [secretRow('cs_1', null)], 2)
  assert.deepEqual(result, { client: literalClient(), previous_expires_at: NOW })
  assert.deepEqual(verbs(statements).slice(3), [
    'UPDATE oauth_client_secret',
    'INSERT INTO oauth_client_secret',
  ])
  assert.deepEqual(statements[3]?.params, { client_secret_id: 'cs_1', expires_at: NOW })
  assert.equal(statements[4]?.params['expires_at'], null)
})

test('SEC-01: with an overlap the secret before ends after it', () => {
  const { result, statements } = rotated(86_400, [secretRow('cs_1', null)], 2)
  assert.deepEqual(result, { client: literalClient(), previous_expires_at: NOW + 86_400 })
  assert.deepEqual(statements[3]?.params, { client_secret_id: 'cs_1', expires_at: NOW + 86_400 })
})

test('SEC-01: a third rotation kills the oldest, whatever was left of its overlap', () => {
  const { result, statements } = rotated(60, [secretRow('cs_1', NOW + 99), secretRow('cs_2', null)], 3)
  assert.deepEqual(result, { client: literalClient(), previous_expires_at: NOW + 60 })
  assert.deepEqual(verbs(statements)[3], 'DELETE FROM oauth_client_secret')
  assert.deepEqual(statements[3]?.params, { client_secret_id: 'cs_1' })
  assert.deepEqual(statements[4]?.params, { client_secret_id: 'cs_2', expires_at: NOW + 60 })
})

test('SEC-01: the secret in use is the one without an end, however the ids sort', () => {
  const { statements } = rotated(60, [secretRow('cs_1', null), secretRow('cs_2', NOW + 99)], 3)
  assert.deepEqual(statements[3]?.params, { client_secret_id: 'cs_2' })
  assert.deepEqual(statements[4]?.params, { client_secret_id: 'cs_1', expires_at: NOW + 60 })
})

test('SEC-01: expired secrets that the purge has not met are removed, and nothing is said of them', () => {
  const { result, statements } = rotated(60, [secretRow('cs_1', NOW), secretRow('cs_2', NOW - 5)], 3)
  assert.deepEqual(result, { client: literalClient(), previous_expires_at: undefined })
  assert.deepEqual(verbs(statements).slice(3), [
    'DELETE FROM oauth_client_secret',
    'DELETE FROM oauth_client_secret',
    'INSERT INTO oauth_client_secret',
  ])
})

test('SEC-01: an overlap never gives a secret a longer life than it had', async (t) => {
  const { result } = rotated(60, [secretRow('cs_1', NOW + 5)], 2)
  assert.deepEqual(result, { client: literalClient(), previous_expires_at: NOW + 5 })
  const { store } = await testStore(t)
  await store.write(() => putClients('cl_1'))
  await store.write(() => putSecret({ client_secret_id: 'cs_1', expires_at: NOW + 5 }))
  await store.write(() => rotateClientSecret('cl_1', fresh('cs_9'), 60, NOW))
  const secrets = await store.read(listClientSecrets('cl_1'))
  assert.deepEqual(
    secrets.map(({ client_secret_id, expires_at }) => [client_secret_id, expires_at]),
    [
      ['cs_1', NOW + 5],
      ['cs_9', null],
    ],
  )
})

test('RFC 7591 2: a public client has no secret to rotate', () => {
  const { result } = stepped(
    rotateClientSecret('cl_1', fresh('cs_9'), 0, NOW),
    [{ client_id: 'cl_1' }],
    [clientRow({ token_endpoint_auth_method: 'none' })],
  )
  assert.ok(result instanceof OAuthError)
  assert.equal(result.error, 'invalid_client_metadata')
})

test('CA-11: an unknown or revoked client gets no new secret', () => {
  assert.equal(stepped(rotateClientSecret('cl_1', fresh('cs_9'), 0, NOW), []).result, undefined)
})
