import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { activeOf, connections, openSite, tokenOf } from './_site.ts'

const site = await openSite()
after(() => site.close())

const ROUNDS = 10
const CONNECTIONS = 32

test('durability: after each of ten kill -9 under 32 connections every token that was answered is active', async () => {
  const client = await site.client()
  const form = { grant_type: 'client_credentials', ...client }
  let serving = await site.serve()
  for (let round = 0; round < ROUNDS; round += 1) {
    const load = connections(serving.url)
    const tokens: string[] = []
    const enough = Promise.withResolvers<void>()
    /** Each round is killed at another point of its batches. */
    const wanted = 150 + round * 37
    const ask = async (): Promise<void> => {
      for (;;) {
        const answer = await load.post('/oauth/token', form).catch(() => undefined)
        if (answer === undefined) return
        tokens.push(tokenOf(answer))
        if (tokens.length === wanted) enough.resolve()
      }
    }
    const asking = Promise.all(Array.from({ length: CONNECTIONS }, ask))
    await Promise.race([enough.promise, asking])
    const { signal } = await serving.stop('SIGKILL')
    assert.equal(signal, 'SIGKILL')
    await asking
    load.close()
    assert.ok(tokens.length >= wanted, `${tokens.length} tokens before the end`)

    serving = await site.serve()
    const check = connections(serving.url)
    const active = await activeOf(check.post, client, tokens)
    check.close()
    assert.equal(active.filter((one) => !one).length, 0, `round ${round}: of ${tokens.length} tokens`)
  }
  const { code } = await serving.stop()
  assert.equal(code, 0)
})
