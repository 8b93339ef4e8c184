import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { openApi } from '../../src/http/openapi.ts'
import { OPERATIONS } from '../../src/http/operations.ts'
import { routes } from '../../src/http/routes.ts'
import { basic, openHarness } from './_harness.ts'
import { type Described, mismatch, operationsOf } from './_openapi.ts'

const h = await openHarness()
after(() => h.close())

const TARGET = '/oauth/openapi.json'

test('contract, GET /oauth/openapi.json: every endpoint is in it with each of its methods, and nothing else', () => {
  const methods = routes().flatMap(({ name, GET, POST }) => [
    ...(GET ? [`GET ${name}`] : []),
    ...(POST ? [`POST ${name}`] : []),
  ])
  assert.deepEqual(Object.keys(OPERATIONS).toSorted(), methods.toSorted())
  const { openapi, paths } = openApi(routes(), { issuer: 'https://as.example', prefix: 'oauth' })
  assert.match(openapi, /^3\.1\.\d+$/)
  assert.equal(
    Object.values(paths).flatMap((path) => [path['get'] ?? [], path['post'] ?? []].flat()).length,
    methods.length,
  )
  assert.equal(Object.keys(paths).length, routes().length)
})

test('contract, settled points: its paths are those of the issuer and the prefix', () => {
  const { servers, paths } = openApi(routes(), { issuer: 'https://as.example/t/', prefix: 'a/b' })
  assert.deepEqual(servers, [{ url: 'https://as.example' }])
  for (const path of [
    '/t/a/b/token',
    '/t/a/b/authorize/{request_id}',
    '/.well-known/oauth-authorization-server/t',
    '/t/healthz',
  ]) {
    assert.ok(path in paths, `${path} of ${Object.keys(paths).join(' ')}`)
  }
})

test('contract, GET /oauth/openapi.json: each operation has a name of its own, and each reference leads somewhere', () => {
  const document = openApi(routes(), h.server.settings)
  const text = JSON.stringify(document)
  const ids = [...text.matchAll(/"operationId":"([^"]+)"/g)].map(([, id]) => id)
  assert.equal(new Set(ids).size, ids.length)
  assert.equal(ids.length, Object.keys(OPERATIONS).length)
  for (const [, at = ''] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    const found = at.split('/').reduce<unknown>((of, name) => Object(of)[name], document)
    assert.ok(found, at)
  }
})

test('HTTP-08, CORS-02: it is served as the other documents are, with an ETag, for every origin', async () => {
  const first = await h.send('GET', TARGET)
  assert.equal(first.status, 200)
  assert.equal(first.headers.get('content-type'), 'application/json')
  assert.equal(first.headers.get('access-control-allow-origin'), '*')
  assert.equal(first.headers.get('cache-control'), 'public, max-age=300')
  const again = await h.send('GET', TARGET, { headers: { 'if-none-match': first.headers.get('etag') ?? '' } })
  assert.deepEqual([again.status, again.text], [304, ''])
})

test('contract, GET /oauth/openapi.json: whatever is sent to whatever stands in it, the answer is documented and no fault', async () => {
  const app = await h.another({ interaction_url: 'https://app.example/ask' })
  const client = await h.client({
    grant_types: ['client_credentials'],
    scope: 'a oauthd:interactions introspect',
  })
  const bearer = `Bearer ${await h.token(client)}`
  const { paths, components } = (await h.send('GET', TARGET)).body as unknown as Described
  const operations = operationsOf(paths)
  const odd = fc.oneof(
    fc.constantFrom('', ' ', 'a', '0', '-1', '1e999', 'null', '[]', '{}', '"', '<b>', '%00', '%zz', '../..'),
    fc.constantFrom('\0', '\u{feff}', '\u{1f600}', '__proto__', 'x'.repeat(5000), client.client_id),
    fc.constantFrom('code', 'S256', 'client_credentials', 'refresh_token', 'https://app.example/callback'),
    fc.constantFrom('eyJhbGciOiJub25lIn0.e30.', 'oat_', `ar_${'0'.repeat(26)}`, bearer.slice(7)),
    fc.string({ unit: 'binary' }),
  )
  const values = (names: readonly string[]): fc.Arbitrary<[string, string][]> =>
    fc.array(fc.tuple(fc.oneof(fc.constantFrom(...names, 'x'), odd), odd), { maxLength: 6 })
  const asked = fc.constantFrom(...operations).chain((operation) =>
    fc.record({
      operation: fc.constant(operation),
      ids: fc.array(odd, { minLength: 1, maxLength: 1 }),
      query: values(operation.query),
      members: values(operation.body),
      type: fc.constantFrom(operation.media, operation.media, 'application/json', 'text/plain', ''),
      authorization: fc.constantFrom(
        undefined,
        bearer,
        basic(client).authorization,
        'Basic !',
        'DPoP x',
        'Bearer',
      ),
      dpop: fc.constantFrom(undefined, 'x', 'eyJhbGciOiJub25lIn0.e30.'),
      over: fc.constantFrom(h.server, app),
    }),
  )
  const seen = new Set<string>()
  await fc.assert(
    fc.asyncProperty(asked, async ({ operation, ids, query, members, type, authorization, dpop, over }) => {
      const path = operation.path.replace(
        /\{\w+\}/,
        () => encodeURIComponent((ids[0] ?? '').toWellFormed()) || '-',
      )
      const search = new URLSearchParams(query).toString()
      const isJson = type === 'application/json'
      const answered = await h.send(
        operation.method,
        `${path}?${search}`,
        {
          headers: {
            ...(authorization === undefined ? {} : { authorization }),
            ...(dpop === undefined ? {} : { dpop }),
            ...(type === '' ? {} : { 'content-type': type }),
          },
          ...(operation.method === 'GET'
            ? {}
            : {
                body: isJson
                  ? JSON.stringify(Object.fromEntries(members))
                  : new URLSearchParams(members).toString(),
              }),
        },
        over,
      )
      assert.ok(answered.status < 500, answered.text)
      assert.equal(mismatch(operation, components, answered), undefined)
      seen.add(`${operation.method} ${operation.path} ${answered.status}`)
    }),
    { seed: 20_261_122, numRuns: 400 },
  )
  assert.ok(seen.size > operations.length, [...seen].join('\n'))
})
