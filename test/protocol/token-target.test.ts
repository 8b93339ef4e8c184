import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OAuthError } from '../../src/protocol/error.ts'
import { type TokenRules, type TokenTarget, targetOf } from '../../src/protocol/token-target.ts'
import { literalResources } from '../_step.ts'

const OPAQUE = 'https://opaque.example'
const JWT = 'https://jwt.example'

const RULES: TokenRules = {
  resources: literalResources(
    { resource: OPAQUE, access_token_format: 'opaque' },
    { resource: JWT, access_token_format: 'jwt', signing_alg: 'ES256' },
    { resource: 'https://plain.example' },
    { resource: 'https://brief.example', access_token_ttl: 30 },
  ),
  issuer: 'https://id.example',
  access_token_format: 'opaque',
  access_token_ttl: 3600,
  signing_alg: 'RS256',
  authorization_details: new Map(),
}

const JWT_RULES: TokenRules = { ...RULES, access_token_format: 'jwt', access_token_ttl: 900 }

const CLIENT = { access_token_ttl: null, profile: null }

const target = (
  uris: readonly string[],
  rules = RULES,
  access_token_ttl: number | null = null,
): TokenTarget => {
  const found = targetOf(uris, { ...CLIENT, access_token_ttl }, rules)
  assert.ok(!(found instanceof OAuthError), String(found))
  return found
}

test('decision 2: a token is opaque, for the issuer and for every resource that is not marked jwt', () => {
  assert.deepEqual(target([]), { aud: null, ttl: 3600, jwt: undefined })
  assert.deepEqual(target([OPAQUE, 'https://plain.example']), {
    aud: [OPAQUE, 'https://plain.example'],
    ttl: 3600,
    jwt: undefined,
  })
})

test('decision 2: a token for a resource marked jwt is one, signed as it says, and lives ten minutes', () => {
  const jwt = { iss: 'https://id.example', alg: 'ES256' }
  assert.deepEqual(target(['https://JWT.example/']), { aud: [JWT], ttl: 600, jwt })
  // A server whose tokens live shorter has a reason.
  assert.equal(target([JWT], { ...RULES, access_token_ttl: 60 }).ttl, 60)
})

test('decision 2: with access_token_format jwt every token is one, but for a resource marked opaque', () => {
  assert.deepEqual(target([], JWT_RULES), {
    aud: null,
    ttl: 900,
    jwt: { iss: 'https://id.example', alg: 'RS256' },
  })
  assert.equal(target(['https://plain.example'], JWT_RULES).jwt?.alg, 'RS256')
  assert.deepEqual(target([OPAQUE], JWT_RULES), { aud: [OPAQUE], ttl: 900, jwt: undefined })
  const unregistered = { ...JWT_RULES, resources: new Map() }
  assert.deepEqual(target(['https://any.example'], unregistered).aud, ['https://any.example'])
  assert.equal(target(['https://any.example'], unregistered).jwt?.alg, 'RS256')
})

test('AT-03: a JWT has one audience, so several resources with one of them are invalid_target', () => {
  const several: readonly [readonly string[], TokenRules][] = [
    [[OPAQUE, JWT], RULES],
    [[JWT, 'https://plain.example'], RULES],
    [['https://plain.example', 'https://brief.example'], JWT_RULES],
    [['https://a.example', 'https://b.example'], { ...JWT_RULES, resources: new Map() }],
  ]
  for (const [uris, rules] of several) {
    const refused = targetOf(uris, CLIENT, rules)
    assert.ok(refused instanceof OAuthError && refused.error === 'invalid_target', uris.join())
  }
})

test('decision 2: the client says first how long a token lives, then the resource, then the server', () => {
  assert.equal(target(['https://brief.example'], RULES, 40).ttl, 40)
  assert.equal(target(['https://brief.example']).ttl, 30)
  assert.equal(target(['https://brief.example', OPAQUE]).ttl, 30)
  assert.equal(target([JWT], RULES, 1200).ttl, 1200)
  const wanted = targetOf([OPAQUE], { ...CLIENT, access_token_ttl: 40 }, RULES, 50)
  assert.ok(!(wanted instanceof OAuthError) && wanted.ttl === 50)
})

test('RV-06: a JWT lives a day at the most, whoever asks for more', () => {
  assert.equal(target([JWT], RULES, 7 * 86_400).ttl, 86_400)
  assert.equal(target([], { ...JWT_RULES, access_token_ttl: 7 * 86_400 }).ttl, 86_400)
  assert.equal(target([OPAQUE], RULES, 7 * 86_400).ttl, 7 * 86_400)
})

test('RI-01: a resource that is not registered any more is invalid_target', () => {
  const refused = targetOf(['https://gone.example'], CLIENT, RULES)
  assert.ok(refused instanceof OAuthError && refused.error === 'invalid_target')
})
