import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clientCredentials } from '../../src/grants/client-credentials.ts'
import type { Attempt } from '../../src/grants/grant.ts'
import { grants } from '../../src/grants/registry.ts'
import { OAuthError } from '../../src/protocol/error.ts'
import { parseForm } from '../../src/protocol/form.ts'
import { literalClient, literalRules, stepped } from '../_step.ts'
import { NOW } from '../_store.ts'
import { refusal } from '../protocol/_refusal.ts'

const FRESH = {
  access_token: 'oat_clear',
  jti: 'jti_1',
  token_hash: 'hash',
  hash_key_id: 'hk_1',
}

const attempt = (given: Partial<Attempt> = {}): Attempt => ({
  client: literalClient(),
  now: NOW,
  fresh: FRESH,
  cnf: null,
  rules: literalRules(),
  default_scopes: [],
  ...given,
})

const work = (form: string, given: Partial<Attempt> = {}): ReturnType<ReturnType<typeof prepare>> =>
  prepare(form)(attempt(given))

const prepare = (form: string): ReturnType<typeof clientCredentials.prepare> =>
  clientCredentials.prepare(parseForm(form))

/** The scope that is granted for the form. */
const granted = (form: string, given: Partial<Attempt> = {}): unknown => {
  const { result, statements } = stepped(work(form, given), [])
  assert.ok(!(result instanceof OAuthError))
  assert.equal(statements[0]?.params['scope'], result.scope)
  return result.scope
}

/** The error that ends the attempt before anything is asked of the database. */
const refused = (form: string, given: Partial<Attempt> = {}): string | undefined => {
  const { result } = stepped(work(form, given))
  return result instanceof OAuthError ? result.error : undefined
}

test('house 8: the grant in two steps, without a database', () => {
  const issuing = work('scope=a')
  const first = issuing.next()
  assert.ok(!first.done)
  assert.match(first.value.text, /^INSERT INTO oauth_access_token/)
  assert.deepEqual(first.value.params, {
    jti: 'jti_1',
    token_hash: FRESH.token_hash,
    hash_key_id: 'hk_1',
    client_id: 'cl_1',
    authorization_id: null,
    sub: 'cl_1',
    grant_type: 'client_credentials',
    scope: 'a',
    aud: null,
    cnf: null,
    authorization_details: null,
    iat: NOW,
    exp: NOW + 3600,
  })
  assert.deepEqual(issuing.next([]), {
    done: true,
    value: {
      access_token: 'oat_clear',
      jti: 'jti_1',
      sub: 'cl_1',
      scope: 'a',
      token_type: 'Bearer',
      exp: NOW + 3600,
    },
  })
})

test('RFC 9068 2.2: sub is the client itself', () => {
  const { statements } = stepped(work('', { client: literalClient({ client_id: 'cl_other' }) }), [])
  assert.equal(statements[0]?.params['sub'], 'cl_other')
  assert.equal(statements[0]?.params['client_id'], 'cl_other')
})

test('OAuth 2.1 4.2: a public client is refused, and nothing is asked of the database', () => {
  const client = literalClient({ token_endpoint_auth_method: 'none' })
  assert.equal(refused('', { client }), 'unauthorized_client')
})

test('RFC 6749 3.3: asked for no scope, the client gets all that it is registered for', () => {
  assert.equal(granted(''), 'a b')
  assert.equal(granted('scope='), 'a b')
})

test('RFC 6749 3.3: asked for no scope, the client gets its scopes that are marked default', () => {
  assert.equal(granted('', { default_scopes: ['b', 'c'] }), 'b')
  assert.equal(granted('scope=a', { default_scopes: ['b'] }), 'a')
})

test('RFC 6749 3.3: default scopes that the client does not have give it nothing, and take nothing', () => {
  assert.equal(granted('', { default_scopes: ['c'] }), 'a b')
})

test('RFC 6749 3.3: a scope within the registration is granted as asked, each token once', () => {
  assert.equal(granted('scope=b'), 'b')
  assert.equal(granted('scope=b+a+b'), 'b a')
})

test('RFC 6749 3.3: a scope beyond the registration is invalid_scope, and no token is issued', () => {
  assert.equal(refused('scope=a+c'), 'invalid_scope')
  assert.equal(refused('scope=a', { client: literalClient({ scope: '' }) }), 'invalid_scope')
  assert.equal(refused('scope=A'), 'invalid_scope')
})

test('RFC 6749 3.3: a malformed scope is invalid_scope', () => {
  for (const scope of ['a++b', '+a', 'a%22', 'a%0Ab', '%C3%A9']) {
    assert.equal(refused(`scope=${scope}`), 'invalid_scope', scope)
  }
})

test('contract, reserved scopes: client_credentials grants them to a client that has them', () => {
  const client = literalClient({ scope: 'a introspect oauthd:interactions' })
  assert.equal(granted('scope=oauthd:interactions', { client }), 'oauthd:interactions')
  assert.equal(granted('', { client }), 'a introspect oauthd:interactions')
})

test('contract, reserved scopes: a client that does not have them is refused', () => {
  assert.equal(refused('scope=introspect'), 'invalid_scope')
  assert.equal(refused('scope=oauthd:interactions'), 'invalid_scope')
})

test('contract, offline_access: offline_access is taken from a client with refresh_token, and never granted', () => {
  const client = literalClient({ grant_types: ['client_credentials', 'refresh_token'], scope: 'a' })
  assert.equal(granted('scope=a+offline_access', { client }), 'a')
  assert.equal(granted('scope=offline_access', { client }), '')
  assert.equal(refused('scope=a+offline_access'), 'invalid_scope')
})

test('contract, offline_access: offline_access in the registration is not granted either', () => {
  const client = literalClient({ scope: 'a offline_access' })
  assert.equal(granted('', { client, default_scopes: ['offline_access'] }), 'a')
  assert.equal(refused('scope=offline_access', { client }), 'invalid_scope')
})

test('RFC 8707 2: the resources of the request become aud, each once', () => {
  const aud = (form: string): unknown => stepped(work(form), []).statements[0]?.params['aud']
  assert.equal(aud('resource=https://api.example/v1'), '["https://api.example/v1"]')
  assert.equal(
    aud('resource=https://a.example&resource=https://b.example&resource=https://A.example/'),
    '["https://a.example","https://b.example"]',
  )
  assert.equal(aud(''), null)
})

test('RFC 8707 2: a resource that is none is invalid_target before the transaction', () => {
  for (const resource of ['api', '/v1', 'https://a.example/#', 'https://a.example/#f', 'http://a.example']) {
    refusal('invalid_target', () => prepare(`resource=${encodeURIComponent(resource)}`))
  }
})

test('contract, lifetimes: a lifetime of the client beats that of the server', () => {
  const { result } = stepped(work('', { client: literalClient({ access_token_ttl: 60 }) }), [])
  assert.ok(!(result instanceof OAuthError))
  assert.equal(result.exp, NOW + 60)
})

test('house 4, rule 8: a prepared attempt can be run again and asks for the same', () => {
  const prepared = prepare('scope=a')
  const once = stepped(prepared(attempt()), [])
  assert.deepEqual(stepped(prepared(attempt()), []), once)
})

test('TK-12: password and implicit are no grant types here; what is listed works', () => {
  assert.deepEqual([...grants.keys()], ['authorization_code', 'refresh_token', 'client_credentials'])
  assert.equal(grants.get('client_credentials'), clientCredentials)
})
