import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { hasName, type NameKind } from '../../src/protocol/alternative-name.ts'
import { selfSigned } from '../_certificates.ts'

const made = await selfSigned({
  name: 'CN=any',
  names: [
    { type: 'dns', value: 'A.example' },
    { type: 'dns', value: '*.wild.example' },
    { type: 'dns', value: 'evil.example, URI:urn:mine' },
    { type: 'url', value: 'urn:client:1' },
    { type: 'ip', value: '192.0.2.7' },
    { type: 'ip', value: '2001:db8::7' },
    { type: 'email', value: 'client@a.example' },
    { type: 'dn', value: 'CN=other, O="email:planted@a.example"' },
  ],
})
const names = new X509Certificate(made.cert).subjectAltName ?? ''

const has = (kind: NameKind, wanted: string): boolean => hasName(names, kind, wanted)

test('RFC 8705 2.1.2: an alternative name is found by its kind, and is the very one', () => {
  assert.ok(has('DNS', 'a.example') && has('URI', 'urn:client:1') && has('email', 'client@a.example'))
  assert.ok(has('IP Address', '192.0.2.7') && has('IP Address', '2001:DB8:0::7'))
  for (const [kind, wanted] of [
    ['DNS', 'x.wild.example'],
    ['DNS', 'b.a.example'],
    ['DNS', 'evil.example'],
    ['DNS', 'urn:client:1'],
    ['URI', 'urn:Client:1'],
    ['URI', 'urn:mine'],
    ['IP Address', '192.0.2.8'],
    ['IP Address', 'no address'],
    ['email', 'Client@a.example'],
    ['email', 'planted@a.example'],
  ] as const) {
    assert.equal(has(kind, wanted), false, wanted)
  }
})

test('RFC 8705 2.1.2: names that are not understood to their end prove nothing', () => {
  assert.equal(hasName('DNS:a.example, "', 'DNS', 'a.example'), false)
  assert.equal(hasName('', 'DNS', ''), false)
})

test('RFC 8705 2.1.2: what stands in quotes and is no JSON proves nothing, and throws nothing', () => {
  for (const inside of ['\0', '\\x', '\\u12', 'a\nb']) {
    assert.equal(hasName(`DNS:"${inside}", DNS:a.example`, 'DNS', 'a.example'), false, inside)
  }
  assert.ok(hasName(String.raw`DNS:"a\u0000b, DNS:x", DNS:a.example`, 'DNS', 'a.example'))
})
