/** A database that somebody else holds: `serve` says so and ends, it does not stay half started. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import { oauthd, temporaryFolder } from '../_process.ts'

test('contract, exit codes: serve on a locked database gives up after 5 s, exit 5, and listens no longer', async (t) => {
  const { path, remove } = await temporaryFolder()
  t.after(remove)
  assert.equal((await oauthd(['db:migrate'], { cwd: path })).code, 0)
  assert.equal((await oauthd(['scope:list'], { cwd: path })).code, 0)
  const other = new Database(join(path, 'oauthd.db'))
  t.after(() => other.close())
  other.exec('BEGIN IMMEDIATE')
  const { code, stdout, stderr } = await oauthd(['serve', '--port', '0', '--json'], { cwd: path })
  assert.deepEqual([code, stdout], [5, ''])
  assert.equal(
    (JSON.parse(stderr.trim().split('\n').at(-1) ?? '') as { error: { code: string } }).error.code,
    'database_busy',
  )
})
