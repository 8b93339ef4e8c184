import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { PARSERS, target } from './_parsers.ts'
import { FUZZED } from './_run.ts'
import { hostileJson, hostileText } from './_text.ts'

const SEED = 20_261_122

for (const { name, property } of PARSERS) {
  test(`ERR-02, parser: ${name}: whatever a stranger writes is read or refused, and breaks nothing`, () => {
    fc.assert(property, { seed: SEED, numRuns: 200 })
  })
}

test('house: what is fuzzed has a name of its own, the endpoints among it', () => {
  const names = FUZZED.map(({ name }) => name)
  assert.equal(new Set(names).size, names.length)
  assert.ok(names.includes('endpoints') && names.length === PARSERS.length + 1)
})

test('house: a parser that throws, or that loses its law, is found out', () => {
  const careless = target('careless', hostileText, (text) => decodeURIComponent(text))
  const wrong = target('wrong', hostileJson, (value) => assert.notEqual(value, null))
  for (const { property } of [careless, wrong]) {
    assert.ok(fc.check(property, { seed: SEED, numRuns: 300 }).failed)
  }
})
