import assert from 'node:assert/strict'
import { posix } from 'node:path'
import { test } from 'node:test'
import { exportsOf, importsOf } from './_rules.ts'
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
  'type DenialReason',
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

/** What every adapter of the middleware gives; beside them each has the types of its framework. */
const MIDDLEWARE = [
  'requireAnyScope',
  'requireClient',
  'requireScope',
  'requireToken',
  'type Principal',
  'type RequireOptions',
  'type Verifier',
]

const ADAPTERS: Readonly<Record<string, readonly string[]>> = {
  h3: ['type OAuthMiddleware'],
  express: ['type OAuthMiddleware', 'type ProtectedRequest'],
  fastify: ['type OAuthPreHandler'],
  hono: [],
  web: ['type Checked', 'type OAuthCheck'],
}

test('contract, middleware: each adapter exports the names it promises and no others', () => {
  for (const [name, own] of Object.entries(ADAPTERS)) {
    assert.deepEqual(exportsOf(read(`src/resource/${name}.ts`)), [...MIDDLEWARE, ...own].toSorted(), name)
  }
})

test('contract, middleware: the package has an import for each adapter, with its types', () => {
  const { exports } = JSON.parse(read('package.json')) as { exports: Readonly<Record<string, unknown>> }
  for (const name of Object.keys(ADAPTERS)) {
    const file = `./dist/resource/${name}`
    assert.deepEqual(exports[`./${name}`], { types: `${file}.d.ts`, default: `${file}.js` })
  }
})

/** The files that a file of src loads when it runs, itself among them. */
const loadedBy = (path: string, found = new Set<string>()): ReadonlySet<string> => {
  if (found.has(path)) return found
  found.add(path)
  for (const { from, typeOnly } of importsOf(read(path))) {
    if (!typeOnly) loadedBy(from.startsWith('.') ? posix.join(posix.dirname(path), from) : from, found)
  }
  return found
}

test('house 2: an adapter loads no framework, no database and no server: the rules of tokens alone', () => {
  for (const name of Object.keys(ADAPTERS)) {
    const loaded = [...loadedBy(`src/resource/${name}.ts`)]
    assert.ok(loaded.includes('src/protocol/bearer.ts'))
    const strange = loaded.filter((path) => !/^src\/(protocol|resource)\//.test(path))
    assert.deepEqual(strange, [], name)
  }
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
