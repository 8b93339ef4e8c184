/** Databases that are not sound, through the real command line. */
import assert from 'node:assert/strict'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import Database from 'better-sqlite3'
import { type Ended, oauthd, temporaryFolder } from '../_process.ts'

/** A database with one client and a token of it, and the command line beside it. */
const folder = async (t: TestContext) => {
  const { path, remove } = await temporaryFolder()
  t.after(remove)
  const here = (...args: readonly string[]): Promise<Ended> => oauthd(args, { cwd: path })
  const create = ['client:create', '--name', 'A', '--id', 'a', '--grant', 'client_credentials', '-q']
  assert.equal((await here(...create)).code, 0)
  assert.equal((await here('token:create', '--client', 'a', '--bare')).code, 0)
  const change = (sql: string): void => {
    const database = new Database(join(path, 'oauthd.db'))
    database.pragma('foreign_keys = OFF')
    database.exec(sql)
    database.close()
  }
  return { path, here, change }
}

interface Told {
  readonly ok: boolean
  readonly faults: readonly { readonly check: string; readonly count: number }[]
}

const told = ({ code, stdout }: Ended): readonly unknown[] => {
  const { ok, faults } = JSON.parse(stdout) as Told
  return [code, ok, ...faults.map(({ check, count }) => `${check} ${count}`)]
}

test('contract, db:check: what is wrong is on stdout, and the exit code is 1; a sound one is 0', async (t) => {
  const { here, change } = await folder(t)
  const sound = await here('db:check')
  assert.deepEqual([sound.code, sound.stderr], [0, ''])
  assert.match(sound.stdout, /^Sound: the file, foreign keys, the master secret and \d+ invariants\n$/)
  change("UPDATE oauth_access_token SET client_id = 'gone'")
  const { code, stdout } = await here('db:check')
  assert.equal(code, 1)
  assert.match(stdout, /^client_gone {2}1 tokens, codes and approvals whose client is gone: \S+\n$/)
  change("DELETE FROM oauth_client; INSERT INTO oauthd_migration VALUES (-1, 'odd', 1)")
  assert.deepEqual(told(await here('db:check', '--json')), [
    1,
    false,
    'migrations 2',
    'foreign_keys 1',
    'client_gone 1',
  ])
})

test('contract, db:check: a master secret that does not open what is sealed is a fault', async (t) => {
  const { path, here } = await folder(t)
  const other = await oauthd(['db:check', '--json'], { cwd: path, env: { OAUTHD_SECRET: 'x'.repeat(32) } })
  assert.deepEqual(told(other), [1, false, 'master_secret 1'])
  assert.deepEqual(told(await here('db:check', '--json')), [0, true])
})

test('contract, db:check: an older schema is looked at as far as it can be', async (t) => {
  const { here, change } = await folder(t)
  change('DELETE FROM oauthd_migration')
  const { code, stdout, stderr } = await here('db:check')
  assert.deepEqual([code, stdout], [0, 'Sound: the file, foreign keys, the master secret\n'])
  assert.match(stderr, /^schema 0 of \d+: oauthd db:migrate, then check again\n$/)
})

test('contract, db:check: pages that are damaged are found', async (t) => {
  const { path, here, change } = await folder(t)
  change(`CREATE TABLE filler (x); CREATE INDEX filler_x ON filler (x);
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) INSERT INTO filler SELECT hex(zeroblob(500)) || i FROM n`)
  change('PRAGMA wal_checkpoint(TRUNCATE)')
  const file = await open(join(path, 'oauthd.db'), 'r+')
  const { size } = await file.stat()
  await file.write(Buffer.alloc(8192, 0x5a), 0, 8192, size - 4096 * 20)
  await file.close()
  const damaged = await here('db:check', '--json')
  assert.equal(damaged.code, 1)
  assert.match(`${damaged.stdout}${damaged.stderr}`, /"check":"integrity"|database_corrupt/)
})
