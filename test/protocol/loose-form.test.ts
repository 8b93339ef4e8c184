import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseForm } from '../../src/protocol/form.ts'
import { type LooseForm, parseLoosely, withQuery } from '../../src/protocol/loose-form.ts'
import { refusal } from './_refusal.ts'

const faults = (form: LooseForm): readonly string[] => [...form.faults.keys()]
const values = (form: LooseForm): Readonly<Record<string, string>> => Object.fromEntries(form.values)

test('AZ-02: of a parameter sent twice no value is left, and the others stay', () => {
  const form = parseLoosely('?client_id=a&state=1&client_id=a&redirect_uri=u')
  assert.deepEqual(values(form), { state: '1', redirect_uri: 'u' })
  assert.deepEqual(faults(form), ['client_id'])
  assert.equal(form.faults.get('client_id')?.error_description, 'client_id is sent more than once')
})

test('HTTP-05, HTTP-06: a parameter sent empty and again is sent twice, in either order', () => {
  for (const query of ['state=&state=1', 'state=1&state=', 'state&state=1']) {
    assert.deepEqual(faults(parseLoosely(query)), ['state'])
    assert.deepEqual(values(parseLoosely(query)), {})
  }
})

test('HTTP-09: a value that is too long, or no UTF-8, is a fault of that parameter alone', () => {
  const form = parseLoosely(`client_id=a&state=${'x'.repeat(4097)}&nonce=%ff&scope=%zz`)
  assert.deepEqual(values(form), { client_id: 'a' })
  assert.deepEqual(faults(form), ['state', 'nonce', 'scope'])
})

test('HTTP-04: a secret that came through a browser is a fault, and no value', () => {
  const form = parseLoosely('client_id=a&client_secret=s&code_verifier=v&token=t')
  assert.deepEqual(values(form), { client_id: 'a' })
  assert.deepEqual(faults(form), ['client_secret', 'code_verifier', 'token'])
})

test('RFC 8707 2: resource may be repeated here too', () => {
  assert.deepEqual(parseLoosely('resource=a&resource=b').resource, ['a', 'b'])
  assert.deepEqual(faults(parseLoosely('resource=a&resource=%ff')), ['resource'])
})

test('AZ-02: what cannot be told apart is refused as a whole', () => {
  refusal('invalid_request', () => parseLoosely('%zz=1&client_id=a'))
  refusal('invalid_request', () => parseLoosely('a=1&'.repeat(257)))
})

test('HTTP-05: where the strict reading finds no fault both say the same, and where it does so does the loose', () => {
  const name = fc.constantFrom('client_id', 'state', 'scope', 'resource', 'x')
  const value = fc.constantFrom('', 'a', 'b c', '%zz', '%ff', 'é')
  const pairs = fc.array(
    fc.tuple(name, value).map(([one, other]) => `${one}=${other}`),
    { maxLength: 5 },
  )
  fc.assert(
    fc.property(pairs, (list) => {
      const text = list.join('&')
      const loose = parseLoosely(text)
      if (loose.faults.size > 0) {
        refusal('invalid_request', () => parseForm(text))
        return
      }
      const strict = parseForm(text)
      assert.deepEqual([...loose.values], [...strict.values])
      assert.deepEqual(loose.resource, strict.resource)
    }),
  )
})

test('HTTP-02, HTTP-05: a POST whose URL says the same again says it twice; the rest of the URL is ignored', () => {
  const body = parseLoosely('client_id=a&state=1&resource=https://a.example')
  assert.equal(withQuery(body, ''), body)
  assert.deepEqual(values(withQuery(body, '?x=1&scope=s')), { client_id: 'a', state: '1' })
  assert.deepEqual(faults(withQuery(body, '?x=1&scope=s')), [])
  const twice = withQuery(body, '?state=1&resource=https://b.example')
  assert.deepEqual(faults(twice), ['state', 'resource'])
  assert.deepEqual(values(twice), { client_id: 'a' })
})

test('HTTP-04: a secret in the URL of a POST is a fault', () => {
  assert.deepEqual(faults(withQuery(parseLoosely('client_id=a'), '?code=1&code=2&token=t')), [
    'code',
    'token',
  ])
})
