import assert from 'node:assert/strict'
import { test } from 'node:test'
import { audited, record, type Trail } from '../../src/actions/audit.ts'
import { type AuditRow, auditDigest, endText, rowText } from '../../src/protocol/audit.ts'
import { one, type Work } from '../../src/store/work.ts'
import { stepped, verbs } from '../_step.ts'
import { NOW } from '../_store.ts'

const TRAIL: Trail = {
  at: NOW,
  actor: 'cli',
  request_id: null,
  hash_key_id: 'hk_1',
  seal: (text) => `seal of ${text}`,
}
const HEAD = { seq: 4, digest: 'd4', hash_key_id: 'hk_1', mac: 'm4' }
const WRITTEN = ['SELECT', 'UPDATE oauthd_audit_head', 'INSERT INTO oauthd_audit']

function* changing(): Work<boolean> {
  return (yield* one('UPDATE it')) !== undefined
}

test('LG-02: what came of a work is written behind it, in its own transaction', () => {
  const work = audited(TRAIL, changing(), (done) =>
    done ? { type: 'client_revoked', client_id: 'cl_1' } : undefined,
  )
  const { result, statements } = stepped(work, [{}], [HEAD], [{ seq: 5 }], [])
  assert.equal(result, true)
  assert.deepEqual(verbs(statements), ['UPDATE it', ...WRITTEN])
})

test('LG-02: where there is nothing to tell not one statement is added', () => {
  const work = audited(TRAIL, changing(), (done) => (done ? { type: 'client_revoked' } : undefined))
  assert.deepEqual(verbs(stepped(work, []).statements), ['UPDATE it'])
})

test('LG-02: a row holds the digest of itself and of the row before, and seals of row and end differ', () => {
  const event = { type: 'token_revoked', jti: 'jti_1', detail: { token_type: 'access_token' } } as const
  const { statements } = stepped(record(event, TRAIL), [HEAD], [{ seq: 5 }], [])
  const inserted = statements[2]
  assert.ok(inserted)
  const { mac, ...row } = inserted.params as unknown as AuditRow
  assert.deepEqual(row, {
    seq: 5,
    at: NOW,
    type: 'token_revoked',
    actor: 'cli',
    client_id: null,
    sub: null,
    authorization_id: null,
    jti: 'jti_1',
    request_id: null,
    detail: '{"token_type":"access_token"}',
    hash_key_id: 'hk_1',
    digest: auditDigest('d4', row),
  })
  assert.equal(mac, `seal of ${rowText(row)}`)
  assert.equal(statements[1]?.params['mac'], `seal of ${endText(row)}`)
  assert.notEqual(rowText(row), endText(row))
})

test('LG-02: who finds the head moved by somebody else reads it again, and no two rows have one number', () => {
  const moved = { ...HEAD, seq: 5, digest: 'd5' }
  const { statements } = stepped(record({ type: 'sign_in' }, TRAIL), [HEAD], [], [moved], [{ seq: 6 }], [])
  assert.deepEqual(verbs(statements), [...WRITTEN.slice(0, 2), ...WRITTEN])
  assert.equal(statements[1]?.params['seq_before'], 4)
  assert.equal(statements[3]?.params['seq_before'], 5)
  assert.equal(statements[4]?.params['seq'], 6)
})

test('LG-02: the first event begins the chain', () => {
  const start = { ...HEAD, seq: 0, digest: '' }
  const { statements } = stepped(record({ type: 'sign_in' }, TRAIL), [], [], [], [start], [{ seq: 1 }], [])
  assert.deepEqual(verbs(statements), ['SELECT', 'SELECT', 'INSERT INTO oauthd_audit_head', ...WRITTEN])
  assert.equal(statements[2]?.params['seq'], 0)
  assert.equal(statements[5]?.params['seq'], 1)
})

test('LG-02: rows without a head: the chain goes on behind the last and says that it was begun anew', () => {
  const [last, next] = [
    { seq: 4, digest: 'd4' },
    { ...HEAD, seq: 5, digest: 'd5' },
  ]
  const { statements } = stepped(
    record({ type: 'sign_in' }, TRAIL),
    ...[[], [last], []],
    ...[[HEAD], [{ seq: 5 }], []],
    ...[[next], [{ seq: 6 }], []],
  )
  const rows = statements.filter(({ text }) => text.startsWith('INSERT INTO oauthd_audit ('))
  assert.deepEqual(
    rows.map(({ params: { seq, type } }) => [seq, type]),
    [
      [5, 'audit_restarted'],
      [6, 'sign_in'],
    ],
  )
})
