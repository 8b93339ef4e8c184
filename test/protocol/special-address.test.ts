import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLoopbackAddress, isSpecialAddress } from '../../src/protocol/special-address.ts'

const SPECIAL = [
  ['this network', '0.0.0.0', '0.255.255.255'],
  [
    'private use',
    '10.0.0.0',
    '10.255.255.255',
    '172.16.0.0',
    '172.31.255.255',
    '192.168.0.1',
    '192.168.255.255',
  ],
  ['shared by a carrier', '100.64.0.0', '100.127.255.255'],
  ['loopback', '127.0.0.1', '127.255.255.255', '::1'],
  ['link-local', '169.254.0.1', '169.254.255.255', 'fe80::1', 'fe80::1%eth0', 'febf::1'],
  [
    'metadata of clouds',
    '169.254.169.254',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    'fd00:ec2::254',
  ],
  ['protocol assignments', '192.0.0.1', '192.0.0.255', '2001::1', '2001:1ff:ffff::'],
  ['documentation', '192.0.2.1', '198.51.100.1', '203.0.113.255', '2001:db8::1', '3fff::1', '3fff:fff::1'],
  ['relays', '192.31.196.1', '192.52.193.1', '192.88.99.1', '192.175.48.1', '2620:4f:8000::1'],
  ['benchmarks', '198.18.0.0', '198.19.255.255', '2001:2::1'],
  ['multicast', '224.0.0.1', '239.255.255.255', 'ff02::1', 'ff0e::1'],
  ['reserved and broadcast', '240.0.0.1', '255.255.255.255'],
  ['unspecified', '::', '0:0:0:0:0:0:0:0'],
  ['unique and site local', 'fc00::1', 'fdff::1', 'fec0::1'],
  ['discard, segment routing', '100::1', '5f00::1'],
  [
    'IPv4-mapped',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:10.0.0.1',
    '::ffff:8.8.8.8',
    '0:0:0:0:0:FFFF:A9FE:A9FE',
  ],
  ['IPv4-compatible, translated', '::127.0.0.1', '::7f00:1', '::ffff:0:127.0.0.1'],
  ['NAT64', '64:ff9b::127.0.0.1', '64:ff9b::8.8.8.8', '64:ff9b::a9fe:a9fe', '64:ff9b:1::1'],
  ['6to4, Teredo', '2002:7f00:1::', '2002:808:808::1', '2001:0:53aa::1'],
  [
    'no address',
    '',
    'localhost',
    '127.1',
    '0x7f.0.0.1',
    '2130706433',
    '010.0.0.1',
    '256.1.1.1',
    '1.2.3',
    ':::',
    '1::2::3',
    '12345::',
  ],
] as const

test('CM-06, RFC 6890: no request of a stranger’s choosing goes to a special address', () => {
  for (const [what, ...addresses] of SPECIAL) {
    for (const address of addresses) assert.equal(isSpecialAddress(address), true, `${what}: ${address}`)
  }
})

test('CM-06: addresses of the open internet are not special, up to the edges of what is', () => {
  const open = [
    '1.1.1.1',
    '8.8.8.8',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.0.1.0',
    '192.167.255.255',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '2001:200::1',
    '2001:4860:4860::8888',
    '2606:4700:4700::1111',
    '2a00:1450:4001:81b::200e',
    '3ffe:ffff::1',
  ]
  for (const address of open) assert.equal(isSpecialAddress(address), false, address)
})

test('HTTP-16: loopback is 127.0.0.0/8 and ::1, in no other clothes', () => {
  for (const address of ['127.0.0.1', '127.9.9.9', '::1', '0:0:0:0:0:0:0:1']) {
    assert.equal(isLoopbackAddress(address), true, address)
  }
  for (const address of [
    '::ffff:127.0.0.1',
    '64:ff9b::7f00:1',
    '::',
    '0.0.0.0',
    '10.0.0.1',
    '8.8.8.8',
    'localhost',
  ]) {
    assert.equal(isLoopbackAddress(address), false, address)
  }
})
