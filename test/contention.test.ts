import assert from 'node:assert/strict'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { inspectToken } from '../src/tokens.ts'
import { type Running, start } from './_process.ts'
import { authenticates, testServer } from './_server.ts'
import { connection, temporaryFolder } from './_store.ts'

const CONTENDER = fileURLToPath(new URL('_contender.ts', import.meta.url))

/** Starts a contender and waits until it waits. */
const contender = async (db: string): Promise<Running> => {
  const running = start(process.execPath, [CONTENDER, db])
  while (!running.stdout().includes('ready')) {
    if (running.child.stdout === null) throw new Error('no standard output')
    await once(running.child.stdout, 'data')
  }
  return running
}

test('contract, master secret: two processes that create one database agree on secret and keys', async (t) => {
  const db = join(temporaryFolder(t), 'oauthd.db')
  const contenders = await Promise.all([contender(db), contender(db), contender(db)])
  for (const { child } of contenders) child.stdin?.end()
  const ended = await Promise.all(contenders.map((one) => one.ended))
  const made = ended.map(({ code, stdout, stderr }) => {
    assert.equal(code, 0, stderr)
    return JSON.parse(stdout.split('\n')[1] ?? '') as Record<string, string>
  })
  const here = await testServer(t, { db })
  for (const { client_id = '', client_secret = '', access_token = '' } of made) {
    assert.equal((await inspectToken(here.server, access_token)).kind, 'active')
    assert.ok(await authenticates(here, client_id, client_secret))
  }
  assert.equal(new Set(made.map(({ kid }) => kid)).size, 1)
  const keys = connection(t, db).prepare('SELECT hash_key_id FROM oauthd_hash_key').all()
  assert.equal(keys.length, 1)
})
