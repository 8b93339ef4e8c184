import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressGroup } from '../../src/protocol/address.ts'

test('RL-03: an IPv4 address counts by itself, also as a dual-stack socket writes it', () => {
  assert.equal(addressGroup('203.0.113.7'), '203.0.113.7')
  assert.equal(addressGroup('::ffff:203.0.113.7'), '203.0.113.7')
  assert.equal(addressGroup('::FFFF:203.0.113.7'), '203.0.113.7')
  assert.notEqual(addressGroup('203.0.113.8'), addressGroup('203.0.113.7'))
})

test('RL-03: all addresses of one IPv6 /64 count as one, however they are written', () => {
  for (const one of [
    '2001:db8:1:2:3:4:5:6',
    '2001:db8:1:2::',
    '2001:db8:1:2::9',
    '2001:0DB8:0001:0002:ffff:ffff:ffff:ffff',
    '2001:db8:1:2::203.0.113.7',
    '2001:db8:1:2::1%eth0',
  ]) {
    assert.equal(addressGroup(one), '2001:db8:1:2::/64', one)
  }
  assert.equal(addressGroup('::1'), '0:0:0:0::/64')
  assert.equal(addressGroup('fe80::1%lo'), 'fe80:0:0:0::/64')
  assert.equal(addressGroup('2001:db8::'), '2001:db8:0:0::/64')
})

test('RL-03: neighbouring /64s are counted apart', () => {
  assert.notEqual(addressGroup('2001:db8:1:2::1'), addressGroup('2001:db8:1:3::1'))
  assert.notEqual(addressGroup('2001:db8::1'), addressGroup('2001:db9::1'))
})
