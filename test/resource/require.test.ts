import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { Verifier } from '../../src/resource/verifier.ts'
import {
  type Checked,
  type OAuthCheck,
  requireAnyScope,
  requireClient,
  requireScope,
  requireToken,
} from '../../src/resource/web.ts'
import { principal, testVerifier } from './_verifier.ts'

const URL_OF = 'https://api.example/invoices'

interface Asked {
  readonly authorization?: string
  readonly search?: string
  readonly form?: string
}

const ask = (check: OAuthCheck, { authorization, search = '', form }: Asked = {}): Promise<Checked> => {
  const headers = authorization === undefined ? {} : { authorization }
  return check(
    form === undefined
      ? new Request(URL_OF + search, { headers })
      : new Request(URL_OF + search, { headers, method: 'POST', body: new URLSearchParams(form) }),
  )
}

/** Status, challenge and error of a refusal; `'pass'` when there is none. */
const told = async ({ response }: Checked): Promise<unknown> => {
  if (response === undefined) return 'pass'
  const { error } = (await response.json()) as { error?: string }
  return [response.status, response.headers.get('www-authenticate'), error]
}

const GOOD = { authorization: 'Bearer good' }

test('RFC 6750 3.1: without credentials neither challenge nor body name an error', async () => {
  const v = testVerifier()
  const bare = [401, 'Bearer realm="oauthd"', undefined]
  assert.deepEqual(await told(await ask(requireToken(v))), bare)
  // RFC 9110 11.6.2: credentials of another scheme are none for this one.
  assert.deepEqual(await told(await ask(requireToken(v), { authorization: 'Basic Z29vZDo=' })), bare)
  assert.deepEqual(await told(await ask(requireClient(v, 'cl_1'))), bare)
  assert.deepEqual(v.asked, [])
})

test('PR-03: a 401 names the scope that the route needs', async () => {
  const v = testVerifier()
  const scoped = [401, 'Bearer realm="oauthd", scope="x y"', undefined]
  assert.deepEqual(await told(await ask(requireScope(v, 'x y'))), scoped)
  assert.deepEqual(await told(await ask(requireAnyScope(v, ['x', 'y']))), scoped)
})

test('RFC 6750 2.1: the scheme is read in any case, and the token as it is', async () => {
  const v = testVerifier()
  for (const authorization of ['Bearer good', 'bearer good', 'BEARER  good']) {
    assert.equal(await told(await ask(requireToken(v), { authorization })), 'pass', authorization)
  }
  assert.deepEqual(v.asked, ['good', 'good', 'good'])
})

test('RFC 6750 3.1: a token that is not live is invalid_token', async () => {
  const v = testVerifier()
  for (const authorization of ['Bearer bad', 'Bearer GOOD', 'Bearer good=']) {
    assert.deepEqual(await told(await ask(requireToken(v), { authorization })), [
      401,
      'Bearer realm="oauthd", error="invalid_token"',
      'invalid_token',
    ])
  }
})

test('RFC 6750 3.1: a malformed Authorization header is invalid_request, and nobody is asked', async () => {
  const v = testVerifier()
  for (const authorization of ['Bearer', 'Bearer good good', 'Bearer good, Bearer good', 'Bearer "good"']) {
    assert.deepEqual(await told(await ask(requireScope(v, 'a'), { authorization })), [
      400,
      'Bearer realm="oauthd", error="invalid_request"',
      'invalid_request',
    ])
  }
  assert.deepEqual(v.asked, [])
})

test('AT-06: a token in the query or in a form alone is none: 401 without an error', async () => {
  const v = testVerifier()
  for (const asked of [
    { search: '?access_token=good' },
    { search: '?a=1&access%5Ftoken=good' },
    { form: 'access_token=good' },
  ]) {
    const bare = [401, 'Bearer realm="oauthd"', undefined]
    assert.deepEqual(await told(await ask(requireToken(v), asked)), bare)
  }
  assert.deepEqual(v.asked, [])
})

test('AT-06: a token in the header and another in query or form is 400', async () => {
  const v = testVerifier()
  for (const asked of [
    { ...GOOD, search: '?access_token=good' },
    { ...GOOD, search: '?access_token' },
    { ...GOOD, search: '?access%5Ftoken=other' },
    { ...GOOD, form: 'a=1&access_token=good' },
  ]) {
    assert.deepEqual(await told(await ask(requireToken(v), asked)), [
      400,
      'Bearer realm="oauthd", error="invalid_request"',
      'invalid_request',
    ])
  }
  assert.equal(v.asked.length, 1, 'a form is looked at behind its token, a query before')
  for (const asked of [
    { ...GOOD, search: '?xaccess_token=1' },
    { ...GOOD, form: 'a=access_token' },
  ]) {
    assert.equal(await told(await ask(requireToken(v), asked)), 'pass')
  }
})

test('house: a form is still the route’s to read, also one of which only the beginning is looked at', async () => {
  const check = requireToken(testVerifier())
  for (const size of [10, 300_000]) {
    const body = new URLSearchParams({ a: 'x'.repeat(size) })
    const request = new Request(URL_OF, { method: 'POST', headers: GOOD, body })
    assert.equal(await told(await check(request)), 'pass')
    assert.equal(await request.text(), body.toString())
  }
  const read = new Request(URL_OF, { method: 'POST', headers: GOOD, body: new URLSearchParams('a=1') })
  await read.text()
  assert.equal(await told(await check(read)), 'pass')
})

/** A form of which the beginning has come, and no more comes. */
const slow = (beginning: string, authorization: string): Request =>
  new Request(URL_OF, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
    body: new ReadableStream<Uint8Array>({ start: (to) => to.enqueue(new TextEncoder().encode(beginning)) }),
    duplex: 'half',
  })

test('house: nobody waits for a form of which nothing depends: its token is not live, or lacks the scope', async () => {
  const v = testVerifier()
  const bad = slow('access_token=', 'Bearer bad')
  assert.equal((await requireToken(v)(bad)).response?.status, 401)
  const lacking = slow('access_token=', 'Bearer good')
  assert.equal((await requireScope(v, 'c')(lacking)).response?.status, 403)
  for (const request of [bad, lacking]) assert.equal(request.body?.locked, false)
})

test('house: the form of a live token is waited for a second at most; what came by then counts', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const check = requireToken(testVerifier())
  for (const [beginning, expected] of [
    ['a=1&b=', 'pass'],
    ['a=1&access_token=x&b=', 400],
  ] as const) {
    const request = slow(beginning, 'Bearer good')
    const checked = check(request)
    let isDone = false
    checked.then(() => {
      isDone = true
    })
    await setImmediate()
    t.mock.timers.tick(999)
    await setImmediate()
    assert.equal(isDone, false)
    t.mock.timers.tick(1)
    assert.equal((await checked).response?.status ?? 'pass', expected)
    // What came is the route's still.
    const { value } = (await request.body?.getReader().read()) ?? {}
    assert.equal(new TextDecoder().decode(value), beginning)
  }
})

test('RFC 6750 3.1: a missing scope is 403 insufficient_scope with what is needed', async () => {
  const v = testVerifier()
  const lacking = (scope: string): unknown => [
    403,
    `Bearer realm="oauthd", error="insufficient_scope", scope="${scope}"`,
    'insufficient_scope',
  ]
  assert.equal(await told(await ask(requireScope(v, 'a'), GOOD)), 'pass')
  assert.equal(await told(await ask(requireScope(v, 'b a'), GOOD)), 'pass')
  assert.deepEqual(await told(await ask(requireScope(v, 'c'), GOOD)), lacking('c'))
  assert.deepEqual(await told(await ask(requireScope(v, 'a c'), GOOD)), lacking('a c'))
  assert.equal(await told(await ask(requireAnyScope(v, ['c', 'b']), GOOD)), 'pass')
  assert.deepEqual(await told(await ask(requireAnyScope(v, ['c', 'd']), GOOD)), lacking('c d'))
})

test('origin, middleware: one of several clients passes; another’s token is 403, and no scope would help', async () => {
  const v = testVerifier()
  for (const ids of ['cl_1', ['cl_2', 'cl_1']]) {
    assert.equal(await told(await ask(requireClient(v, ids), GOOD)), 'pass')
  }
  for (const ids of ['cl_2', ['cl_2', 'cl_11']]) {
    const wrong = [403, 'Bearer realm="oauthd"', 'access_denied']
    assert.deepEqual(await told(await ask(requireClient(v, ids), GOOD)), wrong)
  }
})

test('RFC 8707 2: with a resource of one’s own, a token for another is invalid_token', async () => {
  const resource = 'https://api.example/mcp'
  const audiences = {
    'https://api.example/mcp': 'pass',
    'https://API.example:443/mcp': 'pass',
    'https://api.example/mcp/': 401,
    'https://api.example': 401,
    'https://id.example': 401,
  }
  for (const [aud, expected] of Object.entries(audiences)) {
    const checked = await ask(requireToken(testVerifier({ aud }), { resource }), GOOD)
    assert.equal(checked.response?.status ?? 'pass', expected, aud)
  }
  const several = testVerifier({ aud: ['https://other.example', resource] })
  assert.equal(await told(await ask(requireToken(several, { resource }), GOOD)), 'pass')
  assert.equal(await told(await ask(requireToken(testVerifier({ aud: [] })), GOOD)), 'pass')
})

test('RFC 9728 5.1: with a resource every challenge leads to its metadata, and a realm names it', async () => {
  const v = testVerifier()
  const options = { resource: 'https://api.example/mcp', realm: 'Invoices "2"' }
  const metadata = 'resource_metadata="https://api.example/.well-known/oauth-protected-resource/mcp"'
  const realm = 'Bearer realm="Invoices \\"2\\""'
  const challenge = async (check: OAuthCheck, asked?: Asked): Promise<unknown> =>
    (await ask(check, asked)).response?.headers.get('www-authenticate')
  assert.equal(await challenge(requireToken(v, options)), `${realm}, ${metadata}`)
  assert.equal(
    await challenge(requireScope(v, 'a', options), GOOD),
    `${realm}, error="invalid_token", scope="a", ${metadata}`,
  )
  const request = { ...GOOD, search: '?access_token=good' }
  assert.equal(
    await challenge(requireAnyScope(v, ['a'], options), request),
    `${realm}, error="invalid_request", ${metadata}`,
  )
  v.live.set('good', principal({ aud: options.resource }))
  assert.equal(
    await challenge(requireScope(v, 'c', options), GOOD),
    `${realm}, error="insufficient_scope", scope="c", ${metadata}`,
  )
  assert.equal(await challenge(requireClient(v, 'cl_2', options), GOOD), `${realm}, ${metadata}`)
})

test('contract, middleware: a verifier that cannot know is 503 with Retry-After, never a pass', async () => {
  const v = testVerifier()
  const faults: unknown[] = []
  const check = requireToken(v, { onError: (error) => faults.push(error) })
  v.fault = new Error('database is gone')
  const { response } = await ask(check, GOOD)
  assert.equal(response?.status, 503)
  assert.deepEqual(Object.fromEntries(response.headers), {
    'cache-control': 'no-store',
    'content-type': 'application/json',
    'retry-after': '1',
  })
  const { error, error_description } = (await response.json()) as Record<string, unknown>
  assert.deepEqual([error, error_description], ['temporarily_unavailable', 'try again in a moment'])
  assert.deepEqual(faults, [v.fault])
  v.fault = undefined
  assert.equal(await told(await ask(check, GOOD)), 'pass')
})

test('house: an outage is one warning of the process where nobody listens, and the next one another', async (t) => {
  const emitWarning = t.mock.method(process, 'emitWarning', () => {})
  const v = testVerifier()
  const check = requireToken(v)
  for (const fault of ['first', 'first', undefined, 'second']) {
    v.fault = fault === undefined ? undefined : new Error(fault)
    await ask(check, GOOD)
  }
  assert.deepEqual(
    emitWarning.mock.calls.map(({ arguments: [words] }) => words),
    ['first', 'second'].map((fault) => `tokens cannot be checked, requests get 503: Error: ${fault}`),
  )
})

test('contract, middleware: a verifier of the app’s own that gives or throws nonsense is 503, and no fault of the route', async (t) => {
  t.mock.method(process, 'emitWarning', () => undefined)
  const resource = 'https://api.example'
  const nonsense: readonly (() => unknown)[] = [
    () => ({ client_id: 'cl_1' }),
    () => {
      throw Object.create(null)
    },
    () => {
      throw Symbol('s')
    },
  ]
  for (const given of [null, false, 0, '', 'x', {}, { ...principal(), can: undefined }]) {
    const v: Verifier = { verify: async () => given as never }
    assert.equal((await ask(requireToken(v), GOOD)).response?.status, 503, JSON.stringify(given))
  }
  for (const verify of nonsense) {
    const v = { verify: async (): Promise<never> => verify() as never }
    assert.equal((await ask(requireToken(v, { resource }), GOOD)).response?.status, 503)
    assert.equal((await ask(requireScope(v, 'a'), GOOD)).response?.status, 503)
  }
})

test('house: a listener that throws turns no refusal into a fault', async (t) => {
  t.mock.method(process, 'emitWarning', () => {})
  const v = testVerifier()
  v.fault = new Error('database is gone')
  const onError = (): never => {
    throw new Error('of the listener')
  }
  assert.equal((await ask(requireToken(v, { onError }), GOOD)).response?.status, 503)
})

test('contract, middleware: wrong arguments are a TypeError when the route is made, not when it is asked', () => {
  const v = testVerifier()
  const refused = (make: () => unknown, words: RegExp): void => {
    assert.throws(make, { name: 'TypeError', message: words })
  }
  const any = (given: unknown): never => given as never
  for (const not of [undefined, null, {}, { verify: true }, 'https://id.example']) {
    refused(() => requireToken(any(not)), /^the first argument must be a server or a verifier, which has/)
  }
  refused(() => requireScope(any(Promise.resolve(v)), 'a'), /it is a promise, await it first$/)
  for (const scope of ['', ' ', 'a  b', ' a', 'a"b', 'ä', ['a'], undefined, null]) {
    refused(() => requireScope(v, any(scope)), /^requireScope needs a scope/)
  }
  for (const scopes of [[], 'a', ['a', ''], ['a b'], [7], undefined]) {
    refused(() => requireAnyScope(v, any(scopes)), /^requireAnyScope needs a list of scopes/)
  }
  for (const ids of ['', [], ['cl_1', ''], [undefined], undefined, 7]) {
    refused(() => requireClient(v, any(ids)), /^requireClient needs a client_id/)
  }
  refused(() => requireToken(v, any({ resources: 'x' })), /^resources: did you mean resource\?$/)
  refused(() => requireToken(v, any({ colour: 1 })), /^colour is not an option of the middleware$/)
  refused(() => requireToken(v, any('https://api.example')), /^the options must be an object$/)
  refused(() => requireToken(v, { resource: 'api.example' }), /^resource must be absolute$/)
  refused(() => requireToken(v, { realm: 'a\nb' }), /^realm must be printable ASCII$/)
  refused(() => requireToken(v, any({ onError: true })), /^onError must be a function$/)
})

test('contract, middleware: a list that changes later changes no route', async () => {
  const scopes = ['c']
  const ids = ['cl_2']
  const checks = [requireAnyScope(testVerifier(), scopes), requireClient(testVerifier(), ids)]
  scopes.push('a')
  ids.push('cl_1')
  for (const check of checks) assert.equal((await ask(check, GOOD)).response?.status, 403)
})

test('IN-04: nothing is remembered: what is revoked is refused from the next check on', async () => {
  const v = testVerifier()
  const [first, second] = [requireToken(v), requireScope(v, 'a')]
  assert.equal(await told(await ask(first, GOOD)), 'pass')
  v.live.delete('good')
  assert.equal((await ask(second, GOOD)).response?.status, 401)
  assert.equal((await ask(first, GOOD)).response?.status, 401)
})

test('house: checks that run at once do not meet', async () => {
  const v: Verifier = {
    async verify(token) {
      await Promise.resolve()
      return String(token).startsWith('u') ? principal({ sub: String(token) }) : undefined
    },
  }
  const check = requireToken(v)
  const tokens = Array.from({ length: 500 }, (_, index) => `${index % 3 === 0 ? 'x' : 'u'}${index}`)
  const all = await Promise.all(tokens.map((token) => ask(check, { authorization: `Bearer ${token}` })))
  assert.deepEqual(
    all.map((one) => one.principal?.sub),
    tokens.map((token) => (token.startsWith('u') ? token : undefined)),
  )
})
