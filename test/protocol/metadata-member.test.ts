import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  inWords,
  readChoice,
  readFlag,
  readList,
  readName,
  readOwner,
  readScope,
  readSeconds,
} from '../../src/protocol/metadata-member.ts'
import { refusal } from './_refusal.ts'

const refused = (read: (member: string, given: unknown) => unknown, ...values: unknown[]): void => {
  for (const given of values) {
    const { error_description } = refusal('invalid_client_metadata', () => read('the_member', given))
    assert.match(error_description, /^the_member: /)
  }
}

test('RFC 7591 section 2: client_name is 1 to 128 characters', () => {
  assert.equal(readName('client_name', ' Shop '), 'Shop')
  assert.equal(readName('client_name', 'Ärzte & Söhne – 店'), 'Ärzte & Söhne – 店')
  assert.equal(readName('client_name', '🔑'.repeat(128)), '🔑'.repeat(128))
  refused(readName, undefined, null, 7, '', '  ', 'x'.repeat(129))
})

test('RFC 7591 section 2: a client without a name is told what it lacks', () => {
  const { error_description } = refusal('invalid_client_metadata', () => readName('client_name', undefined))
  assert.equal(error_description, 'client_name: is missing')
})

test('PG-10: client_name has no control and no character that turns text around', () => {
  refused(
    readName,
    'a\u0000b',
    'a\nb',
    'a\u001b[31mb',
    'a\u0085b',
    'a\u2028b',
    '\u202eevil',
    'a\u2066b',
    'a\u200fb',
    'a\u061cb',
    'a\u206ab',
    '\ud800',
  )
})

test('PG-10: client_name has a character that can be seen', () => {
  refused(
    readName,
    '\u200b',
    '\u3164',
    '\u2800 \u2800',
    '\u00ad\u034f',
    '\u{e0001}\u{e0041}\u{e007f}',
    '\ufe0f\u{e0100}',
    '\u115f\u1160\uffa0',
    '\u180e\u2060\ufeff',
    '\u0301',
    '\ue000',
  )
  for (const name of [
    'x',
    '7',
    '-',
    '€',
    '店',
    'ㄱ',
    '👩\u200d💻',
    '❤\ufe0f',
    '🏴\u{e0067}\u{e007f}',
    '⠁',
    'e\u0301',
  ]) {
    assert.equal(readName('client_name', name), name)
  }
})

test('RFC 7591 section 2: a list is of strings, each once', () => {
  assert.deepEqual(readList('resource', ['b', 'a', 'b']), ['b', 'a'])
  assert.deepEqual(readList('resource', undefined), [])
  refused(readList, 'a', null, {}, ['a', 1], [null], [['a']])
  const numbers = Array.from({ length: 101 }, (_, index) => String(index))
  assert.equal(readList('resource', numbers.slice(1)).length, 100)
  refused(readList, numbers)
})

test('RFC 7591 section 2: scope is one string, in its order, each token once', () => {
  assert.equal(readScope('scope', 'b a b'), 'b a')
  assert.equal(readScope('scope', undefined), '')
  assert.equal(readScope('scope', 'x'.repeat(4096)).length, 4096)
  refused(readScope, ['a'], null, 1, 'x'.repeat(4097))
  assert.match(refusal('invalid_scope', () => readScope('scope', 'a  b')).error_description, /^scope: /)
})

test('RFC 7591 section 2: a choice is one of the words, exactly', () => {
  assert.equal(readChoice('introspect', 'any', ['own', 'any']), 'any')
  refused((member, given) => readChoice(member, given, ['own', 'any']), 'Any', '', null, undefined, ['any'])
})

test('RFC 7591 section 2: a flag is true or false, absent is false', () => {
  assert.equal(readFlag('first_party', true), true)
  assert.equal(readFlag('first_party', undefined), false)
  refused(readFlag, 1, 'true', null)
})

test('contract, client:create: owner is TYPE:ID', () => {
  assert.equal(readOwner('owner', 'user:42'), 'user:42')
  assert.equal(readOwner('owner', 'Team:a:b/ç@x'), 'Team:a:b/ç@x')
  assert.equal(readOwner('owner', 'my.App_9-x:1'), 'my.App_9-x:1')
  assert.equal(readOwner('owner', `user:${'x'.repeat(250)}`)?.length, 255)
  assert.equal(readOwner('owner', null), null)
  assert.equal(readOwner('owner', undefined), null)
  refused(
    readOwner,
    'user',
    'user:',
    ':42',
    '4:2',
    'us er:1',
    'user:1 2',
    'user:1\n',
    'user:\u202e1',
    7,
    `user:${'x'.repeat(251)}`,
  )
})

test('contract, lifetimes: a lifetime is whole seconds from 1 to 365 days', () => {
  assert.equal(readSeconds('access_token_ttl', 1), 1)
  assert.equal(readSeconds('access_token_ttl', 31_536_000), 31_536_000)
  assert.equal(readSeconds('access_token_ttl', null), null)
  assert.equal(readSeconds('access_token_ttl', undefined), null)
  refused(readSeconds, 0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 31_536_001, '60')
})

test('style 18: a list of words in a sentence', () => {
  assert.equal(inWords(['a', 'b', 'c'], 'or'), 'a, b or c')
  assert.equal(inWords(['a', 'b'], 'and'), 'a and b')
  assert.equal(inWords(['a'], 'and'), 'a')
  assert.equal(inWords([], 'and'), '')
})
