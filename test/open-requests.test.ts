import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createOpenRequests, type OpenRequests } from '../src/open-requests.ts'

const KIND = 'authorization_request'

/** How many of so many are taken up, one after the other at one time. */
const taken = (open: OpenRequests, count: number, whose: (index: number) => string | undefined): number => {
  let sum = 0
  for (let index = 0; index < count; index += 1) {
    if (open.take(KIND, whose(index), 0) === undefined) sum += 1
  }
  return sum
}

test('RL-01: of one party so many requests are open, and the wait is in whole seconds', () => {
  const open = createOpenRequests()
  assert.equal(
    taken(open, 1_100, () => 'thief'),
    1_000,
  )
  assert.equal(open.take(KIND, 'thief', 0), 1)
  assert.equal(open.take(KIND, 'victim', 0), undefined)
  assert.equal(open.take('pushed', 'thief', 0), undefined)
})

test('RL-02: places come back steadily, whatever is tried meanwhile, and all of them when requests have ended', () => {
  const open = createOpenRequests()
  taken(open, 2_000, () => 'thief')
  let later = 0
  for (let now = 1; now <= 900; now += 1) {
    while (open.take(KIND, 'thief', now) === undefined) later += 1
  }
  assert.ok(later >= 999 && later <= 1_000, `${later}`)
  for (let count = 0; count < 1_000; count += 1) assert.equal(open.take(KIND, 'thief', 1_800), undefined)
  assert.notEqual(open.take(KIND, 'thief', 1_800), undefined)
})

test('RL-01: in all so many are open, however many parties there are, and memory is bounded with them', () => {
  const open = createOpenRequests()
  assert.equal(
    taken(open, 60_000, (index) => `${index}`),
    50_000,
  )
  assert.equal(open.take(KIND, undefined, 0), 1)
})

test('RL-01: an answered request takes no room, and nothing is given back that nobody had', () => {
  const open = createOpenRequests()
  for (let count = 0; count < 3_000; count += 1) {
    assert.equal(open.take(KIND, 'a', 0), undefined)
    open.giveBack(KIND, 'a')
  }
  for (let count = 0; count < 10; count += 1) open.giveBack(KIND, 'a')
  assert.equal(
    taken(open, 1_100, () => 'a'),
    1_000,
  )
})

test('RL-02, TM-03: a clock that is set back leaves nobody waiting for the time it had', () => {
  const open = createOpenRequests()
  taken(open, 1_000, () => 'a')
  assert.notEqual(open.take(KIND, 'a', -86_400), undefined)
  assert.equal(open.take(KIND, 'a', -86_400 + 1), undefined)
})

test('PAR-06: what is larger takes more room, and waits until there is so much', () => {
  const open = createOpenRequests()
  assert.equal(open.take('pushed_by_anybody', 'a', 0, 990), undefined)
  assert.equal(open.take('pushed_by_anybody', 'a', 0, 16), 1)
  assert.equal(open.take('pushed_by_anybody', 'a', 0, 10), undefined)
  assert.equal(open.take('pushed_by_anybody', 'a', 0, 16), 2)
  assert.equal(open.take('pushed_by_anybody', 'a', 2, 16), undefined)
})
