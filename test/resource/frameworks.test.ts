import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { test } from 'node:test'
import { HOSTS, OWN, PREFLIGHT } from './_hosts.ts'
import { testVerifier } from './_verifier.ts'

/** What HTTP itself adds, which no adapter decides. */
const OF_HTTP = /^(date|connection|keep-alive|content-length|transfer-encoding|x-powered-by)$/

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

const ask = async (url: string, init: RequestInit = {}): Promise<Answer> => {
  const response = await fetch(url, init)
  const text = await response.text()
  const headers = [...response.headers].filter(([name]) => !OF_HTTP.test(name))
  return {
    status: response.status,
    headers: Object.fromEntries(headers),
    body: text === '' ? undefined : JSON.parse(text),
  }
}

const GOOD = { authorization: 'Bearer good' }
const FORM = { ...GOOD, 'content-type': 'application/x-www-form-urlencoded' }

/** A refusal, letter by letter. */
const refused = (status: number, challenge: string, body: object): Answer => ({
  status,
  headers: {
    ...OWN,
    'cache-control': 'no-store',
    'content-type': 'application/json',
    'www-authenticate': `Bearer realm="oauthd"${challenge}`,
  },
  body,
})

const refusal = (status: number, error: string, error_description: string, challenge: string): Answer =>
  refused(status, challenge, { error, error_description })

/** To whoever brought no token: no error, in the challenge or the body. */
const noToken = (challenge: string): Answer =>
  refused(401, challenge, { hint: 'an access token is needed, in the Authorization header: Bearer TOKEN' })

/** Not fetch, which makes one header of several. */
const askNode = async (url: string, headers: Readonly<Record<string, string[]>>): Promise<Answer> => {
  const [response] = (await once(request(url, { headers }).end(), 'response')) as [IncomingMessage]
  const told = Object.entries(response.headers).filter(([name]) => !OF_HTTP.test(name))
  return {
    status: response.statusCode ?? 0,
    headers: Object.fromEntries(told) as Record<string, string>,
    body: JSON.parse(Buffer.concat(await response.toArray()).toString()),
  }
}

const MALFORMED = refusal(
  400,
  'invalid_request',
  'the Authorization header is not well formed',
  ', error="invalid_request"',
)
const TWICE = 'the request carries access tokens in more places than one'

for (const [name, host] of Object.entries(HOSTS)) {
  test(`contract, middleware: ${name}: the principal is where the contract says, for each of the four`, async (t) => {
    const url = await host(t, testVerifier())
    for (const path of ['/token', '/scope', '/any', '/client']) {
      const { status, headers, body } = await ask(url + path, { headers: GOOD })
      assert.equal(status, 200, path)
      assert.equal(headers['x-app'], 'mine')
      const { sub, user, client_id } = body as Record<string, unknown>
      assert.deepEqual({ sub, user, client_id }, { sub: 'ana', user: 'ana', client_id: 'cl_1' })
    }
  })

  test(`RFC 6750 3: ${name}: each refusal has its status, challenge and body, and keeps the app’s headers`, async (t) => {
    const url = await host(t, testVerifier())
    const invalid = refusal(401, 'invalid_token', 'the access token is not valid', ', error="invalid_token"')
    const missing = refusal(
      403,
      'insufficient_scope',
      'the access token lacks the scope needed',
      ', error="insufficient_scope", scope="c"',
    )
    const foreign = refusal(403, 'access_denied', 'this is not for the client of the access token', '')
    assert.deepEqual(await ask(`${url}/token`), noToken(''))
    assert.deepEqual(await ask(`${url}/scope`), noToken(', scope="a"'))
    assert.deepEqual(await ask(`${url}/token`, { headers: { authorization: 'Bearer bad' } }), invalid)
    assert.deepEqual(await ask(`${url}/lacking`, { headers: GOOD }), missing)
    assert.deepEqual(await ask(`${url}/foreign`, { headers: GOOD }), foreign)
  })

  test(`AT-06: ${name}: a token in the query is none, and one beside the header is refused`, async (t) => {
    const url = await host(t, testVerifier())
    const both = refusal(400, 'invalid_request', TWICE, ', error="invalid_request"')
    const none = noToken('')
    assert.deepEqual(await ask(`${url}/token?access_token=good`), none)
    assert.deepEqual(await ask(`${url}/token?access_token=good`, { headers: GOOD }), both)
    const malformed = { authorization: 'Bearer good bad' }
    assert.deepEqual(await ask(`${url}/token`, { headers: malformed }), MALFORMED)
  })

  test(`RFC 6750 2: ${name}: a token beside other credentials, in a header of its own or not, is 400`, async (t) => {
    const v = testVerifier()
    const url = await host(t, v)
    for (const authorization of [
      ['Bearer good', 'Bearer good'],
      ['Bearer good', 'Bearer other'],
      ['Basic Z29vZDo=', 'Bearer good'],
      ['Bearer good', 'Basic Z29vZDo='],
      ['Bearer good, Bearer other'],
    ]) {
      assert.deepEqual(await askNode(`${url}/token`, { authorization }), MALFORMED, `${authorization}`)
    }
    assert.deepEqual(v.asked, [])
    assert.deepEqual(await askNode(`${url}/token`, { authorization: ['Basic a', 'Basic b'] }), noToken(''))
    assert.equal((await askNode(`${url}/token`, { authorization: ['Bearer good'] })).status, 200)
  })

  test(`AT-06: ${name}: a form is the route’s to read; a token in it is none`, async (t) => {
    const url = await host(t, testVerifier())
    const passed = await ask(`${url}/token`, { method: 'POST', headers: FORM, body: 'a=1&b=%20' })
    assert.equal(passed.status, 200)
    assert.match((passed.body as { form: string }).form, /^a=1&b=(%20|\+)$/)
    const { 'content-type': type } = FORM
    const alone = { method: 'POST', headers: { 'content-type': type }, body: 'access_token=good' }
    assert.deepEqual(await ask(`${url}/token`, alone), noToken(''))
  })

  // Where nobody in front has read it, a form of node:http could be read only once.
  if (name !== 'bare node:http') {
    test(`AT-06: ${name}: a token in the header and one in a form is 400`, async (t) => {
      const url = await host(t, testVerifier())
      const init = { method: 'POST', headers: FORM, body: 'a=1&access_token=good' }
      assert.deepEqual(
        await ask(`${url}/token`, init),
        refusal(400, 'invalid_request', TWICE, ', error="invalid_request"'),
      )
    })
  }

  test(`contract, middleware: ${name}: a verifier that cannot know is 503 with Retry-After, never a pass`, async (t) => {
    const v = testVerifier()
    const url = await host(t, v, { onError: () => {} })
    v.fault = new Error('database is gone')
    for (const path of ['/token', '/scope', '/any', '/client']) {
      assert.deepEqual(await ask(url + path, { headers: GOOD }), {
        status: 503,
        headers: {
          ...OWN,
          'cache-control': 'no-store',
          'content-type': 'application/json',
          'retry-after': '1',
        },
        body: { error: 'temporarily_unavailable', error_description: 'try again in a moment' },
      })
    }
  })

  test(`RFC 9728 5.1: ${name}: the challenge leads to the metadata of the resource`, async (t) => {
    const url = await host(t, testVerifier(), { resource: 'https://api.example/mcp' })
    const metadata = ', resource_metadata="https://api.example/.well-known/oauth-protected-resource/mcp"'
    assert.deepEqual(await ask(`${url}/token`), noToken(metadata))
    assert.deepEqual(
      await ask(`${url}/token`, { headers: GOOD }),
      refusal(
        401,
        'invalid_token',
        'the access token is for another resource',
        `, error="invalid_token"${metadata}`,
      ),
    )
  })

  test(`RFC 9110 9.3.2: ${name}: HEAD is refused as GET is, without a body`, async (t) => {
    const url = await host(t, testVerifier())
    const { headers, status } = noToken(', scope="a"')
    assert.deepEqual(await ask(`${url}/scope`, { method: 'HEAD' }), { status, headers, body: undefined })
    assert.equal((await ask(`${url}/scope`, { method: 'HEAD', headers: GOOD })).status, 200)
  })

  test(`Fetch 4.8: ${name}: a preflight, which brings no token, is the app’s own to answer`, async (t) => {
    const v = testVerifier()
    const url = await host(t, v)
    const { status, headers } = await ask(`${url}/scope`, {
      method: 'OPTIONS',
      headers: { origin: 'https://spa.example', 'access-control-request-headers': 'authorization' },
    })
    assert.equal(status, 204)
    for (const [header, value] of Object.entries(PREFLIGHT)) assert.equal(headers[header], value)
    assert.deepEqual(v.asked, [])
  })

  test(`house: ${name}: requests at once each get the principal of their own token`, async (t) => {
    const v = testVerifier()
    const known = v.live.get('good')
    assert.ok(known)
    for (let index = 0; index < 60; index += 2) v.live.set(`t${index}`, { ...known, sub: `sub-${index}` })
    const url = await host(t, v)
    const asked = Array.from({ length: 60 }, async (_, index) => {
      const { status, body } = await ask(`${url}/scope`, { headers: { authorization: `Bearer t${index}` } })
      return [status, (body as { sub?: string }).sub]
    })
    assert.deepEqual(
      await Promise.all(asked),
      Array.from({ length: 60 }, (_, index) => (index % 2 === 0 ? [200, `sub-${index}`] : [401, undefined])),
    )
  })
}
