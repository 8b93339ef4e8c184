/** The write-ahead log while somebody reads all the time. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { run, type Work } from '../../src/store/work.ts'
import { start } from '../_process.ts'
import { atEnd, connection, testStore } from '../_store.ts'

const READER = fileURLToPath(new URL('_constant-reader.ts', import.meta.url))
const MB = 1024 * 1024

/** About 12 MB of log, in one commit. */
function* fill(): Work<void> {
  for (const name of ['a', 'b', 'c']) {
    yield* run('INSERT OR REPLACE INTO oauthd_state (name, value) VALUES ($name, hex(randomblob(2000000)))', {
      name,
    })
  }
}

const readAllTheTime = async (t: TestContext, file: string): Promise<void> => {
  const reader = start(process.execPath, [READER, file])
  atEnd(t, () => reader.stop('SIGKILL'))
  const { stdout } = reader.child
  assert.ok(stdout)
  await once(stdout, 'data')
}

test('performance, write-ahead log: it is emptied under readers that never leave it alone, and goes on', async (t) => {
  const { store, file } = await testStore(t)
  await readAllTheTime(t, file)
  const size = (): number => statSync(`${file}-wal`).size
  for (let round = 0; round < 5; round += 1) {
    await store.write(fill)
    assert.ok(size() > 8 * MB, `${size()}`)
    // A reader that the machine has put to sleep is waited for at another time.
    for (let tries = 0; size() > 0 && tries < 100; tries += 1) store.emptyLog(8 * MB)
    assert.equal(size(), 0)
  }
})

test('performance, write-ahead log: a small one is left alone, and one that a reader holds is left for later', async (t) => {
  const { store, file } = await testStore(t)
  const reader = connection(t, file)
  reader.exec('BEGIN')
  reader.prepare('SELECT count(*) FROM oauthd_state').get()
  await store.write(fill)
  const { size } = statSync(`${file}-wal`)
  store.emptyLog(size)
  store.emptyLog(size - 1)
  assert.equal(statSync(`${file}-wal`).size, size)
  reader.exec('COMMIT')
  store.emptyLog(size)
  assert.equal(statSync(`${file}-wal`).size, size, 'not larger')
  store.emptyLog(size - 1)
  assert.equal(statSync(`${file}-wal`).size, 0)
})
