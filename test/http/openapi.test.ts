import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { openApi } from '../../src/http/openapi.ts'
import { OPERATIONS } from '../../src/http/operations.ts'
import { routes } from '../../src/http/routes.ts'
import { openWalk } from '../fuzz/_endpoints.ts'
import { openHarness } from './_harness.ts'

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
  const walk = await openWalk()
  await fc.assert(walk.property, { seed: 20_261_122, numRuns: 400 })
  assert.ok(walk.seen.size > walk.operations.length, [...walk.seen].join('\n'))
  await walk.close()
})
