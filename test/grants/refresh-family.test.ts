/**
 * RT-07 to RT-14 as a model: a family of refresh tokens, an honest client whose answers get lost and whose
 * tabs ask at once, a thief who copies what rests with it, and time. What must never be is looked for
 * after every step.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { refreshToken as grant } from '../../src/grants/refresh-token.ts'
import { issuedOf, refreshTokenOf, tokenWork } from '../../src/http/attempt.ts'
import { OAuthError } from '../../src/protocol/error.ts'
import { parseForm } from '../../src/protocol/form.ts'
import { findAuthorization, markAuthorizationRevoked } from '../../src/store/authorization.ts'
import { all } from '../../src/store/work.ts'
import { inspectToken } from '../../src/tokens.ts'
import { appClient, family } from '../_person.ts'
import { type TestClient, type TestServer, testServer } from '../_server.ts'
import { literalRules } from '../_step.ts'

const GRACE = 30

/** What ought to be: generations in order, of which the last is the current one. */
interface Model {
  readonly generations: { token: string; used_at: number | undefined; retries: number }[]
  isAlive: boolean
  now: number
  /** What the client knows, and what the thief does: indexes of generations. */
  client: number
  thief: number | undefined
}

interface Real {
  readonly at: TestServer
  readonly client: TestClient
  readonly authorization_id: string
}

/** A presentation at the real server: the next token, or nothing. */
const present = async ({ at, client }: Real, token: string): Promise<string | undefined> => {
  const form = parseForm(`refresh_token=${token}`)
  const exchange = {
    request: new Request('https://id.example/oauth/token'),
    search: '',
    params: {},
    request_id: 'request',
    route: 'token',
    at: at.server.clock(),
    now: Math.floor(at.server.clock() / 1000),
    note: {},
  }
  const work = tokenWork(at.server, exchange, {
    client: client.client,
    grant,
    form,
    binding: { proof: undefined, x5t: undefined },
    rules: literalRules(),
    default_scopes: [],
  })
  const outcome = await at.server.store.write(work)
  try {
    return refreshTokenOf(issuedOf(at.server, exchange, client.client, outcome), form)
  } catch (error) {
    assert.ok(error instanceof OAuthError && error.error === 'invalid_grant')
    return undefined
  }
}

/** What section 8 says of a presentation of generation `n`; moves the model. `true`: answered. */
const expected = (model: Model, n: number): boolean => {
  const generation = model.generations[n]
  if (generation === undefined || !model.isAlive) return false
  if (generation.used_at === undefined) {
    generation.used_at = model.now
    return true
  }
  const isDirect = n === model.generations.length - 2
  if (!isDirect || model.now > generation.used_at + GRACE) {
    model.isAlive = false
    return false
  }
  generation.retries += 1
  return generation.retries <= 10
}

/** Presents generation `n` and compares; gives the generation that the answer held. */
const step = async (model: Model, real: Real, n: number): Promise<number | undefined> => {
  const before = model.generations[n]
  const isFirst = before?.used_at === undefined && model.isAlive
  const mayPass = expected(model, n)
  const answer = await present(real, before?.token ?? '')
  assert.equal(answer !== undefined, mayPass, `generation ${n} of ${model.generations.length}`)
  if (answer === undefined) return undefined
  // RT-07, RT-08: a new one for the first use, the identical one for a retry.
  if (isFirst) model.generations.push({ token: answer, used_at: undefined, retries: 0 })
  assert.equal(answer, model.generations[n + 1]?.token)
  return n + 1
}

/** What holds after every step. */
const examine = async (model: Model, { at, authorization_id }: Real): Promise<void> => {
  const rows = await at.server.store.read(
    all<{ used_at: number | null; sealed: string | null }>(
      `SELECT used_at, sealed FROM oauth_refresh_token
       WHERE authorization_id = $authorization_id ORDER BY refresh_token_id LIMIT 1000`,
      { authorization_id },
    ),
  )
  assert.equal(rows.length, model.generations.length)
  assert.equal(rows.filter(({ used_at }) => used_at === null).length, 1, 'one current generation')
  assert.ok(rows.filter(({ sealed }) => sealed !== null).length <= 1, 'one open window at the most')
  const authorization = await at.server.store.read(findAuthorization(authorization_id))
  assert.equal(authorization?.revoked_at === null, model.isAlive)
  const known = [model.client, model.thief ?? model.client]
  for (const n of new Set([...known, model.generations.length - 1])) {
    const { token = '', used_at } = model.generations[n] ?? {}
    const isActive = (await inspectToken(at.server, token)).kind === 'active'
    assert.equal(isActive, model.isAlive && used_at === undefined)
  }
}

class Command implements fc.AsyncCommand<Model, Real> {
  readonly name: string
  readonly does: (model: Model, real: Real) => Promise<void>
  constructor(name: string, does: (model: Model, real: Real) => Promise<void>) {
    this.name = name
    this.does = does
  }
  check(): boolean {
    return true
  }
  async run(model: Model, real: Real): Promise<void> {
    await this.does(model, real)
    await examine(model, real)
  }
  toString(): string {
    return this.name
  }
}

const honest = new Command('honest refresh', async (model, real) => {
  model.client = (await step(model, real, model.client)) ?? model.client
})

/** The answer is lost: the client still has what it had, and asks again. */
const lost = new Command('lost answer, retry', async (model, real) => {
  await step(model, real, model.client)
  model.client = (await step(model, real, model.client)) ?? model.client
})

const tabs = (count: number): Command =>
  new Command(`${count} tabs at once`, async (model, real) => {
    const n = model.client
    const token = model.generations[n]?.token ?? ''
    let passes = 0
    for (let tab = 0; tab < count; tab += 1) {
      if (!expected(model, n)) continue
      passes += 1
      // Its text is known when it is answered.
      if (n + 1 === model.generations.length) {
        model.generations.push({ token: '', used_at: undefined, retries: 0 })
      }
    }
    const answers = await Promise.all(Array.from({ length: count }, () => present(real, token)))
    const good = answers.filter((answer) => answer !== undefined)
    assert.equal(good.length, passes)
    assert.ok(new Set(good).size <= 1, 'RT-12: one distinct refresh token')
    const [answer] = good
    const successor = model.generations[n + 1]
    if (answer === undefined || successor === undefined) return
    if (successor.token === '') successor.token = answer
    assert.equal(answer, successor.token)
    model.client = n + 1
  })

/** Copies what the client has, or an older one out of a backup. */
const steal = (back: number): Command =>
  new Command(`thief copies ${back} back`, async (model) => {
    model.thief = Math.max(0, model.client - back)
  })

const thieve = new Command('thief refreshes', async (model, real) => {
  if (model.thief === undefined) return
  model.thief = (await step(model, real, model.thief)) ?? model.thief
})

const wait = (seconds: number): Command =>
  new Command(`${seconds} s pass`, async (model, { at }) => {
    at.advance(seconds)
    model.now += seconds
  })

const sweep = new Command('timer', async (_, { at }) => at.server.sealed.sweep())

const revoke = new Command('revoke', async (model, { at, authorization_id }) => {
  await at.server.store.write(() => markAuthorizationRevoked(authorization_id, model.now))
  model.isAlive = false
})

const COMMANDS = fc.commands(
  [
    fc.constant(honest),
    fc.constant(lost),
    fc.integer({ min: 2, max: 13 }).map(tabs),
    fc.integer({ min: 0, max: 3 }).map(steal),
    fc.constant(thieve),
    fc.constantFrom(1, 15, 30, 31, 100).map(wait),
    fc.constant(sweep),
    fc.oneof({ weight: 9, arbitrary: fc.constant(honest) }, { weight: 1, arbitrary: fc.constant(revoke) }),
  ],
  { maxCommands: 30 },
)

const setUp = async (at: TestServer, client: TestClient): Promise<{ model: Model; real: Real }> => {
  const { refresh_token, authorization_id } = await family(at, client)
  const generations = [{ token: refresh_token, used_at: undefined, retries: 0 }]
  const now = Math.floor(at.server.clock() / 1000)
  return {
    model: { generations, isAlive: true, now, client: 0, thief: undefined },
    real: { at, client, authorization_id },
  }
}

test('RT-07, RT-08, RT-09, RT-10, RT-11, RT-12: a family does what section 8 says, whoever asks in whatever order', async (t) => {
  const at = await testServer(t)
  const client = await appClient(at.server)
  await fc.assert(
    fc.asyncProperty(COMMANDS, async (commands) => {
      const begun = await setUp(at, client)
      await fc.asyncModelRun(() => begun, commands)
    }),
    { numRuns: 150 },
  )
})

test('RT-14: a thief and the client both go on only while each asks within the grace of the other', async (t) => {
  const at = await testServer(t)
  const client = await appClient(at.server)
  const turn = fc.record({
    side: fc.constantFrom('client', 'thief'),
    after: fc.constantFrom(1, 10, 20, 31, 60),
  })
  const turns = fc.array(turn, { minLength: 2, maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(turns, async (list) => {
      const { model, real } = await setUp(at, client)
      const token = model.generations[0]?.token ?? ''
      const holds = new Map([
        ['client', token],
        ['thief', token],
      ])
      /** When each token was first used. */
      const used = new Map<string, number>()
      let isOver = false
      for (const { side, after } of list) {
        at.advance(after)
        model.now += after
        const held = holds.get(side) ?? ''
        const first = used.get(held)
        const answer = await present(real, held)
        if (first !== undefined && model.now - first > GRACE) isOver = true
        if (isOver) assert.equal(answer, undefined, 'the late one ends it for both')
        if (answer === undefined) isOver = true
        else holds.set(side, answer)
        if (first === undefined) used.set(held, model.now)
      }
    }),
    { numRuns: 100 },
  )
})
