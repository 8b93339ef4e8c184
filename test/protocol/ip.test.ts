import assert from 'node:assert/strict'
import { BlockList, isIP } from 'node:net'
import { test } from 'node:test'
import fc from 'fast-check'
import { ipBytes, isWithin, readNetwork } from '../../src/protocol/ip.ts'

const within = (network: string, address: string): boolean =>
  isWithin(readNetwork(network), ipBytes(address) ?? [])

test('RFC 4291 2.2: an address is read in each of its forms, IPv4 in IPv6 as IPv4', () => {
  assert.deepEqual(ipBytes('192.0.2.7'), [192, 0, 2, 7])
  assert.deepEqual(ipBytes('::ffff:192.0.2.7'), [192, 0, 2, 7])
  assert.deepEqual(ipBytes('::FFFF:c000:207'), [192, 0, 2, 7])
  assert.deepEqual(ipBytes('::1'), [...Array.from({ length: 15 }, () => 0), 1])
  assert.deepEqual(ipBytes('fe80::1%eth0')?.slice(0, 2), [0xfe, 0x80])
  assert.deepEqual(ipBytes('2001:db8:0:0:0:0:0:0'), ipBytes('2001:db8::'))
  assert.deepEqual(ipBytes('64:ff9b::192.0.2.7')?.slice(12), [192, 0, 2, 7])
})

test('RFC 3986 3.2.2: what is no address in plain form is none', () => {
  const wrong = ['', '1', '1.2.3', '1.2.3.4.5', '01.2.3.4', '256.1.1.1', '0x7f.1.1.1', '1.2.3.4 ', ':', ':::']
  for (const text of [
    ...wrong,
    '1::2::3',
    '1:2:3:4:5:6:7',
    '12345::',
    'g::',
    '1.2.3.4::',
    '::1.2.3',
    '[::1]',
  ]) {
    assert.equal(ipBytes(text), undefined, text)
  }
})

test('RL-03: an address is an address exactly where Node says so', () => {
  const part = fc.constantFrom('0', '1', '255', '256', 'ff', 'ffff', '1.2.3.4', '', '00', 'g')
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 9 }), fc.constantFrom(':', '.'), (parts, by) => {
      const text = parts.join(by)
      assert.equal(ipBytes(text) !== undefined, isIP(text) !== 0, text)
    }),
  )
})

test('RL-03: a network holds what its prefix covers, as BlockList says', () => {
  assert.ok(within('10.0.0.0/8', '10.255.0.1') && within('10.0.0.0/8', '::ffff:10.1.1.1'))
  assert.ok(!within('10.0.0.0/8', '11.0.0.0') && !within('10.0.0.0/8', '::10.0.0.1'))
  assert.ok(within('::1', '::1') && !within('::1', '::2') && within('0.0.0.0/0', '8.8.8.8'))
  const byte = fc.integer({ min: 0, max: 255 })
  const four = fc.tuple(byte, byte, byte, byte)
  fc.assert(
    fc.property(four, four, fc.integer({ min: 0, max: 32 }), (net, address, bits) => {
      const list = new BlockList()
      const base = net.map(
        (each, at) => each & (0xff << (8 - Math.min(8, Math.max(0, bits - at * 8)))) & 0xff,
      )
      list.addSubnet(base.join('.'), bits, 'ipv4')
      assert.equal(within(`${base.join('.')}/${bits}`, address.join('.')), list.check(address.join('.')))
    }),
  )
})

test('RL-03: a network that is none, or has bits behind its prefix, is refused', () => {
  for (const text of [
    '',
    'any',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/08',
    '10.0.0.0/8/8',
    '::/129',
    '10.0.0/8',
  ]) {
    assert.throws(
      () => readNetwork(text),
      { name: 'TypeError', message: /^must be addresses or networks/ },
      text,
    )
  }
  for (const text of ['10.0.0.1/8', '2001:db8::1/32', '128.0.0.0/0']) {
    assert.throws(() => readNetwork(text), { message: /without bits behind their prefix/ }, text)
  }
})
