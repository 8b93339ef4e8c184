import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatDuration, parseDuration } from '../../src/protocol/duration.ts'

test('contract, client:rotate-secret: a duration is seconds, or a number with s, m, h, d or w', () => {
  const cases = { '0': 0, '10': 10, '90s': 90, '30m': 1800, '24h': 86_400, '7d': 604_800, '2w': 1_209_600 }
  for (const [text, seconds] of Object.entries(cases)) assert.equal(parseDuration(text), seconds, text)
  for (const text of ['', 'm', '-1', '1.5h', '1h30m', '1 h x', '1y', '9999999999', '١٠']) {
    assert.equal(parseDuration(text), undefined, text)
  }
})

test('contract, durations: a duration is told by its two largest units', () => {
  const cases = {
    '0': '0 s',
    '59': '59 s',
    '581': '9 min 41 s',
    '3600': '1 h',
    '90060': '1 d 1 h',
    '86400': '1 d',
  }
  for (const [seconds, text] of Object.entries(cases)) assert.equal(formatDuration(Number(seconds)), text)
})
