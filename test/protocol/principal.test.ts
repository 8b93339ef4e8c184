import assert from 'node:assert/strict'
import { test } from 'node:test'
import { activeToken, principal } from '../resource/_verifier.ts'

test('contract, middleware: the principal of a person’s token has the members it promises and no others', () => {
  const { can, ...members } = principal({ username: 'ana@example', auth_time: 1, tenant: 42 })
  assert.equal(typeof can, 'function')
  assert.deepEqual(members, {
    client_id: 'cl_1',
    sub: 'ana',
    user: 'ana',
    grant_type: 'authorization_code',
    scope: 'a b',
    scopes: ['a', 'b'],
    claims: { tenant: 42 },
    aud: ['https://id.example'],
    jti: 'oat_1',
    exp: 1_700_000_600,
  })
})

test('origin, middleware: user is null for a client’s own token, which never stands for a person', () => {
  assert.equal(principal({ grant_type: 'client_credentials', sub: 'cl_1' }).user, null)
  // Whatever led to it: the sub of a client is no person's.
  assert.equal(principal({ grant_type: 'token_exchange', sub: 'cl_1' }).user, null)
  assert.equal(principal({ grant_type: 'client_credentials', sub: 'somebody' }).user, null)
})

test('origin, middleware: can(scope) is true for every scope granted, and for nothing else', () => {
  const { can } = principal({ scope: 'invoices.read invoices.write' })
  for (const yes of ['invoices.read', 'invoices.write', 'invoices.write invoices.read']) {
    assert.equal(can(yes), true, yes)
  }
  for (const no of [
    '',
    ' ',
    'invoices',
    'invoices.rea',
    'INVOICES.READ',
    'invoices.read admin',
    'a"b',
    '*',
  ]) {
    assert.equal(can(no), false, no)
  }
  // A configuration value that is not there asks for nothing that could be had.
  for (const none of [undefined, null, 7]) assert.equal(can(none as unknown as string), false)
})

test('RFC 6749 3.3: a token without a scope has none', () => {
  const { scope, ...without } = activeToken()
  assert.equal(scope, 'a b')
  const { scopes, can, ...rest } = principal({ ...without, scope: '' })
  assert.deepEqual([rest.scope, scopes, can('a')], ['', [], false])
})

test('contract, library: extra claims are in claims, and no name of an RFC passes for one', () => {
  const { claims } = principal({ tenant: 42, plan: { name: 'pro' }, cnf: { jkt: 'x' }, nbf: 1, acr: '2' })
  assert.deepEqual(claims, { tenant: 42, plan: { name: 'pro' } })
})

test('RFC 7519 4.1.3: one audience or several, the principal has a list', () => {
  assert.deepEqual(principal({ aud: 'https://a.example' }).aud, ['https://a.example'])
  assert.deepEqual(principal({ aud: ['https://a.example', 'https://b.example'] }).aud, [
    'https://a.example',
    'https://b.example',
  ])
})
