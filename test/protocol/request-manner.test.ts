import assert from 'node:assert/strict'
import { test } from 'node:test'
import { registrable } from '../../src/protocol/client-metadata.ts'
import { requireManner } from '../../src/protocol/request-manner.ts'
import { refusal } from './_refusal.ts'

const FREE = { require_pushed_authorization_requests: false, require_signed_request_object: false }
const PUSH = { ...FREE, require_pushed_authorization_requests: true }
const SIGN = { ...FREE, require_signed_request_object: true }

test('PAR-05, JAR-05: what server or client require has to be so; what neither does may', () => {
  for (const isPushed of [true, false]) {
    for (const isSigned of [true, false]) {
      const manner = { isPushed, isSigned }
      requireManner(FREE, FREE, manner)
      for (const [server, client] of [
        [PUSH, FREE],
        [FREE, PUSH],
      ] as const) {
        if (isPushed) requireManner(server, client, manner)
        else refusal('invalid_request', () => requireManner(server, client, manner))
      }
      for (const [server, client] of [
        [SIGN, FREE],
        [FREE, SIGN],
      ] as const) {
        if (isSigned) requireManner(server, client, manner)
        else refusal('invalid_request', () => requireManner(server, client, manner))
      }
    }
  }
})

const WEB = { client_name: 'A', redirect_uris: ['https://a.example/cb'] }
const jwks_uri = 'https://a.example/jwks'

test('RFC 7591 2, RFC 9101 10.5: a client that has to sign has keys, and one that has to push sends people here', () => {
  assert.ok(registrable({ ...WEB, ...PUSH }).require_pushed_authorization_requests)
  assert.ok(registrable({ ...WEB, ...SIGN, jwks_uri }).require_signed_request_object)
  const chosen = { request_object_signing_alg: 'ES256' }
  assert.equal(registrable({ ...WEB, ...chosen, jwks_uri }).request_object_signing_alg, 'ES256')
  const machine = { client_name: 'A', grant_types: ['client_credentials'], jwks_uri }
  for (const given of [
    { ...WEB, ...SIGN },
    { ...WEB, ...chosen },
    { ...machine, ...PUSH },
    { ...machine, ...SIGN },
    { ...machine, ...chosen },
    { ...WEB, jwks_uri, request_object_signing_alg: 'none' },
    { ...WEB, jwks_uri, request_object_signing_alg: 'HS256' },
    { ...WEB, require_pushed_authorization_requests: 'yes' },
  ]) {
    refusal('invalid_client_metadata', () => registrable(given))
  }
})
