import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { HASH_KEY_LOOK } from '../src/hash-keys.ts'
import { ROUND } from '../src/housekeeping.ts'
import { type TestServer, testServer } from './_server.ts'
import { connection, turnOver } from './_store.ts'

interface Kept extends TestServer {
  /** Milliseconds of the timers that wait. */
  readonly waiting: () => readonly number[]
  /** Ends the wait of whichever timer there is. */
  ring(): void
  /** Lets rounds and pauses pass until the next round is waited for. */
  roundEnds(): Promise<number>
  /** Puts requests there that ended `ago` seconds ago, each of 4 KB. */
  flood(rows: number, ago: number): void
  count(): number
}

const kept = async (t: TestContext): Promise<Kept> => {
  const timers: { callback: () => void; milliseconds: number }[] = []
  const at = await testServer(t, {
    alarm: (callback, milliseconds) => {
      // Not of these: each process looks for hash keys.
      if (milliseconds === HASH_KEY_LOOK) return () => {}
      const timer = { callback, milliseconds }
      timers.push(timer)
      return () => {
        const index = timers.indexOf(timer)
        if (index >= 0) timers.splice(index, 1)
      }
    },
  })
  const database = connection(t, at.db)
  const ring = (): void => timers.shift()?.callback()
  return {
    ...at,
    waiting: () => timers.map(({ milliseconds }) => milliseconds),
    ring,
    async roundEnds() {
      ring()
      for (let pauses = 0; ; ) {
        await turnOver()
        const [timer] = timers
        if (timer?.milliseconds === ROUND) return pauses
        if (timer === undefined) continue
        pauses += 1
        ring()
      }
    },
    flood(rows, ago) {
      const end = Math.floor(at.clock() / 1000) - ago
      database.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
        INSERT INTO oauth_authorization_request (request_id, client_id, redirect_uri, state, scope, resource,
          code_challenge, prompt, browser_mac, created_at, expires_at)
        SELECT 'ar_${ago}_' || i, 'cl_1', 'https://a.example/', hex(zeroblob(2000)), '', '[]', '', '', '', 0, ${end} FROM n`)
    },
    count: () => Number(database.prepare('SELECT count(*) FROM oauth_authorization_request').pluck().get()),
  }
}

test('LG-03: what is over is removed once a minute while the server serves, a hundred rows at a time', async (t) => {
  const at = await kept(t)
  at.server.housekeeping.start()
  at.flood(950, 301)
  at.flood(20, 299)
  assert.deepEqual(at.waiting(), [ROUND])
  const pauses = await at.roundEnds()
  assert.equal(at.count(), 20)
  assert.ok(pauses >= 9, `${pauses}`)
  at.flood(5, 400)
  await at.roundEnds()
  assert.equal(at.count(), 20)
})

test('LG-03: a file that a flood has made large becomes small again', async (t) => {
  const at = await kept(t)
  at.server.housekeeping.start()
  at.flood(5000, 301)
  const { pages } = at.server.store.space()
  await at.roundEnds()
  const left = at.server.store.space()
  assert.ok(left.pages < pages / 10, `${left.pages} of ${pages}`)
  assert.ok(left.free_pages <= left.pages / 4)
  connection(t, at.db).pragma('wal_checkpoint(TRUNCATE)')
  assert.ok(statSync(at.db).size < 1_000_000)
})

test('LG-03: two servers on one database tend it both, and nothing is lost or told', async (t) => {
  const one = await kept(t)
  const other = await testServer(t, {
    db: one.db,
    time: one,
    alarm: (callback) => {
      const turn = setImmediate(callback)
      return () => clearImmediate(turn)
    },
  })
  one.flood(1000, 301)
  one.server.housekeeping.start()
  other.server.housekeeping.start()
  await one.roundEnds()
  await other.server.close()
  assert.equal(one.count(), 0)
  assert.deepEqual([...one.logged, ...other.logged], [])
})

test('LG-03: a round that fails is told once, and the next ones are tried', async (t) => {
  const at = await kept(t)
  at.server.housekeeping.start()
  const database = connection(t, at.db)
  database.exec('ALTER TABLE oauth_authorization_request RENAME TO elsewhere')
  await at.roundEnds()
  await at.roundEnds()
  assert.equal(at.logged.length, 1)
  database.exec('ALTER TABLE elsewhere RENAME TO oauth_authorization_request')
  at.flood(5, 301)
  await at.roundEnds()
  assert.deepEqual([at.count(), at.logged.length], [0, 1])
})

test('LG-03: a server that is closed, in the middle of a round too, waits for nothing', async (t) => {
  const at = await kept(t)
  at.server.housekeeping.start()
  at.flood(300, 301)
  at.ring()
  await at.server.close()
  await turnOver()
  assert.deepEqual(at.waiting(), [])
  assert.equal(at.count(), 200)
  assert.deepEqual(at.logged, [])
})

test('LG-03: a write-ahead log that readers let grow is emptied in the next round', async (t) => {
  const at = await kept(t)
  at.server.housekeeping.start()
  const reader = connection(t, at.db)
  reader.exec('BEGIN')
  reader.prepare('SELECT count(*) FROM oauthd_state').get()
  at.flood(5000, -3600)
  reader.exec('COMMIT')
  const log = (): number => statSync(`${at.db}-wal`).size
  assert.ok(log() > 16 * 1024 * 1024, `${log()}`)
  await at.roundEnds()
  assert.equal(log(), 0)
})
