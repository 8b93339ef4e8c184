import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { MOST_FAILURES_WRITTEN, recordFailure } from '../src/actions/session.ts'
import { checkAudit } from '../src/audit.ts'
import { createClient, revoke, rotateSecret, updateClient } from '../src/clients.ts'
import { withdraw } from '../src/consents.ts'
import { addNewHashKey, dropOldHashKeys, oldHashKeys } from '../src/hash-key-rotation.ts'
import { keptMasterSecret } from '../src/master-secret.ts'
import { type AuditRow, auditDigest } from '../src/protocol/audit.ts'
import { revokeAllOfClient, revokeAllOfUser, revokeOne } from '../src/revocations.ts'
import { rotateMasterSecret } from '../src/secret-rotation.ts'
import { spend } from '../src/store/limit.ts'
import { createToken } from '../src/tokens.ts'
import { createUser, deleteUser, setPassword } from '../src/users.ts'
import { auditOf, faultsOf, said, typesOf } from './_audit.ts'
import { appClient, family } from './_person.ts'
import { type TestServer, testClient, testServer } from './_server.ts'
import { connection, NOW } from './_store.ts'

test('LG-02: what is done to a client is written down, with whom and with which of its members', async (t) => {
  const { server } = await testServer(t)
  const { client_id } = await testClient(server)
  await updateClient(server, client_id, () => ({ client_name: 'B', scope: 'a' }))
  await rotateSecret(server, client_id, { overlap: 60 })
  await revoke(server, client_id)
  await revoke(server, client_id)
  const rows = await auditOf(server)
  const actor = 'cli'
  assert.deepEqual(rows.map(said), [
    {
      type: 'client_created',
      actor,
      client_id,
      detail: { scope: 'a b', grant_types: ['client_credentials'] },
    },
    { type: 'client_changed', actor, client_id, detail: { changed: ['client_name', 'scope'] } },
    { type: 'client_secret_rotated', actor, client_id, detail: { previous_secret_expires_at: NOW + 60 } },
    { type: 'client_revoked', actor, client_id },
  ])
  assert.deepEqual(
    rows.map(({ seq, at }) => [seq, at]),
    [1, 2, 3, 4].map((seq) => [seq, NOW]),
  )
})

test('LG-02: what is refused or finds nothing to do leaves no row', async (t) => {
  const { server } = await testServer(t)
  const client = await testClient(server, { token_endpoint_auth_method: 'client_secret_basic' })
  const taken = { client_name: 'B', grant_types: ['client_credentials'] }
  assert.equal(await createClient(server, taken, { client_id: client.client_id }), undefined)
  await assert.rejects(updateClient(server, client.client_id, () => ({ grant_types: ['x'] })))
  assert.equal(await rotateSecret(server, 'cl_none'), undefined)
  assert.equal(await withdraw(server, { sub: 'us_1', client_id: client.client_id }), undefined)
  await revokeAllOfClient(server, client.client_id)
  assert.deepEqual(await typesOf(server), ['client_created'])
})

test('LG-02: what is done to a person and a token is written down, one by one and in bulk with counts', async (t) => {
  const at = await testServer(t)
  const { server } = at
  const client = await appClient(server)
  const { client_id } = client
  const user = await createUser(server, { username: 'ana', password: 'correct horse battery' })
  assert.ok('sub' in user)
  const { sub } = user
  const one = await family(at, client, { sub })
  await revokeOne(server, one.access_token)
  await revokeOne(server, one.refresh_token)
  await family(at, client, { sub })
  await family(at, client, { sub })
  await revokeAllOfClient(server, client_id)
  await family(at, client, { sub })
  await revokeAllOfUser(server, sub)
  await createToken(server, { client: client.client, person: { sub, username: 'ana' }, scope: 'a' })
  await setPassword(server, user, 'another correct horse')
  await deleteUser(server, sub)
  const actor = 'cli'
  assert.deepEqual((await auditOf(server)).map(said).slice(1), [
    { type: 'user_created', actor, sub },
    { type: 'token_revoked', actor, client_id, sub, detail: { token_type: 'access_token' } },
    { type: 'token_revoked', actor, client_id, sub, detail: { token_type: 'refresh_token' } },
    { type: 'token_revoked', actor, client_id, detail: { authorizations: 2 } },
    { type: 'token_revoked', actor, sub, detail: { authorizations: 1 } },
    { type: 'authorization_approved', actor, client_id, sub, detail: { scope: 'a', answer: 'operator' } },
    { type: 'user_password_changed', actor, sub, detail: { sessions: 0, authorizations: 1 } },
    { type: 'user_deleted', actor, sub, detail: { sessions: 0, consents: 0, authorizations: 0 } },
  ])
})

test('LG-02: what is done to keys is written down', async (t) => {
  const { server, db, advance } = await testServer(t)
  await server.keys.ensure('ES256')
  const { kid } = await server.keys.rotate('ES256', 0)
  await server.keys.revoke(kid)
  await rotateMasterSecret(server, db, keptMasterSecret(db), 'a new master secret for this test file')
  await addNewHashKey(server)
  advance(120)
  await server.hash_keys.refresh()
  await dropOldHashKeys(server, await oldHashKeys(server))
  assert.deepEqual(await typesOf(server), [
    'signing_key_created',
    'signing_key_created',
    'signing_key_revoked',
    'master_secret_rotated',
    'hash_key_created',
    'hash_key_dropped',
  ])
})

/** A trail of six rows: a client and five secrets. */
const trail = async (t: TestContext): Promise<TestServer & { readonly client_id: string }> => {
  const at = await testServer(t)
  const { client_id } = await testClient(at.server)
  for (let index = 0; index < 5; index += 1) await rotateSecret(at.server, client_id)
  assert.deepEqual(await faultsOf(at.server), [])
  return { ...at, client_id }
}

/** The row again, with digests that fit: what somebody can do who has the file and no key. */
const forged = (rows: readonly AuditRow[], index: number, given: Partial<AuditRow>): string =>
  rows.slice(index).reduce<{ readonly sql: string; readonly before: string }>(
    ({ sql, before }, row, at) => {
      const changed = at === 0 ? { ...row, ...given } : row
      const digest = auditDigest(before, changed)
      const set = `UPDATE oauthd_audit SET actor = '${changed.actor}', digest = '${digest}' WHERE seq = ${row.seq};`
      return { sql: sql + set, before: digest }
    },
    { sql: '', before: rows[index - 1]?.digest ?? '' },
  ).sql

const TAMPERED: readonly (readonly [what: string, sql: string, problem: string])[] = [
  [
    'changed',
    "UPDATE oauthd_audit SET actor = 'http:x' WHERE seq = 3",
    'row 3 was changed, or is not in its place',
  ],
  ['removed', 'DELETE FROM oauthd_audit WHERE seq = 3', 'row 3 is missing'],
  ['removed with others', 'DELETE FROM oauthd_audit WHERE seq < 3', 'rows 1 to 2 are missing'],
  [
    'moved',
    'UPDATE oauthd_audit SET seq = 9 WHERE seq = 3; UPDATE oauthd_audit SET seq = 3 WHERE seq = 4; UPDATE oauthd_audit SET seq = 4 WHERE seq = 9',
    'row 3 was changed, or is not in its place',
  ],
  ['cut off the end', 'DELETE FROM oauthd_audit WHERE seq > 4', 'rows 5 to 6 are missing at the end'],
  [
    'cut off the end with the recorded end set back',
    `DELETE FROM oauthd_audit WHERE seq > 4;
     UPDATE oauthd_audit_head SET (seq, digest, mac) = (SELECT seq, digest, mac FROM oauthd_audit WHERE seq = 4)`,
    'the record of the end, at row 4, was not sealed by this server',
  ],
  [
    'left without its recorded end',
    'DELETE FROM oauthd_audit_head',
    'the record of the end is missing: rows behind 6 may be too',
  ],
  ['added', 'UPDATE oauthd_audit_head SET seq = 5', 'row 6 lies behind the recorded end'],
  [
    'sealed by somebody else',
    "UPDATE oauthd_audit SET mac = 'x' WHERE seq = 6",
    'row 6 was not sealed by this server',
  ],
]

for (const [what, sql, problem] of TAMPERED) {
  test(`LG-02: a row that was ${what} is found`, async (t) => {
    const { server, db } = await trail(t)
    connection(t, db).exec(sql)
    assert.deepEqual(await faultsOf(server), [problem])
  })
}

test('LG-02: a row that was changed with every digest behind it is found by its seal', async (t) => {
  const { server, db } = await trail(t)
  connection(t, db).exec(forged(await auditOf(server), 2, { actor: 'http:x' }))
  assert.deepEqual(await faultsOf(server), ['row 3 was not sealed by this server'])
})

test('LG-02: after the end was taken away the chain goes on, and says so for good', async (t) => {
  const { server, db, client_id } = await trail(t)
  connection(t, db).exec('DELETE FROM oauthd_audit_head; DELETE FROM oauthd_audit WHERE seq > 4')
  await rotateSecret(server, client_id)
  assert.deepEqual(await faultsOf(server), [
    'the record of the end was taken away before row 5: rows may be missing there',
  ])
})

test('LG-02: an end that was noted elsewhere finds a chain that was made anew or cut', async (t) => {
  const { server, db } = await trail(t)
  const { end } = await checkAudit(server)
  assert.equal(end.seq, 6)
  assert.deepEqual((await checkAudit(server, end)).faults, [])
  const other = { ...end, digest: 'another' }
  assert.deepEqual((await checkAudit(server, other)).faults, [
    { seq: 6, problem: 'row 6 is another than was expected' },
  ])
  connection(t, db).exec('DELETE FROM oauthd_audit; DELETE FROM oauthd_audit_head')
  assert.deepEqual((await checkAudit(server)).faults, [])
  assert.deepEqual((await checkAudit(server, end)).faults, [
    { seq: 1, problem: 'the chain ends at row 0, and row 6 was expected' },
  ])
})

test('LG-02, KEY-06: rows stay proven when the hash key that sealed them is dropped', async (t) => {
  const { server, db, advance } = await trail(t)
  await addNewHashKey(server)
  advance(120)
  await server.hash_keys.refresh()
  await dropOldHashKeys(server, await oldHashKeys(server))
  await server.hash_keys.refresh()
  const rows = await auditOf(server)
  assert.equal(new Set(rows.map(({ hash_key_id }) => hash_key_id)).size, 2)
  assert.equal(server.hash_keys.find(rows[0]?.hash_key_id ?? ''), undefined)
  assert.deepEqual(await faultsOf(server), [])
  connection(t, db).exec(forged(rows, 2, { actor: 'http:x' }))
  assert.deepEqual(await faultsOf(server), [`row ${rows.length} was not sealed by this server`])
})

test('LG-02: two servers on one file add to one chain at once', async (t) => {
  const one = await testServer(t)
  const two = await testServer(t, { db: one.db, time: one })
  const { client_id } = await testClient(one.server)
  const rotations = Array.from({ length: 40 }, (_, index) =>
    rotateSecret((index % 2 === 0 ? one : two).server, client_id),
  )
  await Promise.all(rotations)
  assert.equal((await auditOf(two.server)).length, 41)
  assert.deepEqual(await faultsOf(two.server), [])
})

test('LG-02: what was rolled back has left no row', async (t) => {
  const { server } = await testServer(t)
  const { client_id } = await testClient(server)
  const fault = new Error('of the caller')
  await assert.rejects(
    updateClient(server, client_id, () => {
      throw fault
    }),
    fault,
  )
  assert.deepEqual(await typesOf(server), ['client_created'])
})

test('LG-02: work that is run again because its neighbour failed is written down once', async (t) => {
  const { server } = await testServer(t)
  const { client_id } = await testClient(server)
  const before = rotateSecret(server, client_id)
  const failing = updateClient(server, client_id, () => {
    throw new Error('of the caller')
  })
  const after = rotateSecret(server, client_id)
  await assert.rejects(failing)
  await Promise.all([before, after])
  assert.deepEqual(await typesOf(server), [
    'client_created',
    'client_secret_rotated',
    'client_secret_rotated',
  ])
  assert.deepEqual(await faultsOf(server), [])
})

test('LG-02, attack, filling the disk: of failed sign-ins so many a day are written down, and that there were more', async (t) => {
  const { server, advance } = await testServer(t)
  const fail = (): Promise<void> =>
    server.store.write(() =>
      recordFailure({ type: 'sign_in_failed', detail: { reason: 'unknown user' } }, server.audit()),
    )
  const { at } = server.audit()
  await server.store.write(() => spend('audit sign_in_failed', at, at + 86_400, MOST_FAILURES_WRITTEN - 1))
  for (let count = 0; count < 4; count += 1) await fail()
  const details = (await auditOf(server)).map(({ detail }) => detail)
  assert.equal(details.length, 2)
  assert.ok(details.some((detail) => detail?.includes('the rest of the day is in the log')))
  advance(86_400)
  await fail()
  assert.equal((await auditOf(server)).length, 3)
  assert.deepEqual(await faultsOf(server), [])
})
