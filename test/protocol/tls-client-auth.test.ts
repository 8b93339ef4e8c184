import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changedMetadata, registrable } from '../../src/protocol/client-metadata.ts'

const MACHINE = { client_name: 'A', grant_types: ['client_credentials'] }
const TLS = { ...MACHINE, token_endpoint_auth_method: 'tls_client_auth' }
const DN = 'CN=client,O=Acme,C=DE'

const refusal = (given: object): string => {
  try {
    registrable({ ...given })
    return 'accepted'
  } catch (error) {
    return error instanceof Error ? error.message : ''
  }
}

test('RFC 8705 2.1.2: tls_client_auth needs exactly one of the five, and nothing else has one', () => {
  assert.equal(registrable({ ...TLS, tls_client_auth_subject_dn: DN }).tls_client_auth_subject_dn, DN)
  assert.match(refusal(TLS), /tls_client_auth needs one of tls_client_auth_subject_dn, /)
  const two = { tls_client_auth_subject_dn: DN, tls_client_auth_san_dns: 'a.example' }
  assert.match(refusal({ ...TLS, ...two }), /tls_client_auth needs one of/)
  for (const method of ['client_secret_basic', 'private_key_jwt', 'self_signed_tls_client_auth', null]) {
    const given = { ...MACHINE, token_endpoint_auth_method: method, jwks_uri: 'https://a.example/jwks' }
    assert.match(
      refusal({ ...given, tls_client_auth_subject_dn: DN }),
      /subject_dn: only tls_client_auth uses it/,
    )
  }
})

test('RFC 8705 2.1.2: each of the five is read as what it is', () => {
  for (const [member, right, wrong] of [
    ['tls_client_auth_subject_dn', DN, 'nobody'],
    ['tls_client_auth_san_dns', 'a.example', 'https://a.example'],
    ['tls_client_auth_san_uri', 'spiffe://a.example/b', 'a b'],
    ['tls_client_auth_san_ip', '2001:db8::7', '10.0.0.0/8'],
    ['tls_client_auth_san_email', 'a@b.example', 'a@b@c'],
  ] as const) {
    assert.equal(refusal({ ...TLS, [member]: right }), 'accepted', member)
    for (const given of [wrong, '', 7, 'a'.repeat(1025)]) {
      assert.match(
        refusal({ ...TLS, [member]: given }),
        new RegExp(`^${member}: must be`),
        `${member} ${given}`,
      )
    }
  }
})

test('RFC 8705 2.2.2: self_signed_tls_client_auth needs keys; what is taken back by null leaves the method without', () => {
  const self_signed = { ...MACHINE, token_endpoint_auth_method: 'self_signed_tls_client_auth' }
  assert.match(refusal(self_signed), /^jwks: self_signed_tls_client_auth needs jwks or jwks_uri/)
  assert.equal(refusal({ ...self_signed, jwks_uri: 'https://a.example/jwks' }), 'accepted')
  const client = registrable({ ...TLS, tls_client_auth_san_ip: '192.0.2.7' })
  assert.throws(
    () => changedMetadata(client, { tls_client_auth_san_ip: null }),
    /tls_client_auth needs one of/,
  )
  const changed = changedMetadata(client, { tls_client_auth_san_ip: null, tls_client_auth_subject_dn: DN })
  assert.deepEqual([changed.tls_client_auth_san_ip, changed.tls_client_auth_subject_dn], [null, DN])
})
