import assert from 'node:assert/strict'
import { test } from 'node:test'
import { passwordProblem, preparePassword } from '../../src/protocol/password-rules.ts'

test('contract, user:create: any password of 8 characters or more is taken, of any kind of characters', () => {
  for (const password of [
    'correct horse',
    'tulip-99',
    'ÄÖÜäöüßé',
    '\u{1f431}\u{1f436}'.repeat(4),
    '  spaces at the ends  ',
    '"quotes" & <angles>',
    'x'.repeat(1000).replace('x', 'y'),
  ]) {
    assert.equal(passwordProblem(password, 'ana'), undefined, password)
  }
})

test('contract, user:create: each password that is refused says why', () => {
  for (const [password, problem] of [
    ['', 'must have 8 characters or more'],
    ['seven77', 'must have 8 characters or more'],
    ['\u{1f431}'.repeat(7), 'must have 8 characters or more'],
    // Seven characters, though eight were typed.
    ['e\u0301seven7', 'must have 8 characters or more'],
    [`${'x'.repeat(1024)}y`, 'must have 1024 bytes at the most'],
    ['two\nlines here', 'must be one line without control characters'],
    ['nul\0nul\0nul', 'must be one line without control characters'],
    ['line\u2028separator', 'must be one line without control characters'],
    ['lone \ud800 surrogate', 'must be one line without control characters'],
    ['Ana.Maria', 'must not be the user name'],
    ['password', 'is one of the first to be guessed'],
    ['PassWord123', 'is one of the first to be guessed'],
    ['aaaaaaaaaa', 'is one of the first to be guessed'],
    ['12345678', 'is one of the first to be guessed'],
    ['1234567890', 'is one of the first to be guessed'],
    ['        ', 'is one of the first to be guessed'],
  ] as const) {
    assert.equal(passwordProblem(password, 'ana.maria'), problem, JSON.stringify(password))
  }
})

test('RFC 8265 4.2.2: what two keyboards type for one character is one password; nothing is trimmed or folded', () => {
  assert.equal(preparePassword('Jose\u0301 horse'), preparePassword('Jos\u00e9 horse'))
  assert.equal(preparePassword('a\u00a0b\u3000c'), 'a b c')
  assert.equal(preparePassword(' Ana '), ' Ana ')
  assert.notEqual(preparePassword('Ａna'), preparePassword('Ana'))
})
