import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BOUNDS, countAnswer, createCounters, increase, routeCount } from '../src/counters.ts'

test('HTTP-19: an answer is counted by its status and by how long it took, each bound being its own', () => {
  const counters = createCounters()
  const count = routeCount(counters, 'token')
  for (const ms of [0, 1, 2, 3, 10_000, 10_001]) countAnswer(count, 200, ms)
  countAnswer(count, 400, 7)
  assert.deepEqual(
    [...count.statuses],
    [
      [200, 6],
      [400, 1],
    ],
  )
  assert.equal(count.took.length, BOUNDS.length + 1)
  assert.deepEqual(count.took, [2, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1])
  assert.equal(count.ms, 20_014)
  assert.equal(routeCount(counters, 'token'), count)
})

test('TM-03: a clock that steps back while a request is answered takes nothing off', () => {
  const count = routeCount(createCounters(), 'token')
  countAnswer(count, 200, -5000)
  assert.deepEqual([count.took[0], count.ms], [1, 0])
})

test('RT-10: reuse is counted from nought on, so that its first time is a rise', () => {
  const { reused } = createCounters()
  assert.deepEqual(Object.fromEntries(reused), { code_reuse: 0, refresh_reuse: 0 })
  increase(reused, 'code_reuse')
  increase(reused, 'code_reuse')
  assert.equal(reused.get('code_reuse'), 2)
})
