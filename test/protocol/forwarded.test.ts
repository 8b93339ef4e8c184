import assert from 'node:assert/strict'
import { test } from 'node:test'
import { forwardedFor } from '../../src/protocol/forwarded.ts'

const trusts = (address: string): boolean => address.startsWith('10.') || address === '::1'
const from = (peer: string, header: string | null): string => forwardedFor(peer, header, trusts)

test('RL-03: who is no trusted proxy says nothing of whence it asks', () => {
  assert.equal(from('203.0.113.7', '198.51.100.1'), '203.0.113.7')
  assert.equal(from('203.0.113.7', null), '203.0.113.7')
})

test('RL-03: of a chain the last that is not trusted counts, and what it wrote itself does not', () => {
  assert.equal(from('10.0.0.1', null), '10.0.0.1')
  assert.equal(from('10.0.0.1', '198.51.100.1'), '198.51.100.1')
  assert.equal(from('::1', '192.0.2.66, 198.51.100.1, 10.0.0.9'), '198.51.100.1')
  assert.equal(from('10.0.0.1', '10.0.0.3, 10.0.0.2'), '10.0.0.3')
  assert.equal(from('10.0.0.1', '[2001:db8::7]:443'), '2001:db8::7')
  assert.equal(from('10.0.0.1', '198.51.100.1:5000'), '198.51.100.1')
})

test('RL-03: what is no address ends the chain at whom it was read from', () => {
  for (const header of [
    '',
    'unknown',
    '198.51.100.1, ',
    '198.51.100.1, _hidden',
    "198.51.100.1, 10.0.0.2'--",
    ',',
  ]) {
    assert.equal(from('10.0.0.1', header), '10.0.0.1', header)
  }
  assert.equal(from('10.0.0.1', 'unknown, 10.0.0.2'), '10.0.0.2')
})
