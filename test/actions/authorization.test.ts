import assert from 'node:assert/strict'
import { test } from 'node:test'
import { approveRequest, denyRequest, openRequest } from '../../src/actions/authorization.ts'
import { OAuthError } from '../../src/protocol/error.ts'
import { findAuthorizationRequest } from '../../src/store/authorization-request.ts'
import { findConsent } from '../../src/store/consent.ts'
import { clientRow, type literalClient, stepped, verbs } from '../_step.ts'
import { NOW, testStore } from '../_store.ts'
import { approval, CLIENT, consentRow, REQUEST, SESSION_ROW, STORED } from './_approval.ts'

const CLAIMED = [{ request_id: 'ar_1' }]
const WRITTEN = [{ client_id: 'cl_1' }]
const NONE: readonly [] = []

const refused = (outcome: unknown, error: string): OAuthError => {
  assert(outcome instanceof OAuthError, String(outcome))
  assert.equal(outcome.error, error)
  return outcome
}

test('AZ-15: an examined request is kept for 15 minutes, bound to its browser', () => {
  const at = { request_id: 'ar_1', browser_mac: 'mac', now: NOW }
  const { result, statements } = stepped(openRequest(REQUEST, at), NONE)
  assert.deepEqual(result, STORED)
  assert.deepEqual(verbs(statements), ['INSERT INTO oauth_authorization_request'])
  assert.equal(statements[0]?.params['expires_at'], NOW + 900)
})

test('AZ-10: an approval claims the request, then makes an authorization and a code bound to all of it', () => {
  const { result, statements } = stepped(
    approveRequest(approval()),
    NONE,
    [SESSION_ROW],
    CLAIMED,
    NONE,
    WRITTEN,
    NONE,
    NONE,
  )
  assert.deepEqual(result, { authorization_id: 'au_1', scope: 'a b', expires_in: 60 })
  assert.deepEqual(verbs(statements), [
    'SELECT',
    'SELECT',
    'UPDATE oauth_authorization_request',
    'SELECT',
    'INSERT INTO oauth_consent',
    'INSERT INTO oauth_authorization',
    'INSERT INTO oauth_authorization_code',
  ])
  assert.deepEqual(statements[5]?.params, {
    authorization_id: 'au_1',
    client_id: 'cl_1',
    sub: 'us_1',
    username: 'ana',
    scope: 'a b',
    resource: '["https://api.example"]',
    authorization_details: null,
    claims: null,
    auth_time: NOW - 10,
    acr: null,
    amr: null,
    created_at: NOW,
    last_used_at: NOW,
    expires_at: NOW + 60,
    revoked_at: null,
  })
  assert.deepEqual(statements[6]?.params, {
    code_id: 'code_1',
    code_hash: 'hash_1',
    hash_key_id: 'hk_1',
    authorization_id: 'au_1',
    client_id: 'cl_1',
    redirect_uri: 'https://a.example/cb',
    code_challenge: REQUEST.code_challenge,
    dpop_jkt: null,
    wrong_tries: 0,
    expires_at: NOW + 60,
    authorization_expires_at: NOW + 1000,
    purge_at: NOW + 60,
    used_at: null,
  })
})

test('AZ-15: a request that was answered before, or is over, makes nothing', () => {
  const { result } = stepped(approveRequest(approval()), NONE, [SESSION_ROW], NONE)
  assert.equal(refused(result, 'invalid_request').page, 'expired')
  assert.equal(refused(stepped(denyRequest('ar_1', NOW), NONE).result, 'invalid_request').page, 'expired')
  assert.equal(stepped(denyRequest('ar_1', NOW), CLAIMED).result, undefined)
})

test('TK-11, contract, settled points: a sub that is a client_id is refused, and the request stays open', () => {
  const { result } = stepped(approveRequest(approval()), [clientRow({ client_id: 'us_1' })])
  refused(result, 'access_denied')
})

test('PG-09: a session that has ended since the look allows nothing', () => {
  refused(stepped(approveRequest(approval()), NONE, NONE).result, 'login_required')
})

test('contract, approval: a scope that widens is invalid_scope, before any row is read', () => {
  refused(stepped(approveRequest(approval({ scope: 'a c' }))).result, 'invalid_scope')
})

test('contract, approval: less than was asked may be allowed', () => {
  const { result, statements } = stepped(
    approveRequest(approval({ scope: 'b', answer: 'remember' })),
    NONE,
    [SESSION_ROW],
    CLAIMED,
    NONE,
    WRITTEN,
    NONE,
    NONE,
  )
  assert.ok(!(result instanceof OAuthError))
  assert.equal(result.scope, 'b')
  const allowed = [{ resource: 'https://api.example', scope: 'b', remembered: 'b' }]
  assert.deepEqual(JSON.parse(String(statements[4]?.params['allowed'])), allowed)
  assert.equal(statements[5]?.params['scope'], 'b')
})

test('AZ-12, PG-07: an approval nobody was asked for needs the consent at that moment, and grows none', () => {
  const { request_id: _, ...request } = STORED
  const unasked = approval({ request, answer: 'unasked' })
  const { result, statements } = stepped(
    approveRequest(unasked),
    NONE,
    [SESSION_ROW],
    [consentRow()],
    NONE,
    NONE,
  )
  assert.ok(!(result instanceof OAuthError))
  assert.deepEqual(verbs(statements).slice(3), [
    'INSERT INTO oauth_authorization',
    'INSERT INTO oauth_authorization_code',
  ])
  for (const rows of [
    NONE,
    ...[
      { resource: 'https://api.example', scope: 'a b', remembered: 'a' },
      { resource: null, scope: 'a b', remembered: 'a b' },
    ].map((one) => [consentRow({ allowed: JSON.stringify([one]) })]),
  ]) {
    refused(stepped(approveRequest(unasked), NONE, [SESSION_ROW], rows).result, 'consent_required')
  }
})

test('decision 13: for a first-party client nothing need be remembered', () => {
  const client = { ...CLIENT, first_party: true }
  const { request_id: _, ...request } = STORED
  const { result } = stepped(
    approveRequest(approval({ request, client, answer: 'unasked' })),
    NONE,
    [SESSION_ROW],
    NONE,
    NONE,
  )
  assert.ok(!(result instanceof OAuthError))
})

test('contract, interaction API: where an app vouches for the person no session is looked for', () => {
  const { result } = stepped(
    approveRequest(approval({ session_id: null })),
    NONE,
    CLAIMED,
    NONE,
    WRITTEN,
    NONE,
    NONE,
  )
  assert.ok(!(result instanceof OAuthError))
})

const ends = (client: ReturnType<typeof literalClient>): readonly unknown[] => {
  const { statements } = stepped(
    approveRequest(approval({ client, session_id: null })),
    NONE,
    CLAIMED,
    NONE,
    WRITTEN,
    NONE,
    NONE,
  )
  const code = statements[5]?.params
  assert.equal(statements[4]?.params['expires_at'], code?.['expires_at'])
  return [code?.['authorization_expires_at'], code?.['expires_at']]
}

test('RT-06, contract, lifetimes: an authorization ends with its last refresh, the client its own lifetimes first', () => {
  assert.deepEqual(ends(CLIENT), [NOW + 1000, NOW + 60])
  assert.deepEqual(ends({ ...CLIENT, refresh_token_ttl: 500, code_ttl: 30 }), [NOW + 500, NOW + 30])
})

test('AZ-10: without refresh_token an authorization ends with the token of the last moment', () => {
  const client = { ...CLIENT, grant_types: ['authorization_code'] }
  assert.deepEqual(ends(client), [NOW + 160, NOW + 60])
  assert.deepEqual(ends({ ...client, access_token_ttl: 10, code_ttl: 30 }), [NOW + 40, NOW + 30])
})

test('AZ-15: of ten answers to one request at once one is taken, and a later one finds nothing', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => openRequest(REQUEST, { request_id: 'ar_1', browser_mac: 'mac', now: NOW }))
  const answer = (index: number) =>
    store.write(() =>
      approveRequest(
        approval({
          session_id: null,
          fresh: {
            authorization_id: `au_${index}`,
            code: { id: `code_${index}`, hash: `hash_${index}`, hash_key_id: 'hk_1' },
          },
        }),
      ),
    )
  const outcomes = await Promise.all(Array.from({ length: 10 }, (_, index) => answer(index)))
  assert.equal(outcomes.filter((outcome) => !(outcome instanceof OAuthError)).length, 1)
  refused(await answer(11), 'invalid_request')
  refused(await store.write(() => denyRequest('ar_1', NOW)), 'invalid_request')
  assert.equal((await store.read(findAuthorizationRequest('ar_1')))?.used_at, NOW)
  const consent = await store.read(findConsent('us_1', 'cl_1'))
  assert.deepEqual(
    consent?.allowed.map(({ scope }) => scope),
    ['a b'],
  )
})

test('AZ-15: a request is over at its end, to the second', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => openRequest(REQUEST, { request_id: 'ar_1', browser_mac: 'mac', now: NOW - 900 }))
  refused(await store.write(() => denyRequest('ar_1', NOW)), 'invalid_request')
  assert.equal(await store.write(() => denyRequest('ar_1', NOW - 1)), undefined)
})
