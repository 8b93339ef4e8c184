import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chosenSubProblem, readUsername, usernameKey } from '../../src/protocol/username.ts'

test('contract, user:create: a name is shown as it was given and compared without case and compatibility forms', () => {
  assert.deepEqual(readUsername('Ana'), { username: 'Ana', username_key: 'ana' })
  const same = ['Ana', 'ANA', 'ana', 'Ａｎａ', ' ana ', '\u00a0ana']
  for (const name of same) assert.equal(usernameKey(name), 'ana', JSON.stringify(name))
  assert.equal(usernameKey('Jose\u0301'), usernameKey('Jos\u00e9'))
  // The lower case of these two is what is written as one.
  assert.equal(usernameKey('\u0386\u0345'), usernameKey('\u1fb4'))
  assert.notEqual(usernameKey('ana'), usernameKey('anna'))
})

test('PG-10: a name with what nobody can see is refused, so that no two look like one', () => {
  for (const name of [
    'a\u0000b',
    'a\nb',
    'a\u009fb',
    'a\u200bb',
    'a\u200db',
    'a\u202eb',
    'a\u2066b',
    'a\ufeffb',
    'a\u00adb',
    'a\u115fb',
    'a\u3164b',
    'a\ufe0fb',
    'a\ue000b',
    'a\u2028b',
    'a\ud800b',
    'a\u{e0061}b',
  ]) {
    assert.equal(
      readUsername(name),
      'must not have control characters or characters that cannot be seen',
      JSON.stringify(name),
    )
  }
})

test('contract, user:create: a name has 1 to 64 characters and no space at its ends', () => {
  assert.equal(readUsername(''), 'must not be empty')
  assert.equal(readUsername('  '), 'must not be empty')
  assert.equal(readUsername(' ana'), 'must not begin or end with a space')
  assert.equal(typeof readUsername('a'.repeat(64)), 'object')
  assert.equal(typeof readUsername('\u{1f431}'.repeat(64)), 'object')
  assert.equal(readUsername('a'.repeat(65)), 'must have 64 characters at the most')
  // One character that is eighteen when it is compared.
  assert.equal(readUsername('\ufdfa'.repeat(4)), 'must have 64 characters at the most')
  for (const name of ['ana@shop.example', 'Ana María', "o'neil", '李小龍', 'أنا']) {
    assert.equal(typeof readUsername(name), 'object', name)
  }
})

test('TK-11: a chosen sub is printable ASCII and never begins as a client_id does', () => {
  for (const sub of ['42', 'ana', 'auth0|5f7c', 'a'.repeat(255)]) {
    assert.equal(chosenSubProblem(sub), undefined, sub)
  }
  for (const sub of ['', 'a b', 'ä', 'a\n', 'a'.repeat(256)]) {
    assert.equal(chosenSubProblem(sub), 'must be 1 to 255 printable ASCII characters without spaces')
  }
  assert.equal(chosenSubProblem('cl_1'), 'must not begin with cl_, as client ids do')
})

test('PG-10: a name shows something, and is one that a form can send', () => {
  for (const name of ['an\ufffda', '\u2800', '\u0301', '\u2800 \u2800']) {
    assert.equal(readUsername(name), 'must have a character that can be seen, and no U+FFFD', name)
  }
})
