import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { activeOf, connections, openSite, tokenOf } from './_site.ts'

const site = await openSite()
after(() => site.close())

const [one, two] = await Promise.all([site.serve(), site.serve()])
const [first, second] = [connections(one.url), connections(two.url)]
after(() => {
  first.close()
  second.close()
})

test('contract, running it: two processes that make one file at the same time serve with the same keys', async () => {
  const [a, b] = await Promise.all(
    [one, two].map(async ({ url }) => (await fetch(`${url}/oauth/jwks`)).text()),
  )
  assert.equal(a, b)
  assert.equal((JSON.parse(a ?? '{}') as { keys: unknown[] }).keys.length, 1)
})

test('RV-07: what one process issues the other knows, and what one revokes is dead at the other at once', async () => {
  const client = await site.client()
  const form = { grant_type: 'client_credentials', ...client }
  for (const [here, there] of [
    [first, second],
    [second, first],
  ] as const) {
    const token = tokenOf(await here.post('/oauth/token', form))
    assert.deepEqual(await activeOf(there.post, client, [token]), [true])
    assert.equal((await there.post('/oauth/revoke', { token, ...client })).status, 200)
    assert.deepEqual(await activeOf(here.post, client, [token]), [false])
    assert.deepEqual(await activeOf(there.post, client, [token]), [false])
  }
})

test('HTTP-18: two processes that write to one file at once refuse nobody, and lose nothing', async () => {
  const client = await site.client()
  const form = { grant_type: 'client_credentials', ...client }
  const tokens: string[] = []
  const ask = async (post: typeof first.post): Promise<void> => {
    for (let count = 0; count < 20; count += 1) tokens.push(tokenOf(await post('/oauth/token', form)))
  }
  await Promise.all(Array.from({ length: 32 }, (_, index) => ask(index % 2 === 0 ? first.post : second.post)))
  assert.equal(new Set(tokens).size, 32 * 20)
  const active = await activeOf(first.post, client, tokens)
  assert.equal(active.filter((each) => each).length, 32 * 20)
})
