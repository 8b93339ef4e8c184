import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { forwardedCertificate } from '../../src/protocol/client-cert-header.ts'
import { selfSigned } from '../_certificates.ts'

const { cert, base64 } = await selfSigned({ name: 'CN=client' })
const der = Buffer.from(base64, 'base64')
const escaped = encodeURIComponent(cert)

const isRead = (header: string): boolean => {
  const bytes = forwardedCertificate(header)
  return bytes !== undefined && der.equals(bytes)
}

test('RFC 9440 2.2: a certificate is read as a byte sequence, and as nginx, Envoy, Caddy and Traefik write it', () => {
  assert.ok(isRead(`:${base64}:`))
  assert.ok(isRead(` :${base64}: `))
  assert.ok(isRead(base64))
  assert.ok(isRead(escaped))
  assert.ok(isRead(escaped.replaceAll('%2B', '+').replaceAll('%2F', '/').replaceAll('%3D', '=')))
  assert.ok(isRead(`Hash=ab;Cert="${escaped}";Subject="CN=client,O=\\"x\\"";URI=urn:a`))
})

test('MT-01: two certificates, a broken one or anything beside it are no certificate', () => {
  const two = encodeURIComponent(cert + cert)
  const hop = `Cert="${escaped}"`
  const wrong = [
    `:${base64}:, :${base64}:`,
    `:${base64}`,
    `${base64},${base64}`,
    `:${base64}:;a=b`,
    `${base64}=`,
    '::',
    '',
  ]
  for (const header of [
    ...wrong,
    two,
    `${hop},${hop}`,
    `${hop};${hop}`,
    `By=a,${hop}`,
    'Hash=ab',
    '%zz',
    `${escaped}%00`,
  ]) {
    assert.equal(forwardedCertificate(header), undefined, header.slice(0, 40))
  }
  assert.equal(forwardedCertificate(`:${'A'.repeat(20_000)}:`), undefined)
  assert.equal(forwardedCertificate(`${'a='.repeat(8000)}"`), undefined)
})

test('MT-01: whatever stands in the header, nothing is thrown', () => {
  const part = fc.constantFrom(
    ':',
    base64,
    escaped,
    'Cert="',
    '"',
    ';',
    ',',
    '%',
    '-----BEGIN CERTIFICATE-----',
    'A',
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
      forwardedCertificate(parts.join(''))
    }),
  )
})
