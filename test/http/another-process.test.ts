/** What another process changes on the same file holds for the next request (CL-02, RV-07). */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { revoke, rotateSecret, updateClient } from '../../src/clients.ts'
import { revokeAllOfClient, revokeOne } from '../../src/revocations.ts'
import { putScope } from '../../src/store/scope.ts'
import { createToken, inspectToken } from '../../src/tokens.ts'
import { type Answered, basic, type Credentials, NOW, openHarness, START } from './_harness.ts'

const h = await openHarness()
after(() => h.close())

/** The command line's handle: opened before anything is asked, as a running server's would be. */
const cli = await h.another()

const GRANT = { grant_type: 'client_credentials' }

const ask = (client: Credentials, form = {}): Promise<Answered> =>
  h.post('token', { ...GRANT, ...form }, basic(client))

test('CL-02: a client made by another process may ask at once', async () => {
  const stranger = await h.client()
  assert.equal((await h.post('token', GRANT, basic(stranger), cli)).status, 200)
})

test('CL-02, CA-11: a client revoked by another process is refused on the next request, its tokens inactive', async () => {
  const [client, reader] = [await h.client(), await h.client({ introspect: 'any' })]
  const token = await h.token(client)
  assert.equal((await h.post('introspect', { token }, basic(reader))).body['active'], true)
  await revoke(cli, client.client_id)
  assert.equal((await ask(client)).status, 401)
  assert.deepEqual((await h.post('introspect', { token }, basic(reader))).body, { active: false })
})

test('CL-02, SEC-01, SEC-02: a secret rotated by another process is dead on the next request, with --overlap later', async () => {
  const [at_once, later] = [await h.client(), await h.client()]
  assert.deepEqual([(await ask(at_once)).status, (await ask(later)).status], [200, 200])
  const first = await rotateSecret(cli, at_once.client_id)
  const second = await rotateSecret(cli, later.client_id, { overlap: 60 })
  assert.deepEqual([(await ask(at_once)).status, (await ask(later)).status], [401, 200])
  for (const rotated of [first, second]) {
    const { client_id = '', client_secret = '' } = rotated ?? {}
    h.hide(client_secret)
    assert.equal((await ask({ client_id, client_secret })).status, 200)
  }
  h.clock.at = START + 59_999
  assert.equal((await ask(later)).status, 200)
  h.clock.at = START + 60_000
  assert.equal((await ask(later)).status, 401)
  h.clock.at = START
})

test('CL-02: scope, method and grant changed by another process hold for the next request', async () => {
  const client = await h.client()
  assert.equal((await ask(client)).body['scope'], 'a b')
  await updateClient(cli, client.client_id, () => ({ scope: 'c' }))
  assert.equal((await ask(client)).body['scope'], 'c')
  assert.equal((await ask(client, { scope: 'a' })).body['error'], 'invalid_scope')
  await updateClient(cli, client.client_id, () => ({ token_endpoint_auth_method: 'client_secret_post' }))
  assert.equal((await ask(client)).status, 401)
  assert.equal((await h.post('token', { ...GRANT, ...client })).status, 200)
})

test('CL-02: a scope marked default by another process is what the next request gets', async () => {
  const client = await h.client()
  assert.equal((await ask(client)).body['scope'], 'a b')
  const record = { scope: 'b', title: null, description: 'B', is_default: true, is_sensitive: false }
  await cli.store.write(() => putScope({ ...record, created_at: NOW, updated_at: NOW }))
  assert.equal((await ask(client)).body['scope'], 'b')
  const { body } = await h.send('GET', '/.well-known/oauth-authorization-server')
  assert.deepEqual(body['scopes_supported'], ['b'])
})

test('RV-07: a token revoked by another process, one or all of a client, is inactive on the next request', async () => {
  const client = await h.client()
  const tokens = [await h.token(client), await h.token(client), await h.token(client)]
  const active = async (): Promise<readonly unknown[]> => {
    const answers = await Promise.all(tokens.map((token) => h.post('introspect', { token }, basic(client))))
    return answers.map(({ body }) => body['active'])
  }
  assert.deepEqual(await active(), [true, true, true])
  assert.equal(await revokeOne(cli, tokens[0] ?? ''), true)
  assert.deepEqual(await active(), [false, true, true])
  assert.equal((await revokeAllOfClient(cli, client.client_id)).access_tokens, 2)
  assert.deepEqual(await active(), [false, false, false])
})

test('contract, settled points: a token minted by another process works, and ours is known there', async () => {
  const made = await h.client()
  const registered = await (await cli.registry.latest()).client(made.client_id)
  assert.ok(registered)
  const { access_token } = await createToken(cli, { client: registered.client, scope: 'a' })
  h.hide(access_token)
  const { body } = await h.post('introspect', { token: access_token }, basic(made))
  assert.deepEqual([body['active'], body['scope']], [true, 'a'])
  assert.equal((await inspectToken(cli, await h.token(made))).kind, 'active')
})
