/** GET /oauth/verify: what a proxy asks before it lets a request through. */
import assert from 'node:assert/strict'
import { renameSync } from 'node:fs'
import { after, test } from 'node:test'
import { revoke } from '../../src/clients.ts'
import { createApp } from '../../src/http/app.ts'
import { headerValue } from '../../src/http/verify.ts'
import { revokeOne } from '../../src/revocations.ts'
import { createToken } from '../../src/tokens.ts'
import { appClient, family } from '../_person.ts'
import { testServer } from '../_server.ts'
import { type Answered, NOW, openHarness, START } from './_harness.ts'

const h = await openHarness()
after(() => h.close())

const ask = (query: string, token?: string, method = 'GET'): Promise<Answered> =>
  h.send(method, `/oauth/verify${query}`, {
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  })

const told = ({ headers }: Answered): readonly unknown[] =>
  ['x-oauth-client-id', 'x-oauth-sub', 'x-oauth-scope'].map((name) => headers.get(name))

/** Status, error and challenge of a refusal, which says nothing of the token. */
const refusal = (answered: Answered): readonly unknown[] => {
  assert.deepEqual(told(answered), [null, null, null])
  return [answered.status, answered.body['error'], answered.headers.get('www-authenticate')]
}

const INVALID = [401, 'invalid_token', 'Bearer realm="oauthd", error="invalid_token"']

test('contract, verify: a live token is a 204 with client, subject and scope, which nobody may store', async () => {
  const client = await h.client()
  const answered = await ask('', await h.token(client, { scope: 'b a' }))
  assert.deepEqual([answered.status, answered.text], [204, ''])
  assert.deepEqual(told(answered), [client.client_id, client.client_id, 'b a'])
  assert.equal(answered.headers.get('cache-control'), 'no-store')
  assert.equal((await ask('', await h.token(client), 'HEAD')).status, 204)
  assert.equal((await ask('', await h.token(client), 'POST')).status, 405)
})

test('contract, verify: no other method is answered by a yes, as a proxy that keeps its sender’s would take it', async () => {
  for (const method of ['OPTIONS', 'POST', 'PUT', 'PROPFIND']) {
    const answered = await ask('', undefined, method)
    assert.deepEqual([answered.status, answered.headers.get('allow')], [405, 'GET, HEAD'], method)
  }
})

test('contract, verify: a person’s token says who it is, and a token without scope still says so', async () => {
  const { client_id } = await h.client({
    grant_types: ['authorization_code'],
    redirect_uris: ['https://a.example/cb'],
  })
  const client = await (await h.server.registry.latest()).client(client_id)
  assert.ok(client)
  const person = { sub: 'us_ana', username: 'ana' }
  const { access_token } = await createToken(h.server, { client: client.client, person, scope: 'a' })
  h.hide(access_token)
  assert.deepEqual(told(await ask('?scope=a', access_token)), [client_id, 'us_ana', 'a'])
  const bare = await h.client({ scope: '' })
  assert.deepEqual(told(await ask('', await h.token(bare))), [bare.client_id, bare.client_id, ''])
})

test('RFC 6750 3.1: without a token neither challenge nor body name an error, but the scope that is needed', async () => {
  const bare = await ask('')
  assert.deepEqual(refusal(bare), [401, undefined, 'Bearer realm="oauthd"'])
  assert.deepEqual(Object.keys(bare.body), ['hint'])
  assert.deepEqual(refusal(await ask('?scope=a%20b')), [401, undefined, 'Bearer realm="oauthd", scope="a b"'])
  const basic = await h.send('GET', '/oauth/verify', { headers: { authorization: 'Basic YTpi' } })
  assert.deepEqual(refusal(basic), [401, undefined, 'Bearer realm="oauthd"'])
})

test('contract, verify: a token that is malformed, unknown, expired, revoked, of a revoked client or no access token is a 401', async (t) => {
  const client = await h.client()
  const [expiring, revoked, orphan] = [await h.token(client), await h.token(client), await h.token(client)]
  for (const wrong of ['x', `oat_${'0'.repeat(75)}`, `${expiring}A`, 'a b', '']) {
    assert.deepEqual(refusal(await ask('', wrong)), INVALID, wrong)
  }
  assert.equal((await ask('', revoked)).status, 204)
  await revokeOne(await h.another(), revoked)
  assert.deepEqual(refusal(await ask('', revoked)), INVALID)
  h.clock.at = (NOW + 3600) * 1000
  assert.deepEqual(refusal(await ask('', expiring)), INVALID)
  h.clock.at = START
  assert.equal((await ask('', orphan)).status, 204)
  await revoke(h.server, client.client_id)
  assert.deepEqual(refusal(await ask('', orphan)), INVALID)

  const at = await testServer(t)
  const { access_token, refresh_token } = await family(at, await appClient(at.server))
  const status = async (token: string): Promise<number> => {
    const headers = { authorization: `Bearer ${token}` }
    return (await createApp(at.server).request('/oauth/verify', { headers })).status
  }
  assert.deepEqual([await status(access_token), await status(refresh_token)], [204, 401])
})

test('contract, verify: scope asks for every scope, any_scope for one, client for one of the clients, all of them together', async () => {
  const [client, other] = [await h.client({ scope: 'a b c' }), await h.client()]
  const token = await h.token(client, { scope: 'a b' })
  const { client_id } = client
  for (const query of [
    '?scope=a',
    '?scope=b%20a',
    '?scope=a+b',
    '?any_scope=c%20b',
    `?client=${client_id}`,
    `?client=${other.client_id}%20${client_id}`,
    `?scope=a&any_scope=b%20c&client=${client_id}`,
  ]) {
    assert.equal((await ask(query, token)).status, 204, query)
  }
  const lacking = (scope: string): readonly unknown[] => [
    403,
    'insufficient_scope',
    `Bearer realm="oauthd", error="insufficient_scope", scope="${scope}"`,
  ]
  assert.deepEqual(refusal(await ask('?scope=a%20c', token)), lacking('a c'))
  assert.deepEqual(refusal(await ask('?any_scope=c%20d', token)), lacking('c d'))
  assert.deepEqual(refusal(await ask(`?scope=a&any_scope=c&client=${client_id}`, token)), lacking('c'))
  const foreign = [403, 'access_denied', 'Bearer realm="oauthd"']
  assert.deepEqual(refusal(await ask(`?client=${other.client_id}`, token)), foreign)
  assert.deepEqual(refusal(await ask(`?scope=a&client=${other.client_id}`, token)), foreign)
})

test('RFC 8707 2: resource refuses a token that is for another', async () => {
  const client = await h.client()
  const resource = 'https://api.example/v1'
  const token = await h.token(client, { resource })
  const query = (wanted: string): string => `?resource=${encodeURIComponent(wanted)}`
  assert.equal((await ask(query(resource), token)).status, 204)
  const invalid = (metadata: string): readonly unknown[] => [
    401,
    'invalid_token',
    `Bearer realm="oauthd", error="invalid_token", resource_metadata="${metadata}"`,
  ]
  const other = 'https://other.example'
  const theirs = invalid(`${other}/.well-known/oauth-protected-resource`)
  assert.deepEqual(refusal(await ask(query(other), token)), theirs)
  const ours = invalid('https://api.example/.well-known/oauth-protected-resource/v1')
  assert.deepEqual(refusal(await ask(query(resource), await h.token(client))), ours)
  assert.deepEqual(
    refusal(await ask(`${query(resource)}&resource=${encodeURIComponent(other)}`, token)),
    INVALID,
  )
})

test('PR-03: every challenge of one resource leads to its metadata, and a malformed header is told the scope too', async () => {
  const client = await h.client({ scope: 'a' })
  const resource = 'https://api.example'
  const token = await h.token(client, { resource })
  const query = `?resource=${encodeURIComponent(resource)}`
  const metadata = `resource_metadata="${resource}/.well-known/oauth-protected-resource"`
  const challenge = async (more: string, shown?: string): Promise<unknown> =>
    refusal(await ask(`${query}${more}`, shown))[2]
  assert.equal(await challenge('&scope=b'), `Bearer realm="oauthd", scope="b", ${metadata}`)
  const invalid = `Bearer realm="oauthd", error="invalid_token", scope="b", ${metadata}`
  assert.equal(await challenge('&scope=b', 'a b'), invalid)
  const lacking = `Bearer realm="oauthd", error="insufficient_scope", scope="b", ${metadata}`
  assert.equal(await challenge('&scope=b', token), lacking)
  assert.equal(await challenge('&client=cl_other', token), `Bearer realm="oauthd", ${metadata}`)
})

test('contract, verify: a query that would guard nothing, or says it twice, is refused, and is no 401 or 403', async () => {
  const token = await h.token(await h.client())
  for (const query of [
    '?scopes=a',
    '?scope=',
    '?scope=%20',
    '?scope',
    '?any_scope=&scope=a',
    '?client=',
    '?scope=a&scope=b',
    '?scope=%22',
    '?resource=',
    '?resource=api',
    '?resource=https%3A%2F%2Fapi.example%23x',
    '?SCOPE=a',
  ]) {
    const { status, body, headers } = await ask(query, token)
    assert.deepEqual([status, body['error']], [400, 'invalid_request'], query)
    assert.equal(headers.get('x-oauth-client-id'), null)
  }
})

test('HTTP-04: a token in the query is never honoured, and stands in no log line', async () => {
  const token = await h.token(await h.client())
  for (const name of ['token', 'access_token']) {
    assert.equal((await ask(`?${name}=${token}`)).status, 400)
    assert.equal((await ask(`?${name}=${token}`, token)).status, 400)
  }
})

test('HTTP-18: without its database verify answers 503, neither yes nor no, whatever the token', async () => {
  const token = await h.token(await h.client())
  renameSync(h.db, `${h.db}.away`)
  h.clock.at += 1000
  for (const shown of [token, 'oat_typo']) {
    const { status, body, headers } = await ask('', shown)
    assert.deepEqual([status, body['error']], [503, 'temporarily_unavailable'])
    assert.match(headers.get('retry-after') ?? '', /^[1-9]\d*$/)
  }
  renameSync(`${h.db}.away`, h.db)
  h.clock.at += 1000
  assert.equal((await ask('', token)).status, 204)
})

test('contract, verify: a value of a header never ends its line, and what is not ASCII is percent-encoded', () => {
  assert.equal(headerValue('us_1 a!~%'), 'us_1 a!~%')
  assert.equal(headerValue('a\r\nX-Admin: 1\0\x7f'), 'a%0D%0AX-Admin: 1%00%7F')
  assert.equal(headerValue('é\u{1f600}\ud800'), '%C3%A9%F0%9F%98%80%EF%BF%BD')
})
