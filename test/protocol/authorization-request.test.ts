import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type AuthorizationRequest,
  examine,
  identify,
  stillStands,
} from '../../src/protocol/authorization-request.ts'
import type { Client } from '../../src/protocol/client-metadata.ts'
import { parseLoosely } from '../../src/protocol/loose-form.ts'
import { refusal } from './_refusal.ts'
import { CALLBACK, CHALLENGE, client, form, type Given } from './_request.ts'

const examined = (given: Given = {}, registered: Partial<Client> = {}): AuthorizationRequest => {
  const asked = form(given)
  return examine(asked, identify(asked, client(registered)), [])
}

test('AZ-11: a client that is not registered for authorization_code is unauthorized_client', () => {
  refusal('unauthorized_client', () => examined({}, { grant_types: ['client_credentials'] }))
})

test('AZ-01: response_type is code; missing is invalid_request, another unsupported_response_type', () => {
  refusal('invalid_request', () => examined({ response_type: undefined }))
  for (const response_type of ['token', 'id_token', 'code token', 'code code', 'CODE', 'none']) {
    refusal('unsupported_response_type', () => examined({ response_type }))
  }
})

test('AZ-13: response_mode is query, said or not', () => {
  examined({ response_mode: 'query' })
  for (const response_mode of ['fragment', 'form_post', 'query.jwt', 'Query']) {
    refusal('invalid_request', () => examined({ response_mode }))
  }
})

test('AZ-14: request and request_uri are refused by their own names, before what stands beside them', () => {
  refusal('request_not_supported', () => examined({ request: 'e30.e30.', response_type: undefined }))
  refusal('request_uri_not_supported', () => examined({ request_uri: 'https://a.example/r' }))
})

test('RFC 6749 4.1.1: what is asked for is kept as it was asked', () => {
  const given = {
    state: 'x',
    scope: 'b a',
    prompt: 'login',
    max_age: '0',
    login_hint: 'ana@a.example',
    ui_locales: 'de fr',
    resource: 'https://api.example/v1',
    dpop_jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I',
  }
  assert.deepEqual(examined(given), {
    client_id: 'cl_1',
    redirect_uri: CALLBACK,
    state: 'x',
    scope: 'b a',
    resource: ['https://api.example/v1'],
    authorization_details: null,
    code_challenge: CHALLENGE,
    dpop_jkt: given.dpop_jkt,
    prompt: 'login',
    max_age: 0,
    login_hint: 'ana@a.example',
    ui_locales: 'de fr',
  })
  const nothing = examined({})
  assert.deepEqual(
    [
      nothing.state,
      nothing.dpop_jkt,
      nothing.max_age,
      nothing.login_hint,
      nothing.ui_locales,
      nothing.prompt,
    ],
    [null, null, null, null, null, ''],
  )
})

test('DP-12: a dpop_jkt that no key has is refused before anybody is asked', () => {
  for (const dpop_jkt of ['x', '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I=']) {
    refusal('invalid_request', () => examined({ dpop_jkt }))
  }
})

test('OIDC Core 3.1.2.1: a hint too long to help is left out, so that a row a stranger makes stays small', () => {
  const longest = 'ä'.repeat(128)
  const kept = examined({ login_hint: longest, ui_locales: 'd'.repeat(256) })
  assert.deepEqual([kept.login_hint, kept.ui_locales?.length], [longest, 256])
  const left = examined({ login_hint: `${longest}a`, ui_locales: 'd'.repeat(257) })
  assert.deepEqual([left.login_hint, left.ui_locales], [null, null])
})

test('contract, scopes: none asked for is the defaults, or all; beyond the registered is invalid_scope', () => {
  assert.equal(examined().scope, 'a b')
  assert.equal(examine(form(), { client: client(), redirect_uri: CALLBACK }, ['b']).scope, 'b')
  refusal('invalid_scope', () => examined({ scope: 'a c' }))
  refusal('invalid_scope', () => examined({ scope: 'a  b' }))
})

test('contract, reserved scopes: oauthd: and introspect are never granted here', () => {
  const scope = 'a introspect oauthd:interactions'
  assert.equal(examined({}, { scope }).scope, 'a')
  refusal('invalid_scope', () => examined({ scope: 'introspect' }, { scope }))
  refusal('invalid_scope', () => examined({ scope: 'oauthd:interactions' }, { scope }))
})

test('contract, offline_access: taken from a client with refresh_token, left out of what is granted', () => {
  assert.equal(examined({ scope: 'a offline_access' }).scope, 'a')
  refusal('invalid_scope', () =>
    examined({ scope: 'offline_access' }, { grant_types: ['authorization_code'] }),
  )
})

test('RI-01: a resource that is none is invalid_target', () => {
  for (const resource of ['api', 'https://a.example/#f', 'http://a.example']) {
    refusal('invalid_target', () => examined({ resource }))
  }
})

test('OIDC Core 3.1.2.1: max_age is a whole number of seconds', () => {
  for (const max_age of ['-1', '1.5', 'x', '1e3', ' 1', '9999999999']) {
    refusal('invalid_request', () => examined({ max_age }))
  }
  assert.equal(examined({ max_age: '3600' }).max_age, 3600)
})

test('HTTP-05: any other parameter that is repeated is invalid_request, and no page', () => {
  const asked = parseLoosely(`client_id=cl_1&redirect_uri=${CALLBACK}&nonce=1&nonce=1`)
  const refused = refusal('invalid_request', () => examine(asked, identify(asked, client()), []))
  assert.equal(refused.page, undefined)
})

test('ERR-02, RU-06: whatever is sent, a refusal is one of ours, and no description repeats it', () => {
  const values = fc.oneof(fc.string(), fc.constantFrom('code', 'S256', CHALLENGE, 'a', 'none', undefined))
  const given = fc.record({
    response_type: values,
    code_challenge: values,
    code_challenge_method: values,
    scope: values,
    prompt: values,
    max_age: values,
    resource: values,
    response_mode: values,
  })
  fc.assert(
    fc.property(given, (each) => {
      try {
        const request = examined(each)
        assert.equal(request.code_challenge, CHALLENGE)
        assert.ok(request.scope.split(' ').every((token) => ['a', 'b', ''].includes(token)))
      } catch (thrown) {
        if (!(thrown instanceof Error) || thrown.name !== 'OAuthError') throw thrown
        for (const value of Object.values(each)) {
          // A short text may be part of our own words.
          assert.ok(value === undefined || value.length < 12 || !thrown.message.includes(value))
        }
      }
    }),
  )
})

test('CL-02: a request stands while its client may still ask so', () => {
  const request = { ...examined({ scope: 'a' }), created_at: 10 }
  assert.equal(stillStands(client(), request), true)
  assert.equal(stillStands(client({ revoked_at: 1 }), request), false)
  assert.equal(stillStands(client({ grant_types: ['client_credentials'] }), request), false)
  assert.equal(stillStands(client({ redirect_uris: ['https://a.example/2'] }), request), false)
  assert.equal(stillStands(client({ scope: 'b' }), request), false)
})

test('CL-02, FA-02: a request from before its client had to push or to sign stands no more', () => {
  const request = { ...examined({ scope: 'a' }), created_at: 10 }
  for (const manner of ['require_pushed_authorization_requests', 'require_signed_request_object']) {
    assert.equal(stillStands(client({ [manner]: true, updated_at: 10 }), request), true)
    assert.equal(stillStands(client({ [manner]: true, updated_at: 11 }), request), false)
  }
  assert.equal(stillStands(client({ updated_at: 11 }), request), true)
})
