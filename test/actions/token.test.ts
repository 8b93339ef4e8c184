import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  findPresented,
  introspectToken,
  type Presented,
  revokeEach,
  revokeToken,
} from '../../src/actions/token.ts'
import { literalClient, stepped, tokenRow, verbs } from '../_step.ts'
import { NOW } from '../_store.ts'

const RIGHT: Presented = { kind: 'access_token', id: 'jti_1', matches: () => true }
const WRONG: Presented = { kind: 'access_token', id: 'jti_1', matches: () => false }
const AT = { issuer: 'https://id.example', now: NOW }

/** The jti that a caller is told of, with the row as it stands. */
const seen = (row: ReturnType<typeof tokenRow>, caller = literalClient(), presented = RIGHT): unknown =>
  stepped(introspectToken(presented, caller, AT), [row]).result?.token.jti

test('house 8: introspection in two steps, without a database', () => {
  const looking = introspectToken(RIGHT, literalClient(), AT)
  const first = looking.next()
  assert.ok(!first.done)
  assert.match(first.value.text, /^SELECT [\s\S]* WHERE jti = \$jti$/)
  assert.deepEqual(first.value.params, { jti: 'jti_1' })
  const last = looking.next([tokenRow()])
  assert.equal(last.done, true)
  assert.deepEqual(last.value, {
    token: tokenRow({ client_revoked_at: null }),
    person: undefined,
    isRefreshToken: false,
  })
})

test('IN-02: a token without a row is not told of', () => {
  assert.equal(stepped(introspectToken(RIGHT, literalClient(), AT), []).result, undefined)
})

test('IN-02: the right id with the wrong secret is not told of', () => {
  assert.equal(seen(tokenRow(), literalClient(), WRONG), undefined)
  assert.equal(stepped(findPresented(WRONG), [tokenRow()]).result, undefined)
})

test('TM-02: a token is told of until the second before exp, and no longer', () => {
  assert.equal(seen(tokenRow({ exp: NOW + 1 })), 'jti_1')
  assert.equal(seen(tokenRow({ exp: NOW })), undefined)
})

test('IN-04: a revoked token, and one of a revoked client, are not told of', () => {
  assert.equal(seen(tokenRow({ revoked_at: NOW - 1 })), undefined)
  assert.equal(seen(tokenRow({ client_revoked_at: NOW - 1 })), undefined)
})

test('IN-05: own sees its tokens and those for its resources; any and the operator see all', () => {
  const foreign = tokenRow({ client_id: 'cl_2', aud: '["https://api.example"]' })
  assert.equal(seen(foreign), undefined)
  assert.equal(seen(foreign, literalClient({ resource: ['https://api.example/'] })), 'jti_1')
  assert.equal(seen(foreign, literalClient({ introspect: 'any' })), 'jti_1')
  assert.equal(stepped(introspectToken(RIGHT, undefined, AT), [foreign]).result?.token.jti, 'jti_1')
})

test('IN-05: a token without a resource is for the issuer, which may be the resource of the caller', () => {
  const foreign = tokenRow({ client_id: 'cl_2' })
  assert.equal(seen(foreign, literalClient({ resource: ['https://id.example'] })), 'jti_1')
  assert.equal(seen(foreign, literalClient({ resource: ['https://other.example'] })), undefined)
})

test('RFC 7009 2.1: the client of a token revokes it', () => {
  const { result, statements } = stepped(revokeToken(RIGHT, 'cl_1', NOW), [tokenRow()], [{ jti: 'jti_1' }])
  assert.equal(result.kind, 'revoked')
  assert.deepEqual(verbs(statements), ['SELECT', 'UPDATE oauth_access_token'])
  assert.deepEqual(statements[1]?.params, { jti: 'jti_1', now: NOW })
})

test('RV-04: the token of another client is left alone', () => {
  const { result, statements } = stepped(revokeToken(RIGHT, 'cl_2', NOW), [tokenRow()])
  assert.equal(result.kind, 'foreign')
  assert.deepEqual(verbs(statements), ['SELECT'])
})

test('RV-04: the operator revokes the token of any client', () => {
  assert.equal(
    stepped(revokeToken(RIGHT, undefined, NOW), [tokenRow()], [{ jti: 'jti_1' }]).result.kind,
    'revoked',
  )
})

test('RFC 7009 2.2: there is nothing to revoke of an unknown token or one with a wrong secret', () => {
  assert.equal(stepped(revokeToken(RIGHT, 'cl_1', NOW), []).result.kind, 'nothing')
  assert.equal(stepped(revokeToken(WRONG, 'cl_1', NOW), [tokenRow()]).result.kind, 'nothing')
})

test('house 4, rule 1: whoever comes second to revoke a token is told that it revoked nothing', () => {
  assert.equal(stepped(revokeToken(RIGHT, 'cl_1', NOW), [tokenRow()], []).result.kind, 'nothing')
})

test('RFC 7009 2.2: a token that died with its client is nothing to revoke', () => {
  const row = tokenRow({ client_revoked_at: NOW - 1 })
  assert.equal(stepped(revokeToken(RIGHT, undefined, NOW), [row]).result.kind, 'nothing')
})

test('RV-07: of several tokens each is claimed by itself, and only what was still live counts', () => {
  const claiming = revokeEach(['jti_1', 'jti_2', 'jti_3'], NOW)
  const asked: unknown[] = []
  let step = claiming.next()
  while (!step.done) {
    const { jti } = step.value.params
    asked.push(jti)
    step = claiming.next(jti === 'jti_2' ? [] : [{ jti: String(jti) }])
  }
  assert.deepEqual(asked, ['jti_1', 'jti_2', 'jti_3'])
  assert.equal(step.value, 2)
})
