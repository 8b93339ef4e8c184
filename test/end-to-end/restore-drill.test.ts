/** The drill: a server under load is backed up, killed and lost; what it had acknowledged before is all there. */
import assert from 'node:assert/strict'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { oauthd, type Serving, serve, temporaryFolder } from '../_process.ts'

interface Loaded {
  readonly server: Serving
  readonly path: string
  /** Access tokens in the order in which they were acknowledged. */
  readonly acknowledged: string[]
  /** Resolves when so many more have been. */
  more(count: number): Promise<void>
  /** Asks no more, and waits for what is under way. */
  rest(): Promise<void>
}

const CONNECTIONS = 8

const authorized = (client: { client_id: string; client_secret: string }, body: URLSearchParams) => ({
  method: 'POST',
  headers: { authorization: `Basic ${btoa(`${client.client_id}:${client.client_secret}`)}` },
  body,
})

/** A server in a folder of its own that is asked for tokens all the time, and a client that may look into them. */
const loaded = async (t: TestContext) => {
  const { path, remove } = await temporaryFolder()
  t.after(remove)
  const create = [
    'client:create',
    '--name',
    'A',
    '--grant',
    'client_credentials',
    '--introspect',
    'any',
    '--json',
  ]
  const created = await oauthd(create, { cwd: path })
  const client = JSON.parse(created.stdout) as { client_id: string; client_secret: string }
  const server = await serve([], { cwd: path })
  t.after(() => server.stop('SIGKILL'))
  const acknowledged: string[] = []
  const waiting: { readonly at: number; readonly resolve: () => void }[] = []
  let isOver = false

  const ask = async (): Promise<void> => {
    while (!isOver) {
      const form = new URLSearchParams({ grant_type: 'client_credentials' })
      const answer = await fetch(`${server.url}/oauth/token`, authorized(client, form)).catch(() => undefined)
      if (answer === undefined) return
      assert.equal(answer.status, 200)
      const { access_token } = (await answer.json()) as { access_token: string }
      acknowledged.push(access_token)
      for (const { at, resolve } of waiting) if (acknowledged.length >= at) resolve()
    }
  }
  const asking = Promise.all(Array.from({ length: CONNECTIONS }, ask))
  const load: Loaded = {
    server,
    path,
    acknowledged,
    more: (count) => new Promise((resolve) => waiting.push({ at: acknowledged.length + count, resolve })),
    async rest() {
      isOver = true
      await asking
    },
  }
  return { load, client }
}

test('contract, db:backup, db:restore: what was acknowledged before a backup under load survives kill -9 and the loss of the file', async (t) => {
  const { load, client } = await loaded(t)
  const { path, server, acknowledged } = load
  const here = (...args: readonly string[]) => oauthd(args, { cwd: path })
  await load.more(200)
  const before = acknowledged.slice()
  const backup = await here('db:backup', 'backup.db', '--json')
  assert.equal(backup.code, 0, backup.stderr)
  assert.ok(acknowledged.length > before.length, 'it went on meanwhile')
  await load.more(50)
  const running = await here('db:restore', 'backup.db', '--yes')
  assert.deepEqual([running.code, running.stdout], [5, ''], 'not over a running server')
  await server.stop('SIGKILL')
  await load.rest()

  await writeFile(join(path, 'oauthd.db'), 'the disk ate it')
  await Promise.all(['-wal', '-shm'].map((end) => rm(join(path, `oauthd.db${end}`), { force: true })))
  const lost = await here('client:list', '-q')
  assert.equal(lost.code, 1, 'it is lost indeed')
  const restored = await here('db:restore', 'backup.db', '--yes', '--json')
  assert.equal(restored.code, 0, restored.stderr)
  assert.equal((await here('db:check')).code, 0)

  const again = await serve([], { cwd: path })
  t.after(() => again.stop('SIGKILL'))
  for (const token of before) {
    const form = new URLSearchParams({ token })
    const answer = await fetch(`${again.url}/oauth/introspect`, authorized(client, form))
    const { active } = (await answer.json()) as { active: boolean }
    assert.ok(active, 'acknowledged before the backup, and gone')
  }
})
