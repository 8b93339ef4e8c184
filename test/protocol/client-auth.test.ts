import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { AuthMethod } from '../../src/protocol/auth-method.ts'
import { type Attempt, allowsMethod, attemptedAuthentication } from '../../src/protocol/client-auth.ts'
import type { ErrorCode, OAuthError } from '../../src/protocol/error.ts'
import { parseForm } from '../../src/protocol/form.ts'
import { refusal, vectors } from './_refusal.ts'

const { accepted, malformed } = vectors<{
  accepted: { source: string; header: string; client_id: string; client_secret: string }[]
  malformed: { what: string; header: string }[]
}>('basic')

const ID_SECRET = 'Basic aWQ6c2VjcmV0' // id:secret
const JWT =
  'client_assertion=a.b.c&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer'

const attempt = (authorization: string | null, body = ''): Attempt =>
  attemptedAuthentication(authorization, parseForm(body))

const refused = (authorization: string | null, body = '', error: ErrorCode = 'invalid_request'): OAuthError =>
  refusal(error, () => attempt(authorization, body))

const basic = (client_id: string, client_secret: string): string =>
  `Basic ${btoa(`${client_id}:${client_secret}`)}`

for (const { source, header, client_id, client_secret } of accepted) {
  test(`CA-02: client_secret_basic is understood (${source})`, () => {
    assert.deepEqual(attempt(header), { kind: 'basic', client_id, client_secret })
  })
}

for (const { what, header } of malformed) {
  test(`RFC 6749 section 2.3.1: malformed Basic is invalid_request (${what})`, () => {
    refused(header)
  })
}

test('CA-02: any id and secret come through form encoding and base64', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1 }).filter((it) => !/[\p{Cc}\ufffd]/u.test(it))
  const encoded = (it: string): string => new URLSearchParams([['', it]]).toString().slice(1)
  fc.assert(
    fc.property(text, text, (client_id, client_secret) => {
      const header = basic(encoded(client_id), encoded(client_secret))
      assert.deepEqual(attempt(header), { kind: 'basic', client_id, client_secret })
    }),
  )
})

test('CA-03: an id and secret of [A-Za-z0-9_-] are the same header encoded or not', () => {
  const ours = fc.stringMatching(/^[A-Za-z0-9_-]+$/)
  fc.assert(
    fc.property(ours, ours, (client_id, client_secret) => {
      assert.deepEqual(attempt(basic(client_id, client_secret)), { kind: 'basic', client_id, client_secret })
    }),
  )
})

test('CA-01: client_secret_post is id and secret in the body', () => {
  assert.deepEqual(attempt(null, 'client_id=id&client_secret=secret'), {
    kind: 'post',
    client_id: 'id',
    client_secret: 'secret',
  })
})

test('CA-06: a client_id alone identifies, and nothing at all does not', () => {
  assert.deepEqual(attempt(null, 'client_id=id'), { kind: 'none', client_id: 'id' })
  assert.deepEqual(attempt(null, 'client_id=id&client_secret='), { kind: 'none', client_id: 'id' })
  assert.deepEqual(attempt(null), { kind: 'nothing' })
  assert.deepEqual(attempt('', 'scope=a'), { kind: 'nothing' })
})

test('RFC 6749 section 2.3.1: Basic with an empty secret only identifies', () => {
  assert.deepEqual(attempt('Basic aWQ6'), { kind: 'none', client_id: 'id' })
})

test('RFC 6749 section 2.3.1: a secret without an id is invalid_request', () => {
  refused(null, 'client_secret=secret')
})

test('CA-04: more than one mechanism is invalid_request, also with equal values', () => {
  refused(ID_SECRET, 'client_id=id&client_secret=secret')
  refused(ID_SECRET, 'client_secret=secret')
  refused(ID_SECRET, JWT)
  refused(null, `client_id=id&client_secret=secret&${JWT}`)
  refused('Basic aWQ6', 'client_id=id&client_secret=secret')
  refused('Bearer a', 'client_id=id&client_secret=secret')
})

test('CA-05: a client_id in the body may repeat the Basic user, and may not differ', () => {
  assert.deepEqual(attempt(ID_SECRET, 'client_id=id'), {
    kind: 'basic',
    client_id: 'id',
    client_secret: 'secret',
  })
  refused(ID_SECRET, 'client_id=other')
  refused(ID_SECRET, 'client_id=ID')
})

test('CA-05: a client_id in the body is compared with the decoded Basic user', () => {
  assert.equal(attempt(basic('a%3Ab', 's'), 'client_id=a%3Ab').kind, 'basic')
})

test('JA-01: client_assertion and its type come together', () => {
  assert.deepEqual(attempt(null, JWT), {
    kind: 'assertion',
    client_id: undefined,
    client_assertion: 'a.b.c',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  })
  const named = attempt(null, `client_id=id&${JWT}`)
  assert(named.kind === 'assertion')
  assert.equal(named.client_id, 'id')
  refused(null, 'client_assertion=a.b.c')
  refused(null, 'client_assertion_type=a')
})

test('ERR-03: a scheme other than Basic is invalid_client', () => {
  for (const header of [
    'Bearer abc',
    'Digest username=a',
    'DPoP abc',
    'Basicx aWQ6c2VjcmV0',
    'aWQ6c2VjcmV0',
  ]) {
    refused(header, '', 'invalid_client')
  }
})

test('ERR-02: no refusal repeats what was sent', () => {
  for (const header of ['Basic attack', 'attack attack', ID_SECRET]) {
    const error = header.startsWith('attack') ? 'invalid_client' : 'invalid_request'
    assert.doesNotMatch(
      refused(header, header === ID_SECRET ? 'client_id=attack' : '', error).error_description,
      /attack/,
    )
  }
})

const ALLOWED: readonly [method: AuthMethod | null, kinds: readonly Attempt['kind'][]][] = [
  [null, ['basic', 'post']],
  ['client_secret_basic', ['basic']],
  ['client_secret_post', ['post']],
  ['none', ['none']],
]

const ATTEMPTS: readonly Attempt[] = [
  { kind: 'basic', client_id: 'id', client_secret: 's' },
  { kind: 'post', client_id: 'id', client_secret: 's' },
  { kind: 'none', client_id: 'id' },
  { kind: 'assertion', client_id: 'id', client_assertion: 'a', client_assertion_type: 't' },
  { kind: 'nothing' },
]

for (const [method, kinds] of ALLOWED) {
  test(`CA-07: a client registered with ${method ?? 'no method'} may use ${kinds.join(' and ')}, nothing else`, () => {
    const allowed = ATTEMPTS.filter((one) =>
      allowsMethod({ token_endpoint_auth_method: method, profile: null }, one),
    )
    assert.deepEqual(
      allowed.map(({ kind }) => kind),
      kinds,
    )
  })
}
