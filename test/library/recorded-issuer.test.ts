/** The issuer that an embedded server leaves in the database, for those who read it elsewhere. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createVerifier } from '../../src/verify.ts'
import { connection, temporaryFolder } from '../_store.ts'
import { appServer } from './_app.ts'

const MACHINE = { client_name: 'Robot', grant_types: ['client_credentials'], scope: 'a' }

const recorded = (t: TestContext, db: string): unknown =>
  connection(t, db).prepare("SELECT value FROM oauthd_state WHERE name = 'issuer'").pluck().get()

test('contract, settled points: a server in an app records the issuer it was given, and a verifier of the file knows it', async (t) => {
  const db = join(temporaryFolder(t), 'app.db')
  const server = await appServer(t, { db, issuer: 'https://one.example' })
  assert.equal(recorded(t, db), 'https://one.example')
  const { client_id, client_secret = '' } = await server.clients.create(MACHINE)
  const { access_token } = await server.issueToken({
    grant_type: 'client_credentials',
    client_id,
    client_secret,
  })
  const verifier = createVerifier({ db })
  assert.deepEqual((await verifier.verify(access_token))?.aud, ['https://one.example'])
  await verifier.close()
  await appServer(t, { db, issuer: 'https://two.example' })
  assert.equal(recorded(t, db), 'https://two.example')
})

test('contract, settled points: a default issuer is not recorded, and a recorded one is not written again', async (t) => {
  const db = join(temporaryFolder(t), 'app.db')
  await appServer(t, { db, issuer: undefined as never })
  assert.equal(recorded(t, db), undefined)
  await appServer(t, { db })
  connection(t, db).exec(
    "CREATE TRIGGER refuse BEFORE INSERT ON oauthd_state WHEN new.name = 'issuer' BEGIN SELECT RAISE(ABORT, 'written'); END",
  )
  await appServer(t, { db })
  await appServer(t, { db, issuer: undefined as never })
  await assert.rejects(appServer(t, { db, issuer: 'https://two.example' }), { code: 'database_failed' })
})

test('FA-01, contract, library: a server in an app records its profile, so that commands hold to it', async (t) => {
  const db = join(temporaryFolder(t), 'app.db')
  const profile = (): unknown =>
    connection(t, db).prepare("SELECT value FROM oauthd_state WHERE name = 'profile'").pluck().get()
  await appServer(t, { db, profile: 'fapi2' })
  assert.equal(profile(), 'fapi2')
  await appServer(t, { db })
  assert.equal(profile(), 'none')
})
