import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type AccessToken,
  introspection,
  isLive,
  maySee,
  whyInactive,
} from '../../src/protocol/access-token.ts'

const ISSUER = { issuer: 'https://id.example' }

const TOKEN: AccessToken = {
  jti: '01kas0000000000000000000aa',
  client_id: 'cl_cron',
  authorization_id: null,
  sub: 'cl_cron',
  grant_type: 'client_credentials',
  scope: 'jobs:run',
  aud: null,
  cnf: null,
  authorization_details: null,
  iat: 1_795_330_000,
  exp: 1_795_333_600,
  revoked_at: null,
  client_revoked_at: null,
  authorization_revoked_at: null,
}

const caller = (resource: string[] = [], introspect: 'own' | 'any' = 'own') =>
  ({ client_id: 'cl_api', introspect, resource }) as const

test('TM-02: a token is dead exactly at exp', () => {
  assert.equal(isLive(TOKEN, TOKEN.exp - 1), true)
  assert.equal(isLive(TOKEN, TOKEN.exp), false)
  assert.equal(isLive(TOKEN, TOKEN.exp + 1), false)
})

test('IN-02: a revoked token is dead at once', () => {
  assert.equal(isLive({ ...TOKEN, revoked_at: TOKEN.iat }, TOKEN.iat), false)
})

test('CA-11: a token dies with its client', () => {
  assert.equal(isLive({ ...TOKEN, client_revoked_at: TOKEN.iat }, TOKEN.iat), false)
})

test('contract, token:introspect --explain: why a token is inactive, exactly when it is', () => {
  assert.equal(whyInactive(TOKEN, TOKEN.exp - 1), undefined)
  assert.deepEqual(whyInactive(TOKEN, TOKEN.exp), { reason: 'expired', at: TOKEN.exp })
  assert.deepEqual(whyInactive({ ...TOKEN, revoked_at: 7 }, TOKEN.iat), { reason: 'revoked', at: 7 })
  assert.deepEqual(whyInactive({ ...TOKEN, client_revoked_at: 8 }, TOKEN.iat), {
    reason: 'client_revoked',
    at: 8,
  })
  // What somebody did says more than what time did.
  assert.deepEqual(whyInactive({ ...TOKEN, revoked_at: 7 }, TOKEN.exp), { reason: 'revoked', at: 7 })
})

test('IN-03: the answer about an active token', () => {
  assert.deepEqual(introspection(TOKEN, ISSUER), {
    active: true,
    scope: 'jobs:run',
    client_id: 'cl_cron',
    token_type: 'Bearer',
    exp: 1_795_333_600,
    iat: 1_795_330_000,
    sub: 'cl_cron',
    aud: 'https://id.example',
    iss: 'https://id.example',
    jti: '01kas0000000000000000000aa',
    grant_type: 'client_credentials',
  })
})

test('contract, settled points: an empty scope leaves the member out', () => {
  const { scope, ...rest } = introspection(TOKEN, ISSUER)
  assert.equal(scope, 'jobs:run')
  assert.deepEqual(introspection({ ...TOKEN, scope: '' }, ISSUER), rest)
})

test('AT-03: aud is the resource, the list of several, or the issuer', () => {
  const aud = (resource: string[] | null): unknown => introspection({ ...TOKEN, aud: resource }, ISSUER).aud
  assert.equal(aud(['https://a.example']), 'https://a.example')
  assert.deepEqual(aud(['https://a.example', 'https://b.example']), [
    'https://a.example',
    'https://b.example',
  ])
  assert.equal(aud(null), ISSUER.issuer)
})

test('LG-01: the answer has nothing of the row but what RFC 7662 names', () => {
  const row = { ...TOKEN, token_hash: 'hash', hash_key_id: 'hk_1' }
  assert.doesNotMatch(JSON.stringify(introspection(row, ISSUER)), /hash|revoked/)
})

test('IN-05: own sees what was issued to it', () => {
  assert.equal(maySee({ ...caller(), client_id: 'cl_cron' }, TOKEN, ISSUER), true)
  assert.equal(maySee(caller(), TOKEN, ISSUER), false)
})

test('IN-05: own sees what is meant for a resource of its own', () => {
  const meant = { ...TOKEN, aud: ['https://b.example', 'https://a.example'] }
  assert.equal(maySee(caller(['https://a.example/']), meant, ISSUER), true)
  assert.equal(maySee(caller(['https://c.example']), meant, ISSUER), false)
  assert.equal(maySee(caller(['https://a.example/x']), meant, ISSUER), false)
})

test('IN-05, AT-03: a token for no resource is meant for the issuer', () => {
  assert.equal(maySee(caller(['https://id.example']), TOKEN, ISSUER), true)
  assert.equal(
    maySee(caller(['https://id.example']), { ...TOKEN, aud: ['https://a.example'] }, ISSUER),
    false,
  )
})

test('IN-05: any sees all access tokens', () => {
  assert.equal(maySee(caller([], 'any'), TOKEN, ISSUER), true)
})
