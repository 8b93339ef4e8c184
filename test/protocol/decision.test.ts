import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Approval, readApproval, readDenial } from '../../src/protocol/decision.ts'
import { OAuthError } from '../../src/protocol/error.ts'
import { NOW } from '../_store.ts'

const read = (given: object = {}): Approval => readApproval({ sub: 'u1', ...given }, 'a b', NOW)

const refused = (work: () => unknown, error: string, words: RegExp): void => {
  assert.throws(work, (thrown) => {
    assert.ok(thrown instanceof OAuthError)
    assert.equal(thrown.error, error)
    assert.match(thrown.error_description, words)
    return true
  })
}

test('contract, interaction API: an approval needs a sub; the rest has its default, null being none', () => {
  const plain: Approval = {
    kind: 'approve',
    sub: 'u1',
    username: null,
    scope: 'a b',
    claims: null,
    remember: false,
    auth_time: null,
    acr: null,
    amr: null,
  }
  assert.deepEqual(read(), plain)
  const nulls = {
    username: null,
    scope: null,
    claims: null,
    remember: null,
    auth_time: null,
    acr: null,
    amr: null,
  }
  assert.deepEqual(read(nulls), plain)
})

test('contract, interaction API: scope may be narrowed, to nothing too, and never widened', () => {
  assert.equal(read({ scope: 'b' }).scope, 'b')
  assert.equal(read({ scope: 'b a b' }).scope, 'b a')
  assert.equal(read({ scope: '' }).scope, '')
  for (const scope of ['c', 'a c', 'A', ' a', 'a  b', 'a,b', 'introspect']) {
    refused(() => read({ scope }), 'invalid_scope', /beyond/)
  }
})

test('contract, interaction API: each member has one type and a bound, and is named when it is wrong', () => {
  const wrong: Readonly<Record<string, readonly unknown[]>> = {
    sub: [7, '', ' ', 'a b', 'é', 'x'.repeat(256), {}, 'cl_0123456789'],
    username: [7, '', '  ', 'x'.repeat(256), 'a\u202eb', 'a\nb', '\ud800'],
    scope: [7, ['a'], {}],
    remember: ['true', 1, []],
    auth_time: ['1', 1.5, -1, NOW + 61, Number.NaN],
    acr: [7, '', 'a b', 'x'.repeat(256)],
    amr: ['pwd', {}, [7], [''], Array.from({ length: 17 }, () => 'pwd')],
    claims: ['a', [], 7, true],
  }
  for (const [member, values] of Object.entries(wrong)) {
    for (const value of values) {
      const words = new RegExp(`^${member} (must|is)`)
      refused(() => read({ [member]: value }), 'invalid_request', words)
    }
  }
})

test('TM-01: the clock of the app may be a minute ahead of ours; what is kept is not to come', () => {
  assert.equal(read({ auth_time: NOW + 60 }).auth_time, NOW)
  assert.equal(read({ auth_time: NOW - 60 }).auth_time, NOW - 60)
})

test('IN-03: no extra claim has a name with a meaning of its own', () => {
  const taken = [
    'iss',
    'sub',
    'aud',
    'exp',
    'iat',
    'nbf',
    'jti',
    'client_id',
    'scope',
    'active',
    'token_type',
  ]
  const ours = ['username', 'cnf', 'act', 'auth_time', 'acr', 'amr', 'grant_type', 'authorization_details']
  const registered =
    'permissions vot vtm may_act ace_profile cnonce cti exi azp sid sub_id token_introspection'
  for (const name of [...taken, ...ours, ...registered.split(' ')]) {
    refused(() => read({ claims: { [name]: 'x' } }), 'invalid_request', new RegExp(`^claims .*${name}`))
  }
  const proto: unknown = JSON.parse('{"claims":{"__proto__":{"active":true}}}')
  refused(() => read(proto as object), 'invalid_request', /^claims /)
  const claims = { tenant: 42, roles: ['a'], 'https://app.example/x': { y: null } }
  assert.deepEqual(read({ claims }).claims, claims)
})

test('contract, interaction API: claims are at most 4096 characters of JSON, and eight levels deep', () => {
  const long = (length: number) => ({ a: 'x'.repeat(length - '{"a":""}'.length) })
  assert.ok(read({ claims: long(4096) }).claims)
  refused(() => read({ claims: long(4097) }), 'invalid_request', /^claims must be at most 4096/)
  const deep = (levels: number): unknown => JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`)
  assert.ok(read({ claims: deep(8) }).claims)
  refused(() => read({ claims: deep(9) }), 'invalid_request', /^claims must not be nested/)
  refused(() => read({ claims: deep(5000) }), 'invalid_request', /^claims must not be nested/)
})

test('contract, interaction API: a denial says access_denied, or one of the few other reasons, in words that are safe', () => {
  assert.deepEqual(readDenial({}), {
    kind: 'deny',
    error: 'access_denied',
    error_description: 'the person said no',
  })
  for (const error of [
    'login_required',
    'consent_required',
    'interaction_required',
    'temporarily_unavailable',
  ]) {
    assert.equal(readDenial({ error }).error, error)
  }
  for (const error of ['invalid_client', 'invalid_grant', '', 7, 'no']) {
    refused(() => readDenial({ error }), 'invalid_request', /^error must be one of/)
  }
  for (const error_description of ['', 'a "b"', 'a\\b', 'a\nb', 'é', 7, 'x'.repeat(513)]) {
    refused(() => readDenial({ error_description }), 'invalid_request', /^error_description must/)
  }
})

test('contract, interaction API: a member that is misspelt or strange is refused, its name made safe to show', () => {
  refused(() => read({ scopes: 'a' }), 'invalid_request', /^scopes is not one of sub, username, scope, /)
  refused(
    () => readDenial({ 'a"\n': 1 }),
    'invalid_request',
    /^a\?\? is not one of error, error_description$/,
  )
  for (const given of [null, [], 'sub', 7, true]) {
    refused(() => readApproval(given, 'a', NOW), 'invalid_request', /JSON object/)
    refused(() => readDenial(given), 'invalid_request', /JSON object/)
  }
})
