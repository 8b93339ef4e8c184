import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { revoke as revokeClient, updateClient } from '../../src/clients.ts'
import type { GivenMetadata } from '../../src/protocol/client-metadata.ts'
import { completeSettings } from '../../src/protocol/settings.ts'
import {
  type Authorization,
  findAuthorization,
  markAuthorizationRevoked,
} from '../../src/store/authorization.ts'
import { inspectToken } from '../../src/tokens.ts'
import { appClient, credentials, family, member, refresh } from '../_person.ts'
import { type HttpAnswer, type TestClient, type TestServer, testServer } from '../_server.ts'
import { NOW } from '../_store.ts'

const DAY = 86_400

interface Family extends TestServer {
  readonly client: TestClient
  readonly access_token: string
  readonly refresh_token: string
  readonly authorization_id: string
  refresh(token: string, form?: Readonly<Record<string, string>>): Promise<HttpAnswer>
  isActive(token: string): Promise<boolean>
}

/** A server with a client and a family of it. */
const started = async (
  t: TestContext,
  { client: given = {}, ...authorization }: Partial<Authorization> & { client?: GivenMetadata } = {},
): Promise<Family> => {
  const at = await testServer(t)
  const client = await appClient(at.server, given)
  return {
    ...at,
    client,
    ...(await family(at, client, authorization)),
    refresh: (token, form) => refresh(at, client, token, form),
    isActive: async (token) => (await inspectToken(at.server, token)).kind === 'active',
  }
}

const refusal = ({ status, body }: HttpAnswer): unknown => [status, body['error']]

const INVALID = [400, 'invalid_grant']

/** The refresh token of an answer that must be a good one. */
const next = (answer: HttpAnswer): string => member(answer, 'refresh_token')

test('RT-05, RT-07: each refresh gives a new refresh token and a new access token, and the last one works', async (t) => {
  const at = await started(t)
  const seen = new Set([at.refresh_token, at.access_token])
  let token = at.refresh_token
  for (let n = 0; n < 4; n += 1) {
    const answer = await at.refresh(token)
    const { access_token, refresh_token, ...rest } = answer.body
    assert.deepEqual(rest, { token_type: 'Bearer', expires_in: 3600, scope: 'a b' })
    token = String(refresh_token)
    seen.add(token).add(String(access_token))
    assert.ok(await at.isActive(String(access_token)))
  }
  assert.equal(seen.size, 10)
  assert.equal((await inspectToken(at.server, at.refresh_token)).kind, 'inactive')
})

test('RT-01: another client cannot use it, and the family lives', async (t) => {
  const at = await started(t)
  const other = await appClient(at.server)
  assert.deepEqual(refusal(await refresh(at, other, at.refresh_token)), INVALID)
  const used = at.refresh_token
  const token = next(await at.refresh(used))
  at.advance(31)
  assert.deepEqual(refusal(await refresh(at, other, used)), INVALID)
  assert.equal((await at.refresh(token)).status, 200)
})

test('RT-02: a confidential client authenticates, a public one names itself', async (t) => {
  const at = await started(t)
  const { client_id } = at.client
  const bare = { grant_type: 'refresh_token', refresh_token: at.refresh_token }
  assert.deepEqual(refusal(await at.post('token', bare)), [401, 'invalid_client'])
  assert.deepEqual(refusal(await at.post('token', { ...bare, client_id })), [401, 'invalid_client'])
  const open = await started(t, { client: { token_endpoint_auth_method: 'none' } })
  assert.deepEqual(credentials(open.client), { client_id: open.client.client_id })
  assert.equal((await open.refresh(open.refresh_token)).status, 200)
})

test('RT-03: scope may narrow the access token, not the refresh token; more is refused and uses up nothing', async (t) => {
  const at = await started(t)
  for (const scope of ['a c', '"', 'A']) {
    assert.deepEqual(refusal(await at.refresh(at.refresh_token, { scope })), [400, 'invalid_scope'])
  }
  const narrow = await at.refresh(at.refresh_token, { scope: 'b offline_access' })
  assert.equal(narrow.body['scope'], 'b')
  assert.equal((await at.refresh(next(narrow))).body['scope'], 'a b')
})

test('CL-02, RT-03: a scope that was taken from the client is in no token that follows', async (t) => {
  const at = await started(t)
  await updateClient(at.server, at.client.client_id, () => ({ scope: 'b c' }))
  assert.deepEqual(refusal(await at.refresh(at.refresh_token, { scope: 'a' })), [400, 'invalid_scope'])
  const less = await at.refresh(at.refresh_token)
  assert.equal(less.body['scope'], 'b')
  await updateClient(at.server, at.client.client_id, () => ({ scope: 'c' }))
  assert.deepEqual(refusal(await at.refresh(next(less))), INVALID)
  await updateClient(at.server, at.client.client_id, () => ({ scope: 'a b' }))
  assert.equal((await at.refresh(next(less))).body['scope'], 'a b')
})

test('RT-09: a lost answer whose access token has ended is not given again, and the family lives', async (t) => {
  const at = await started(t, { client: { access_token_ttl: 10 } })
  const second = await at.refresh(at.refresh_token)
  at.advance(9)
  assert.equal((await at.refresh(at.refresh_token)).body['expires_in'], 1)
  at.advance(1)
  assert.deepEqual(refusal(await at.refresh(at.refresh_token)), INVALID)
  assert.equal((await at.refresh(next(second))).status, 200)
})

test('RT-04: resource may narrow the access token, not the refresh token; more is refused and uses up nothing', async (t) => {
  const resource = ['https://one.example', 'https://two.example']
  const at = await started(t, { resource })
  const aud = async (answer: HttpAnswer): Promise<unknown> => {
    const found = await inspectToken(at.server, member(answer, 'access_token'))
    return found.kind === 'active' && found.token.aud
  }
  const refused = await at.refresh(at.refresh_token, { resource: 'https://three.example' })
  assert.deepEqual(refusal(refused), [400, 'invalid_target'])
  const narrow = await at.refresh(at.refresh_token, { resource: 'https://two.example/' })
  assert.equal(await aud(narrow), 'https://two.example')
  assert.deepEqual(await aud(await at.refresh(next(narrow))), resource)
})

test('RT-06: a refresh token ends when it is idle, and each use begins the time anew', async (t) => {
  const at = await started(t, { client: { refresh_idle_ttl: 100 } })
  at.advance(99)
  const token = next(await at.refresh(at.refresh_token))
  at.advance(99)
  const last = next(await at.refresh(token))
  at.advance(100)
  assert.deepEqual(refusal(await at.refresh(last)), INVALID)
})

test('RT-06: by default 30 days idle and 90 in all, which no refresh moves', async (t) => {
  const at = await started(t)
  let token = at.refresh_token
  for (const days of [29, 29, 29]) {
    at.advance(days * DAY)
    token = next(await at.refresh(token))
  }
  at.advance(3 * DAY - 60)
  const last = await at.refresh(token)
  assert.equal(last.body['expires_in'], 60)
  at.advance(60)
  assert.deepEqual(refusal(await at.refresh(next(last))), INVALID)
  assert.deepEqual(refusal(await at.refresh(at.refresh_token)), INVALID)
  assert.ok(
    !at.logged.some((line) => 'message' in line && line.message === 'refresh_reuse'),
    'it is over anyway',
  )
  const idle = await started(t)
  idle.advance(30 * DAY)
  assert.deepEqual(refusal(await idle.refresh(idle.refresh_token)), INVALID)
})

test('RT-08, RT-09: a lost answer is given again: the same refresh token, an access token no longer than the first', async (t) => {
  const at = await started(t)
  const first = await at.refresh(at.refresh_token)
  at.advance(30)
  const again = await at.refresh(at.refresh_token, { scope: 'a' })
  assert.equal(again.status, 200)
  assert.equal(next(again), next(first))
  assert.notEqual(again.body['access_token'], first.body['access_token'])
  assert.deepEqual([again.body['expires_in'], again.body['scope']], [3570, 'a'])
  for (const answer of [first, again]) assert.ok(await at.isActive(member(answer, 'access_token')))
  assert.equal((await at.refresh(next(again))).status, 200)
})

test('RT-08: the window is counted from the first use, and no retry extends it', async (t) => {
  const at = await started(t)
  const token = next(await at.refresh(at.refresh_token))
  at.advance(20)
  assert.equal((await at.refresh(at.refresh_token)).status, 200)
  at.advance(11)
  assert.deepEqual(refusal(await at.refresh(at.refresh_token)), INVALID)
  assert.equal(await at.isActive(token), false)
})

test('RT-09: ten retries; the eleventh is refused, and the family lives', async (t) => {
  const at = await started(t)
  const token = next(await at.refresh(at.refresh_token))
  for (let n = 0; n < 10; n += 1) assert.equal(next(await at.refresh(at.refresh_token)), token)
  assert.deepEqual(refusal(await at.refresh(at.refresh_token)), INVALID)
  assert.ok(await at.isActive(token))
  assert.equal((await at.refresh(token)).status, 200)
})

/** What a family has after something that ends it: no token is active, and one line tells of it. */
const assertEnded = async (at: Family, ...tokens: readonly string[]): Promise<void> => {
  for (const token of [at.access_token, at.refresh_token, ...tokens])
    assert.equal(await at.isActive(token), false)
  const events = at.logged.filter((line) => 'message' in line && line.message === 'refresh_reuse')
  assert.equal(events.length, 1)
  const { request_id, ...rest } = events[0] as Record<string, unknown>
  assert.match(String(request_id), /^[\w-]{16}$/)
  const { authorization_id, client } = at
  assert.deepEqual(rest, { authorization_id, client_id: client.client_id, message: 'refresh_reuse' })
}

test('RT-10: a used token whose grace is over is reuse: the family ends, and it is logged without the token', async (t) => {
  const at = await started(t)
  const first = await at.refresh(at.refresh_token)
  at.advance(31)
  assert.deepEqual(refusal(await at.refresh(at.refresh_token)), INVALID)
  assert.deepEqual(refusal(await at.refresh(next(first))), INVALID)
  await assertEnded(at, next(first), member(first, 'access_token'))
})

test('RT-10: the log says from which address reuse came', async (t) => {
  const at = await started(t)
  await at.refresh(at.refresh_token)
  at.advance(31)
  const form = { grant_type: 'refresh_token', refresh_token: at.refresh_token, ...credentials(at.client) }
  assert.deepEqual(refusal(await at.post('token', form, { ip: '192.0.2.7' })), INVALID)
  const { authorization_id, client } = at
  const told = { authorization_id, client_id: client.client_id, address: '192.0.2.7' }
  assert.partialDeepStrictEqual(at.logged, [{ ...told, message: 'refresh_reuse' }])
})

test('RT-10, RT-11: a used token whose successor was used is reuse, also inside the grace', async (t) => {
  const at = await started(t)
  const token = next(await at.refresh(at.refresh_token))
  const last = next(await at.refresh(token))
  assert.deepEqual(refusal(await at.refresh(at.refresh_token)), INVALID)
  await assertEnded(at, last)
})

test('RT-10: an older generation is reuse, however old it is', async (t) => {
  const at = await started(t, { client: { refresh_idle_ttl: 100 } })
  const first = at.refresh_token
  let token = first
  for (let n = 0; n < 4; n += 1) {
    at.advance(60)
    token = next(await at.refresh(token))
  }
  assert.deepEqual(refusal(await at.refresh(first)), INVALID)
  await assertEnded(at, token)
})

test('contract, settled points: reuse ends that family only', async (t) => {
  const at = await started(t)
  const other = await family(at, at.client)
  await at.refresh(at.refresh_token)
  at.advance(31)
  await at.refresh(at.refresh_token)
  assert.equal((await at.refresh(other.refresh_token)).status, 200)
})

test('RT-13: what fails before the decision uses up nothing, opens no window and ends nothing', async (t) => {
  const at = await started(t)
  const failing = [
    { client_secret: 'wrong' },
    { scope: 'z' },
    { resource: 'https://z.example' },
    { resource: 'z' },
  ]
  for (const form of failing) assert.notEqual((await at.refresh(at.refresh_token, form)).status, 200)
  const token = next(await at.refresh(at.refresh_token))
  at.advance(31)
  for (const form of failing) assert.notEqual((await at.refresh(at.refresh_token, form)).status, 200)
  assert.equal((await at.refresh(token)).status, 200)
})

test('RT-12, RT-15: with a grace of 0, the server’s or the client’s, a second use ends the family', async (t) => {
  const settings = completeSettings({ issuer: 'https://id.example', refresh_grace: 0 })
  const strict = await testServer(t, { settings })
  const client = await appClient(strict.server)
  const own = await started(t, { client: { refresh_grace: 0 } })
  for (const at of [{ ...strict, client, ...(await family(strict, client)) }, own]) {
    const token = next(await refresh(at, at.client, at.refresh_token))
    assert.deepEqual(refusal(await refresh(at, at.client, at.refresh_token)), INVALID)
    assert.equal((await inspectToken(at.server, token)).kind, 'inactive')
  }
  const lenient = await appClient(strict.server, { refresh_grace: 60 })
  const { refresh_token } = await family(strict, lenient)
  const token = next(await refresh(strict, lenient, refresh_token))
  strict.advance(60)
  assert.equal(next(await refresh(strict, lenient, refresh_token)), token)
})

test('RT-16: with rotate=never the same token is given back, stays valid, and its idle end moves', async (t) => {
  const at = await started(t, { client: { refresh_rotate: 'never', refresh_idle_ttl: 100 } })
  for (let n = 0; n < 15; n += 1) {
    if (n % 3 === 0) at.advance(99)
    assert.equal(next(await at.refresh(at.refresh_token)), at.refresh_token)
  }
  const other = await appClient(at.server)
  assert.deepEqual(refusal(await refresh(at, other, at.refresh_token)), INVALID)
  at.advance(100)
  assert.deepEqual(refusal(await at.refresh(at.refresh_token)), INVALID)
  assert.equal(at.logged.filter((line) => 'message' in line && line.message === 'refresh_reuse').length, 0)
})

test('RT-17: a family ends with its authorization, and with its client', async (t) => {
  const at = await started(t)
  await at.server.store.write(() => markAuthorizationRevoked(at.authorization_id, NOW))
  assert.deepEqual(refusal(await at.refresh(at.refresh_token)), INVALID)
  assert.equal(await at.isActive(at.access_token), false)
  const gone = await started(t)
  await revokeClient(gone.server, gone.client.client_id)
  assert.deepEqual(refusal(await gone.refresh(gone.refresh_token)), [401, 'invalid_client'])
  assert.equal(await gone.isActive(gone.refresh_token), false)
})

test('RT-18: unknown, expired, reused and revoked are refused in the same words', async (t) => {
  const at = await started(t, { client: { refresh_idle_ttl: 100 } })
  const words = new Set<unknown>()
  const say = async (token: string): Promise<void> => {
    const { status, body } = await at.refresh(token)
    words.add(`${status} ${body['error']} ${body['error_description']}`)
  }
  await say('x')
  await say(at.access_token)
  await say(at.server.secrets.mint('refresh_token', NOW).clear)
  const idle = await family(at, at.client)
  await at.refresh(at.refresh_token)
  at.advance(100)
  await say(idle.refresh_token)
  await say(at.refresh_token)
  await say(at.refresh_token)
  assert.deepEqual([...words], ['400 invalid_grant the refresh token is not valid'])
})

test('ERR-08: a missing refresh_token is invalid_request', async (t) => {
  const at = await started(t)
  assert.deepEqual(refusal(await at.refresh('')), [400, 'invalid_request'])
})

test('house 4: a use is noted once a day', async (t) => {
  const at = await started(t)
  const last = async (): Promise<unknown> =>
    (await at.server.store.read(findAuthorization(at.authorization_id)))?.last_used_at
  at.advance(DAY - 1)
  const token = next(await at.refresh(at.refresh_token))
  assert.equal(await last(), NOW)
  at.advance(1)
  await at.refresh(token)
  assert.equal(await last(), NOW + DAY)
})
