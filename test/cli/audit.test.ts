import assert from 'node:assert/strict'
import { once } from 'node:events'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import Database from 'better-sqlite3'
import { LAUNCHER, oauthd, start, temporaryFolder } from '../_process.ts'

/** A folder with a database of one client, and the command line in it. */
const folder = async (t: TestContext) => {
  const { path, remove } = await temporaryFolder()
  t.after(remove)
  const here = (...args: readonly string[]) => oauthd(args, { cwd: path })
  const client = (id: string) =>
    here('client:create', '--name', 'A', '--id', id, '--grant', 'client_credentials')
  assert.equal((await client('a')).code, 0)
  return { path, here, client }
}

test('LG-02: audit:list --follow tells what another process does, and a signal ends it with 0', async (t) => {
  const { path, client } = await folder(t)
  const followed = start(process.execPath, [LAUNCHER, 'audit:list', '--follow', '--jsonl'], { cwd: path })
  t.after(() => followed.stop('SIGKILL'))
  const lines = (): readonly string[] => followed.stdout().split('\n').slice(0, -1)
  const said = (count: number): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (lines().length >= count) resolve()
      }
      followed.child.stdout?.on('data', look)
      look()
    })
  await said(1)
  await client('b')
  await said(2)
  const { code, stderr } = await followed.stop('SIGINT')
  assert.deepEqual([code, stderr], [0, ''])
  assert.deepEqual(
    lines().map((line) => (JSON.parse(line) as { client_id: string }).client_id),
    ['a', 'b'],
  )
})

test('LG-02: audit:list --follow ends with the next event when nobody reads any more', async (t) => {
  const { path, client } = await folder(t)
  const followed = start(process.execPath, [LAUNCHER, 'audit:list', '--follow', '-q'], { cwd: path })
  t.after(() => followed.stop('SIGKILL'))
  const { stdout } = followed.child
  assert.ok(stdout !== null)
  await once(stdout, 'data')
  stdout.destroy()
  await client('b')
  assert.equal((await followed.ended).code, 0)
})

test('LG-02, contract, exit codes: audit:verify exits with 1 and names the row that was changed', async (t) => {
  const { path, here, client } = await folder(t)
  await client('b')
  const database = new Database(join(path, 'oauthd.db'))
  database.exec("UPDATE oauthd_audit SET client_id = 'c' WHERE seq = 2")
  database.close()
  const { code, stdout, stderr } = await here('audit:verify', '--json')
  assert.deepEqual([code, stdout], [1, ''])
  assert.deepEqual((JSON.parse(stderr) as { error: unknown }).error, {
    code: 'audit_broken',
    message: 'the audit trail is not what was written: row 2 was changed, or is not in its place',
    hint: 'keep a copy of the database, and compare it with a backup: oauthd audit:list --json --limit 100000',
  })
})
