import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  changeClient,
  describeClient,
  registerClient,
  revokeClient,
  selectClients,
} from '../../src/actions/client.ts'
import { registrable } from '../../src/protocol/client-metadata.ts'
import { OAuthError } from '../../src/protocol/error.ts'
import { findClient, markClientRevoked } from '../../src/store/client.ts'
import { listClientSecrets } from '../../src/store/client-secret.ts'
import { insertFirstHashKey } from '../../src/store/hash-key.ts'
import { clientRow, literalClient, stepped, verbs } from '../_step.ts'
import { NOW, testStore } from '../_store.ts'
import { putClient, putClients, putSecret, putTokens } from '../store/_rows.ts'

const METADATA = registrable({ client_name: 'A', grant_types: ['client_credentials'], scope: 'a b' })
const SECRET = {
  client_secret_id: 'cs_1',
  secret_hash: 'hash',
  hash_key_id: 'hk_1',
  preview: 'ocs_…',
}

test('RFC 7591 3.2.1: a client is registered with its secret, in two steps', () => {
  const registering = registerClient('cl_1', METADATA, SECRET, NOW)
  const first = registering.next()
  assert.ok(!first.done)
  assert.match(first.value.text, /^INSERT INTO oauth_client /)
  const second = registering.next([{ client_id: 'cl_1' }])
  assert.ok(!second.done)
  assert.deepEqual(second.value.params, { ...SECRET, client_id: 'cl_1', created_at: NOW, expires_at: null })
  assert.deepEqual(registering.next([]).value, literalClient())
})

test('contract, settled points: a taken id registers nothing, and no secret either', () => {
  const { result, statements } = stepped(registerClient('cl_1', METADATA, SECRET, NOW), [])
  assert.equal(result, undefined)
  assert.equal(statements.length, 1)
})

test('house 1: the id of a revoked client does not come back by accident', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => putClient({ client_id: 'cl_1', client_name: 'before', revoked_at: NOW }))
  assert.equal(await store.write(() => registerClient('cl_1', METADATA, undefined, NOW)), undefined)
  assert.equal((await store.read(findClient('cl_1')))?.client_name, 'before')
})

test('RFC 7591 2: what was registered is read back as it was', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => insertFirstHashKey({ hash_key_id: 'hk_1', sealed: 'sealed' }, NOW))
  const full = registrable({
    client_name: 'Ünïcode ✓',
    redirect_uris: ['https://a.example/cb', 'http://localhost/cb'],
    grant_types: ['authorization_code', 'client_credentials'],
    scope: 'b a',
    token_endpoint_auth_method: 'client_secret_post',
    first_party: true,
    owner: 'team:7',
    introspect: 'any',
    resource: ['https://api.example'],
    access_token_ttl: 60,
  })
  const client = await store.write(() => registerClient('cl_1', full, SECRET, NOW))
  assert.deepEqual(client, literalClient({ ...full }))
  assert.deepEqual(await store.read(findClient('cl_1')), client)
  assert.equal((await store.read(listClientSecrets('cl_1'))).length, 1)
})

test('house 4, rule 1: a change claims the client, reads it, judges it and writes it', () => {
  const { result, statements } = stepped(
    changeClient('cl_1', (client) => ({ ...client, client_name: `${client.client_name}2` }), NOW + 5),
    [{ client_id: 'cl_1' }],
    [clientRow()],
    [],
  )
  assert.deepEqual(result, literalClient({ client_name: 'A2', updated_at: NOW + 5 }))
  assert.deepEqual(verbs(statements), ['UPDATE oauth_client', 'SELECT', 'UPDATE oauth_client'])
  assert.equal(statements[2]?.params['client_name'], 'A2')
})

test('house 4, rule 7: a change that is refused is returned, and nothing is written', () => {
  const refusal = new OAuthError('invalid_client_metadata', 'no')
  const { result } = stepped(
    changeClient('cl_1', () => refusal, NOW),
    [{ client_id: 'cl_1' }],
    [clientRow()],
  )
  assert.equal(result, refusal)
})

test('CA-11: an unknown or revoked client is not changed', async (t) => {
  const judge = (): never => assert.fail('judged')
  assert.equal(stepped(changeClient('cl_1', judge, NOW), []).result, undefined)
  const { store } = await testStore(t)
  await store.write(() => putClient({ client_id: 'cl_1', revoked_at: NOW }))
  assert.equal(await store.write(() => changeClient('cl_1', judge, NOW)), undefined)
})

test('RFC 7592 2.2: a change holds, and leaves issue time and id alone', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => putClients('cl_1', 'cl_2'))
  await store.write(() =>
    changeClient('cl_1', (client) => ({ ...client, scope: 'c', owner: 'x:1' }), NOW + 5),
  )
  const changed = literalClient({ scope: 'c', owner: 'x:1', updated_at: NOW + 5 })
  assert.deepEqual(await store.read(findClient('cl_1')), changed)
  assert.deepEqual(await store.read(findClient('cl_2')), literalClient({ client_id: 'cl_2' }))
})

test('CA-07: made public and confidential again, a client has not its old secrets back', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => putClients('cl_1', 'cl_2'))
  await store.write(() => putSecret({ client_id: 'cl_1', client_secret_id: 'cs_1' }))
  await store.write(() => putSecret({ client_id: 'cl_2', client_secret_id: 'cs_2' }))
  for (const token_endpoint_auth_method of ['none', 'client_secret_basic'] as const) {
    await store.write(() =>
      changeClient('cl_1', (client) => ({ ...client, token_endpoint_auth_method }), NOW),
    )
  }
  assert.deepEqual(await store.read(listClientSecrets('cl_1')), [])
  assert.equal((await store.read(listClientSecrets('cl_2'))).length, 1)
})

test('house 4: a change that is refused leaves no trace, not even in updated_at', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => putClients('cl_1'))
  const refusal = new OAuthError('invalid_client_metadata', 'no')
  assert.equal(await store.write(() => changeClient('cl_1', () => refusal, NOW + 5)), refusal)
  assert.deepEqual(await store.read(findClient('cl_1')), literalClient({}))
})

test('CA-11: a client is revoked once', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => putClients('cl_1', 'cl_2'))
  assert.equal(await store.write(() => revokeClient('cl_1', NOW)), true)
  assert.equal(await store.write(() => revokeClient('cl_1', NOW + 1)), false)
  assert.equal((await store.read(findClient('cl_1')))?.revoked_at, NOW)
  assert.equal(await store.write(() => revokeClient('cl_3', NOW)), false)
})

test('SEC-01: a description has the live secrets without their value, and the live tokens', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => putClients('cl_1'))
  await store.write(() => putSecret({ client_secret_id: 'cs_1', expires_at: NOW }))
  await store.write(() => putSecret({ client_secret_id: 'cs_2', expires_at: NOW + 1 }))
  await store.write(() => putSecret({ client_secret_id: 'cs_3' }))
  await store.write(() => putTokens({ jti: '1' }, { jti: '2', exp: NOW }))
  const detail = await store.read(describeClient('cl_1', NOW))
  assert.deepEqual(detail?.client, literalClient())
  const shown = { preview: 'ocs_…', created_at: NOW }
  assert.deepEqual(detail?.secrets, [
    { client_secret_id: 'cs_2', ...shown, expires_at: NOW + 1 },
    { client_secret_id: 'cs_3', ...shown, expires_at: null },
  ])
  assert.equal(detail?.tokens, 1)
  await store.write(() => markClientRevoked('cl_1', NOW))
  assert.equal((await store.read(describeClient('cl_1', NOW)))?.tokens, 0)
  assert.equal(await store.read(describeClient('cl_0', NOW)), undefined)
})

test('contract, client:list: a grant type is looked for across pages, as far as the limit', async (t) => {
  const { store } = await testStore(t)
  await store.write(function* () {
    for (let index = 0; index < 1100; index += 1) {
      const client_id = `cl_${String(index).padStart(4, '0')}`
      const grant_types = index % 100 === 99 ? ['refresh_token'] : ['client_credentials']
      yield* putClient({ client_id, grant_types })
    }
  })
  const found = async (more: { limit: number; after?: string }): Promise<readonly string[]> =>
    (await store.read(selectClients({ status: 'active', grant_type: 'refresh_token', ...more }))).map(
      ({ client_id }) => client_id,
    )
  const every = Array.from({ length: 11 }, (_, index) => `cl_${String(index * 100 + 99).padStart(4, '0')}`)
  assert.deepEqual(await found({ limit: 100 }), every)
  assert.deepEqual(await found({ limit: 7 }), every.slice(0, 7))
  assert.deepEqual(await found({ limit: 100, after: 'cl_0599' }), every.slice(6))
  const all = await store.read(selectClients({ status: 'active', limit: 3 }))
  assert.deepEqual(
    all.map(({ client_id }) => client_id),
    ['cl_0000', 'cl_0001', 'cl_0002'],
  )
})
