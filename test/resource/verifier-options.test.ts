import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkedOptions } from '../../src/resource/verifier-options.ts'

const introspection = { issuer: 'https://id.example', client_id: 'cl_1', client_secret: 's' }
const jwks = { issuer: 'https://id.example', audience: 'https://api.example' }

const refusalOf = (options: unknown): string => {
  try {
    checkedOptions(options)
  } catch (error) {
    assert.ok(error instanceof TypeError)
    return error.message
  }
  return 'taken'
}

test('contract, verifiers: a wrong option is a TypeError that names it, and the right one where one is near', () => {
  const refused: readonly (readonly [unknown, string])[] = [
    [undefined, 'the options of createVerifier must be an object'],
    ['oauthd.db', 'the options of createVerifier must be an object'],
    [{}, 'createVerifier needs one of db, introspection, jwks'],
    [{ db: undefined }, 'createVerifier needs one of db, introspection, jwks'],
    [{ db: 'a', jwks }, 'createVerifier takes one of db, introspection, jwks, not db and jwks'],
    [{ DB: 'a' }, 'DB: did you mean db?'],
    [{ db: 'a', secrets: 's' }, 'secrets: did you mean secret?'],
    [{ db: 'a', colour: 1 }, 'colour is not an option of createVerifier'],
    [{ db: 5 }, 'db must be a string that is not empty'],
    [{ db: 'a', secret: 'short' }, 'secret must be a string of at least 32 characters'],
    [
      { db: 'a', issuer: 'http://id.example' },
      'issuer must be https (http only on 127.0.0.1, [::1] or localhost)',
    ],
    [{ jwks, secret: 'x'.repeat(32) }, 'secret goes with db; jwks has jwks.issuer'],
    [{ introspection: 'https://id.example' }, 'introspection must be an object'],
    [
      { introspection: { ...introspection, clientId: 'a' } },
      'introspection.clientId: did you mean introspection.client_id?',
    ],
    [
      { introspection: { ...introspection, cacheSeconds: 5 } },
      'introspection.cacheSeconds: did you mean introspection.cache_seconds?',
    ],
    [{ introspection: {} }, 'introspection.issuer must be a string that is not empty'],
    [
      { introspection: { ...introspection, client_secret: '' } },
      'introspection.client_secret must be a string that is not empty',
    ],
    [
      { introspection: { ...introspection, issuer: 'ftp://id.example' } },
      'introspection.issuer must be https, or http on a loopback host',
    ],
    ...[-1, 0.5, 3601, '5', Number.NaN, null].map(
      (cache_seconds) =>
        [
          { introspection: { ...introspection, cache_seconds } },
          'introspection.cache_seconds must be a whole number from 0 to 3600',
        ] as const,
    ),
    [{ jwks: { ...jwks, audience: undefined } }, 'jwks.audience must be a string that is not empty'],
    [{ jwks: { ...jwks, audience: [] } }, 'jwks.audience must name one audience or more'],
    [{ jwks: { ...jwks, audience: ['a', 5] } }, 'jwks.audience must be a string that is not empty'],
    [{ jwks: { ...jwks, audiance: 'a' } }, 'jwks.audiance: did you mean jwks.audience?'],
  ]
  for (const [options, message] of refused) assert.equal(refusalOf(options), message)
})

test('LG-01: a database URL is refused without its password being repeated', () => {
  assert.equal(
    refusalOf({ db: 'postgres://ana:geheim@db.example/oauth' }),
    'db must be the name of an SQLite file, not a URL',
  )
})

test('contract, verifiers: right options are taken as one kind, with their defaults', () => {
  const secret = 'x'.repeat(32)
  assert.deepEqual(checkedOptions({ db: 'a', secret }), {
    kind: 'db',
    options: { db: 'a', secret, issuer: undefined },
  })
  assert.deepEqual(checkedOptions({ introspection }), {
    kind: 'introspection',
    options: { ...introspection, cache_seconds: 0 },
  })
  assert.deepEqual(checkedOptions({ jwks }), {
    kind: 'jwks',
    options: { ...jwks, audience: [jwks.audience] },
  })
})
