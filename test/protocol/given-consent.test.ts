import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  allAllowed,
  type GivenConsent,
  grownConsent,
  isRemembered,
  newScopes,
} from '../../src/protocol/given-consent.ts'
import { allowed } from './_consent.ts'

const [A, B] = ['https://a.example', 'https://b.example']

type Answer = Parameters<typeof grownConsent>[1]

const grown = (...answers: readonly Answer[]): GivenConsent => answers.reduce(grownConsent, [])

/** One resource of a request, or none, with one scope: what a single door is. */
const doors = ({ scope, resource }: Answer): readonly string[] =>
  scope
    .split(' ')
    .flatMap((token) => (resource.length === 0 ? [token] : resource.map((uri) => `${token} ${uri}`)))

test('RI-04: what was remembered at one resource opens no other, alone or together', () => {
  const consent = grown(
    { scope: 'read', resource: [A], remember: true },
    { scope: 'write', resource: [B], remember: true },
  )
  const seen = (scope: string, ...resource: readonly string[]): boolean =>
    isRemembered(consent, { scope, resource, authorization_details: null })
  assert.deepEqual([seen('read', A), seen('write', B)], [true, true])
  assert.deepEqual([seen('write', A), seen('read', B), seen('read write', A, B)], [false, false, false])
  assert.deepEqual([seen('read'), seen('read', A, B)], [false, false])
})

test('RI-03: a resource is the same one however it is spelled', () => {
  const consent = grown(
    { scope: 'a', resource: [A], remember: false },
    { scope: 'b', resource: ['HTTPS://A.example:443/'], remember: true },
  )
  assert.deepEqual(consent, [{ resource: A, scope: 'a b', remembered: 'b' }])
})

test('O21 7.3.1: a scope is new that was not allowed at each of the resources', () => {
  const consent = grown(
    { scope: 'a b', resource: [A], remember: false },
    { scope: 'a', resource: [B], remember: false },
  )
  const fresh = (...resource: readonly string[]) => newScopes(consent, { scope: 'a b c', resource })
  assert.deepEqual([fresh(A), fresh(A, B), fresh()], [['c'], ['b', 'c'], ['a', 'b', 'c']])
})

test('AZ-12: only what was allowed with Remember at that very resource is remembered', () => {
  fc.assert(
    fc.property(fc.array(allowed, { maxLength: 5 }), allowed, (all, wanted) => {
      const kept = new Set(all.filter(({ remember }) => remember).flatMap(doors))
      const isCovered = doors(wanted).every((door) => kept.has(door))
      if (wanted.scope !== '')
        assert.equal(isRemembered(grown(...all), { ...wanted, authorization_details: null }), isCovered)
    }),
    { numRuns: 500 },
  )
})

test('PG-07: all that was allowed is told, each scope and each resource once', () => {
  const consent = grown(
    { scope: 'a b', resource: [A], remember: false },
    { scope: 'b c', resource: [], remember: true },
  )
  assert.deepEqual(allAllowed(consent), { scope: 'a b c', resource: [A] })
})
