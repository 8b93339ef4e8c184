import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describe, LONGEST_OVERLAP, revoke, rotateSecret } from '../src/clients.ts'
import { OAuthError } from '../src/protocol/error.ts'
import { authenticates, SETTINGS, type TestServer, testClient, testServer } from './_server.ts'
import { NOW } from './_store.ts'

/** Rotates the client's secret and gives the new one. */
const rotate = async (at: TestServer, client_id: string, overlap = 0): Promise<string> => {
  const rotated = await rotateSecret(at.server, client_id, { overlap })
  assert.ok(rotated?.client_secret)
  return rotated.client_secret
}

/** Which of the secrets the token endpoint takes now. */
const taken = async (at: TestServer, client_id: string, ...secrets: readonly string[]): Promise<unknown> => {
  const answers = []
  for (const secret of secrets) answers.push(await authenticates(at, client_id, secret))
  return answers
}

test('SEC-01: without an overlap the old secret dies at once', async (t) => {
  const at = await testServer(t)
  const { client_id, client_secret: first } = await testClient(at.server)
  const second = await rotate(at, client_id)
  assert.deepEqual(await taken(at, client_id, first, second), [false, true])
})

test('SEC-01, SEC-02: with an overlap the old secret works until its end, and dies with that second', async (t) => {
  const at = await testServer(t)
  const { client_id, client_secret: first } = await testClient(at.server)
  const second = await rotate(at, client_id, 3600)
  at.advance(3599)
  assert.deepEqual(await taken(at, client_id, first, second), [true, true])
  at.advance(1)
  assert.deepEqual(await taken(at, client_id, first, second), [false, true])
})

test('SEC-01: a third rotation kills the oldest: at most two secrets are live', async (t) => {
  const at = await testServer(t)
  const { client_id, client_secret: first } = await testClient(at.server)
  const second = await rotate(at, client_id, 3600)
  at.advance(1)
  const third = await rotate(at, client_id, 3600)
  assert.deepEqual(await taken(at, client_id, first, second, third), [false, true, true])
  assert.equal((await describe(at.server, client_id))?.secrets.length, 2)
})

test('SEC-01: many rotations in one millisecond keep the newest and the one before it', async (t) => {
  const at = await testServer(t)
  const { client_id, client_secret } = await testClient(at.server)
  const secrets = [client_secret]
  for (let times = 0; times < 12; times += 1) {
    secrets.push(await rotate(at, client_id, 3600))
    const [older = '', before = '', newest = ''] = secrets.slice(-3)
    const expected = secrets.length === 2 ? [true, true] : [false, true, true]
    const asked = secrets.length === 2 ? secrets : [older, before, newest]
    assert.deepEqual(await taken(at, client_id, ...asked), expected, `rotation ${times}`)
  }
})

test('SEC-01: a rotation by a server whose clock is behind keeps the newest too', async (t) => {
  const ahead = await testServer(t)
  const behind = await testServer(t, { db: ahead.db })
  ahead.advance(30)
  const { client_id } = await testClient(ahead.server)
  const second = await rotate(behind, client_id, 3600)
  const third = await rotate(behind, client_id, 3600)
  assert.deepEqual(await taken(behind, client_id, second, third), [true, true])
})

test('SEC-01: rotations at once by two servers on one file leave two live secrets at the most', async (t) => {
  // It shows more wrong secrets than a client may (CA-09).
  const settings = { ...SETTINGS, rate_limits: false }
  const one = await testServer(t, { settings })
  const other = await testServer(t, { db: one.db, time: one, settings })
  const { client_id, client_secret } = await testClient(one.server)
  const rotated = await Promise.all(
    Array.from({ length: 12 }, (_, index) => rotate(index % 2 === 0 ? one : other, client_id, 3600)),
  )
  assert.equal((await describe(one.server, client_id))?.secrets.length, 2)
  const answers = await taken(one, client_id, client_secret, ...rotated)
  assert.ok(Array.isArray(answers))
  assert.equal(answers.filter((taken) => taken).length, 2)
  const last = await rotate(one, client_id)
  assert.deepEqual(await taken(other, client_id, ...rotated, last), [...rotated.map(() => false), true])
})

test('RFC 7591 3.2.1: a rotation shows the new secret and when the old one ends', async (t) => {
  const at = await testServer(t)
  const { client_id } = await testClient(at.server)
  const rotated = await rotateSecret(at.server, client_id, { overlap: 60 })
  assert.equal(rotated?.client_id, client_id)
  assert.equal(rotated?.client_secret_expires_at, 0)
  assert.equal(rotated?.previous_secret_expires_at, NOW + 60)
  at.advance(10)
  assert.equal((await rotateSecret(at.server, client_id))?.previous_secret_expires_at, NOW + 10)
})

test('SEC-01: an overlap is whole seconds, 30 days at the most; refused, it changes nothing', async (t) => {
  const at = await testServer(t)
  const { client_id, client_secret } = await testClient(at.server)
  for (const overlap of [LONGEST_OVERLAP + 1, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    await assert.rejects(
      rotateSecret(at.server, client_id, { overlap }),
      (error) => error instanceof OAuthError && /^overlap: .*30 days/.test(error.error_description),
    )
  }
  assert.deepEqual(await taken(at, client_id, client_secret), [true])
  assert.equal(LONGEST_OVERLAP, 2_592_000)
  await rotate(at, client_id, LONGEST_OVERLAP)
  at.advance(LONGEST_OVERLAP - 1)
  assert.deepEqual(await taken(at, client_id, client_secret), [true])
})

test('contract, client:rotate-secret: a secret may be chosen, within the rules for one', async (t) => {
  const at = await testServer(t)
  const { client_id } = await testClient(at.server)
  const client_secret = 'chosen-by-the-operator'
  assert.equal((await rotateSecret(at.server, client_id, { client_secret }))?.client_secret, client_secret)
  assert.deepEqual(await taken(at, client_id, client_secret), [true])
  await assert.rejects(rotateSecret(at.server, client_id, { client_secret: 'short' }), OAuthError)
})

test('CA-11: unknown, revoked and public clients get no new secret', async (t) => {
  const { server } = await testServer(t)
  const { client_id } = await testClient(server)
  await revoke(server, client_id)
  assert.equal(await rotateSecret(server, client_id), undefined)
  assert.equal(await rotateSecret(server, 'cl_0'), undefined)
  const mobile = await testClient(server, {
    grant_types: ['authorization_code'],
    redirect_uris: ['https://a.example/cb'],
    token_endpoint_auth_method: 'none',
  })
  await assert.rejects(rotateSecret(server, mobile.client_id), OAuthError)
  assert.deepEqual((await describe(server, mobile.client_id))?.secrets, [])
})
