import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ClientMetadata, changedMetadata, registrable } from '../../src/protocol/client-metadata.ts'
import { OAuthError } from '../../src/protocol/error.ts'
import { completeSettings } from '../../src/protocol/settings.ts'
import { signer } from '../_assertion.ts'

const { jwk } = await signer('ES256')

const BANK = {
  client_name: 'Bank',
  redirect_uris: ['https://app.example/cb'],
  token_endpoint_auth_method: 'private_key_jwt',
  jwks: { keys: [jwk] },
  profile: 'fapi2',
}

const registered = (given: object = {}): ClientMetadata => registrable({ ...BANK, ...given })

test('FA-01, FA-02, FA-05: a client of the profile pushes, is bound to a key, and its refresh tokens stay', () => {
  const { require_pushed_authorization_requests, dpop_bound_access_tokens, refresh_rotate } = registered()
  assert.deepEqual(
    [require_pushed_authorization_requests, dpop_bound_access_tokens, refresh_rotate],
    [true, true, 'never'],
  )
})

test('FA-01: a certificate binds as well as a proof', () => {
  const { dpop_bound_access_tokens: dpop } = registered({ tls_client_certificate_bound_access_tokens: true })
  assert.equal(dpop, false)
})

test('FA-04: the switch for audiences of before is off', () => {
  assert.equal(registered({ legacy_assertion_aud: true }).legacy_assertion_aud, false)
})

test('FA-01: no shared secret and no public client', () => {
  for (const method of [undefined, 'client_secret_basic', 'client_secret_post', 'none']) {
    const given = { token_endpoint_auth_method: method, jwks: undefined }
    assert.throws(
      () => registered(given),
      (error) => error instanceof OAuthError && /fapi2 needs/.test(error.error_description),
    )
  }
})

test('FA-07: no algorithm of a client is RS256', async () => {
  for (const member of ['request_object_signing_alg', 'introspection_signed_response_alg']) {
    assert.throws(() => registered({ [member]: 'RS256' }), OAuthError)
    assert.doesNotThrow(() => registered({ [member]: 'ES256' }))
  }
  const rsa = await signer('RS256')
  const { alg: _, ...unsaid } = rsa.jwk
  // The key itself may sign PS256 as well.
  assert.doesNotThrow(() => registered({ jwks: { keys: [unsaid] } }))
  assert.throws(() => registered({ jwks: { keys: [{ ...unsaid, alg: 'RS256' }] } }), OAuthError)
})

test('FA-01: a client may come under the profile later, and leave it', () => {
  const before = registrable({ ...BANK, profile: undefined })
  assert.equal(before.dpop_bound_access_tokens, false)
  const under = changedMetadata(before, { profile: 'fapi2' })
  assert.equal(under.dpop_bound_access_tokens, true)
  assert.equal(changedMetadata(under, { profile: null }).profile, null)
})

test('FA-02, decision 19: a server under the profile says in its settings what it wants', () => {
  const { require_pushed_authorization_requests, dpop_nonce } = completeSettings({ profile: 'fapi2' })
  assert.deepEqual([require_pushed_authorization_requests, dpop_nonce], [true, 'required'])
  assert.throws(() => completeSettings({ profile: 'fapi1' }), TypeError)
})
