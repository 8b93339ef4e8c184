import assert from 'node:assert/strict'
import { test } from 'node:test'
import { conflicting, failed, misused, notFound } from '../../src/cli/failure.ts'
import { problemOf } from '../../src/cli/report.ts'
import { redact, visible } from '../../src/cli/visible.ts'
import { SecretError } from '../../src/master-secret.ts'
import { OAuthError } from '../../src/protocol/error.ts'
import { StoreError } from '../../src/store/store-error.ts'

test('contract, exit codes: each kind of failure has its own', () => {
  const cases = [
    [failed('x', 'x'), 1],
    [misused('x'), 2],
    [notFound('x', 'x'), 3],
    [conflicting('x', 'x'), 4],
    [new StoreError('database_busy', 'x'), 5],
    [new StoreError('database_outdated', 'x'), 5],
    [new StoreError('database_newer', 'x'), 1],
    [new StoreError('database_not_found', 'x'), 1],
    [new StoreError('not_a_database', 'x'), 1],
    [new SecretError('secret_mismatch', 'x', 'y'), 1],
    [new OAuthError('invalid_redirect_uri', 'x'), 2],
    [new OAuthError('invalid_client_metadata', 'x'), 2],
    [new OAuthError('invalid_scope', 'x'), 2],
    [new OAuthError('server_error', 'x'), 1],
    [new Error('x'), 1],
    ['x', 1],
  ] as const
  for (const [error, exit] of cases) assert.equal(problemOf(error).exit, exit, String(error))
})

test('LG-01: a bug tells nothing of what it was about', () => {
  const problem = problemOf(new Error('cannot read client_secret=hunter2 at /home/ana'))
  assert.equal(problem.code, 'internal_error')
  assert.doesNotMatch(`${problem.message}${problem.hint}`, /hunter2|home/)
})

test('LG-01: tokens and secrets of ours are cut out of every error', () => {
  const token = `oat_${'a'.repeat(70)}`
  assert.equal(problemOf(misused(`unknown command ${token}`, `x ${token}`)).message, 'unknown command oat_…')
  assert.equal(problemOf(misused('x', `x ${token}`)).hint, 'x oat_…')
  assert.equal(redact(`ocs_${'B-_9'.repeat(10)}, ort_12345678, ose_12345678`), 'ocs_…, ort_…, ose_…')
  assert.equal(redact('cl_0123456789abcdef'), 'cl_0123456789abcdef')
})

test("contract, every command: somebody else's text cannot steer the terminal or turn the reading direction", () => {
  assert.equal(visible('a\u001b[2Jb\u0007\n\u009b\u202ec\u2028d'), 'a�[2Jb�����c�d'.replace('�����', '����'))
  assert.equal(visible('Müller & Søn 株式会社'), 'Müller & Søn 株式会社')
})
