import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { addNewHashKey, dropOldHashKeys, oldHashKeys, useCount } from '../src/hash-key-rotation.ts'
import { HASH_KEY_LOOK } from '../src/hash-keys.ts'
import { keptMasterSecret } from '../src/master-secret.ts'
import { rotateMasterSecret } from '../src/secret-rotation.ts'
import type { Server } from '../src/server.ts'
import { run } from '../src/store/work.ts'
import { createToken, inspectToken } from '../src/tokens.ts'
import { authenticates, type TestServer, testClient, testServer } from './_server.ts'
import { connection } from './_store.ts'

const pair = async (t: TestContext): Promise<readonly [TestServer, TestServer]> => {
  const one = await testServer(t)
  return [one, await testServer(t, { db: one.db, time: one })]
}

const isActive = async (server: Server, token: string): Promise<boolean> =>
  (await inspectToken(server, token)).kind === 'active'

/** A look of every process, as each takes by itself every 15 seconds. */
const look = (...servers: readonly TestServer[]): Promise<unknown> =>
  Promise.all(servers.map(({ server }) => server.hash_keys.refresh()))

test('KEY-06: nothing is hashed under a new key before every process has had the time to read it', async (t) => {
  const [one, two] = await pair(t)
  const { client } = await testClient(one.server)
  const { hash_key_id, activates_at } = await addNewHashKey(one.server)
  const old = one.server.hash_keys.newest.hash_key_id
  assert.equal(activates_at * 1000, one.clock() + 60_000)
  one.advance(59)
  await look(one, two)
  assert.deepEqual(
    [one, two].map(({ server }) => server.hash_keys.newest.hash_key_id),
    [old, old],
  )
  one.advance(1)
  // One has seen that it activates, the other has read it while it waited.
  await look(one)
  assert.equal(one.server.hash_keys.newest.hash_key_id, hash_key_id)
  assert.equal(two.server.hash_keys.newest.hash_key_id, old)
  const { access_token: newer } = await createToken(one.server, { client })
  const { access_token: older } = await createToken(two.server, { client })
  for (const { server } of [one, two]) {
    assert.deepEqual([await isActive(server, newer), await isActive(server, older)], [true, true])
  }
})

test('KEY-06: a process looks by itself, several times while a new key waits', async (t) => {
  const looks: (() => void)[] = []
  const next = Promise.withResolvers<void>()
  const { server } = await testServer(t, {
    alarm: (callback, milliseconds) => {
      if (milliseconds === HASH_KEY_LOOK) looks.push(callback)
      if (looks.length === 2) next.resolve()
      return () => {}
    },
  })
  const { hash_key_id } = await addNewHashKey(server)
  assert.equal(server.hash_keys.find(hash_key_id), undefined)
  looks[0]?.()
  // It waits for the next one when it has looked.
  await next.promise
  assert.equal(server.hash_keys.find(hash_key_id)?.hash_key_id, hash_key_id)
  assert.ok(HASH_KEY_LOOK * 3 < 60_000)
})

test('KEY-06, HTTP-18: while the keys cannot be read, a token under an unknown one is no no', async (t) => {
  const looks: (() => void)[] = []
  const one = await testServer(t)
  let looked = Promise.withResolvers<void>()
  const two = await testServer(t, {
    db: one.db,
    time: one,
    alarm: (callback, milliseconds) => {
      if (milliseconds === HASH_KEY_LOOK) looks.push(callback)
      looked.resolve()
      return () => {}
    },
  })
  const { client } = await testClient(one.server)
  const { access_token: older } = await createToken(one.server, { client })
  await addNewHashKey(one.server)
  one.advance(60)
  await look(one)
  const { access_token: newer } = await createToken(one.server, { client })
  looked = Promise.withResolvers<void>()
  t.mock.method(two.server.store, 'read', () => Promise.reject(new Error('unreadable')), { times: 1 })
  looks.at(-1)?.()
  await looked.promise
  assert.ok(await isActive(two.server, older))
  await assert.rejects(isActive(two.server, newer), /unreadable/)
  looked = Promise.withResolvers<void>()
  looks.at(-1)?.()
  await looked.promise
  assert.ok(await isActive(two.server, newer))
})

test('KEY-06: a secret that is shown moves to the newest key, so that the old one can go', async (t) => {
  const [one, two] = await pair(t)
  const { client_id, client_secret } = await testClient(one.server)
  const { hash_key_id } = await addNewHashKey(one.server)
  one.advance(60)
  await look(one, two)
  assert.ok(await authenticates(two, client_id, client_secret))
  await two.server.store.write(() => run('DELETE FROM oauthd_limit'))
  const rows = connection(t, one.db).prepare('SELECT hash_key_id FROM oauth_client_secret').pluck().all()
  assert.deepEqual(rows, [hash_key_id])
  for (const at of [one, two]) assert.ok(await authenticates(at, client_id, client_secret))
})

test('KEY-06: an old key stays while a live row names it, and goes when none does', async (t) => {
  const [one] = await pair(t)
  const { client, client_id, client_secret } = await testClient(one.server)
  const { access_token } = await createToken(one.server, { client, ttl: 600 })
  await addNewHashKey(one.server)
  one.advance(119)
  await look(one)
  assert.deepEqual(await oldHashKeys(one.server), [], 'a process may be late')
  one.advance(1)
  const [old] = await oldHashKeys(one.server)
  assert.deepEqual([old?.uses.client_secrets, old?.uses.access_tokens], [1, 1])
  await authenticates(one, client_id, client_secret)
  one.advance(600)
  assert.equal(await isActive(one.server, access_token), false)
  const unused = (await oldHashKeys(one.server)).filter((key) => useCount(key) === 0)
  assert.equal(unused.length, 1)
  await dropOldHashKeys(one.server, unused)
  assert.deepEqual(await oldHashKeys(one.server), [])
  await look(one)
  assert.ok(await authenticates(one, client_id, client_secret))
})

test('KEY-06: dropped by force, a key takes with it what stood under it, at every process and at once', async (t) => {
  const [one, two] = await pair(t)
  const { client, client_id, client_secret } = await testClient(one.server)
  const { access_token } = await createToken(one.server, { client })
  const other = await testClient(one.server)
  await addNewHashKey(one.server)
  one.advance(120)
  await look(one, two)
  assert.ok(await authenticates(two, other.client_id, other.client_secret))
  const { access_token: newer } = await createToken(one.server, { client })
  await dropOldHashKeys(one.server, await oldHashKeys(one.server))
  assert.equal(await isActive(two.server, access_token), false)
  assert.equal(await authenticates(two, client_id, client_secret), false)
  assert.ok(await isActive(two.server, newer))
  assert.ok(await authenticates(two, other.client_id, other.client_secret))
  await look(two)
  assert.ok(await isActive(two.server, newer))
})

test('KEY-06: a JWT stands under no hash key: its row keeps none, and is dropped with none', async (t) => {
  const [one] = await pair(t)
  const { client } = await testClient(one.server)
  const { access_token } = await createToken(one.server, { client, ttl: 600 })
  connection(t, one.db).exec("UPDATE oauth_access_token SET token_hash = 'jwt'")
  await addNewHashKey(one.server)
  one.advance(120)
  await look(one)
  const [old] = await oldHashKeys(one.server)
  assert.equal(old?.uses.access_tokens, 0)
  await dropOldHashKeys(one.server, old === undefined ? [] : [old])
  const rows = connection(t, one.db).prepare('SELECT jti FROM oauth_access_token').pluck().all()
  assert.deepEqual(rows, [access_token.slice(4, 30)])
})

test('KEY-06, KEY-07: a hash key that is added after the master secret has changed is read by who runs', async (t) => {
  const [one, two] = await pair(t)
  const { client } = await testClient(one.server)
  const to = 'a new master secret for this test file'
  await rotateMasterSecret(one.server, one.db, keptMasterSecret(one.db), to)
  const third = await testServer(t, { db: one.db, time: one })
  await addNewHashKey(third.server)
  one.advance(60)
  await look(one, two, third)
  const { access_token } = await createToken(third.server, { client })
  assert.ok(await isActive(two.server, access_token))
})
