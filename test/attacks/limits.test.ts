/** Somebody guesses, or wants that somebody else is kept waiting (CA-09, RL-01 to RL-03). */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createClient } from '../../src/clients.ts'
import { createStandalone } from '../../src/http/app.ts'
import { completeSettings } from '../../src/protocol/settings.ts'
import type { Server } from '../../src/server.ts'
import { asserting, assertion, keysOf, signer } from '../_assertion.ts'
import { type TestServer, type TestServerOptions, testClient, testServer } from '../_server.ts'
import { ledTo, person, requestOf, WEB } from '../http/_authorize.ts'
import { NOW, openHarness } from '../http/_harness.ts'
import { victim } from './_victim.ts'

const THIEF = '203.0.113.7'
const VICTIM = '198.51.100.9'

interface Tried {
  readonly status: number
  readonly error: unknown
  /** Seconds of Retry-After; NaN without. */
  readonly wait: number
}

type Form = Readonly<Record<string, string>>

interface Doors extends TestServer {
  /** How many secrets were compared. */
  readonly compared: () => number
  /** Asks for a token from an address. */
  readonly ask: (ip: string | undefined, form: Form, headers?: Form, over?: Server) => Promise<Tried>
}

const doors = async (t: TestContext, given: object = {}, options: TestServerOptions = {}): Promise<Doors> => {
  const settings = completeSettings({ issuer: 'https://id.example', ...given })
  const test_server = await testServer(t, { settings, ...options })
  const { server } = test_server
  let compared = 0
  const matchesClientSecret: Server['secrets']['matchesClientSecret'] = (...both) => {
    compared += 1
    return server.secrets.matchesClientSecret(...both)
  }
  const watched = { ...server, secrets: { ...server.secrets, matchesClientSecret } }
  return {
    ...test_server,
    compared: () => compared,
    async ask(ip, form, headers = {}, over = watched) {
      const body = new URLSearchParams({ grant_type: 'client_credentials', ...form })
      const request = new Request('https://id.example/oauth/token', { method: 'POST', body, headers })
      if (ip !== undefined) Object.defineProperty(request, 'ip', { value: ip })
      const answer = await createStandalone(over).fetch(request)
      const { error } = (await answer.json()) as { error?: unknown }
      return { status: answer.status, error, wait: Number(answer.headers.get('retry-after') ?? Number.NaN) }
    },
  }
}

const repeat = async (times: number, each: (index: number) => Promise<Tried>): Promise<readonly number[]> => {
  const statuses: number[] = []
  for (let index = 0; index < times; index += 1) statuses.push((await each(index)).status)
  return statuses
}

const times = (count: number, status: number): readonly number[] => Array(count).fill(status)

/** One of ours in form, of nobody. */
const guess = (client_id: string): Form => ({ client_id, client_secret: 'a-wrong-guess-of-16' })

test('CA-09, RL-01, attack, guessing a secret: twenty failures a minute, then 429, and no secret is compared', async (t) => {
  const { ask, compared, server } = await doors(t)
  const { client_id, client_secret } = await testClient(server)
  assert.deepEqual(await repeat(20, () => ask(THIEF, guess(client_id))), times(20, 401))
  const so_far = compared()
  for (const form of [guess(client_id), { client_id, client_secret }]) {
    assert.deepEqual(await ask(THIEF, form), { status: 429, error: 'temporarily_unavailable', wait: 60 })
  }
  assert.equal(compared(), so_far)
})

test('RL-02, attack, lock-out: while somebody guesses for an hour the client goes on from elsewhere', async (t) => {
  const { ask, advance, server } = await doors(t)
  const { client_id, client_secret } = await testClient(server)
  for (let minute = 0; minute < 60; minute += 1) {
    await repeat(22, () => ask(THIEF, guess(client_id)))
    assert.equal((await ask(VICTIM, { client_id, client_secret })).status, 200)
    assert.equal((await ask(THIEF, { client_id, client_secret })).status, 429)
    advance(60)
  }
  assert.equal((await ask(THIEF, { client_id, client_secret })).status, 200)
})

test('RL-02, attack, lock-out: what is refused for being too much does not make the wait longer', async (t) => {
  const { ask, advance, server } = await doors(t)
  const { client_id, client_secret } = await testClient(server)
  await repeat(20, () => ask(THIEF, guess(client_id)))
  advance(59)
  assert.equal((await ask(THIEF, guess(client_id))).wait, 1)
  advance(1)
  assert.equal((await ask(THIEF, { client_id, client_secret })).status, 200)
})

test('RL-02, attack, lock-out: whoever spends the failures of one client spends those of no other', async (t) => {
  const { ask, server } = await doors(t)
  const [one, other] = [await testClient(server), await testClient(server)]
  await repeat(25, () => ask(THIEF, guess(one.client_id)))
  const { client_id, client_secret } = other
  assert.equal((await ask(THIEF, { client_id, client_secret })).status, 200)
})

test('RL-02, attack, lock-out behind a proxy that nobody has named: a secret of ours passes, one that was chosen waits', async (t) => {
  for (const shared of ['127.0.0.1', '::1', '10.1.2.3', undefined]) {
    const { ask, server } = await doors(t)
    const ours = await testClient(server)
    const client_secret = 'chosen by somebody'.replaceAll(' ', '-')
    const made = await createClient(
      server,
      { client_name: 'B', grant_types: ['client_credentials'], scope: 'a' },
      { client_secret },
    )
    const chosen = { client_id: made?.client_id ?? '', client_secret }
    for (const { client_id } of [ours, chosen]) {
      assert.deepEqual(await repeat(21, () => ask(shared, guess(client_id))), [...times(20, 401), 429])
    }
    const { client_id } = ours
    assert.equal((await ask(shared, { client_id, client_secret: ours.client_secret })).status, 200, shared)
    assert.equal((await ask(shared, chosen)).status, 429, shared)
    const close = { client_id: chosen.client_id, client_secret: ours.client_secret }
    assert.equal((await ask(shared, close)).status, 429, 'a secret of ours that is not this one')
  }
})

test('CA-09: a library that tries Basic, then the body, locks nobody, however often it starts', async (t) => {
  const { ask, server } = await doors(t)
  const { client_id, client_secret } = await testClient(server, {
    token_endpoint_auth_method: 'client_secret_post',
  })
  const authorization = `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}`
  const both = [() => ask(VICTIM, {}, { authorization }), () => ask(VICTIM, { client_id, client_secret })]
  for (let start = 0; start < 50; start += 1) {
    assert.deepEqual(await Promise.all(both.map(async (each) => (await each()).status)), [401, 200])
  }
})

test('ERR-04, attack, enumeration: a client that does not exist is refused as one that does', async (t) => {
  const { ask, server } = await doors(t)
  const { client_id } = await testClient(server)
  const answers = async (id: string): Promise<readonly Tried[]> =>
    Promise.all(Array.from({ length: 25 }, () => ask(THIEF, guess(id))))
  assert.deepEqual(await answers('cl_nobody'), await answers(client_id))
  const long = await repeat(21, (index) => ask(THIEF, guess(`${'x'.repeat(300)}${index}`)))
  assert.deepEqual(long, [...times(20, 401), 429])
})

test('CA-09, attack, a flood at once: no more secrets are compared than there are failures left', async (t) => {
  const { ask, compared, server } = await doors(t)
  const { client_id, client_secret } = await testClient(server)
  await ask(VICTIM, { client_id, client_secret })
  const before = compared()
  const answers = await Promise.all(Array.from({ length: 200 }, () => ask(THIEF, guess(client_id))))
  assert.equal(answers.filter(({ status }) => status === 401).length, 20)
  assert.equal(answers.filter(({ status }) => status === 429).length, 180)
  assert.equal(compared() - before, 20)
})

test('RL-01, attack: two processes count together, each having to fail once to know', async (t) => {
  const one = await doors(t)
  const { server: another } = await testServer(t, { db: one.db, time: one })
  const { client_id, client_secret } = await testClient(one.server)
  await repeat(10, () => one.ask(THIEF, guess(client_id)))
  const there = () => one.ask(THIEF, guess(client_id), {}, another)
  assert.deepEqual(await repeat(11, there), [...times(10, 401), 429])
  assert.equal((await one.ask(THIEF, guess(client_id))).status, 429)
  assert.equal((await one.ask(THIEF, { client_id, client_secret })).status, 429)
})

test('CA-09, attack: assertions that anybody can make use up nobody’s signatures', async (t) => {
  const { ask, server, clock } = await doors(t)
  const [key, other] = [await signer('ES256'), await signer('ES256')]
  const { client_id } = await testClient(server, keysOf(key))
  const now = Math.floor(clock() / 1000)
  const by = async (who: typeof key): Promise<Form> =>
    asserting(await assertion(who, { client_id, aud: server.settings.issuer, now }))
  assert.deepEqual(await repeat(21, async () => ask(THIEF, await by(other))), [...times(20, 401), 429])
  assert.equal((await ask(THIEF, await by(key))).status, 429)
  assert.equal((await ask(VICTIM, await by(key))).status, 200)
  assert.equal((await ask(undefined, await by(key))).status, 200)
})

test('RL-03, attack: all of an IPv6 /64 has one budget, and a made-up X-Forwarded-For buys none', async (t) => {
  const { ask, server } = await doors(t)
  const { client_id } = await testClient(server)
  const six = await repeat(21, (index) => ask(`2001:db8:1:2::${index + 1}`, guess(client_id)))
  assert.deepEqual(six, [...times(20, 401), 429])
  const made_up = (index: number): Form => ({ 'x-forwarded-for': `192.0.2.${index}` })
  const four = await repeat(21, (index) => ask(THIEF, guess(client_id), made_up(index)))
  assert.deepEqual(four, [...times(20, 401), 429])
})

test('RL-02, RL-03: behind a proxy that is named each address has its own, a private one too', async (t) => {
  const { ask, server } = await doors(t, { trust_proxy: ['127.0.0.1'] })
  const { client_id, client_secret } = await testClient(server)
  const from = (address: string): Form => ({ 'x-forwarded-for': `1.1.1.1, ${address}` })
  for (const thief of [THIEF, '10.1.2.3']) {
    await repeat(20, () => ask('127.0.0.1', guess(client_id), from(thief)))
    const good = await ask('127.0.0.1', { client_id, client_secret }, from(thief))
    assert.equal(good.status, 429, thief)
  }
  assert.equal((await ask('127.0.0.1', { client_id, client_secret }, from(VICTIM))).status, 200)
})

const CALLBACK = 'https://shop.example/cb'

const SHOP = {
  redirect_uris: [CALLBACK],
  grant_types: ['authorization_code'],
  token_endpoint_auth_method: 'none',
} as const

const asked = (client_id: string): URLSearchParams =>
  new URLSearchParams({
    response_type: 'code',
    client_id,
    redirect_uri: CALLBACK,
    state: 's',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  })

/** Asks an endpoint, as a browser or a client does. */
const send = async (server: Server, ip: string, path: string, init: RequestInit = {}): Promise<Response> => {
  const request = new Request(`https://id.example/oauth/${path}`, init)
  Object.defineProperty(request, 'ip', { value: ip })
  return createStandalone(server).fetch(request)
}

test('RL-01, RL-02, attack, filling the database: what one address leaves open is bounded, whichever client it names, and keeps nobody else out', async (t) => {
  const { server, advance, clock } = await doors(t)
  const { client_id } = await testClient(server, SHOP)
  const open = (ip: string): Promise<Response> => send(server, ip, `authorize?${asked(client_id)}`)
  const now = Math.floor(clock() / 1000)
  for (const ip of [THIEF, '127.0.0.1']) {
    for (let count = 0; count < 1_000; count += 1) {
      server.open_requests.take('authorization_request', ip, now)
    }
  }
  const refused = await open(THIEF)
  const location = new URL(refused.headers.get('location') ?? '')
  assert.deepEqual([refused.status, location.searchParams.get('error')], [302, 'temporarily_unavailable'])
  assert.equal(location.searchParams.get('state'), 's')
  const other = await testClient(server, SHOP)
  const next = await send(server, THIEF, `authorize?${asked(other.client_id)}`)
  assert.equal(next.status, 302, 'of many clients one address could fill the room of all')
  assert.equal((await open(VICTIM)).status, 200)
  assert.equal((await open('127.0.0.1')).status, 200, 'a proxy that nobody has named may be there')
  advance(1)
  assert.equal((await open(THIEF)).status, 200)
})

test('PAR-06, RL-01, attack, filling the database: too many pushed requests are 429, of that client or that address alone', async (t) => {
  const { server, clock } = await doors(t)
  const now = Math.floor(clock() / 1000)
  const shop = await testClient(server, SHOP)
  const own = await testClient(server, { ...SHOP, token_endpoint_auth_method: 'client_secret_post' })
  const push = (ip: string, { client_id, client_secret }: typeof own): Promise<Response> => {
    const body = asked(client_id)
    if (client_secret !== '') body.set('client_secret', client_secret)
    return send(server, ip, 'par', { method: 'POST', body })
  }
  for (let count = 0; count < 1_000; count += 1) {
    server.open_requests.take('pushed_by_anybody', THIEF, now)
  }
  const refused = await push(THIEF, shop)
  assert.deepEqual([refused.status, refused.headers.get('retry-after')], [429, '1'])
  assert.equal(((await refused.json()) as { error?: unknown }).error, 'temporarily_unavailable')
  assert.equal((await push(VICTIM, shop)).status, 201)
  for (let count = 0; count < 60_000; count += 1)
    server.open_requests.take('pushed_by_anybody', undefined, now)
  assert.equal((await push(VICTIM, shop)).status, 429)
  assert.equal((await push(THIEF, own)).status, 201, 'whoever authenticates has room of their own')
  for (let count = 0; count < 20_000; count += 1) server.open_requests.take('pushed', own.client_id, now)
  assert.equal((await push(VICTIM, own)).status, 429)
})

test('PAR-06, RL-02, attack, filling the disk: pushed requests that are large take more room, and the client goes on elsewhere', async (t) => {
  const { server } = await doors(t)
  const { client_id } = await testClient(server, SHOP)
  const body = asked(client_id)
  body.set('login_hint', 'x'.repeat(4_000))
  const push = async (ip: string): Promise<number> =>
    (await send(server, ip, 'par', { method: 'POST', body: new URLSearchParams(body) })).status
  const answers: number[] = []
  for (let count = 0; count < 502; count += 1) answers.push(await push(THIEF))
  // Of a thousand places, 4 KiB each, two for one.
  assert.deepEqual(answers, [...Array<number>(500).fill(201), 429, 429])
  assert.equal(await push(VICTIM), 201)
})

test('contract, serve: with rate_limits off nobody is counted', async (t) => {
  const { ask, clock, server } = await doors(t, { rate_limits: 'off' })
  const { client_id } = await testClient(server)
  assert.deepEqual(await repeat(40, () => ask(THIEF, guess(client_id))), times(40, 401))
  const shop = await testClient(server, SHOP)
  for (let count = 0; count < 1_000; count += 1) {
    server.open_requests.take('authorization_request', THIEF, Math.floor(clock() / 1000))
  }
  assert.equal((await send(server, THIEF, `authorize?${asked(shop.client_id)}`)).status, 200)
})

test('RL-02, attack, lock-out: while strangers fill all the room, who is signed in or has pushed goes on, and an answer makes room', async () => {
  const h = await openHarness()
  try {
    await person(h)
    const { browser, client, page } = await victim(h)
    const fresh = await h.client(WEB)
    while (h.server.open_requests.take('authorization_request', undefined, NOW) === undefined) {}
    const refused = await h.browser().get(requestOf(fresh))
    assert.equal(ledTo(refused)?.searchParams.get('error'), 'temporarily_unavailable')
    assert.equal((await browser.get(requestOf(fresh))).status, 200)
    const form = { ...Object.fromEntries(asked(fresh.client_id)), client_secret: fresh.client_secret }
    const { request_uri } = (await h.post('par', form)).body
    const query = new URLSearchParams({ client_id: fresh.client_id, request_uri: String(request_uri) })
    assert.equal((await h.browser().get(`/oauth/authorize?${query}`)).status, 200)
    assert.ok(ledTo(await browser.press(page, 'Allow'))?.searchParams.get('code'))
    assert.equal((await h.browser().get(requestOf(client))).status, 200)
    assert.equal(ledTo(await h.browser().get(requestOf(client)))?.searchParams.get('code'), null)
  } finally {
    await h.close()
  }
})
