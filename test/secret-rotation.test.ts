import assert from 'node:assert/strict'
import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { replaceKeyFile } from '../src/key-file.ts'
import { keptMasterSecret, keyFile } from '../src/master-secret.ts'
import { rotateMasterSecret } from '../src/secret-rotation.ts'
import { now, type Server } from '../src/server.ts'
import { claimSecretRotation, listSealed } from '../src/store/sealed.ts'
import { createToken, inspectToken } from '../src/tokens.ts'
import { authenticates, type TestClient, type TestServer, testClient, testServer } from './_server.ts'
import { connection, NOW, temporaryFolder } from './_store.ts'

const NEW = 'a new master secret for this test file'
const OTHER = 'another master secret for this test file'

const rotate = (at: TestServer, to = NEW): ReturnType<typeof rotateMasterSecret> =>
  rotateMasterSecret(at.server, at.db, keptMasterSecret(at.db), to)

const inFile = (db: string): string => readFileSync(keyFile(db), 'utf8').trim()

const sign = ({ keys }: Server): Promise<string> => keys.sign('ES256', 'at+jwt', { sub: 'x' }, NOW + 600)

/** A server with a client, a token and a signing key, and whether all of them still count at another. */
const busy = async (t: TestContext): Promise<TestServer & { lives(at: TestServer): Promise<void> }> => {
  const at = await testServer(t)
  const client: TestClient = await testClient(at.server)
  const { access_token } = await createToken(at.server, { client: client.client })
  await sign(at.server)
  const kids = (await at.server.keys.list(NOW)).map(({ kid }) => kid)
  return {
    ...at,
    async lives(other) {
      assert.equal((await inspectToken(other.server, access_token)).kind, 'active')
      assert.ok(await authenticates(other, client.client_id, client.client_secret))
      await sign(other.server)
      assert.deepEqual(
        (await other.server.keys.list(NOW)).map(({ kid }) => kid),
        kids,
      )
    },
  }
}

test('KEY-07: after a rotation everything is sealed under the new secret, which alone is in the key file', async (t) => {
  const at = await busy(t)
  const old = inFile(at.db)
  assert.deepEqual(await rotate(at), { hash_keys: 1, signing_keys: 1 })
  assert.equal(inFile(at.db), NEW)
  assert.equal(statSync(keyFile(at.db)).mode & 0o777, 0o600)
  await at.lives(await testServer(t, { db: at.db, time: at }))
  await assert.rejects(testServer(t, { db: at.db, secret: old }), { code: 'secret_mismatch' })
})

test('KEY-07: a process that runs goes on, and opens and adds keys under the secret that came meanwhile', async (t) => {
  const at = await busy(t)
  const running = await testServer(t, { db: at.db, time: at })
  const later = await testServer(t, { db: at.db, time: at })
  await rotate(at)
  await at.lives(running)
  const { kid } = await running.server.keys.rotate('EdDSA', 600)
  const third = await testServer(t, { db: at.db, time: at })
  for (const { server } of [later, third]) {
    assert.match(await server.keys.sign('EdDSA', 'at+jwt', {}, NOW + 1), /^ey/)
    assert.ok((await server.keys.list(NOW)).some((key) => key.kid === kid))
  }
})

test('KEY-07: a key that another process adds while all is sealed anew is sealed anew too', async (t) => {
  const at = await busy(t)
  const running = await testServer(t, { db: at.db, time: at })
  const { read } = at.server.store
  let isAdded = false
  t.mock.method(at.server.store, 'read', async <T>(work: Parameters<typeof read<T>>[0]): Promise<T> => {
    const result = await read(work)
    // Behind the look at what there is, and before the transaction.
    if (!isAdded) {
      isAdded = true
      await running.server.keys.rotate('EdDSA', 600)
    }
    return result
  })
  assert.deepEqual(await rotate(at), { hash_keys: 1, signing_keys: 2 })
  const fresh = await testServer(t, { db: at.db, time: at })
  assert.match(await fresh.server.keys.sign('EdDSA', 'at+jwt', {}, NOW + 1), /^ey/)
})

test('KEY-07: killed before the database is sealed anew, or before the key file is, both still fit together', async (t) => {
  const at = await busy(t)
  const old = inFile(at.db)
  replaceKeyFile(at.db, old, `${NEW},${old}`)
  await at.lives(await testServer(t, { db: at.db, time: at }))
  await rotate(at, OTHER)
  assert.equal(inFile(at.db), OTHER)
  replaceKeyFile(at.db, OTHER, `${OTHER},${NEW},${old}`)
  await at.lives(await testServer(t, { db: at.db, time: at }))
  await rotate(at)
  assert.equal(inFile(at.db), NEW)
  await at.lives(await testServer(t, { db: at.db, time: at }))
})

test('KEY-07: what a rotation that was killed has left of secrets goes with the next, and nothing else', async (t) => {
  const at = await busy(t)
  const names = ['4711.0123456789ab', 'bak', '4711.0123456789ab.bak', '0123456789ab']
  for (const name of names) writeFileSync(`${keyFile(at.db)}.${name}`, OTHER)
  await rotate(at)
  const left = names.filter((name) => existsSync(`${keyFile(at.db)}.${name}`))
  assert.deepEqual(left, ['bak', '4711.0123456789ab.bak', '0123456789ab'])
})

test('KEY-07: the key file holds both secrets before the database knows the new one', async (t) => {
  const at = await busy(t)
  const old = inFile(at.db)
  const seen: string[] = []
  const { write } = at.server.store
  t.mock.method(at.server.store, 'write', <T>(work: Parameters<typeof write<T>>[0]): Promise<T> => {
    seen.push(inFile(at.db))
    return write(work)
  })
  await rotate(at)
  assert.deepEqual(seen, [old, `${NEW},${old}`, NEW])
})

test('KEY-07: what fails in the database leaves a key file that opens it', async (t) => {
  const at = await busy(t)
  const old = inFile(at.db)
  connection(t, at.db).exec(
    "CREATE TRIGGER stop BEFORE UPDATE ON oauth_signing_key BEGIN SELECT RAISE(ABORT, 'stopped'); END",
  )
  await assert.rejects(rotate(at), /stopped|failed/)
  connection(t, at.db).exec('DROP TRIGGER stop')
  assert.equal(inFile(at.db), `${NEW},${old}`)
  await at.lives(await testServer(t, { db: at.db, time: at }))
  await rotate(at, OTHER)
  await at.lives(await testServer(t, { db: at.db, time: at }))
})

test('KEY-07: one rotation at a time; one that was killed gives way after a minute', async (t) => {
  const at = await busy(t)
  const until = NOW + 60
  await at.server.store.write(() => claimSecretRotation(until, now(at.server)))
  assert.equal(await rotate(at), undefined)
  at.advance(60)
  assert.ok(await rotate(at))
  assert.ok(await rotate(at, OTHER), 'the turn was given back')
})

test('KEY-07, attack: who was asked whether to rotate, while another did, seals nothing under a secret nobody keeps', async (t) => {
  const at = await busy(t)
  const asked = keptMasterSecret(at.db)
  await rotate(at)
  await assert.rejects(rotateMasterSecret(at.server, at.db, asked, OTHER), { code: 'key_file_unwritable' })
  assert.equal(inFile(at.db), NEW)
  await at.lives(await testServer(t, { db: at.db, time: at }))
})

test('KEY-07, attack: who stood still for more than a minute, while another rotated, seals nothing any more', async (t) => {
  const at = await busy(t)
  const quicker = await testServer(t, { db: at.db, time: at })
  const { read } = at.server.store
  let isOvertaken = false
  t.mock.method(at.server.store, 'read', async <T>(work: Parameters<typeof read<T>>[0]): Promise<T> => {
    if (!isOvertaken) {
      isOvertaken = true
      at.advance(60)
      assert.ok(await rotate(quicker, OTHER))
    }
    return read(work)
  })
  assert.equal(await rotate(at), undefined)
  assert.equal(inFile(at.db), OTHER)
  await at.lives(await testServer(t, { db: at.db, time: at }))
})

test('KEY-07: with OAUTHD_SECRET no key file is made, and the first of its secrets is enough afterwards', async (t) => {
  const at = await testServer(t, { secret: OTHER })
  await sign(at.server)
  const both = { secret: `${NEW}, ${OTHER}`, source: 'OAUTHD_SECRET' }
  const running = await testServer(t, { db: at.db, time: at, secret: both.secret })
  await rotateMasterSecret(running.server, at.db, both, NEW)
  assert.throws(() => inFile(at.db), { code: 'ENOENT' })
  await sign((await testServer(t, { db: at.db, time: at, secret: NEW })).server)
  await sign(running.server)
})

test('KEY-07: a key file that holds a secret of OAUTHD_SECRET is rotated with it', async (t) => {
  const at = await busy(t)
  const given = { secret: `${NEW},${inFile(at.db)}`, source: 'OAUTHD_SECRET' }
  const running = await testServer(t, { db: at.db, time: at, secret: given.secret })
  await rotateMasterSecret(running.server, at.db, given, NEW)
  assert.equal(inFile(at.db), NEW)
})

test('KEY-05: a process whose secret opens no new key says so, and seals nothing under the old one', async (t) => {
  const at = await testServer(t, { secret: OTHER })
  await sign(at.server)
  const rotating = await testServer(t, { db: at.db, time: at, secret: `${NEW},${OTHER}` })
  await rotateMasterSecret(
    rotating.server,
    at.db,
    { secret: `${NEW},${OTHER}`, source: 'OAUTHD_SECRET' },
    NEW,
  )
  const before = await at.server.store.read(listSealed())
  await assert.rejects(at.server.keys.rotate('ES256', 600), { code: 'secret_mismatch' })
  assert.deepEqual(await at.server.store.read(listSealed()), before)
})

test('CL-03: a key file that is a link stays one, and what it leads to is replaced', async (t) => {
  const folder = temporaryFolder(t)
  const db = join(folder, 'oauthd.db')
  const real = join(folder, 'mounted')
  writeFileSync(real, `${OTHER}\n`, { mode: 0o600 })
  symlinkSync(real, keyFile(db))
  replaceKeyFile(db, OTHER, NEW)
  assert.equal(readFileSync(real, 'utf8'), `${NEW}\n`)
  assert.throws(() => replaceKeyFile(db, OTHER, NEW), { code: 'key_file_unwritable' })
})
