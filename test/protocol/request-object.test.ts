import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  authorizationParameters,
  isAuthorizationParameter,
} from '../../src/protocol/authorization-parameters.ts'
import { parseLoosely } from '../../src/protocol/loose-form.ts'
import { readRequestObject } from '../../src/protocol/request-object.ts'
import { refusal } from './_refusal.ts'

const NOW = 1_800_000_000
const EXPECTED = { client_id: 'cl_1', issuer: 'https://id.example', now: NOW }
const SOUND = { client_id: 'cl_1', iss: 'cl_1', aud: 'https://id.example', exp: NOW + 60 }

const read = (claims: object = {}, header: object = {}, expected: object = {}) =>
  readRequestObject({ header: { ...header }, claims: { ...SOUND, ...claims } }, { ...EXPECTED, ...expected })

test('RFC 9101 4: what is no parameter is left out, claims about the object itself too', () => {
  const { values, resource } = read({
    state: 'x',
    jti: 'j',
    nonce: 'n',
    claims: {},
    code: 'c',
    resource: 'https://a',
  })
  assert.deepEqual(
    [...values],
    [
      ['client_id', 'cl_1'],
      ['state', 'x'],
    ],
  )
  assert.deepEqual(resource, ['https://a'])
})

test('JAR-02: one that was seen before may have ended a while ago', () => {
  const late = { late: 900 }
  read({ exp: NOW - 899 }, {}, late)
  refusal('invalid_request_object', () => read({ exp: NOW - 900 }, {}, late))
})

test('RFC 9101 6.3, ERR-02: whatever an object says, it is read or refused in our words', () => {
  const claim = fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.array(fc.string()), fc.object())
  const name = fc.constantFrom(
    'state',
    'scope',
    'resource',
    'max_age',
    'prompt',
    'redirect_uri',
    'aud',
    'exp',
    'typ',
  )
  fc.assert(
    fc.property(fc.dictionary(name, claim), (claims) => {
      try {
        const { values } = read(claims)
        for (const key of values.keys()) assert.ok(isAuthorizationParameter(key))
        if (typeof claims['state'] === 'string' && claims['state'] !== '') {
          assert.equal(values.get('state') ?? 'at fault', values.has('state') ? claims['state'] : 'at fault')
        }
      } catch (thrown) {
        assert.match(
          String(thrown),
          /^OAuthError: (the request object is refused: |the parameters are not well formed)/,
        )
      }
    }),
  )
})

test('PAR-04: what is carried on is read again as it was', () => {
  const text = fc
    .string({ minLength: 1, unit: 'binary' })
    .filter((value) => !/[\0\ufffd\ud800-\udfff]/.test(value))
  fc.assert(
    fc.property(text, fc.array(text, { maxLength: 3 }), (state, resource) => {
      const values = new Map([
        ['state', state],
        ['client_secret', 'x'],
        ['unknown', 'y'],
      ])
      const again = parseLoosely(authorizationParameters({ values, resource }).toString())
      assert.deepEqual([...again.values], [['state', state]])
      assert.deepEqual(again.resource, resource)
      assert.equal(again.faults.size, 0)
    }),
  )
})
