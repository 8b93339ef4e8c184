import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formDecode, parseForm, parseQuery, refuseSecretsInQuery } from '../../src/protocol/form.ts'
import { refusal, vectors } from './_refusal.ts'

const values = (text: string): Record<string, string> => Object.fromEntries(parseForm(text).values)

for (const { source, encoded, decoded } of vectors<{ source: string; encoded: string; decoded: string }[]>(
  'form',
)) {
  test(`OAuth 2.1 appendix B: form decoding (${source})`, () => {
    assert.equal(formDecode(encoded), decoded)
    assert.deepEqual(values(`scope=${encoded}`), { scope: decoded })
  })
}

test('OAuth 2.1 appendix B: what URLSearchParams writes is read back the same', () => {
  const text = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
    .filter((it) => !/[\0\ufffd]/.test(it))
  const names = text.filter((name) => name !== 'resource')
  fc.assert(
    fc.property(fc.dictionary(names, text, { noNullPrototype: true }), (record) => {
      const { values: read } = parseForm(new URLSearchParams(record).toString())
      assert.deepEqual(new Map(read), new Map(Object.entries(record)))
    }),
  )
})

test('HTTP-05: a repeated parameter is invalid_request, with equal values, empty or spelled another way', () => {
  for (const text of [
    'scope=a&scope=b',
    'scope=a&x=1&scope=a',
    'scope=&scope=a',
    'scope=a&scope',
    'scope=a&%73cope=a',
  ]) {
    assert.match(refusal('invalid_request', () => parseForm(text)).error_description, /scope/)
  }
})

test('HTTP-05: an unknown parameter may not be repeated either, and ERR-02 keeps its name out of the answer', () => {
  const { error_description } = refusal('invalid_request', () => parseForm('attack=1&attack=2'))
  assert.doesNotMatch(error_description, /attack/)
})

test('RFC 8707 section 2: resource may be sent more than once', () => {
  const form = parseForm('resource=https%3A%2F%2Fa.example&x=1&resource=&resource=https://b.example')
  assert.deepEqual(form.resource, ['https://a.example', 'https://b.example'])
  assert.deepEqual([...form.values], [['x', '1']])
})

test('HTTP-06: a parameter with an empty value is not sent', () => {
  assert.deepEqual(values('a=&b&c=1&&=&'), { c: '1' })
  assert.deepEqual(values(''), {})
})

test('HTTP-06: a parameter may be named like a property of every object', () => {
  assert.deepEqual(
    [...parseForm('__proto__=a&constructor=b').values],
    [
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ],
  )
})

test('OAuth 2.1 appendix B: an = inside a value stays', () => {
  assert.deepEqual(values('a=b=c&d==&e=f'), { a: 'b=c', d: '=', e: 'f' })
})

test('HTTP-03: broken percent-encoding, NUL and invalid UTF-8 are invalid_request, in names and values', () => {
  for (const text of [
    'a=%',
    'a=%4',
    'a=%zz',
    '%zz=a',
    'a=%00',
    'a=\0',
    'a=%FF',
    'a=%ED%A0%80',
    'a=\ufffd',
    '%00=a',
  ]) {
    refusal('invalid_request', () => parseForm(text))
  }
})

test('HTTP-09: a value has at most 4 KiB, counted in bytes', () => {
  assert.equal(values(`state=${'x'.repeat(4096)}`)['state']?.length, 4096)
  refusal('invalid_request', () => parseForm(`state=${'x'.repeat(4097)}`))
  assert.equal(values(`state=${'€'.repeat(1365)}`)['state']?.length, 1365)
  refusal('invalid_request', () => parseForm(`state=${'€'.repeat(1366)}`))
  refusal('invalid_request', () => parseForm(`resource=${'x'.repeat(4097)}`))
  refusal('invalid_request', () => parseForm(`${'x'.repeat(4097)}=1`))
  assert.equal(parseForm(`${'x'.repeat(4096)}=1`).values.size, 1)
})

test('HTTP-09: request, client_assertion and authorization_details have 32 KiB', () => {
  for (const name of ['request', 'client_assertion', 'authorization_details']) {
    assert.equal(values(`${name}=${'x'.repeat(32_768)}`)[name]?.length, 32_768)
    refusal('invalid_request', () => parseForm(`${name}=${'x'.repeat(32_769)}`))
  }
})

test('HTTP-09: at most 256 parameters', () => {
  const form = (count: number): string => Array.from({ length: count }, (_, index) => `p${index}=1`).join('&')
  assert.equal(parseForm(form(256)).values.size, 256)
  refusal('invalid_request', () => parseForm(form(257)))
})

test('HTTP-04: a secret in the query of a POST is invalid_request, and its value is not in the answer', () => {
  for (const name of [
    'client_secret',
    'client_assertion',
    'code',
    'code_verifier',
    'refresh_token',
    'token',
  ]) {
    const { error_description } = refusal('invalid_request', () =>
      refuseSecretsInQuery(`?${name}=hush`, parseForm('')),
    )
    assert.doesNotMatch(error_description, /hush/)
    assert.match(error_description, new RegExp(name))
  }
  refusal('invalid_request', () => refuseSecretsInQuery('?%74oken=hush', parseForm('')))
})

test('HTTP-05: a parameter in the query and in the body is sent twice', () => {
  refusal('invalid_request', () => refuseSecretsInQuery('scope=a', parseForm('scope=a')))
  refusal('invalid_request', () =>
    refuseSecretsInQuery('?resource=https://a', parseForm('resource=https://b')),
  )
})

test('HTTP-06: anything else in the query of a POST is ignored', () => {
  for (const query of ['', '?', '?trace=1', 'token=', '?resource=https://a.example']) {
    refuseSecretsInQuery(query, parseForm('grant_type=client_credentials'))
  }
  refuseSecretsInQuery('?trace=1', parseForm('resource=https://a.example'))
})

test('HTTP-05: a query is read by the rules of a body, with or without its ?', () => {
  assert.deepEqual([...parseQuery('?scope=a+b').values], [['scope', 'a b']])
  assert.deepEqual([...parseQuery('scope=a+b').values], [['scope', 'a b']])
  refusal('invalid_request', () => parseQuery('?scope=a&scope=b'))
})
