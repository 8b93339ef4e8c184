/** What the package that oauthd started from does, row by row of the table in the mission: all of it must work here. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type ClientWithSecret, createOAuthServer, OAuthError, type OAuthServer } from '../src/index.ts'
import { requireAnyScope, requireClient, requireScope, requireToken } from '../src/resource/web.ts'
import { environment } from './_environment.ts'
import { oauthd } from './_process.ts'
import { connection, temporaryFolder } from './_store.ts'
import { appServer, asked, CALLBACK, ERP, refusal, tokensOf, VERIFIER } from './library/_app.ts'

interface Opened {
  readonly server: OAuthServer
  readonly file: string
  readonly erp: ClientWithSecret
}

const opened = async (t: TestContext): Promise<Opened> => {
  const file = join(temporaryFolder(t), 'app.db')
  const server = await appServer(t, { db: file })
  return { server, file, erp: await server.clients.create(ERP) }
}

const credentials = ({ client_id, client_secret = '' }: ClientWithSecret): Record<string, string> => ({
  client_id,
  client_secret,
})

const post = async (
  server: OAuthServer,
  path: string,
  form: Readonly<Record<string, string>>,
): Promise<readonly [number, Record<string, unknown>]> => {
  const body = new URLSearchParams(form)
  const answer = await server.fetch(new Request(`http://localhost/oauth/${path}`, { method: 'POST', body }))
  const text = await answer.text()
  return [answer.status, text === '' ? {} : JSON.parse(text)]
}

const errorOf = async (call: Promise<unknown>): Promise<string> => {
  const thrown = await refusal(call)
  return thrown instanceof OAuthError ? thrown.error : `no OAuthError: ${thrown}`
}

const bearer = (token: string): Request =>
  new Request('https://api.example/', { headers: { authorization: `Bearer ${token}` } })

test('origin: off by default; an env switch turns it on; routes under a configurable prefix, default oauth', async (t) => {
  const jwks = async (prefix: string, options: object): Promise<number> => {
    const db = join(temporaryFolder(t), 'app.db')
    const server = await createOAuthServer({ db, ...options })
    t.after(() => server.close())
    return (await server.fetch(new Request(`http://localhost/${prefix}/jwks`))).status
  }
  environment(t, {})
  assert.equal(await jwks('oauth', {}), 404)
  assert.equal(await jwks('oauth', { enabled: true }), 200)
  environment(t, { OAUTHD_ENABLED: 'true' })
  assert.equal(await jwks('oauth', {}), 200)
  assert.equal(await jwks('auth/v1', { prefix: 'auth/v1' }), 200)
  assert.equal(await jwks('oauth', { prefix: 'auth/v1' }), 404)
})

test('origin: its own tables, apart from the app’s, in a file that the two may share', async (t) => {
  const file = join(temporaryFolder(t), 'app.db')
  const app = connection(t, `${file}`)
  app.exec('CREATE TABLE tokens (id INTEGER PRIMARY KEY) STRICT')
  await appServer(t, { db: file })
  const names = app.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all()
  const theirs = names.filter((name) => !/^oauthd?_/.test(String(name)))
  assert.deepEqual(theirs, ['tokens'])
  assert.ok(names.length > 10)
})

test('origin: a client with name, redirect URIs, grants, scopes, confidential or public, first-party, owner', async (t) => {
  const { server } = await opened(t)
  const given = { ...ERP, owner: 'team:7', first_party: true } as const
  const created = await server.clients.create(given)
  const { client_name, redirect_uris, grant_types, scope, owner, first_party } = created
  assert.deepEqual({ client_name, redirect_uris, grant_types, scope, owner, first_party }, given)
  assert.equal(typeof created.client_secret, 'string')
  const spa = await server.clients.create({ ...ERP, token_endpoint_auth_method: 'none' })
  assert.equal(spa.client_secret, undefined)
})

test('origin: a secret returned once, kept as a keyed hash with the id of its key, a preview, rotation with overlap', async (t) => {
  const { server, file, erp } = await opened(t)
  const { client_id, client_secret = '' } = erp
  assert.ok(
    !JSON.stringify([await server.clients.get(client_id), await server.clients.list()]).includes(
      client_secret,
    ),
  )
  const row = connection(t, file).prepare('SELECT * FROM oauth_client_secret').get() as Record<
    string,
    unknown
  >
  assert.ok(!JSON.stringify(row).includes(client_secret))
  assert.match(String(row['hash_key_id']), /^hk_/)
  const shown = String(row['preview']).replace(/[^\w].*$/, '')
  assert.ok(shown.length > 0 && shown.length < client_secret.length / 2 && client_secret.startsWith(shown))
  const rotated = await server.clients.rotateSecret(client_id, { overlap: 60 })
  for (const secret of [client_secret, rotated?.client_secret ?? '']) {
    const form = { grant_type: 'refresh_token', refresh_token: 'x', client_id, client_secret: secret }
    assert.equal((await post(server, 'token', form))[1]['error'], 'invalid_grant')
  }
})

test('origin: the request validated, the app’s own consent, an approval with scopes, claims and remember', async (t) => {
  const { server, erp } = await opened(t)
  const query = asked(erp.client_id, { scope: undefined })
  const authorization = await server.validateAuthorizationRequest(query, { sub: 'user-1' })
  assert.deepEqual([authorization.scope, authorization.consented], ['invoices.read invoices.write', false])
  const choice = { scope: 'invoices.read', claims: { tenant: 42 }, remember: true }
  const { code, redirect_to } = await server.approveAuthorizationRequest(
    authorization,
    { sub: 'user-1' },
    choice,
  )
  assert.ok(redirect_to.startsWith(`${CALLBACK}?code=`))
  const form = { grant_type: 'authorization_code', code, code_verifier: VERIFIER, ...credentials(erp) }
  const [, { access_token }] = await post(server, 'token', form)
  const principal = await server.verify(String(access_token))
  assert.deepEqual(
    [principal?.user, principal?.scope, principal?.claims],
    ['user-1', 'invoices.read', { tenant: 42 }],
  )
})

test('origin: remembered consent is consulted, and revoking it ends every token it led to', async (t) => {
  const { server, erp } = await opened(t)
  const { client_id } = erp
  const look = async (): Promise<boolean> =>
    (await server.validateAuthorizationRequest(asked(client_id), { sub: 'user-1' })).consented
  const { access_token, refresh_token } = await tokensOf(server, erp)
  const authorization = await server.validateAuthorizationRequest(asked(client_id))
  await server.approveAuthorizationRequest(authorization, { sub: 'user-1' }, { remember: true })
  assert.equal(await look(), true)
  assert.equal(await server.consents.revoke({ sub: 'user-1', client_id }), true)
  assert.equal(await look(), false)
  for (const token of [access_token, refresh_token])
    assert.deepEqual(await server.introspect(token), { active: false })
})

test('origin: authorization code with PKCE, S256 for every client, one-time; a replay ends what it led to', async (t) => {
  const { server, erp } = await opened(t)
  for (const wrong of [
    { code_challenge: undefined },
    { code_challenge_method: 'plain' },
    { code_challenge_method: undefined },
  ]) {
    const query = asked(erp.client_id, wrong)
    assert.equal(await errorOf(server.validateAuthorizationRequest(query)), 'invalid_request')
  }
  const authorization = await server.validateAuthorizationRequest(asked(erp.client_id))
  const { code, expires_in } = await server.approveAuthorizationRequest(authorization, { sub: 'user-1' })
  assert.ok(expires_in > 0 && expires_in <= 60)
  const form = { grant_type: 'authorization_code', code, code_verifier: VERIFIER, ...credentials(erp) }
  const [status, { access_token }] = await post(server, 'token', form)
  assert.equal(status, 200)
  assert.equal((await post(server, 'token', form))[1]['error'], 'invalid_grant')
  assert.equal(await server.verify(String(access_token)), undefined)
})

test('origin: refresh tokens rotate in families; a lost answer is given again, and reuse is found out', async (t) => {
  const { server, erp } = await opened(t)
  const { refresh_token: first } = await tokensOf(server, erp)
  const refresh = async (refresh_token: string): Promise<Record<string, unknown>> =>
    (await post(server, 'token', { grant_type: 'refresh_token', refresh_token, ...credentials(erp) }))[1]
  const second = String((await refresh(first))['refresh_token'])
  assert.notEqual(second, first)
  assert.equal((await refresh(first))['refresh_token'], second)
  const third = await refresh(second)
  assert.equal((await refresh(first))['error'], 'invalid_grant')
  assert.equal((await refresh(String(third['refresh_token'])))['error'], 'invalid_grant')
  assert.equal(await server.verify(String(third['access_token'])), undefined)
})

test('origin: client credentials: the token stands for the client, never for a person, without a refresh token', async (t) => {
  const { server } = await opened(t)
  const robot = await server.clients.create({
    client_name: 'R',
    grant_types: ['client_credentials'],
    scope: 'a',
  })
  const [, answer] = await post(server, 'token', { grant_type: 'client_credentials', ...credentials(robot) })
  assert.ok(!('refresh_token' in answer))
  const principal = await server.verify(String(answer['access_token']))
  assert.deepEqual([principal?.user, principal?.sub], [null, robot.client_id])
})

test('origin: opaque access tokens by default, prefix, public half and secret; the secret rests as a hash', async (t) => {
  const { server, file, erp } = await opened(t)
  const { access_token } = await tokensOf(server, erp)
  const told = await server.introspect(access_token)
  const jti = told.active ? told.jti : ''
  assert.ok(access_token.startsWith(`oat_${jti}`))
  const rows = connection(t, file).prepare('SELECT * FROM oauth_access_token').all()
  assert.ok(!JSON.stringify(rows).includes(access_token.slice(`oat_${jti}`.length)))
})

test('origin: middleware for a token, a scope, any of several scopes, one of several clients; a principal that can', async (t) => {
  const { server, erp } = await opened(t)
  const { client_id } = erp
  const request = bearer((await tokensOf(server, erp)).access_token)
  for (const [guard, status] of [
    [requireToken(server), 200],
    [requireScope(server, 'invoices.read'), 200],
    [requireScope(server, 'invoices.write'), 403],
    [requireAnyScope(server, ['invoices.write', 'invoices.read']), 200],
    [requireAnyScope(server, ['invoices.write', 'admin']), 403],
    [requireClient(server, [client_id, 'cl_0']), 200],
    [requireClient(server, 'cl_0'), 403],
  ] as const) {
    const { principal, response } = await guard(request)
    assert.equal(response?.status ?? 200, status)
    if (principal === undefined) continue
    assert.deepEqual(
      [principal.client_id, principal.user, principal.grant_type],
      [client_id, 'user-1', 'authorization_code'],
    )
    assert.deepEqual(
      [principal.scopes, principal.can('invoices.read'), principal.can('admin')],
      [['invoices.read'], true, false],
    )
  }
  assert.equal((await requireToken(server)(new Request('https://api.example/'))).response?.status, 401)
})

test('origin: revoke and introspect, as calls and as endpoints that know their caller, never 500, no write on a read', async (t) => {
  const { server, file, erp } = await opened(t)
  const { access_token, refresh_token } = await tokensOf(server, erp)
  const form = { token: access_token, ...credentials(erp) }
  const version = (): unknown => watcher.pragma('data_version', { simple: true })
  const watcher = connection(t, file)
  const before = version()
  assert.equal((await post(server, 'introspect', form))[1]['active'], true)
  assert.equal(version(), before)
  for (const path of ['introspect', 'revoke']) {
    assert.equal((await post(server, path, { token: access_token }))[0], 401)
    for (const token of ['x', 'oat_', `${access_token}x`, access_token.slice(0, -1), '%00']) {
      assert.equal((await post(server, path, { ...form, token }))[0], 200)
    }
  }
  assert.equal((await post(server, 'revoke', form))[0], 200)
  assert.deepEqual((await post(server, 'introspect', form))[1], { active: false })
  assert.equal((await server.introspect(refresh_token)).active, true)
  assert.equal(await server.revokeToken(refresh_token), true)
  assert.deepEqual(await server.introspect(refresh_token), { active: false })
})

test('origin: events for clients, secrets, approvals, denials, consents and tokens', async (t) => {
  const { server } = await opened(t)
  const heard: string[] = []
  for (const type of [
    'client_created',
    'client_secret_rotated',
    'client_revoked',
    'authorization_approved',
    'authorization_denied',
    'consent_revoked',
    'token_issued',
    'token_revoked',
  ] as const) {
    server.on(type, (event) => heard.push(event.type))
  }
  const erp = await server.clients.create(ERP)
  const { client_id } = erp
  await server.clients.rotateSecret(client_id, { overlap: 60 })
  await server.denyAuthorizationRequest(await server.validateAuthorizationRequest(asked(client_id)))
  await server.revokeToken((await tokensOf(server, erp)).access_token)
  await server.consents.revoke({ sub: 'user-1', client_id })
  await server.clients.revoke(client_id)
  assert.deepEqual(heard, [
    'client_created',
    'client_secret_rotated',
    'authorization_denied',
    'authorization_approved',
    'token_issued',
    'token_revoked',
    'consent_revoked',
    'client_revoked',
  ])
})

test('origin: a prune command, which does not skip the tables of OAuth', async (t) => {
  const { server, file, erp } = await opened(t)
  const { access_token } = await tokensOf(server, erp)
  const rows = connection(t, file)
  rows.exec('UPDATE oauth_access_token SET iat = 1, exp = 2')
  const { code, stdout } = await oauthd(['db:prune', '--db', file, '--json'])
  assert.equal(code, 0)
  assert.equal(JSON.parse(stdout).removed.access_tokens, 1)
  assert.equal(rows.prepare('SELECT count(*) FROM oauth_access_token').pluck().get(), 0)
  assert.deepEqual(await server.introspect(access_token), { active: false })
})

test('origin: expires_in is counted from integers, and is never 0 for a token that has just been issued', async (t) => {
  const { server } = await opened(t)
  for (const access_token_ttl of [2, 60, 86_400]) {
    const client = await server.clients.create({
      client_name: 'R',
      grant_types: ['client_credentials'],
      access_token_ttl,
    })
    const [, answer] = await post(server, 'token', {
      grant_type: 'client_credentials',
      ...credentials(client),
    })
    const expires_in = Number(answer['expires_in'])
    assert.ok(
      Number.isInteger(expires_in) && expires_in <= access_token_ttl && expires_in >= access_token_ttl - 1,
    )
    const told = await server.introspect(String(answer['access_token']))
    if (told.active) assert.equal(told.exp - told.iat, access_token_ttl)
  }
})
