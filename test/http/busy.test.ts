/** Another process holds the write lock: a second connection on the same file does here. */
import assert from 'node:assert/strict'
import { after, mock, test } from 'node:test'
import Database from 'better-sqlite3'
import { type Answered, basic, openHarness } from './_harness.ts'

const h = await openHarness()
const other = new Database(h.db)
after(async () => {
  other.close()
  await h.close()
})

const client = await h.client()
const FORM = { grant_type: 'client_credentials' }

/** Lets time pass, turn by turn, until the answer is there. */
const passing = async (asked: Promise<Answered>): Promise<Answered> => {
  let isAnswered = false
  const settled = asked.finally(() => {
    isAnswered = true
  })
  while (!isAnswered) {
    mock.timers.tick(16)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return settled
}

test('HTTP-18, RV-05: while the database stays locked, token and revoke are 503 with Retry-After, and nothing is done', async () => {
  const token = await h.token(client)
  mock.timers.enable({ apis: ['setTimeout'] })
  other.exec('BEGIN IMMEDIATE')
  try {
    for (const asked of [h.post('token', FORM, basic(client)), h.post('revoke', { token }, basic(client))]) {
      const answered = await passing(asked)
      assert.deepEqual([answered.status, answered.body['error']], [503, 'temporarily_unavailable'])
      assert.match(answered.headers.get('retry-after') ?? '', /^[1-9]\d*$/)
      assert.equal(answered.headers.get('access-control-allow-origin'), '*')
    }
    const introspected = await h.post('introspect', { token }, basic(client))
    assert.equal(introspected.body['active'], true, 'who only reads does not wait')
  } finally {
    other.exec('ROLLBACK')
    mock.timers.reset()
  }
})

test('HTTP-18: a request that waits for the lock is answered when it is free', async () => {
  mock.timers.enable({ apis: ['setTimeout'] })
  other.exec('BEGIN IMMEDIATE')
  try {
    const asked = h.post('token', FORM, basic(client))
    for (let turns = 0; turns < 20; turns += 1) {
      mock.timers.tick(16)
      await new Promise((resolve) => setImmediate(resolve))
    }
    other.exec('ROLLBACK')
    assert.equal((await passing(asked)).status, 200)
  } finally {
    mock.timers.reset()
  }
})
