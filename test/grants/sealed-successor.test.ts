/** RT-11: what rests of a rotation, and for how long. */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { HASH_KEY_LOOK } from '../../src/hash-keys.ts'
import type { Alarm } from '../../src/store/timers.ts'
import { appClient, family, member, refresh } from '../_person.ts'
import { type TestClient, type TestServer, testServer } from '../_server.ts'
import { connection, NOW, turnOver } from '../_store.ts'

/** Alarms that ring when the test says so. */
const testAlarm = (): { alarm: Alarm; waits: number[]; pending(): number; ring(): Promise<void> } => {
  const waiting = new Map<number, () => void>()
  const waits: number[] = []
  return {
    waits,
    alarm(callback, milliseconds) {
      // Not of these: each process looks for hash keys.
      if (milliseconds === HASH_KEY_LOOK) return () => {}
      const id = waits.push(milliseconds)
      waiting.set(id, callback)
      return () => waiting.delete(id)
    },
    pending: () => waiting.size,
    async ring() {
      const due = [...waiting.values()]
      waiting.clear()
      for (const callback of due) callback()
      // A write, a read: each ends with a turn.
      for (let turns = 0; turns < 8; turns += 1) await turnOver()
    },
  }
}

interface Rotating extends TestServer, ReturnType<typeof testAlarm> {
  readonly client: TestClient
  /** Every column of every refresh token, as a dump has it. */
  dump(): readonly Readonly<Record<string, unknown>>[]
  sealed(): number
}

const rotating = async (t: TestContext, db?: string): Promise<Rotating> => {
  const alarms = testAlarm()
  const at = await testServer(t, { alarm: alarms.alarm, ...(db === undefined ? {} : { db }) })
  const client = await appClient(at.server)
  const dump = (): readonly Readonly<Record<string, unknown>>[] =>
    connection(t, at.db).prepare<[], Record<string, unknown>>('SELECT * FROM oauth_refresh_token').all()
  const sealed = (): number => dump().filter((row) => row['sealed'] !== null).length
  return { ...at, ...alarms, client, dump, sealed }
}

test('RT-11: a dump has no token in clear, and the sealed copy is not the token either', async (t) => {
  const at = await rotating(t)
  const { refresh_token } = await family(at, at.client)
  const next = member(await refresh(at, at.client, refresh_token), 'refresh_token')
  const text = JSON.stringify(at.dump())
  for (const token of [refresh_token, next]) {
    assert.ok(!text.includes(token))
    assert.ok(!text.includes(token.slice(30, 73)), 'nor its secret part')
  }
  assert.equal(at.sealed(), 1)
})

test('RT-11: the first use of the successor wipes the sealed copy at once', async (t) => {
  const at = await rotating(t)
  const { refresh_token } = await family(at, at.client)
  const next = member(await refresh(at, at.client, refresh_token), 'refresh_token')
  await refresh(at, at.client, next)
  const [left, ...more] = at.dump().filter((row) => row['sealed'] !== null)
  assert.deepEqual([left?.['used_at'], more.length], [null, 0], 'only the copy of the newest is left')
})

test('RT-11: a timer wipes what is older than the grace, and no sooner', async (t) => {
  const at = await rotating(t)
  const { refresh_token } = await family(at, at.client)
  await refresh(at, at.client, refresh_token)
  assert.deepEqual(at.waits, [31_000])
  at.advance(30)
  await at.ring()
  assert.equal(at.sealed(), 1, 'it may be asked for in its last second')
  assert.deepEqual(at.waits, [31_000, 1000])
  at.advance(1)
  await at.ring()
  assert.equal(at.sealed(), 0)
  assert.equal(at.pending(), 0)
})

test('RT-11: one timer waits for all of them, for the first that ends', async (t) => {
  const at = await rotating(t)
  const hasty = await appClient(at.server, { refresh_grace: 5 })
  for (const client of [at.client, at.client, hasty, at.client]) {
    const { refresh_token } = await family(at, client)
    await refresh(at, client, refresh_token)
    assert.equal(at.pending(), 1)
  }
  assert.deepEqual(at.waits, [31_000, 6000])
  at.advance(6)
  await at.ring()
  assert.equal(at.sealed(), 3)
  assert.deepEqual([at.pending(), at.waits.at(-1)], [1, 25_000])
})

test('RT-11: who starts to serve wipes what a process that is gone has left, and waits for the rest', async (t) => {
  const gone = await rotating(t)
  const { refresh_token } = await family(gone, gone.client)
  await refresh(gone, gone.client, refresh_token)
  const at = await rotating(t, gone.db)
  at.advance(20)
  await at.server.sealed.sweep()
  assert.deepEqual([at.sealed(), at.waits], [1, [11_000]])
  at.advance(11)
  await at.server.sealed.sweep()
  assert.equal(at.sealed(), 0)
})

test('RT-11: hundreds that are over are wiped in small transactions, all of them', async (t) => {
  const at = await rotating(t)
  const database = connection(t, at.db)
  const { refresh_token } = await family(at, at.client)
  await refresh(at, at.client, refresh_token)
  const columns = Object.keys(at.dump()[0] ?? {}).filter((name) => name !== 'refresh_token_id')
  database.exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600)
    INSERT INTO oauth_refresh_token (refresh_token_id, ${columns})
    SELECT 'copy' || n.i, ${columns} FROM n, oauth_refresh_token WHERE sealed IS NOT NULL`)
  assert.equal(at.sealed(), 601)
  at.advance(31)
  await at.server.sealed.sweep()
  assert.equal(at.sealed(), 0)
})

test('RT-11: a sweep that fails is told to the log and tried again; a closed server waits for nothing', async (t) => {
  const at = await rotating(t)
  const { refresh_token } = await family(at, at.client)
  await refresh(at, at.client, refresh_token)
  const database = connection(t, at.db)
  database.exec('ALTER TABLE oauth_refresh_token RENAME TO hidden')
  at.advance(31)
  await at.ring()
  assert.equal(at.logged.filter((line) => 'message' in line && line.message === 'fault').length, 1)
  assert.deepEqual([at.pending(), at.waits.at(-1)], [1, 1000])
  database.exec('ALTER TABLE hidden RENAME TO oauth_refresh_token')
  await at.ring()
  assert.equal(at.sealed(), 0)
  await refresh(at, at.client, (await family(at, at.client)).refresh_token)
  assert.equal(at.pending(), 1)
  await at.server.close()
  assert.equal(at.pending(), 0)
  // An answer that was on its way.
  at.server.sealed.note(NOW + 60)
  assert.equal(at.pending(), 0)
})
