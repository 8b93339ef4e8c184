import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openSuccessor, sealSuccessor } from '../../src/crypto/sealed-successor.ts'

const PRESENTED = 'ort_presented'
const SUCCESSOR = `ort_${'n'.repeat(75)}`

test('RT-07: the successor opens with the token that was presented, and with no other', () => {
  const sealed = sealSuccessor(PRESENTED, SUCCESSOR)
  assert.equal(openSuccessor(PRESENTED, sealed), SUCCESSOR)
  assert.throws(() => openSuccessor('ort_another', sealed))
  assert.ok(!sealed.includes(SUCCESSOR))
})

test('RT-07: what was changed since it was sealed does not open', () => {
  const bytes = Buffer.from(sealSuccessor(PRESENTED, SUCCESSOR), 'base64url')
  for (const index of [0, 20, bytes.length - 1]) {
    const changed = Buffer.from(bytes)
    changed[index] = (changed[index] ?? 0) ^ 1
    assert.throws(() => openSuccessor(PRESENTED, changed.toString('base64url')))
  }
  assert.throws(() => openSuccessor(PRESENTED, ''))
})

test('RT-07: sealed twice it is never the same', () => {
  assert.notEqual(sealSuccessor(PRESENTED, SUCCESSOR), sealSuccessor(PRESENTED, SUCCESSOR))
})
