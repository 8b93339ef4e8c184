import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressGroup, isShared } from '../../src/protocol/address.ts'

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

test('RL-02: loopback, private and link-local addresses may be a proxy with many behind it, public ones are not', () => {
  const shared = (address: string): boolean => isShared(addressGroup(address))
  for (const one of [
    '127.0.0.1',
    '127.255.0.9',
    '::ffff:127.0.0.1',
    '::1',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.1.1',
    '100.64.0.1',
    '100.127.0.1',
    'fc00::1',
    'FD12:3456::1',
    'fe80::1%eth0',
    'febf::1',
  ]) {
    assert.equal(shared(one), true, one)
  }
  for (const one of [
    '203.0.113.7',
    '::ffff:203.0.113.7',
    '11.0.0.1',
    '110.0.0.1',
    '172.15.0.1',
    '172.32.0.1',
    '192.169.0.1',
    '100.63.0.1',
    '100.128.0.1',
    '128.0.0.1',
    '2001:db8::1',
    '2a00:1450::fe80',
    'fec0::1',
    'fb00::1',
  ]) {
    assert.equal(shared(one), false, one)
  }
})
