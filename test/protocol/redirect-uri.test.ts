import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { differences, matchesRedirectUri, registrableRedirectUri } from '../../src/protocol/redirect-uri.ts'
import { vectors } from './_refusal.ts'

const { matching, differing } = vectors<{
  matching: { registered: string; presented: string }[]
  differing: { registered: string; presented: string; differs: string[] }[]
}>('redirect-uri')

const problem = (uri: string, isPublic = true): string | undefined => {
  const refusal = registrableRedirectUri(uri, { public: isPublic })
  if (refusal !== undefined) assert.equal(refusal.error, 'invalid_redirect_uri')
  return refusal?.error_description
}

for (const { registered, presented } of matching) {
  test(`RU-02: ${registered} is matched by ${presented}`, () => {
    assert.equal(matchesRedirectUri(registered, presented), true)
    assert.deepEqual(differences(registered, presented), [])
  })
}

for (const { registered, presented, differs } of differing) {
  test(`RU-01: ${registered} is not matched by ${presented}: ${differs.join(', ')}`, () => {
    assert.equal(matchesRedirectUri(registered, presented), false)
    assert.deepEqual(differences(registered, presented), differs)
  })
}

test('contract, client:check-redirect: there is a difference exactly when there is no match', () => {
  const piece = fc.constantFrom(
    'http:',
    'https:',
    '//',
    '127.0.0.1',
    'localhost',
    ':',
    '80',
    '0',
    '/',
    'cb',
    '?',
    'x',
    '#',
    '@',
    '\\',
    '%63',
  )
  const uri = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''))
  const loopback = fc
    .tuple(
      fc.constantFrom('127.0.0.1', 'localhost'),
      fc.constantFrom('', ':80', ':0', ':'),
      fc.constantFrom('', '/cb', '?x', '/cb#x'),
    )
    .map(([host, port, rest]) => `http://${host}${port}${rest}`)
  const either = fc.oneof(uri, loopback)
  fc.assert(
    fc.property(either, either, (registered, presented) => {
      assert.equal(differences(registered, presented).length === 0, matchesRedirectUri(registered, presented))
    }),
  )
})

test('RU-01: whatever it is, a URI matches itself', () => {
  fc.assert(fc.property(fc.webUrl(), (uri) => matchesRedirectUri(uri, uri)))
})

test('RU-03: https anywhere and http on loopback can be registered', () => {
  for (const uri of [
    'https://a.example/cb',
    'https://a.example:8443/cb?x=1&y=%20',
    'https://a.example',
    'http://127.0.0.1/cb',
    'http://[::1]:3000/cb',
    'http://localhost:3000/',
    'HTTPS://a.example/cb',
    `https://a.example/${'x'.repeat(2030)}`,
  ]) {
    assert.equal(problem(uri, false), undefined, uri)
  }
})

for (const [what, uri, words] of [
  ['a fragment', 'https://a.example/cb#x', /fragment/],
  ['an empty fragment', 'https://a.example/cb#', /fragment/],
  ['a relative URI', '/cb', /absolute/],
  ['a URI without scheme', '//a.example/cb', /absolute/],
  ['an empty URI', '', /absolute/],
  ['a wildcard host', 'https://*.a.example/cb', /wildcard/],
  ['a wildcard path', 'https://a.example/*', /wildcard/],
  ['http elsewhere', 'http://a.example/cb', /https/],
  ['http on a short spelling of loopback', 'http://127.1/cb', /https/],
  ['javascript', 'javascript:alert(1)', /never a redirect/],
  ['JavaScript in any case', 'JavaScript:alert(1)', /never a redirect/],
  ['data', 'data:text/html,x', /never a redirect/],
  ['vbscript', 'vbscript:x', /never a redirect/],
  ['file', 'file:///etc/passwd', /never a redirect/],
  ['blob', 'blob:https://a.example/x', /never a redirect/],
  ['about', 'about:blank', /never a redirect/],
  ['a fragment of a private-use URI', 'com.example.app:/cb#x', /fragment/],
  ['userinfo of a private-use URI', 'com.example.app://u@a/cb', /user name/],
  ['a scheme with a digit first', '1com.example.app:/cb', /valid scheme/],
  ['a backslash', 'https://a.example\\cb', /backslash/],
  ['userinfo', 'https://u:p@a.example/cb', /user name/],
  ['a space', 'https://a.example/c b', /character/],
  ['a tab before it', '\thttps://a.example/cb', /character/],
  ['a newline after it', 'https://a.example/cb\n', /character/],
  ['a control', 'https://a.example/\u0001', /character/],
  ['what is not ASCII', 'https://ä.example/cb', /character/],
  ['broken percent-encoding', 'https://a.example/%zz', /character/],
  ['no host', 'https:///cb', /host/],
  ['an impossible port', 'https://a.example:99999/cb', /valid/],
  ['2049 characters', `https://a.example/${'x'.repeat(2031)}`, /longer/],
] as const) {
  test(`RU-03: registration refuses ${what}`, () => {
    assert.match(problem(uri) ?? '', words)
  })
}

for (const uri of [
  'https://a.example/x/../cb',
  'https://a.example/x/..',
  'https://a.example/./cb',
  'https://a.example/%2e%2e/cb',
  'https://a.example/.%2E/cb',
  'https://a.example/x%2f..%2fcb',
  'https://a.example\\cb',
  'https://a.example/x%5ccb',
]) {
  test(`RU-05: registration refuses the path traversal of ${uri}`, () => {
    assert.notEqual(problem(uri), undefined)
  })
}

test('RU-04: a private-use scheme has a dot in it, with an authority or without', () => {
  for (const uri of [
    'com.example.app:/cb',
    'com.example.app://cb',
    'Com.Example.App0:/cb',
    'com.example.app://auth/cb?x=1',
  ]) {
    assert.equal(problem(uri), undefined, uri)
  }
  for (const uri of [
    'cursor://anysphere.cursor-mcp/oauth/callback',
    'myapp:/cb',
    'ftp://a.example/cb',
    'urn:ietf:wg:oauth:2.0:oob',
  ]) {
    assert.match(problem(uri) ?? '', /dot/, uri)
  }
  assert.match(problem('com.example.app:cb') ?? '', /needs a \//)
})

test('RU-04: a private-use scheme is only for public clients', () => {
  assert.match(problem('com.example.app:/cb', false) ?? '', /public client/)
})

test('RU-06: the refusal does not repeat the URI', () => {
  assert.doesNotMatch(problem('http://attack.example/cb') ?? '', /attack/)
})
