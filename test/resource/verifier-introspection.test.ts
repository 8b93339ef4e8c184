/** createVerifier({ introspection }): the server is asked about each token (RFC 7662). */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { introspectionOf } from '../../src/outbound/introspection.ts'
import { REST } from '../../src/outbound/resting.ts'
import type { Introspection } from '../../src/protocol/access-token.ts'
import { introspectionVerifier } from '../../src/resource/verifier-introspection.ts'
import { createVerifier, type OpenVerifier } from '../../src/verify.ts'
import { openSite } from '../end-to-end/_site.ts'
import { METADATA, type OtherServer, otherServer } from './_authorization-server.ts'

const IN_AN_HOUR = Math.floor(Date.now() / 1000) + 3600

const live = (issuer: string, more: object = {}): object => ({
  active: true,
  scope: 'a b',
  client_id: 'cl_1',
  token_type: 'Bearer',
  exp: IN_AN_HOUR,
  iat: IN_AN_HOUR - 7200,
  sub: 'us_1',
  aud: issuer,
  iss: issuer,
  jti: 'j1',
  grant_type: 'authorization_code',
  tenant: 42,
  ...more,
})

const CALLER = { client_id: 'cl_a:b', client_secret: 'ä +%/' }

const verifierOf = ({ issuer }: OtherServer, more: { cache_seconds?: number } = {}): OpenVerifier =>
  createVerifier({ introspection: { issuer, ...CALLER, ...more } })

const asked = (server: OtherServer): number =>
  server.asked.filter(({ path }) => path === '/introspect').length

const because =
  (pattern: RegExp) =>
  ({ error, cause }: { error?: unknown; cause?: unknown }): boolean =>
    error === 'temporarily_unavailable' && pattern.test(String(cause))

const unknowable = { name: 'OAuthError', error: 'temporarily_unavailable', status: 503 }

test('RFC 7662 2.1, RFC 6749 2.3.1: the endpoint that the metadata names is asked as a client with encoded credentials', async (t) => {
  const server = await otherServer(t)
  server.says.set('/introspect', () => ({ body: live(server.issuer) }))
  const verifier = verifierOf(server)
  const principal = await verifier.verify('oat_1+/=')
  assert.deepEqual(
    [principal?.client_id, principal?.user, principal?.scopes, principal?.claims, principal?.can('a')],
    ['cl_1', 'us_1', ['a', 'b'], { tenant: 42 }, true],
  )
  const [discovery, question] = server.asked
  assert.deepEqual([discovery?.method, discovery?.path], ['GET', METADATA])
  assert.equal(question?.method, 'POST')
  assert.equal(question?.headers['content-type'], 'application/x-www-form-urlencoded')
  assert.equal(question?.body, 'token=oat_1%2B%2F%3D&token_type_hint=access_token')
  const basic = Buffer.from(
    question?.headers.authorization?.slice('Basic '.length) ?? '',
    'base64',
  ).toString()
  assert.equal(basic, 'cl_a%3Ab:%C3%A4+%2B%25%2F')
  await verifier.verify(new Request('https://api.example/', { headers: { authorization: 'Bearer oat_2' } }))
  assert.deepEqual(
    server.asked.map(({ path }) => path),
    [METADATA, '/introspect', '/introspect'],
  )
  for (let times = 0; times < 20; times += 1) await verifier.verify(`oat_${times}`)
  // One may not be free yet when the first question follows the metadata.
  assert.ok(server.connections() <= 2, `${server.connections()} connections: they are not kept`)
})

test('contract, verifiers: a real oauthd is asked, and what it revokes is over at the next look', async (t) => {
  const site = await openSite()
  t.after(() => site.close())
  const { url, issuer } = await site.serve()
  const [client, caller] = [await site.client(), await site.client({ introspect: 'any' })]
  const post = async (endpoint: string, form: Record<string, string>): Promise<Response> =>
    fetch(new URL(`/oauth/${endpoint}`, url), { method: 'POST', body: new URLSearchParams(form) })
  const issued = await post('token', { grant_type: 'client_credentials', ...client })
  const { access_token } = (await issued.json()) as { access_token: string }
  const verifier = createVerifier({ introspection: { issuer, ...caller } })
  const principal = await verifier.verify(access_token)
  assert.deepEqual([principal?.client_id, principal?.user, principal?.scope], [client.client_id, null, 'a b'])
  assert.equal((await post('revoke', { token: access_token, ...client })).status, 200)
  assert.equal(await verifier.verify(access_token), undefined)
  assert.equal(await verifier.verify('oat_none'), undefined)
  const stranger = createVerifier({ introspection: { issuer, ...caller, client_secret: 'wrong' } })
  await assert.rejects(
    stranger.verify(access_token),
    because(/answered 401: client_id or client_secret is wrong/),
  )
})

test('RFC 7662 2.2: inactive, a refresh token, and a token bound to a key are undefined', async (t) => {
  const server = await otherServer(t)
  const verifier = verifierOf(server)
  const { issuer } = server
  for (const body of [
    { active: false },
    { active: false, client_id: 'cl_1' },
    live(issuer, { token_type: undefined }),
    live(issuer, { token_type: 'DPoP' }),
    live(issuer, { cnf: { jkt: 'k' } }),
  ]) {
    server.says.set('/introspect', () => ({ body }))
    assert.equal(await verifier.verify('t'), undefined, JSON.stringify(body))
  }
})

test('RFC 7662 2.2: a token_type that is no string and a token that is not valid yet are no yes', async (t) => {
  const server = await otherServer(t)
  const { issuer } = server
  const verifier = verifierOf(server)
  const says = (more: object): void =>
    void server.says.set('/introspect', () => ({ body: live(issuer, more) }))
  for (const more of [
    { token_type: ['bearer'] },
    { token_type: { toString: 'bearer' } },
    { nbf: IN_AN_HOUR },
  ]) {
    says(more)
    assert.equal(await verifier.verify('t'), undefined, JSON.stringify(more))
  }
  says({ nbf: 'now' })
  await assert.rejects(verifier.verify('t'), unknowable)
  for (const more of [{ token_type: 'bearer' }, { nbf: IN_AN_HOUR - 7200 }]) {
    says(more)
    assert.ok(await verifier.verify('t'), JSON.stringify(more))
  }
})

test('RFC 6750 2.1: what no header can carry, or no form of the server holds, is undefined without a question', async (t) => {
  const server = await otherServer(t)
  server.says.set('/introspect', () => ({ body: live(server.issuer) }))
  const verifier = verifierOf(server)
  for (const none of [
    '',
    ' ',
    'a b',
    'a\n',
    '=',
    'a=b',
    '"a"',
    'ä',
    'x'.repeat(32_769),
    '/'.repeat(21_834),
  ]) {
    assert.equal(await verifier.verify(none), undefined, none.slice(0, 20))
  }
  assert.equal(server.asked.length, 0, 'nobody was asked')
  for (const some of ['x'.repeat(32_768), '/'.repeat(21_833), 'eyJ.e30.x_-', 'b64+/==']) {
    assert.ok(await verifier.verify(some), some.slice(0, 20))
  }
  assert.equal(Math.max(...server.asked.map(({ body }) => body.length)), 65_534)
})

test('contract, verifiers: an answer that is none, names another issuer or lacks a member is never a pass', async (t) => {
  const server = await otherServer(t)
  const verifier = verifierOf(server)
  const { issuer } = server
  const answers: readonly (readonly [unknown, number?])[] = [
    [live(issuer), 401],
    [live(issuer), 500],
    [live(issuer), 503],
    [live(issuer), 201],
    [live(issuer), 302],
    ['no JSON'],
    [''],
    [null],
    [[]],
    [{}],
    [live(issuer, { active: 'true' })],
    [live('https://evil.example')],
    [live(issuer, { client_id: undefined })],
    [live(issuer, { exp: 'soon' })],
    [live(issuer, { aud: [5] })],
    [live(issuer, { scope: ['a'] })],
    [JSON.stringify(live(issuer, { padding: 'x'.repeat(262_144) }))],
  ]
  for (const [body, status = 200] of answers) {
    const headers = status === 302 ? { location: `${issuer}/elsewhere` } : {}
    server.says.set('/introspect', () => ({ status, body, headers }))
    server.says.set('/elsewhere', () => ({ body: live(issuer) }))
    await assert.rejects(verifier.verify('t'), unknowable, JSON.stringify(body)?.slice(0, 80))
  }
})

/** A verifier over HTTP whose failures are forgiven when the clock says so. */
const timed = ({ issuer }: OtherServer) => {
  const clock = { at: Date.now() }
  const asking = { clock: () => clock.at }
  const ask = introspectionOf({ issuer, ...CALLER }, asking)
  return { ...introspectionVerifier({ ask, cache_seconds: 0, clock: Date.now }), clock }
}

test('RFC 8414 3.3: metadata of another issuer, or without a safe endpoint, is not used', async (t) => {
  const server = await otherServer(t)
  const { issuer } = server
  server.says.set('/introspect', () => ({ body: live(issuer) }))
  const verifier = timed(server)
  for (const metadata of [
    { issuer: `${issuer}/`, introspection_endpoint: `${issuer}/introspect` },
    { issuer: 'https://evil.example', introspection_endpoint: `${issuer}/introspect` },
    { introspection_endpoint: `${issuer}/introspect` },
    { issuer },
    { issuer, introspection_endpoint: 'http://evil.example/introspect' },
    { issuer, introspection_endpoint: 5 },
    'no JSON',
  ]) {
    server.says.set(METADATA, () => ({ body: metadata }))
    await assert.rejects(verifier.verify('t'), unknowable, JSON.stringify(metadata))
    verifier.clock.at += REST
  }
  assert.equal(asked(server), 0)
  server.says.set(METADATA, () => ({ body: { issuer, introspection_endpoint: `${issuer}/introspect` } }))
  assert.ok(await verifier.verify('t'), 'it is asked for again')
})

test('contract, verifiers: the metadata is asked for once in three seconds at the most, whatever fails', async (t) => {
  const server = await otherServer(t)
  const { issuer } = server
  const verifier = timed(server)
  const fetched = (): number => server.asked.filter(({ path }) => path === METADATA).length
  const fail = async (): Promise<number> => {
    for (const token of ['a', 'b', 'c']) await assert.rejects(verifier.verify(token), unknowable)
    return fetched()
  }
  const metadata = server.says.get(METADATA)
  assert.ok(metadata)
  server.says.delete(METADATA)
  assert.equal(await fail(), 1, 'no metadata')
  verifier.clock.at += REST - 1
  assert.equal(await fail(), 1)
  verifier.clock.at += 1
  assert.equal(await fail(), 2)
  server.says.set(METADATA, metadata)
  verifier.clock.at += REST
  assert.equal(await fail(), 3, 'no introspection')
  verifier.clock.at += REST
  assert.equal(await fail(), 4)
  assert.equal(asked(server), 6)
  server.says.set('/introspect', () => ({ body: live(issuer) }))
  assert.ok(await verifier.verify('a'))
})

test('contract, verifiers: a server that is down rejects, and the next look after it is back passes', async (t) => {
  const server = await otherServer(t)
  server.says.set('/introspect', () => ({ body: live(server.issuer) }))
  const verifier = verifierOf(server)
  assert.ok(await verifier.verify('t'))
  await server.stop()
  await assert.rejects(verifier.verify('t'), unknowable)
  await server.start()
  assert.ok(await verifier.verify('t'))
  await verifier.close()
  await assert.rejects(verifier.verify('t'), /closed/)
})

test('contract, verifiers: who asks about the same token at the same time shares one request, others do not', async (t) => {
  const server = await otherServer(t)
  server.says.set('/introspect', ({ body }) => ({ body: live(server.issuer, { jti: body }) }))
  const verifier = verifierOf(server)
  const all = await Promise.all(['a', 'a', 'b', 'a', 'b'].map((token) => verifier.verify(token)))
  assert.equal(asked(server), 2)
  assert.deepEqual(
    all.map((principal) => principal?.jti.slice(6, 7)),
    ['a', 'a', 'b', 'a', 'b'],
  )
  await verifier.verify('a')
  assert.equal(asked(server), 3, 'nothing is remembered without cache_seconds')
  server.says.set('/introspect', () => ({ status: 500, body: '' }))
  const failed = await Promise.allSettled(['a', 'a'].map((token) => verifier.verify(token)))
  assert.deepEqual(
    failed.map(({ status }) => status),
    ['rejected', 'rejected'],
  )
  server.says.set('/introspect', () => ({ body: live(server.issuer) }))
  assert.ok(await verifier.verify('a'), 'a failure is not remembered')
})

test('contract, settled points: a check joins no question that has left, whose answer may be from before a revocation', async () => {
  const [first, second] = [Promise.withResolvers<Introspection>(), Promise.withResolvers<Introspection>()]
  const waiting = [first, second]
  const asked = Promise.withResolvers<() => void>()
  let count = 0
  const verifier = introspectionVerifier({
    ask(_token, leaves) {
      asked.resolve(leaves)
      count += 1
      return waiting[count - 1]?.promise ?? Promise.reject(new Error('a third question'))
    },
    cache_seconds: 0,
    clock: Date.now,
  })
  const early = verifier.verify('t')
  const leave = await asked.promise
  const joined = verifier.verify('t')
  leave()
  const late = verifier.verify('t')
  const beside = verifier.verify('t')
  first.resolve(live('https://id.example') as Introspection)
  assert.ok(await early)
  assert.ok(await joined)
  const beside_too = verifier.verify('t')
  second.resolve({ active: false })
  assert.deepEqual([await late, await beside, await beside_too], [undefined, undefined, undefined])
  assert.equal(count, 2)
})

test('contract, settled points: a question that the server has is no other check’s', async (t) => {
  const server = await otherServer(t)
  const verifier = verifierOf(server)
  const [arrived, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  server.says.set('/introspect', async () => {
    server.says.set('/introspect', () => ({ body: { active: false } }))
    arrived.resolve()
    await release.promise
    return { body: live(server.issuer) }
  })
  const early = verifier.verify('t')
  await arrived.promise
  const late = verifier.verify('t')
  release.resolve()
  assert.ok(await early)
  assert.equal(await late, undefined)
})

/** A verifier whose server answers when it is let, and whose time stands still until it is moved. */
const slow = () => {
  const answered = Promise.withResolvers<void>()
  const clock = { at: IN_AN_HOUR * 1000 - 3_600_000 }
  const asked: string[] = []
  const ask = async (token: string, leaves: () => void): Promise<Introspection> => {
    leaves()
    asked.push(token)
    await answered.promise
    return live('https://id.example') as Introspection
  }
  const verifier = introspectionVerifier({ ask, cache_seconds: 0, clock: () => clock.at })
  return {
    clock,
    asked,
    answers: answered.resolve,
    verifier,
    all: (count: number) => Array.from({ length: count }, (_, index) => verifier.verify(`t${index}`)),
  }
}

const yeses = (all: readonly PromiseSettledResult<unknown>[]): number =>
  all.filter((one) => one.status === 'fulfilled' && one.value !== undefined).length

test('contract, verifiers: 256 questions are under way at the most, ten thousand wait their turn, one more is refused at once', async () => {
  const { verifier, all, asked, answers } = slow()
  const checks = all(10_256)
  await assert.rejects(verifier.verify('one-more'), unknowable)
  assert.equal(asked.length, 256)
  answers()
  assert.equal(yeses(await Promise.allSettled(checks)), 10_256)
  assert.ok(await verifier.verify('one-more'))
})

test('contract, verifiers: who has waited five seconds for a turn is refused, and asks no more', async () => {
  const { all, asked, answers, clock } = slow()
  const checks = all(300)
  await setImmediate()
  clock.at += 5_001
  answers()
  assert.equal(yeses(await Promise.allSettled(checks)), 256)
  assert.equal(asked.length, 256)
  await assert.rejects(checks.at(-1) ?? Promise.resolve(), unknowable)
})

/** A verifier whose server is a function and whose time stands still until it is moved. */
const cached = (cache_seconds: number) => {
  const clock = { at: IN_AN_HOUR * 1000 - 3_600_000 }
  let answer = live('https://id.example') as Introspection
  let count = 0
  const ask = async (): Promise<Introspection> => {
    count += 1
    return answer
  }
  return {
    ...introspectionVerifier({ ask, cache_seconds, clock: () => clock.at }),
    clock,
    count: () => count,
    says: (given: object) => (answer = given as Introspection),
  }
}

test('contract, verifiers: a yes is repeated for cache_seconds and no longer', async () => {
  const verifier = cached(10)
  assert.ok(await verifier.verify('t'))
  verifier.says({ active: false })
  verifier.clock.at += 9_999
  assert.ok(await verifier.verify('t'))
  assert.equal(verifier.count(), 1)
  verifier.clock.at += 1
  assert.equal(await verifier.verify('t'), undefined)
  assert.equal(verifier.count(), 2)
})

test('RFC 7662 4: a yes whose exp has passed is none, at exp itself too', async () => {
  const verifier = cached(0)
  const exp = verifier.clock.at / 1000
  for (const [over, live_at] of [
    [exp - 1000, false],
    [exp, false],
    [exp + 1, true],
  ] as const) {
    verifier.says(live('https://id.example', { exp: over }))
    assert.equal((await verifier.verify('t')) !== undefined, live_at, String(over - exp))
  }
})

test('contract, verifiers: what a route does to its principal is not in the next one’s', async () => {
  const verifier = cached(10)
  const aud = ['https://api.example']
  verifier.says(live('https://id.example', { aud, tenant: { id: 42 } }))
  const once = async (): Promise<{ aud: string[]; claims: { tenant: { id: number } } }> =>
    (await verifier.verify('t')) as unknown as { aud: string[]; claims: { tenant: { id: number } } }
  const first = await once()
  first.aud.push('https://other.example')
  first.claims.tenant.id = 43
  const { aud: seen, claims } = await once()
  assert.deepEqual([seen, claims, verifier.count()], [aud, { tenant: { id: 42 } }, 1])
})

test('contract, verifiers: a no is never remembered, and a yes never past the token’s end or a clock set back', async () => {
  const verifier = cached(3600)
  verifier.says({ active: false })
  assert.equal(await verifier.verify('t'), undefined)
  verifier.says(live('https://id.example', { exp: verifier.clock.at / 1000 + 5 }))
  assert.ok(await verifier.verify('t'))
  assert.equal(verifier.count(), 2)
  verifier.clock.at += 4_999
  await verifier.verify('t')
  assert.equal(verifier.count(), 2)
  verifier.clock.at += 1
  await verifier.verify('t')
  assert.equal(verifier.count(), 3)
  verifier.says(live('https://id.example'))
  await verifier.verify('u')
  verifier.clock.at -= 1
  await verifier.verify('u')
  assert.equal(verifier.count(), 5)
})

test('contract, verifiers: no more than ten thousand answers are kept, and those in use longest', async () => {
  const verifier = cached(60)
  await verifier.verify('first')
  await verifier.verify('second')
  for (let index = 0; index < 9_998; index += 1) await verifier.verify(`t${index}`)
  await verifier.verify('first')
  await verifier.verify('one-more')
  assert.equal(verifier.count(), 10_001)
  await verifier.verify('first')
  assert.equal(verifier.count(), 10_001)
  await verifier.verify('second')
  assert.equal(verifier.count(), 10_002)
})

test('contract, verifiers: no more than ten megabytes of answers are kept, however large each is', async () => {
  const verifier = cached(60)
  verifier.says(live('https://id.example', { roles: 'x'.repeat(200_000) }))
  const tokens = Array.from({ length: 60 }, (_, index) => `t${index}`)
  for (const token of tokens) await verifier.verify(token)
  for (const token of tokens.slice(-52)) await verifier.verify(token)
  assert.equal(verifier.count(), 60)
  await verifier.verify('t7')
  assert.equal(verifier.count(), 61)
  for (const token of tokens.slice(-51)) await verifier.verify(token)
  assert.equal(verifier.count(), 61)
})

test('contract, verifiers: a server that does not answer counts as down after its time', async (t) => {
  const server = await otherServer(t)
  server.says.set('/introspect', () => new Promise(() => {}))
  const ask = introspectionOf({ issuer: server.issuer, ...CALLER }, { timeout: 500 })
  await assert.rejects(
    ask('t', () => {}),
    because(/TimeoutError/),
  )
  assert.equal(asked(server), 1)
})
