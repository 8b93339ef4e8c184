import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type AuthorizationDetail,
  detailsFor,
  narrowDetails,
  readDetails,
  stillAllowed,
  typeProblem,
} from '../../src/protocol/authorization-details.ts'
import { readDetailTypes } from '../../src/protocol/detail-types.ts'
import { OAuthError } from '../../src/protocol/error.ts'

const PAYMENT = {
  type: 'payment_initiation',
  locations: ['https://bank.example/payments'],
  actions: ['initiate', 'status'],
  amount: { currency: 'EUR', value: '123.50' },
} as const satisfies AuthorizationDetail

const refusedBy = (act: () => unknown): boolean => {
  try {
    const result = act()
    return result instanceof OAuthError && result.error === 'invalid_authorization_details'
  } catch (error) {
    return error instanceof OAuthError && error.error === 'invalid_authorization_details'
  }
}

test('RR-01: what is asked for is read as it was sent, and nothing is nothing', () => {
  assert.deepEqual(readDetails(JSON.stringify([PAYMENT])), [PAYMENT])
  assert.equal(readDetails(undefined), null)
})

test('RR-01: what is no list of objects with a type is refused', () => {
  for (const given of [
    '',
    'x',
    '{}',
    '[]',
    'null',
    '[1]',
    '[[]]',
    '[{}]',
    '[{"type":7}]',
    '[{"type":"payment_initiation","actions":"pay"}]',
    '[{"type":"payment_initiation","locations":["javascript:x"]}]',
    '[{"type":"payment_initiation","identifier":7}]',
    `[${'{"type":"payment_initiation"},'.repeat(20)}{"type":"payment_initiation"}]`,
    `[{"type":"payment_initiation","a":${'['.repeat(7)}1${']'.repeat(7)}}]`,
    JSON.stringify([{ type: 'payment_initiation', note: 'x'.repeat(32_768) }]),
  ]) {
    assert.ok(
      refusedBy(() => readDetails(given)),
      given.slice(0, 60),
    )
  }
})

test('RR-01: a type is asked for that the server knows and the client is registered for', () => {
  const known = readDetailTypes({
    payment_initiation: { title: 'Start a payment' },
    account: { title: 'Look' },
  })
  const problem = (details: AuthorizationDetail[] | null, types: string[]): string | undefined =>
    typeProblem(details, known, { authorization_details_types: types })?.error
  assert.equal(problem([PAYMENT], ['payment_initiation']), undefined)
  assert.equal(problem(null, []), undefined)
  assert.equal(
    problem([PAYMENT, { type: 'account' }], ['payment_initiation']),
    'invalid_authorization_details',
  )
  assert.equal(problem([{ type: 'other' }], ['other']), 'invalid_authorization_details')
})

test('RR-01: a type that the operator describes without words is a mistake', () => {
  for (const given of [
    7,
    [],
    { a: 'x' },
    { a: {} },
    { a: { title: ' ' } },
    { a: { title: 'A', tile: 'B' } },
    { 'a b': { title: 'A' } },
  ]) {
    assert.throws(() => readDetailTypes(given), TypeError)
  }
  assert.deepEqual([...readDetailTypes({ a: { title: ' A ' } })], [['a', { title: 'A' }]])
  assert.equal(readDetailTypes(undefined).size, 0)
})

test('RR-03: a later request may ask for less, and asks for all when it says nothing', () => {
  const granted = [PAYMENT, { type: 'account' }]
  assert.equal(narrowDetails(granted, null), granted)
  const less = [{ ...PAYMENT, actions: ['status'] }]
  assert.equal(narrowDetails(granted, less), less)
  // In another order it is the same.
  const turned = [{ ...PAYMENT, amount: { value: '123.50', currency: 'EUR' } }]
  assert.equal(narrowDetails(granted, turned), turned)
})

test('RR-03: a later request never asks for more, or for something else', () => {
  for (const more of [
    { ...PAYMENT, actions: ['initiate', 'cancel'] },
    { ...PAYMENT, actions: [] },
    { ...PAYMENT, amount: { currency: 'EUR', value: '999.00' } },
    { type: PAYMENT.type, locations: PAYMENT.locations, amount: PAYMENT.amount },
    { type: 'account' },
  ]) {
    assert.ok(
      refusedBy(() => narrowDetails([PAYMENT], [more])),
      JSON.stringify(more),
    )
  }
  assert.ok(refusedBy(() => narrowDetails(null, [PAYMENT])))
})

test('RR-02: a token carries what concerns its resources', () => {
  const everywhere = { type: 'account' }
  const both = [PAYMENT, everywhere]
  assert.deepEqual(detailsFor(both, ['https://BANK.example:443/payments']), both)
  assert.deepEqual(detailsFor(both, ['https://api.example']), [everywhere])
  assert.equal(detailsFor([PAYMENT], ['https://api.example']), null)
  assert.equal(detailsFor(both, []), both)
  assert.equal(detailsFor(null, ['https://api.example']), null)
})

test('RR-03: what was granted once is asked for once: one payment does not become two', () => {
  const status = { ...PAYMENT, actions: ['status'] }
  const initiate = { ...PAYMENT, actions: ['initiate'] }
  for (const more of [
    [PAYMENT, PAYMENT],
    [initiate, status],
    [PAYMENT, initiate],
  ]) {
    assert.ok(refusedBy(() => narrowDetails([PAYMENT], more)))
    assert.ok(refusedBy(() => narrowDetails([PAYMENT, { type: 'account' }], more)))
    assert.equal(narrowDetails([PAYMENT, PAYMENT], more), more)
  }
})

test('RR-01: a value that another reader would take for another one is refused', () => {
  for (const member of [
    '"limit":1e400',
    '"limit":-1e400',
    '"account":12345678901234567891',
    '"deep":{"list":[{"limit":1e999}]}',
    '"__proto__":{"limit":1}',
    '"deep":{"__proto__":null}',
  ]) {
    assert.ok(
      refusedBy(() => readDetails(`[{"type":"a",${member}}]`)),
      member,
    )
  }
  const sound = '[{"type":"a","n":[0,-1.5,9007199254740991],"constructor":{"toString":1}}]'
  assert.equal(JSON.stringify(readDetails(sound)), sound)
})

test('CL-02: of what was granted a type that was taken back is left out', () => {
  const known = readDetailTypes({ payment_initiation: { title: 'Pay' }, account: { title: 'Look' } })
  const granted = [PAYMENT, { type: 'account' }]
  const both = { authorization_details_types: [PAYMENT.type, 'account'] }
  assert.deepEqual(stillAllowed(granted, known, both), granted)
  assert.deepEqual(stillAllowed(granted, known, { authorization_details_types: ['account'] }), [granted[1]])
  assert.equal(stillAllowed(granted, new Map(), both), null)
  assert.equal(stillAllowed(null, known, both), null)
})
