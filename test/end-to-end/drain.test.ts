/** How serve ends: nothing that has begun to arrive is lost (contract, settled points; HTTP-17). */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { after, test } from 'node:test'
import type { Serving } from '../_process.ts'
import { bytesOf, received, type WireAnswer, wireTo } from '../http/_wire.ts'
import { activeOf, type Credentials, connections, openSite, tokenOf } from './_site.ts'

const site = await openSite()
after(() => site.close())

const client = await site.client()
const FORM = { grant_type: 'client_credentials', ...client }

const portOf = ({ url }: Serving): number => Number(new URL(url).port)

const opened = (serving: Serving): Promise<Socket> => wireTo(portOf(serving)).connect()

/** Resolves when the port refuses connections: the server has heard the signal. */
const refusing = async (serving: Serving): Promise<void> => {
  for (;;) {
    const socket = connect({ port: portOf(serving), host: '127.0.0.1' })
    const code = await new Promise<unknown>((resolve) => {
      socket.once('connect', () => resolve(undefined))
      socket.once('error', (error: NodeJS.ErrnoException) => resolve(error.code))
    })
    socket.destroy()
    if (code === 'ECONNREFUSED') return
  }
}

const tokenRequest = (
  connection: 'keep-alive' | 'close',
  { client_id, client_secret }: Credentials,
): string => {
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret }).toString()
  return bytesOf(
    'POST',
    '/oauth/token',
    { 'content-type': 'application/x-www-form-urlencoded', connection },
    body,
  )
}

const tokensOf = (answers: readonly (readonly WireAnswer[])[]): readonly string[] =>
  answers.map(([answer, ...more]) => {
    assert.deepEqual(more, [])
    return tokenOf({ status: answer?.status ?? 0, headers: {}, text: answer?.body ?? 'no answer' })
  })

/** What was answered last is in the file: another process finds it active. */
const assertKept = async (tokens: readonly string[]): Promise<void> => {
  const next = await site.serve()
  const { post, close } = connections(next.url)
  const active = await activeOf(post, client, tokens)
  assert.equal(active.filter((each) => each).length, tokens.length)
  close()
  assert.equal((await next.stop()).code, 0)
}

for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  test(`HTTP-17: at ${signal} requests that have begun are answered, new connections refused, exit 0`, async () => {
    const serving = await site.serve()
    const sockets = await Promise.all(Array.from({ length: 32 }, () => opened(serving)))
    const bytes = tokenRequest('keep-alive', client)
    const answers = sockets.map((socket) => received(socket))
    for (const [index, socket] of sockets.entries()) socket.write(bytes.slice(0, 40 + index * 6))
    // An answer to a later question: what was sent before it has arrived.
    assert.equal((await fetch(`${serving.url}/healthz`)).status, 200)
    process.kill(serving.pid, signal)
    await refusing(serving)
    for (const [index, socket] of sockets.entries()) socket.write(bytes.slice(40 + index * 6))
    const tokens = tokensOf(await Promise.all(answers))
    const { code, stderr } = await serving.ended
    assert.equal(code, 0, stderr)
    assert.equal(new Set(tokens).size, 32)
    assert.equal(stderr.match(/"status":200/g)?.length, 33, 'each answer has its line in the log')
    await assertKept(tokens)
  })

  test(`HTTP-17: at ${signal} under load every request that was sent is answered`, async () => {
    const serving = await site.serve()
    const { post, close } = connections(serving.url)
    const tokens: string[] = []
    const failures: unknown[] = []
    const enough = Promise.withResolvers<void>()
    const ask = async (): Promise<void> => {
      for (;;) {
        try {
          tokens.push(tokenOf(await post('/oauth/token', FORM)))
        } catch (error) {
          // The server is gone: this request was never sent.
          if (error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED') return
          failures.push(error)
          return
        }
        if (tokens.length === 400) enough.resolve()
      }
    }
    const asking = Promise.all(Array.from({ length: 32 }, ask))
    await Promise.race([enough.promise, asking])
    process.kill(serving.pid, signal)
    await asking
    close()
    const { code, stderr } = await serving.ended
    assert.deepEqual(failures, [])
    assert.equal(code, 0, stderr)
    await assertKept(tokens)
  })
}

test('contract, settled points: what arrived while the process could not look is answered before it ends', async () => {
  const serving = await site.serve()
  const kept = await Promise.all(Array.from({ length: 8 }, () => opened(serving)))
  assert.equal((await fetch(`${serving.url}/healthz`)).status, 200)
  process.kill(serving.pid, 'SIGSTOP')
  const fresh = await Promise.all(Array.from({ length: 8 }, () => opened(serving)))
  const sockets = [...kept, ...fresh]
  const answers = sockets.map((socket) => received(socket))
  const bytes = tokenRequest('keep-alive', client)
  await Promise.all(sockets.map((socket) => new Promise<unknown>((resolve) => socket.write(bytes, resolve))))
  process.kill(serving.pid, 'SIGTERM')
  process.kill(serving.pid, 'SIGCONT')
  const tokens = tokensOf(await Promise.all(answers))
  assert.equal((await serving.ended).code, 0)
  await assertKept(tokens)
})

test('contract, settled points: idle connections, used or never used, are closed while a begun request is still waited for', async () => {
  const serving = await site.serve()
  const unused = await Promise.all(Array.from({ length: 4 }, () => opened(serving)))
  const used = await opened(serving)
  const begun = await opened(serving)
  const bytes = tokenRequest('keep-alive', client)
  const ends = [...unused, used].map((socket) => received(socket))
  const answer = received(begun)
  begun.write(bytes.slice(0, 60))
  used.write(bytesOf('GET', '/healthz', { connection: 'keep-alive' }))
  await once(used, 'data')
  process.kill(serving.pid, 'SIGTERM')
  const closed = await Promise.all(ends)
  assert.deepEqual(
    closed.map((answers) => answers.length),
    [0, 0, 0, 0, 1],
  )
  begun.write(bytes.slice(60))
  await assertKept(tokensOf([await answer]))
  assert.equal((await serving.ended).code, 0)
})
