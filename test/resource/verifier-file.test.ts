/** createVerifier({ db }): the shared SQLite file, read-only. */
import assert from 'node:assert/strict'
import { copyFileSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import Database from 'better-sqlite3'
import { revoke } from '../../src/clients.ts'
import { withdraw } from '../../src/consents.ts'
import { createSecrets } from '../../src/crypto/secret.ts'
import { openHashKeys } from '../../src/hash-keys.ts'
import { keptMasterSecret } from '../../src/master-secret.ts'
import { fileVerifier } from '../../src/resource/verifier-file.ts'
import { revokeOne } from '../../src/revocations.ts'
import { createSeals } from '../../src/seals.ts'
import { listHashKeys } from '../../src/store/hash-key.ts'
import { openReadOnly } from '../../src/store/open-read-only.ts'
import { putState } from '../../src/store/state.ts'
import { createVerifier, type OpenVerifier } from '../../src/verify.ts'
import { environment } from '../_environment.ts'
import { appClient, family } from '../_person.ts'
import { testServer } from '../_server.ts'
import { atEnd, temporaryFolder } from '../_store.ts'
import { registerResource } from '../http/_resource.ts'
import { SECRET, type SharedFile, sharedFile } from './_shared-file.ts'

const verifierOf = (t: TestContext, { db }: Pick<SharedFile, 'db'>, secret = SECRET): OpenVerifier => {
  const verifier = createVerifier({ db, secret })
  atEnd(t, () => verifier.close())
  return verifier
}

const bearer = (authorization: string): Request =>
  new Request('https://api.example/', { headers: { authorization } })

test('contract, verifiers: over the file a live token is its principal, of a string and of a request alike', async (t) => {
  const file = await sharedFile(t)
  const verifier = verifierOf(t, file)
  const { client_id } = await file.client()
  const own = await file.token(client_id, { scope: 'a' })
  const principal = await verifier.verify(own)
  assert.ok(principal)
  const { can, exp, ...members } = principal
  assert.deepEqual(members, {
    client_id,
    sub: client_id,
    user: null,
    grant_type: 'client_credentials',
    scope: 'a',
    scopes: ['a'],
    claims: {},
    aud: ['http://localhost:6749'],
    jti: own.slice(4, 30),
  })
  assert.deepEqual([can('a'), can('b'), exp > Date.now() / 1000], [true, false, true])
  const of_person = await verifier.verify(bearer(`Bearer ${await file.token(client_id, { sub: 'us_ana' })}`))
  assert.deepEqual([of_person?.sub, of_person?.user], ['us_ana', 'us_ana'])
})

test('contract, verifiers: what is no live access token of this database is undefined, a refresh token too', async (t) => {
  const at = await testServer(t, { secret: SECRET })
  const verifier = verifierOf(t, at)
  const { access_token, refresh_token } = await family(at, await appClient(at.server))
  assert.equal((await verifier.verify(access_token))?.user, 'us_1')
  for (const wrong of [refresh_token, '', 'x', `${access_token}A`, `oat_${'0'.repeat(75)}`]) {
    assert.equal(await verifier.verify(wrong), undefined, wrong)
  }
  for (const wrong of ['', 'Basic YTpi', 'Bearer', 'Bearer a b', access_token]) {
    assert.equal(await verifier.verify(bearer(wrong)), undefined, wrong)
  }
  const query = new Request(`https://api.example/?access_token=${access_token}`)
  assert.equal(await verifier.verify(query), undefined)
  const foreign = await sharedFile(t)
  assert.equal(await verifier.verify(await foreign.token((await foreign.client()).client_id)), undefined)
})

test('contract, settled points: over the file a revoked token, client or consent is over at the next look', async (t) => {
  const file = await sharedFile(t)
  const verifier = verifierOf(t, file)
  const { client_id } = await file.client()
  const [one, other] = [await file.token(client_id), await file.token(client_id)]
  const of_person = await file.token(client_id, { sub: 'us_ana' })
  for (const token of [one, other, of_person]) assert.ok(await verifier.verify(token))
  await revokeOne(file.server, one)
  assert.equal(await verifier.verify(one), undefined)
  assert.ok(await verifier.verify(other))
  await withdraw(file.server, { sub: 'us_ana', client_id })
  assert.equal(await verifier.verify(of_person), undefined)
  await revoke(file.server, client_id)
  assert.equal(await verifier.verify(other), undefined)
})

test('RV-06: over the file a JWT of the server is its principal until it is revoked, and of nobody else ever', async (t) => {
  const file = await sharedFile(t)
  await registerResource(file.server, {
    resource: 'https://api.example',
    access_token_format: 'jwt',
    signing_alg: 'ES256',
  })
  await file.server.store.write(() => putState('issuer', 'https://id.example'))
  const verifier = verifierOf(t, file)
  const { client_id } = await file.client()
  const token = await file.token(client_id, { resource: ['https://api.example'], sub: 'us_ana' })
  const principal = await verifier.verify(token)
  assert.deepEqual([principal?.client_id, principal?.user], [client_id, 'us_ana'])
  assert.deepEqual(principal?.aud, ['https://api.example'])
  const other = createVerifier({ db: file.db, secret: SECRET, issuer: 'https://other.example' })
  atEnd(t, () => other.close())
  assert.equal(await other.verify(token), undefined)
  const [head, body] = token.split('.')
  assert.equal(await verifier.verify(`${head}.${body}.AAAA`), undefined)
  await revokeOne(file.server, token)
  assert.equal(await verifier.verify(token), undefined)
})

test('TM-02: over the file a token is dead exactly at exp', async (t) => {
  const file = await sharedFile(t)
  const clock = { at: Date.now() }
  const store = openReadOnly(file.db, { clock: () => clock.at })
  atEnd(t, () => store.close())
  const master = keptMasterSecret(file.db, SECRET)
  const keys = await openHashKeys(await store.read(listHashKeys()), {
    store,
    seals: createSeals(master),
    clock: () => clock.at,
    alarm: () => () => {},
    onFault: (error) => assert.fail(String(error)),
  })
  const verifier = fileVerifier({
    store,
    secrets: Promise.resolve(createSecrets(keys)),
    keys: file.server.keys,
    issuer: undefined,
    default_issuer: 'https://default.example',
    clock: () => clock.at,
    close: () => store.close(),
  })
  const token = await file.token((await file.client()).client_id, { ttl: 60 })
  const exp = (await verifier.verify(token))?.exp ?? 0
  clock.at = exp * 1000 - 1
  assert.ok(await verifier.verify(token))
  clock.at = exp * 1000
  assert.equal(await verifier.verify(token), undefined)
})

test('contract, settled points: a token without a resource is for the issuer given, else the one that serve recorded', async (t) => {
  const file = await sharedFile(t)
  const token = await file.token((await file.client()).client_id)
  const verifier = verifierOf(t, file)
  await file.server.store.write(() => putState('issuer', 'https://recorded.example'))
  assert.deepEqual((await verifier.verify(token))?.aud, ['https://recorded.example'])
  const told = createVerifier({ db: file.db, secret: SECRET, issuer: 'https://given.example' })
  atEnd(t, () => told.close())
  assert.deepEqual((await told.verify(token))?.aud, ['https://given.example'])
})

test('contract, verifiers: the master secret is the option, OAUTHD_SECRET, or the key file, and another one is never a pass', async (t) => {
  environment(t, {})
  const file = await sharedFile(t)
  const token = await file.token((await file.client()).client_id)
  assert.throws(() => createVerifier({ db: file.db }), { code: 'secret_missing' })
  process.env['OAUTHD_SECRET'] = SECRET
  const verifier = createVerifier({ db: file.db })
  atEnd(t, () => verifier.close())
  assert.ok(await verifier.verify(token))
  const wrong = verifierOf(t, file, 'another-master-secret-of-the-tests-2')
  await assert.rejects(wrong.verify(token), { code: 'secret_mismatch' })
  await assert.rejects(wrong.verify(token), { code: 'secret_mismatch' })
  delete process.env['OAUTHD_SECRET']
  writeFileSync(`${file.db}.key`, `${SECRET}\n`, { mode: 0o600 })
  const by_file = createVerifier({ db: file.db })
  atEnd(t, () => by_file.close())
  assert.ok(await by_file.verify(token))
})

test('contract, verifiers: a database that is replaced or gone rejects at the next look, and heals when it is back', async (t) => {
  const file = await sharedFile(t)
  const verifier = verifierOf(t, file)
  const token = await file.token((await file.client()).client_id)
  assert.ok(await verifier.verify(token))
  renameSync(file.db, `${file.db}.away`)
  const gone = { code: 'database_replaced', message: /deleted or moved/ }
  for (const input of [token, 'x', bearer('')]) await assert.rejects(verifier.verify(input), gone)
  copyFileSync(`${file.db}.away`, file.db)
  await assert.rejects(verifier.verify(token), { code: 'database_replaced', message: /replaced/ })
  renameSync(`${file.db}.away`, file.db)
  assert.ok(await verifier.verify(token))
  await verifier.close()
  for (const input of [token, 'x', '', bearer('')]) {
    await assert.rejects(verifier.verify(input), { code: 'database_failed', message: /closed/ })
  }
})

test('contract, verifiers: what is no database of ours is refused at construction, and nothing is made or changed', async (t) => {
  const folder = temporaryFolder(t)
  const path = (name: string): string => join(folder, name)
  writeFileSync(
    path('text.db'),
    'a text that is no database, but long enough to be looked at as one'.repeat(20),
  )
  new Database(path('app.db')).exec('CREATE TABLE invoice (id)').close()
  const secret = SECRET
  const before = readdirSync(folder)
  const bytes = before.map((name) => readFileSync(path(name)))
  for (const [db, code] of [
    [path('missing.db'), 'database_not_found'],
    [path('missing/oauthd.db'), 'directory_not_found'],
    [path('text.db'), 'not_a_database'],
    [path('app.db'), 'database_not_found'],
    [folder, 'not_a_database'],
  ]) {
    assert.throws(() => createVerifier({ db: db ?? '', secret }), { name: 'StoreError', code }, db)
  }
  assert.deepEqual(readdirSync(folder), before)
  assert.deepEqual(
    before.map((name) => readFileSync(path(name))),
    bytes,
  )
})

test('contract, verifiers: a database with another schema than ours is refused, not migrated', async (t) => {
  const file = await sharedFile(t)
  for (const [version, code] of [
    [99, 'database_newer'],
    [0, 'database_outdated'],
  ] as const) {
    const database = new Database(file.db)
    database.prepare('UPDATE oauthd_migration SET version = ?').run(version)
    database.close()
    assert.throws(() => verifierOf(t, file), { code })
    const looked = new Database(file.db, { readonly: true })
    assert.equal(looked.prepare('SELECT max(version) FROM oauthd_migration').pluck().get(), version)
    looked.close()
  }
})

test('contract, verifiers: its connection cannot write, whatever it is told', async (t) => {
  const file = await sharedFile(t)
  const store = openReadOnly(file.db, { clock: Date.now })
  atEnd(t, () => store.close())
  await assert.rejects(
    store.write(() => putState('issuer', 'https://evil.example')),
    { code: 'database_readonly' },
  )
})
