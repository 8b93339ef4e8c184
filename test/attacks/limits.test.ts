/** Somebody guesses, or wants that somebody else is kept waiting (CA-09, RL-01 to RL-03). */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createClient } from '../../src/clients.ts'
import { createStandalone } from '../../src/http/app.ts'
import { completeSettings } from '../../src/protocol/settings.ts'
import type { Server } from '../../src/server.ts'
import { asserting, assertion, keysOf, signer } from '../_assertion.ts'
import { type TestServer, type TestServerOptions, testClient, testServer } from '../_server.ts'

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

test('contract, serve: with rate_limits off nobody is counted', async (t) => {
  const { ask, server } = await doors(t, { rate_limits: 'off' })
  const { client_id } = await testClient(server)
  assert.deepEqual(await repeat(40, () => ask(THIEF, guess(client_id))), times(40, 401))
})
