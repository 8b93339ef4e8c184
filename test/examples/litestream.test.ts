/** The drill of examples/litestream; by Litestream itself where the machine has it. */
import assert from 'node:assert/strict'
import { chmod, copyFile, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import Database from 'better-sqlite3'
import { CHECKOUT, outerPath, run, start } from '../_process.ts'
import { openClone } from './_clone.ts'
import { runDocument } from './_document.ts'

const CONFIG = 'examples/litestream/litestream.yml'

/** A file as Litestream 0.5 leaves it: of a database with a write-ahead log, readable by all, its tables in it. */
const asRestored = async (from: string, to: string): Promise<void> => {
  await copyFile(from, to)
  const database = new Database(to)
  database.pragma('journal_mode = WAL')
  database.exec(
    'CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER); CREATE TABLE _litestream_lock (id INTEGER)',
  )
  database.close()
  await chmod(to, 0o644)
}

const hasLitestream = async (): Promise<boolean> =>
  (await run('litestream', ['version'], { env: { PATH: outerPath() } })).code === 0

/** Replicates until the replica holds the database, and restores it. */
const byLitestream = async (t: TestContext, cwd: string): Promise<void> => {
  const env = { PATH: outerPath(), OAUTHD_REPLICA: join(cwd, 'replica') }
  const replicating = start('litestream', ['replicate', '-config', CONFIG], { cwd, env })
  t.after(() => replicating.stop('SIGKILL'))
  const restore = ['restore', '-config', CONFIG, '-o', 'restored.db', 'oauthd.db']
  while ((await run('litestream', restore, { cwd, env })).code !== 0) {
    assert.equal(replicating.child.exitCode, null, replicating.stderr())
  }
  await replicating.stop()
}

test('contract, db:restore: examples/litestream/README.md works as it says', async (t) => {
  const clone = await openClone()
  t.after(() => clone.remove())
  const here = (...args: readonly string[]) =>
    run(process.execPath, [join(clone.path, 'bin/oauthd.js'), ...args], { cwd: clone.path })
  await mkdir(join(clone.path, 'examples/litestream'), { recursive: true })
  await copyFile(join(CHECKOUT, CONFIG), join(clone.path, CONFIG))
  const create = ['client:create', '--name', 'A', '--id', 'a', '--grant', 'client_credentials', '-q']
  assert.equal((await here(...create)).code, 0)
  if (await hasLitestream()) await byLitestream(t, clone.path)
  else await asRestored(join(clone.path, 'oauthd.db'), join(clone.path, 'restored.db'))
  await runDocument(t, clone.path, 'examples/litestream/README.md', { ports: [], jobs: [] })
  assert.equal((await here('client:list', '-q')).stdout, 'a\n')
})
