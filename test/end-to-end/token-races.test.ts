import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { GivenMetadata } from '../../src/protocol/client-metadata.ts'
import { completeSettings } from '../../src/protocol/settings.ts'
import { openServer } from '../../src/server.ts'
import { allow, appClient, VERIFIER } from '../_person.ts'
import type { TestClient } from '../_server.ts'
import { type Answer, activeOf, connections, openSite } from './_site.ts'

const site = await openSite()
after(() => site.close())

const processes = await Promise.all([site.serve(), site.serve()])
const ends = processes.map(({ url }) => connections(url))
after(() => {
  for (const end of ends) end.close()
})
const database = await openServer({ db: site.db, mode: 'existing', settings: completeSettings({}) })
after(() => database.close())

const [first, second] = ends
assert.ok(first && second)

/** One form, `count` times at once, half of them at each process. */
const race = (count: number, form: Readonly<Record<string, string>>): Promise<readonly Answer[]> =>
  Promise.all(
    Array.from({ length: count }, (_, n) => (n % 2 === 0 ? first : second).post('/oauth/token', form)),
  )

const won = (answers: readonly Answer[]): readonly Readonly<Record<string, string>>[] => {
  for (const { status, text } of answers) {
    if (status !== 200) assert.match(text, /"error":"invalid_grant"/)
  }
  return answers.filter(({ status }) => status === 200).map(({ text }) => JSON.parse(text))
}

interface Subject {
  readonly client: TestClient
  readonly form: Readonly<Record<string, string>>
}

/** A client whose code is not yet redeemed, and the right form for it. */
const coded = async (given: GivenMetadata = {}): Promise<Subject> => {
  const client = await appClient(database, given)
  const { code } = await allow(database, client)
  const { client_id, client_secret } = client
  const form = { grant_type: 'authorization_code', code, code_verifier: VERIFIER, client_id, client_secret }
  return { client, form }
}

const refreshing = async (given: GivenMetadata = {}): Promise<Subject> => {
  const { client, form } = await coded(given)
  const [answer] = won(await race(1, form))
  const { client_id, client_secret } = client
  const refresh_token = answer?.['refresh_token'] ?? ''
  return { client, form: { grant_type: 'refresh_token', refresh_token, client_id, client_secret } }
}

test('TK-05, TK-07: of correct redemptions at two processes at once exactly one wins, and what it won is ended', async () => {
  for (let round = 0; round < 10; round += 1) {
    const { client, form } = await coded()
    const [winner, ...more] = won(await race(8, form))
    assert.ok(winner)
    assert.equal(more.length, 0)
    const tokens = [winner['access_token'] ?? '', winner['refresh_token'] ?? '']
    assert.deepEqual(await activeOf(first.post, client, tokens), [false, false])
  }
})

test('TK-06: replays with a wrong verifier at two processes at once end nothing', async () => {
  const { client, form } = await coded()
  const [winner] = won(await race(1, form))
  assert.equal(won(await race(8, { ...form, code_verifier: 'x'.repeat(43) })).length, 0)
  assert.deepEqual(await activeOf(second.post, client, [winner?.['access_token'] ?? '']), [true])
})

test('TK-07: three tries with a wrong verifier end a code, whichever processes they come to', async () => {
  const { form } = await coded()
  assert.equal(won(await race(3, { ...form, code_verifier: 'x'.repeat(43) })).length, 0)
  assert.equal(won(await race(1, form)).length, 0)
})

test('TK-07: a wrong and a right verifier at once: the right one wins', async () => {
  const { form } = await coded()
  const [good, bad] = await Promise.all([race(1, form), race(2, { ...form, code_verifier: 'x'.repeat(43) })])
  assert.deepEqual([won(good).length, won(bad).length], [1, 0])
})

test('RT-12: 11 parallel refreshes at two servers on one file are all answered, with one new refresh token', async () => {
  for (let round = 0; round < 5; round += 1) {
    const { client, form } = await refreshing()
    const answers = won(await race(11, form))
    assert.equal(answers.length, 11)
    const tokens = new Set(answers.map((answer) => answer['refresh_token'] ?? ''))
    assert.equal(tokens.size, 1)
    const access = answers.map((answer) => answer['access_token'] ?? '')
    assert.equal(new Set(access).size, 11)
    assert.ok((await activeOf(second.post, client, [...tokens, ...access])).every((is) => is))
  }
})

test('RT-12: from the 12th on they are refused, and the family lives', async () => {
  const { client, form } = await refreshing()
  const answers = won(await race(16, form))
  assert.equal(answers.length, 11)
  const refresh_token = answers[0]?.['refresh_token'] ?? ''
  assert.deepEqual(await activeOf(first.post, client, [refresh_token]), [true])
  assert.equal(won(await race(1, { ...form, refresh_token })).length, 1)
})

test('RT-12: with a grace of 0 exactly one of them is answered, and the family is ended', async () => {
  for (let round = 0; round < 5; round += 1) {
    const { client, form } = await refreshing({ refresh_grace: 0 })
    const [winner, ...more] = won(await race(8, form))
    assert.ok(winner)
    assert.equal(more.length, 0)
    const tokens = [winner['access_token'] ?? '', winner['refresh_token'] ?? '']
    assert.deepEqual(await activeOf(second.post, client, tokens), [false, false])
  }
})
