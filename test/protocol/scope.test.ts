import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { OAuthError } from '../../src/protocol/error.ts'
import { covers, grantScope, isAdvertised, isReserved, parseScope } from '../../src/protocol/scope.ts'

const scopes = fc.array(fc.constantFrom('a', 'b', 'c', 'a:b', 'A', '!')).map((tokens) => tokens.join(' '))

const granted = (
  requested: string | undefined,
  scope: string,
  options: { defaults?: string[]; grant_types?: string[]; grant_type?: string } = {},
): string | OAuthError => {
  const { defaults = [], grant_types = ['client_credentials'], grant_type = 'client_credentials' } = options
  return grantScope(requested, { scope, grant_types }, defaults, grant_type)
}

const refused = (answer: string | OAuthError): void => {
  assert(answer instanceof OAuthError, String(answer))
  assert.equal(answer.error, 'invalid_scope')
}

test('RFC 6749 section 3.3: the tokens of a scope in order, each once', () => {
  assert.deepEqual(parseScope('b a b'), ['b', 'a'])
  assert.deepEqual(parseScope('https://a.example/b.read'), ['https://a.example/b.read'])
  assert.deepEqual(parseScope(''), [])
})

test('RFC 6749 section 3.3: a scope has printable ASCII but quote and backslash, and single spaces', () => {
  for (const scope of [' a', 'a ', 'a  b', 'a\tb', 'a\nb', 'a"', 'a\\b', 'é', 'a\u0000', '\x7f', ' ']) {
    assert.equal(parseScope(scope), undefined, JSON.stringify(scope))
  }
})

test('RFC 6749 section 3.3: order does not count, case does', () => {
  assert.equal(covers('a b', 'b a'), true)
  assert.equal(covers('a b', 'A'), false)
  assert.equal(covers('ab', 'a'), false)
  assert.equal(covers('', ''), true)
  assert.equal(covers('', 'a'), false)
  assert.equal(covers('a  b', 'a  b'), false)
})

test('RFC 6749 section 3.3: covering is reflexive and transitive', () => {
  fc.assert(
    fc.property(scopes, scopes, scopes, (one, two, three) => {
      assert(covers(one, one))
      if (covers(one, two) && covers(two, three)) assert(covers(one, three))
    }),
  )
})

test('contract, settled points: a scope that was asked for is within what the client registered', () => {
  assert.equal(granted('b a', 'a b c'), 'b a')
  assert.equal(granted('a a', 'a b c'), 'a')
  refused(granted('a d', 'a b c'))
  refused(granted('a', ''))
})

test('ERR-07: a malformed scope is invalid_scope, and ERR-02 keeps it out of the answer', () => {
  const answer = granted('a"attack', 'a')
  refused(answer)
  assert(answer instanceof OAuthError)
  assert.doesNotMatch(answer.error_description, /attack/)
})

test('RFC 6749 3.3: asked for none, a client gets those of its scopes that are marked default', () => {
  assert.equal(granted(undefined, 'a b c', { defaults: ['c', 'b', 'x'] }), 'b c')
  assert.equal(granted(undefined, 'a b c', { defaults: ['c'] }), 'c')
})

test('RFC 6749 3.3: with none of its scopes marked default, a client gets its whole registered scope', () => {
  assert.equal(granted(undefined, 'a b c'), 'a b c')
  assert.equal(granted(undefined, 'a b c', { defaults: ['x'] }), 'a b c')
  assert.equal(granted(undefined, ''), '')
})

test('contract, settled points: reserved scopes are granted by client_credentials only', () => {
  for (const scope of ['introspect', 'oauthd:interactions']) {
    assert.equal(isReserved(scope), true)
    assert.equal(granted(scope, `a ${scope}`), scope)
    refused(granted(scope, `a ${scope}`, { grant_type: 'authorization_code' }))
    assert.equal(granted(undefined, `a ${scope}`, { grant_type: 'authorization_code' }), 'a')
    assert.equal(granted(undefined, `a ${scope}`), `a ${scope}`)
  }
  assert.equal(isReserved('introspection'), false)
  assert.equal(isReserved('oauthd'), false)
})

test('contract, offline_access: offline_access is taken from a client with refresh_token, and is not granted', () => {
  const grant_types = ['authorization_code', 'refresh_token']
  const options = { grant_types, grant_type: 'authorization_code' }
  assert.equal(granted('a offline_access', 'a', options), 'a')
  assert.equal(granted('offline_access', 'a', options), '')
  assert.equal(granted(undefined, 'a offline_access', options), 'a')
  assert.equal(granted('a offline_access', 'a offline_access', options), 'a')
})

test('contract, settled points: offline_access from a client without refresh_token is invalid_scope', () => {
  refused(granted('a offline_access', 'a'))
  refused(granted('offline_access', 'a offline_access'))
})

test('contract, offline_access: discovery names neither offline_access nor a reserved scope', () => {
  assert.deepEqual(['a', 'offline_access', 'introspect', 'oauthd:x'].filter(isAdvertised), ['a'])
})

test('contract, settled points: whatever is granted, the client was registered for it', () => {
  fc.assert(
    fc.property(
      fc.option(scopes, { nil: undefined }),
      scopes,
      fc.array(fc.constantFrom('a', 'b')),
      (asked, scope, defaults) => {
        const answer = granted(asked, scope, { defaults })
        if (answer instanceof OAuthError) return
        assert(covers(scope, answer))
        if (asked !== undefined) assert(covers(asked, answer))
      },
    ),
  )
})
