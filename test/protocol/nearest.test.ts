import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nearest, refuseUnknown } from '../../src/protocol/nearest.ts'

const NAMES = ['client_name', 'redirect_uris', 'grant_types', 'scope', 'owner', 'resource']

test('contract, settled points: a wrong name suggests the nearest', () => {
  assert.equal(nearest('redirectUris', NAMES), 'redirect_uris')
  assert.equal(nearest('redirect-uri', NAMES), 'redirect_uris')
  assert.equal(nearest('scopes', NAMES), 'scope')
  assert.equal(nearest('socpe', NAMES), 'scope')
  assert.equal(nearest('GRANT_TYPE', NAMES), 'grant_types')
  assert.equal(nearest('owners', NAMES), 'owner')
})

test('contract, settled points: what is near to nothing suggests nothing', () => {
  assert.equal(nearest('jwks', NAMES), undefined)
  assert.equal(nearest('', NAMES), undefined)
  assert.equal(nearest('x'.repeat(100_000), NAMES), undefined)
  assert.equal(nearest('scope', []), undefined)
})

test('contract, settled points: the nearest of several is suggested', () => {
  assert.equal(nearest('tocken', ['taken', 'token', 'broken']), 'token')
})

test('contract, settled points: a letter more, less, other or swapped is one step, and short words allow one', () => {
  for (const name of ['abcd', 'ab', 'abx', 'bac', 'acb', 'xbc']) {
    assert.equal(nearest('abc', [name]), name)
  }
  for (const name of ['abcde', 'a', 'axx', 'cab', 'xyz'])
    assert.equal(nearest('abc', [name]), undefined, name)
  assert.equal(nearest('abc', ['xbc', 'abc']), 'abc')
  assert.equal(nearest('ab', ['xa']), undefined)
})

test('contract, settled points: a third of the letters may be wrong, and never more than three', () => {
  assert.equal(nearest('abcdef', ['abcdxy']), 'abcdxy')
  assert.equal(nearest('abcdef', ['abcxyz']), undefined)
  assert.equal(nearest('abcdefghijkl', ['abcdefghixyz']), 'abcdefghixyz')
  assert.equal(nearest('abcdefghijkl', ['abcdefghwxyz']), undefined)
})

test('contract, library: a name that is not known is refused in the same words everywhere, and suggests the nearest', () => {
  const refused = (given: object, within?: string): string => {
    try {
      refuseUnknown(given, NAMES, 'a member of a client', within)
      return 'taken'
    } catch (error) {
      assert.ok(error instanceof TypeError)
      return error.message
    }
  }
  assert.equal(refused({ scope: 'a', redirectUris: [] }), 'redirectUris: did you mean redirect_uris?')
  assert.equal(
    refused({ redirectUris: [] }, 'client.'),
    'client.redirectUris: did you mean client.redirect_uris?',
  )
  assert.equal(refused({ x: 1 }, 'introspection.'), 'introspection.x is not a member of a client')
  assert.equal(refused({ ['x'.repeat(100)]: 1 }), `${'x'.repeat(64)} is not a member of a client`)
  assert.equal(refused({ scope: 'a' }), 'taken')
})
