import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { updateClient } from '../../src/clients.ts'
import { authorizationCode } from '../../src/grants/authorization-code.ts'
import type { PersonAttempt } from '../../src/grants/grant.ts'
import { OAuthError } from '../../src/protocol/error.ts'
import { parseForm } from '../../src/protocol/form.ts'
import type { Authorization } from '../../src/store/authorization.ts'
import type { AuthorizationCode } from '../../src/store/authorization-code.ts'
import { inspectToken } from '../../src/tokens.ts'
import { allow, appClient, credentials, member, redeem, refresh, VERIFIER } from '../_person.ts'
import { type HttpAnswer, type TestClient, type TestServer, testServer } from '../_server.ts'
import { literalClient, literalRules, stepped, verbs } from '../_step.ts'
import { NOW } from '../_store.ts'
import { authorizationRow, codeRow } from '../store/_people.ts'

interface Allowed extends TestServer {
  readonly client: TestClient
  readonly code: string
  redeem(form?: Readonly<Record<string, string>>): Promise<HttpAnswer>
}

/** A server with a client that a person has just allowed something. */
const allowed = async (
  t: TestContext,
  {
    client: given = {},
    ...rest
  }: {
    client?: Parameters<typeof appClient>[1]
    authorization?: Partial<Authorization>
    code?: Partial<AuthorizationCode>
  } = {},
): Promise<Allowed> => {
  const at = await testServer(t)
  const client = await appClient(at.server, given)
  const { code } = await allow(at.server, client, rest.authorization, rest.code)
  return { ...at, client, code, redeem: (form) => redeem(at, client, code, form) }
}

const isActive = async ({ server }: TestServer, token: string): Promise<boolean> =>
  (await inspectToken(server, token)).kind === 'active'

const refusal = ({ status, body }: HttpAnswer): unknown => [status, body['error']]

const INVALID = [400, 'invalid_grant']

test('TK-01: a code gives an access token, its type, lifetime and scope, and a refresh token', async (t) => {
  const at = await allowed(t)
  const { status, body } = await at.redeem()
  assert.equal(status, 200)
  const { access_token, refresh_token, ...rest } = body
  assert.deepEqual(rest, { token_type: 'Bearer', expires_in: 3600, scope: 'a b' })
  assert.match(String(refresh_token), /^ort_[\w-]{75}$/)
  assert.ok(await isActive(at, String(access_token)))
  assert.ok(await isActive(at, String(refresh_token)))
})

test('TK-01: no refresh token for a client that is not registered for the grant', async (t) => {
  const at = await allowed(t, { client: { grant_types: ['authorization_code'] } })
  assert.deepEqual(Object.keys((await at.redeem()).body), [
    'access_token',
    'token_type',
    'expires_in',
    'scope',
  ])
})

test('TK-02: a public client redeems its code by the verifier alone', async (t) => {
  const at = await allowed(t, { client: { token_endpoint_auth_method: 'none' } })
  assert.equal((await at.redeem()).status, 200)
})

test('TK-02: a code lives a minute, or as long as its client is given', async (t) => {
  const at = await allowed(t)
  at.advance(60)
  assert.deepEqual(refusal(await at.redeem()), INVALID)
  const own = await allowed(t, { client: { code_ttl: 10 } })
  own.advance(9)
  assert.equal((await own.redeem()).status, 200)
})

test('TK-02: a code of another client is refused, and stays usable by its own', async (t) => {
  const at = await allowed(t)
  const other = await appClient(at.server)
  assert.deepEqual(refusal(await redeem(at, other, at.code)), INVALID)
  assert.equal((await at.redeem()).status, 200)
})

test('TK-03: without code_verifier there is no way to a token, and the code stays usable', async (t) => {
  const at = await allowed(t)
  const form = { grant_type: 'authorization_code', code: at.code, ...credentials(at.client) }
  assert.deepEqual(refusal(await at.post('token', form)), [400, 'invalid_request'])
  assert.deepEqual(refusal(await at.redeem({ code_verifier: '' })), [400, 'invalid_request'])
  assert.equal((await at.redeem()).status, 200)
})

test('TK-04: redirect_uri may be left out; sent, it is the one of the request, loopback port included', async (t) => {
  const redirect_uri = 'http://127.0.0.1:49152/cb'
  const at = await allowed(t, { code: { redirect_uri } })
  assert.deepEqual(refusal(await at.redeem({ redirect_uri: 'http://127.0.0.1:49153/cb' })), INVALID)
  assert.deepEqual(refusal(await at.redeem({ redirect_uri: `${redirect_uri}/` })), INVALID)
  assert.equal((await at.redeem({ redirect_uri })).status, 200)
})

test('TK-05: a second valid use ends every token of the authorization, and is told to the log once', async (t) => {
  const at = await allowed(t)
  const first = await at.redeem()
  const tokens = [member(first, 'access_token'), member(first, 'refresh_token')]
  assert.deepEqual(refusal(await at.redeem()), INVALID)
  for (const token of tokens) assert.equal(await isActive(at, token), false)
  assert.deepEqual(refusal(await at.redeem()), INVALID)
  const events = at.logged.filter((line) => 'message' in line && line.message === 'code_reuse')
  assert.equal(events.length, 1)
  const { request_id, authorization_id, ...rest } = events[0] as Record<string, unknown>
  assert.match(String(request_id), /^[\w-]{16}$/)
  assert.match(String(authorization_id), /^au_/)
  assert.deepEqual(rest, { client_id: at.client.client_id, message: 'code_reuse' })
})

test('contract, settled points: a replay ends that authorization only', async (t) => {
  const at = await allowed(t)
  const other = await allow(at.server, at.client)
  const token = member(await redeem(at, at.client, other.code), 'access_token')
  await at.redeem()
  await at.redeem()
  assert.ok(await isActive(at, token))
})

test('TK-06: a replay with a wrong verifier, redirect_uri, secret or client revokes nothing', async (t) => {
  const at = await allowed(t)
  const token = member(await at.redeem(), 'access_token')
  const other = await appClient(at.server)
  const answers = [
    await at.redeem({ code_verifier: 'x'.repeat(43) }),
    await at.redeem({ code_verifier: 'too-short' }),
    await at.redeem({ redirect_uri: 'https://a.example/other' }),
    await redeem(at, other, at.code),
    await at.redeem({ client_secret: 'wrong' }),
  ]
  assert.deepEqual(answers.map(refusal), [INVALID, INVALID, INVALID, INVALID, [401, 'invalid_client']])
  assert.ok(await isActive(at, token))
})

test('TK-07: after two tries with a wrong verifier the code still works; the third ends it', async (t) => {
  const wrong = { code_verifier: 'x'.repeat(43) }
  for (const tries of [2, 3]) {
    const at = await allowed(t)
    for (let n = 0; n < tries; n += 1) assert.deepEqual(refusal(await at.redeem(wrong)), INVALID)
    assert.equal((await at.redeem()).status, tries === 2 ? 200 : 400)
  }
})

test('TK-08: a replay is recognised as long as the authorization may live', async (t) => {
  const at = await allowed(t, { client: { refresh_idle_ttl: 90 * 86_400, access_token_ttl: 90 * 86_400 } })
  const token = member(await at.redeem(), 'access_token')
  at.advance(90 * 86_400 - 1)
  assert.ok(await isActive(at, token))
  assert.deepEqual(refusal(await at.redeem()), INVALID)
  assert.equal(await isActive(at, token), false)
})

test('CA-10: what fails before the code is looked at uses up nothing', async (t) => {
  const at = await allowed(t)
  await at.redeem({ client_secret: 'wrong' })
  await at.redeem({ resource: 'nowhere' })
  assert.equal((await at.redeem()).status, 200)
})

test('RI-02: a token is for a part of the resources allowed, all by default; more is refused and uses up nothing', async (t) => {
  const resource = ['https://one.example', 'https://two.example']
  const at = await allowed(t, { authorization: { resource } })
  assert.deepEqual(refusal(await at.redeem({ resource: 'https://three.example' })), [400, 'invalid_target'])
  const { access_token } = (await at.redeem({ resource: 'https://ONE.example/' })).body
  const narrow = await inspectToken(at.server, String(access_token))
  assert.equal(narrow.kind === 'active' && narrow.token.aud, 'https://one.example')
  const whole = await allowed(t, { authorization: { resource } })
  const all = await inspectToken(whole.server, member(await whole.redeem(), 'access_token'))
  assert.deepEqual(all.kind === 'active' && all.token.aud, resource)
})

test('CL-02: a code gives no scope that was taken from the client since', async (t) => {
  const at = await allowed(t)
  await updateClient(at.server, at.client.client_id, () => ({ scope: 'c' }))
  assert.deepEqual(refusal(await at.redeem()), INVALID)
  await updateClient(at.server, at.client.client_id, () => ({ scope: 'b c' }))
  assert.equal((await at.redeem()).body['scope'], 'b')
})

test('HTTP-06: scope at a code exchange is ignored', async (t) => {
  const at = await allowed(t)
  assert.equal((await at.redeem({ scope: 'z' })).body['scope'], 'a b')
})

test('RT-17: a code is worth nothing once what it came from was taken back', async (t) => {
  const at = await allowed(t, { authorization: { revoked_at: NOW } })
  assert.deepEqual(refusal(await at.redeem()), INVALID)
})

test('ERR-06: unknown, foreign, expired and used codes are refused in the same words', async (t) => {
  const at = await allowed(t)
  const { server, client } = at
  const words = new Set<unknown>()
  for (const code of ['x', server.secrets.mint('authorization_code', NOW).clear, client.client_secret]) {
    words.add((await redeem(at, client, code)).body['error_description'])
  }
  const expired = await allow(server, client, {}, { expires_at: NOW })
  words.add((await redeem(at, client, expired.code)).body['error_description'])
  words.add((await at.redeem({ code_verifier: 'x'.repeat(43) })).body['error_description'])
  await at.redeem()
  words.add((await at.redeem()).body['error_description'])
  assert.deepEqual([...words], ['the authorization code is not valid'])
})

test('RT-06: an access token never outlives the authorization it was issued under', async (t) => {
  const at = await allowed(t, { authorization: { expires_at: NOW + 100 } })
  assert.equal((await at.redeem()).body['expires_in'], 100)
})

test('RT-06: what was allowed ends with its code; once that is used it lasts as long as was said', async (t) => {
  const at = await testServer(t)
  const client = await appClient(at.server)
  const { code } = await allow(
    at.server,
    client,
    { expires_at: NOW + 60 },
    { authorization_expires_at: NOW + 5000 },
  )
  const answer = await redeem(at, client, code)
  assert.equal(answer.body['expires_in'], 3600)
  at.advance(4000)
  const again = await refresh(at, client, member(answer, 'refresh_token'))
  assert.equal(again.body['expires_in'], 1000)
})

const FORM = parseForm(`code=oac_x&code_verifier=${VERIFIER}`)

const attempt = (given: Partial<PersonAttempt> = {}): PersonAttempt => ({
  client: literalClient({ grant_types: ['authorization_code', 'refresh_token'] }),
  now: NOW,
  fresh: { access_token: 'oat_clear', jti: 'jti_1', token_hash: 'hash', hash_key_id: 'hk_1' },
  cnf: null,
  rules: literalRules(),
  default_scopes: [],
  presented: { kind: 'authorization_code', id: 'code_1', matches: () => true },
  fresh_refresh: {
    refresh_token: 'ort_clear',
    refresh_token_id: 'rt_1',
    token_hash: 'hash',
    hash_key_id: 'hk_1',
  },
  sealed: null,
  refresh_idle_ttl: 60,
  refresh_grace: 30,
  ...given,
})

const AUTHORIZATION = {
  ...authorizationRow(),
  resource: '[]',
  authorization_details: null,
  claims: null,
  amr: null,
}

test('house 8: a code in six statements, without a database', () => {
  const work = authorizationCode.prepare(FORM)(attempt())
  const { result, statements } = stepped(
    work,
    [{ ...codeRow() }],
    [AUTHORIZATION],
    [{ code_id: 'code_1' }],
    [],
    [],
    [],
  )
  assert.ok(!(result instanceof OAuthError) && !('event' in result))
  assert.deepEqual(verbs(statements), [
    'SELECT',
    'SELECT',
    'UPDATE oauth_authorization_code',
    'UPDATE oauth_authorization',
    'INSERT INTO oauth_access_token',
    'INSERT INTO oauth_refresh_token',
  ])
  assert.equal(statements[5]?.params['exp'], NOW + 60)
})

test('house 4, rule 1: a code that somebody took since it was read is a replay', () => {
  const used = { ...codeRow({ used_at: NOW }) }
  const work = authorizationCode.prepare(FORM)(attempt())
  const { result, statements } = stepped(
    work,
    [{ ...codeRow() }],
    [AUTHORIZATION],
    [],
    [used],
    [{ authorization_id: 'au_1' }],
  )
  assert.ok('event' in result)
  assert.equal(result.event, 'code_reuse')
  assert.equal(verbs(statements).at(-1), 'UPDATE oauth_authorization')
})

test('house 4, rule 1: a code that died of wrong tries since it was read is no replay', () => {
  const dead = { ...codeRow({ wrong_tries: 3 }) }
  const work = authorizationCode.prepare(FORM)(attempt())
  const { result } = stepped(work, [{ ...codeRow() }], [AUTHORIZATION], [], [dead])
  assert.ok(result instanceof OAuthError)
})
