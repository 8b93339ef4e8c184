import assert from 'node:assert/strict'
import { test } from 'node:test'
import { traceId } from '../../src/protocol/traceparent.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const PARENT = '00f067aa0ba902b7'

test('Trace Context 3.2.2: the trace id of a well-formed traceparent is told', () => {
  assert.equal(traceId(`00-${TRACE}-${PARENT}-01`), TRACE)
  assert.equal(traceId(`00-${TRACE}-${PARENT}-00`), TRACE)
})

test('Trace Context 4: a version to come may say more, and version 00 may not', () => {
  assert.equal(traceId(`01-${TRACE}-${PARENT}-01`), TRACE)
  assert.equal(traceId(`cc-${TRACE}-${PARENT}-01-what-the-future-will-be-like`), TRACE)
  assert.equal(traceId(`cc-${TRACE}-${PARENT}-01.what`), undefined)
  assert.equal(traceId(`00-${TRACE}-${PARENT}-01-more`), undefined)
})

test('Trace Context 3.2.2: nothing is kept of one that is not well formed', () => {
  for (const given of [
    null,
    '',
    TRACE,
    `ff-${TRACE}-${PARENT}-01`,
    `00-${TRACE.toUpperCase()}-${PARENT}-01`,
    `00-${'0'.repeat(32)}-${PARENT}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE.slice(1)}-${PARENT}-01`,
    `00-${TRACE}-${PARENT}`,
    `00-${TRACE}-${PARENT}-1`,
    ` 00-${TRACE}-${PARENT}-01`,
    `00-${TRACE}-${PARENT}-01\n`,
    `00-${TRACE}-${PARENT}-01, 00-${TRACE}-${PARENT}-01`,
  ])
    assert.equal(traceId(given), undefined, String(given))
})
