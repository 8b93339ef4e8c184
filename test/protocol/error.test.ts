import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { OAuthError } from '../../src/protocol/error.ts'

test('ERR-01: an error is 400 unless the list says otherwise', () => {
  assert.equal(new OAuthError('invalid_request', '').status, 400)
  assert.equal(new OAuthError('invalid_grant', '').status, 400)
  assert.equal(new OAuthError('unsupported_grant_type', '').status, 400)
  assert.equal(new OAuthError('temporarily_unavailable', '').status, 503)
})

test('ERR-03: invalid_client is 401', () => {
  assert.equal(new OAuthError('invalid_client', '').status, 401)
})

test('HTTP-09: a refusal may have a status of its own', () => {
  assert.equal(new OAuthError('invalid_request', '', { status: 413 }).status, 413)
})

test('ERR-02: error_description has only %x20-21, %x23-5B and %x5D-7E, whatever was put in', () => {
  const words = fc.string({ unit: 'binary' })
  fc.assert(
    fc.property(words, (text) =>
      /^[\x20-\x21\x23-\x5b\x5d-\x7e]*$/.test(new OAuthError('invalid_request', text).error_description),
    ),
  )
  assert.equal(new OAuthError('invalid_request', 'a "b"\nc').error_description, 'a ?b??c')
})
