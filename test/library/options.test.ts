import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { growConsent } from '../../src/actions/consent.ts'
import {
  createOAuthServer,
  OAuthError,
  type OAuthServer,
  type OAuthServerOptions,
  SecretError,
  StoreError,
} from '../../src/index.ts'
import { completeSettings } from '../../src/protocol/settings.ts'
import { openServer } from '../../src/server.ts'
import { environment } from '../_environment.ts'
import { connection, temporaryFolder } from '../_store.ts'

const SECRET = 'the master secret of this test file'
const MACHINE = { client_name: 'ERP', grant_types: ['client_credentials'], scope: 'a b' }
const TOKENS = 'http://localhost:6749/oauth/token'

/** An enabled server on a database of its own, closed when the test ends. */
const enabled = async (t: TestContext, options: OAuthServerOptions = {}): Promise<OAuthServer> => {
  environment(t, {})
  const server = await createOAuthServer({
    db: join(temporaryFolder(t), 'app.db'),
    enabled: true,
    ...options,
  })
  t.after(() => server.close())
  return server
}

/** A request of a client for a token, as any HTTP server would hand it over. */
const tokenRequest = (client: { client_id: string; client_secret?: string }, url = TOKENS): Request => {
  const { client_id, client_secret = '' } = client
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret })
  return new Request(url, { method: 'POST', body })
}

const tokenOf = async (answer: Response): Promise<string> => {
  const body = (await answer.json()) as Record<string, unknown>
  assert.equal(answer.status, 200, JSON.stringify(body))
  return String(body['access_token'])
}

test('contract, library: the calls for clients and tokens, from the first to the last', async (t) => {
  const server = await enabled(t)
  const created = await server.clients.create(MACHINE)
  const { client_id, client_secret, client_secret_expires_at, ...shown } = created
  assert.equal(client_secret_expires_at, 0)
  assert.deepEqual(await server.clients.get(client_id), { client_id, ...shown })
  assert.deepEqual(await server.clients.list(), [{ client_id, ...shown }])

  const access_token = await tokenOf(await server.fetch(tokenRequest(created)))
  const told = await server.introspect(access_token)
  assert.ok(told.active)
  assert.deepEqual([told.client_id, told.sub, told.scope], [client_id, client_id, 'a b'])
  assert.equal(await server.revokeToken(access_token, { token_type_hint: 'refresh_token' }), true)
  assert.equal(await server.revokeToken(access_token), false)
  assert.deepEqual(await server.introspect(access_token), { active: false })

  assert.equal((await server.clients.update(client_id, { scope: 'c' }))?.scope, 'c')
  assert.equal((await server.clients.get(client_id))?.scope, 'c')
  const rotated = await server.clients.rotateSecret(client_id, { overlap: 60 })
  assert.ok(rotated?.client_secret !== undefined && rotated.client_secret !== client_secret)
  for (const client of [created, rotated]) await tokenOf(await server.fetch(tokenRequest(client)))

  assert.equal(await server.clients.revoke(client_id), true)
  assert.equal((await server.fetch(tokenRequest(rotated))).status, 401)
})

test('PG-07: the library lists what a person has allowed, and takes it back', async (t) => {
  const db = join(temporaryFolder(t), 'app.db')
  const { clients, consents } = await enabled(t, { db })
  const { client_id } = await clients.create(MACHINE)
  assert.deepEqual(await consents.list({ sub: 'us_1' }), [])
  assert.equal(await consents.revoke({ sub: 'us_1', client_id }), false)
  const server = await openServer({ db, mode: 'existing', settings: completeSettings({}) })
  t.after(() => server.close())
  await server.store.write(() =>
    growConsent({ sub: 'us_1', client_id, scope: 'a', resource: [], remember: true }, 1_800_000_000),
  )
  assert.deepEqual(await consents.list({ sub: 'us_1' }), [
    {
      sub: 'us_1',
      client_id,
      client_name: 'ERP',
      scope: 'a',
      resource: [],
      remembered: true,
      granted_at: 1_800_000_000,
      last_used_at: null,
    },
  ])
  assert.deepEqual(await consents.list({ sub: 'us_2' }), [])
  assert.equal(await consents.revoke({ sub: 'us_2', client_id }), false)
  assert.equal(await consents.revoke({ sub: 'us_1', client_id }), true)
  assert.deepEqual(await consents.list({ sub: 'us_1' }), [])
  const wrongs: readonly unknown[] = [{}, { sub: 7, client_id }, { sub: 'us_1' }]
  for (const wrong of wrongs as { sub: string; client_id: string }[])
    await assert.rejects(consents.revoke(wrong), TypeError)
})

test('contract, library: an unknown client gives undefined or false, and so does a revoked one', async (t) => {
  const { clients } = await enabled(t)
  const { client_id } = await clients.create(MACHINE)
  await clients.revoke(client_id)
  for (const id of ['cl_0', client_id]) {
    assert.equal(await clients.get(id), undefined)
    assert.equal(await clients.update(id, { client_name: 'B' }), undefined)
    assert.equal(await clients.rotateSecret(id), undefined)
    assert.equal(await clients.revoke(id), false)
  }
  assert.deepEqual(await clients.list(), [])
})

test('contract, library: an id that is no string is a TypeError', async (t) => {
  const { clients } = await enabled(t)
  for (const id of [undefined, null, 7, {}] as unknown as string[]) {
    for (const call of [
      clients.get(id),
      clients.update(id, {}),
      clients.rotateSecret(id),
      clients.revoke(id),
    ]) {
      await assert.rejects(call, /^TypeError: client_id must be a string/)
    }
  }
  for (const after of [null, 7] as unknown as string[]) {
    await assert.rejects(clients.list({ after }), /^TypeError: after must be a string/)
  }
})

test('contract, library: the list comes in pages', async (t) => {
  const { clients } = await enabled(t)
  const made = []
  for (let count = 0; count < 5; count += 1) made.push((await clients.create(MACHINE)).client_id)
  const ids = async (page?: Parameters<typeof clients.list>[0]): Promise<readonly string[]> =>
    (await clients.list(page)).map(({ client_id }) => client_id)
  const every = made.toSorted()
  assert.deepEqual(await ids(), every)
  assert.deepEqual(await ids({ limit: 2 }), every.slice(0, 2))
  assert.deepEqual(await ids({ limit: 2, after: every[1] ?? '' }), every.slice(2, 4))
  for (const limit of [0, -1, 1.5, Number.NaN])
    await assert.rejects(clients.list({ limit }), /^TypeError: limit /)
})

test('contract, library: introspect and revokeToken refuse nothing, whatever is handed in', async (t) => {
  const server = await enabled(t)
  const junk: unknown[] = ['', 'x', 'oat_', `oat_${'0'.repeat(75)}`, '\0', undefined, null, 7, {}, ['x']]
  for (const token of junk as string[]) {
    assert.deepEqual(await server.introspect(token), { active: false })
    assert.equal(await server.revokeToken(token), false)
  }
})

test('RFC 7591 3.2.2: wrong metadata is an OAuthError that names the member and what was meant', async (t) => {
  const { clients } = await enabled(t)
  const refused = async (given: object, error: string, words: RegExp): Promise<void> => {
    const thrown = await clients.create({ ...MACHINE, ...given }).catch((reason: unknown) => reason)
    assert(thrown instanceof OAuthError)
    assert.equal(thrown.error, error)
    assert.match(thrown.error_description, words)
  }
  await refused(
    { redirectUris: [] },
    'invalid_client_metadata',
    /^redirectUris: did you mean redirect_uris\?$/,
  )
  await refused({ client_name: undefined }, 'invalid_client_metadata', /^client_name: /)
  await refused({ scope: 'a  b' }, 'invalid_scope', /^scope: /)
  const code = { grant_types: ['authorization_code'], redirect_uris: ['http://a.example/cb'] }
  await refused(code, 'invalid_redirect_uri', /^redirect_uris\[0\]: /)
  const { client_id } = await clients.create(MACHINE)
  await assert.rejects(clients.rotateSecret(client_id, { overlap: 2_592_001 }), OAuthError)
  await assert.rejects(clients.update(client_id, { clientName: 'B' }), OAuthError)
  assert.equal((await clients.list()).length, 1)
})

test('contract, library: a wrong option is a TypeError that names it, before anything is opened', async (t) => {
  environment(t, {})
  const folder = temporaryFolder(t)
  const refused = async (options: object, message: RegExp): Promise<void> => {
    for (const enabled of [true, false]) {
      const given = { db: join(folder, 'app.db'), enabled, ...options }
      await assert.rejects(createOAuthServer(given), (error) => {
        assert(error instanceof TypeError)
        assert.match(error.message, message)
        return true
      })
    }
  }
  await refused({ accessTokenTtl: 60 }, /^accessTokenTtl: did you mean access_token_ttl\?$/)
  await refused({ Issuer: 'https://a.example' }, /^Issuer: did you mean issuer\?$/)
  await refused({ nonsense: 1 }, /^nonsense is not an option of createOAuthServer$/)
  await refused({ access_token_ttl: 0 }, /^access_token_ttl must be /)
  await refused({ access_token_ttl: '5 parsecs' }, /^access_token_ttl must be /)
  await refused({ code_ttl: 61 }, /^code_ttl must be a time from 1 to 60 seconds$/)
  await refused({ refresh_grace: 61 }, /^refresh_grace must be a time from 0 to 60 seconds$/)
  await refused({ interaction_url: 'http://app.example' }, /^interaction_url must be https/)
  await refused({ port: 1 }, /^port is not an option of createOAuthServer/)
  await refused({ issuer: 'http://a.example' }, /^issuer must be https/)
  await refused({ prefix: '/oauth' }, /^prefix must be /)
  await refused({ db: '' }, /^db must be /)
  await refused({ secret: 'too short' }, /^secret must be /)
  await refused({ secret: '' }, /^secret must be /)
  await refused({ secret: 7 }, /^secret must be /)
  await refused({ enabled: 'yes' }, /^enabled must be /)
  for (const log of [null, {}, console.error]) await refused({ log }, /^log must have /)
  assert.deepEqual(readdirSync(folder), [])
})

test('LG-01: no TypeError repeats a secret', async (t) => {
  environment(t, {})
  const told = await createOAuthServer({ secret: 'tooshortsecret' }).catch((error: unknown) => String(error))
  assert.match(String(told), /^TypeError: secret /)
  assert.ok(!String(told).includes('tooshort'))
})

test('contract, settled points: an explicit secret beats OAUTHD_SECRET, which beats the key file', async (t) => {
  const db = join(temporaryFolder(t), 'app.db')
  const opens = async (options: OAuthServerOptions): Promise<boolean> => {
    const opened = await createOAuthServer({ db, enabled: true, ...options }).catch((error: unknown) => error)
    if (opened instanceof SecretError && opened.code === 'secret_mismatch') return false
    assert.ok(!(opened instanceof Error), String(opened))
    await (opened as OAuthServer).close()
    return true
  }
  environment(t, { OAUTHD_SECRET: SECRET })
  assert.ok(await opens({}))
  assert.ok(!existsSync(`${db}.key`))
  environment(t, { OAUTHD_SECRET: 'x'.repeat(32) })
  assert.ok(!(await opens({})))
  assert.ok(await opens({ secret: SECRET }))
  environment(t, {})
  assert.ok(await opens({ secret: SECRET }))
})

test('contract, library: a database that cannot be opened is a StoreError, and a closed server refuses', async (t) => {
  const server = await enabled(t)
  await assert.rejects(
    createOAuthServer({ db: join(temporaryFolder(t), 'nowhere', 'app.db'), enabled: true }),
    (error) => error instanceof StoreError && error.code === 'directory_not_found',
  )
  await server.close()
  await server.close()
  await assert.rejects(server.clients.list(), StoreError)
})

test('contract, library: a server that fails while it starts leaves no connection open', async (t) => {
  environment(t, {})
  const db = join(temporaryFolder(t), 'app.db')
  await (await createOAuthServer({ db, enabled: true })).close()
  const other = connection(t, db)
  other.exec('ALTER TABLE oauth_refresh_token RENAME TO elsewhere')
  other.close()
  await assert.rejects(createOAuthServer({ db, enabled: true }), StoreError)
  // SQLite takes the log away with the last connection.
  assert.equal(existsSync(`${db}-wal`), false)
})
