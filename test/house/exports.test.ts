import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exportsOf } from './_rules.ts'
import { read } from './_source.ts'

/** The library's public names. A name that goes is a breaking change; one that comes needs its TSDoc. */
const PUBLIC = [
  'OAuthError',
  'SecretError',
  'StoreError',
  'createOAuthServer',
  'type ApprovalChoice',
  'type ApprovedAuthorization',
  'type ApprovingPerson',
  'type ClientInformation',
  'type ClientWithSecret',
  'type ConsentInformation',
  'type ErrorCode',
  'type EventListener',
  'type EventType',
  'type GivenMetadata',
  'type Introspection',
  'type Log',
  'type OAuthClients',
  'type OAuthConsents',
  'type OAuthEvent',
  'type OAuthServer',
  'type OAuthServerOptions',
  'type OpenDatabase',
  'type Principal',
  'type ProtectedResourceMetadata',
  'type RotatedClient',
  'type TokenRequest',
  'type TokenResponse',
  'type ValidatedAuthorization',
]

test('contract, library: the package exports the names it promises and no others', () => {
  assert.deepEqual(exportsOf(read('src/index.ts')), PUBLIC.toSorted())
})

/** What `oauthd/verify` gives beside them. */
const VERIFY = [
  'OAuthError',
  'SecretError',
  'StoreError',
  'createVerifier',
  'type FileOptions',
  'type IntrospectionOptions',
  'type JwksOptions',
  'type OpenVerifier',
  'type Principal',
  'type Verifier',
  'type VerifierOptions',
]

test('contract, verifiers: oauthd/verify exports the names it promises and no others', () => {
  assert.deepEqual(exportsOf(read('src/verify.ts')), VERIFY)
})

test('house 1: src/index.ts is the public names and nothing else', () => {
  const lines = read('src/index.ts').replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
  assert.equal(lines.replace(/^export (type )?\{[^}]*\} from '\.\/[a-z/-]+\.ts'$/gm, '').trim(), '')
})

test('contract, library: the reader of exports sees lists, renamed names, types and declarations', () => {
  const text = [
    '/** Words. */',
    "export { b, type C, d as e } from './x.ts'",
    "export type { F } from './y.ts'",
    'export const g = 1',
    'export interface H {}',
    'export async function i() {}',
    "export * from './z.ts'",
  ].join('\n')
  assert.deepEqual(exportsOf(text), ['b', 'e', 'export * from', 'g', 'i', 'type C', 'type F', 'type H'])
})
