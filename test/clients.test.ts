import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient, describe, revoke, rotateSecret, updateClient } from '../src/clients.ts'
import { OAuthError } from '../src/protocol/error.ts'
import { looksLikeSecret } from '../src/protocol/token-form.ts'
import { createToken, inspectToken } from '../src/tokens.ts'
import { keysOf, signer } from './_assertion.ts'
import { authenticates, testClient, testServer } from './_server.ts'
import { NOW } from './_store.ts'

const MACHINE = { client_name: 'A', grant_types: ['client_credentials'], scope: 'a' }
const PUBLIC = {
  client_name: 'P',
  redirect_uris: ['https://a.example/cb'],
  token_endpoint_auth_method: 'none',
}

const refuses =
  (error: string, words: RegExp) =>
  (thrown: unknown): boolean =>
    thrown instanceof OAuthError && thrown.error === error && words.test(thrown.error_description)

test('RFC 7591 3.2.1: a new client is shown with its secret, which does not expire', async (t) => {
  const { server } = await testServer(t)
  const { client_id = '', client_secret = '', ...rest } = (await createClient(server, MACHINE)) ?? {}
  assert.match(client_id, /^cl_/)
  assert.ok(looksLikeSecret(client_secret))
  assert.deepEqual(rest, {
    ...MACHINE,
    redirect_uris: [],
    response_types: [],
    token_endpoint_auth_method: 'client_secret_basic',
    client_id_issued_at: NOW,
    client_secret_expires_at: 0,
  })
})

test('KEY-02: the key that signs for a client is published when it is registered for it, or changed to it', async (t) => {
  const { server } = await testServer(t)
  const algs = async (): Promise<readonly string[]> =>
    (await server.keys.list(NOW)).map(({ alg, state }) => `${alg} ${state}`)
  const client = await createClient(server, { ...MACHINE, introspection_signed_response_alg: 'EdDSA' })
  assert.deepEqual(await algs(), ['EdDSA active'])
  await createClient(server, MACHINE)
  assert.deepEqual(await algs(), ['EdDSA active'])
  const fapi = { ...MACHINE, ...keysOf(await signer()), profile: 'fapi2' }
  await createClient(server, fapi)
  assert.deepEqual((await algs()).toSorted(), ['ES256 active', 'EdDSA active'])
  await updateClient(server, client?.client_id ?? '', () => ({ introspection_signed_response_alg: 'PS256' }))
  assert.deepEqual((await algs()).toSorted(), ['ES256 active', 'EdDSA active', 'PS256 active'])
})

test('CA-08, CL-01: a secret is shown once: nothing that tells of the client later has it', async (t) => {
  const { server } = await testServer(t)
  const { client_id, client_secret } = await testClient(server)
  const told = JSON.stringify([
    await describe(server, client_id),
    await updateClient(server, client_id, () => ({})),
  ])
  assert.ok(!told.includes(client_secret) && !told.includes(client_secret.slice(4, 47)))
})

test('OAuth 2.1 2.4: a public client has no secret, and none can be chosen for it', async (t) => {
  const { server } = await testServer(t)
  const created = await createClient(server, PUBLIC)
  assert.ok(created)
  assert.ok(!('client_secret' in created) && !('client_secret_expires_at' in created))
  assert.deepEqual((await describe(server, created.client_id))?.secrets, [])
  await assert.rejects(
    createClient(server, PUBLIC, { client_secret: 'x'.repeat(40) }),
    refuses('invalid_client_metadata', /^client_secret: /),
  )
})

test('RFC 7523 2.2: a client with a key has no secret, none can be chosen or rotated, and those of before are gone', async (t) => {
  const { server } = await testServer(t)
  const keys = keysOf(await signer())
  const machine = { client_name: 'Bank', grant_types: ['client_credentials'] }
  const created = await createClient(server, { ...machine, ...keys })
  assert.ok(created)
  assert.ok(!('client_secret' in created) && !('client_secret_expires_at' in created))
  assert.deepEqual(created.jwks, keys['jwks'])
  const refusal = refuses('invalid_client_metadata', /authenticates by private_key_jwt has no secret$/)
  await assert.rejects(rotateSecret(server, created.client_id), refusal)
  const chosen = { client_secret: 'x'.repeat(40) }
  await assert.rejects(createClient(server, { ...machine, ...keys }, chosen), refusal)
  const { client_id } = await testClient(server)
  await updateClient(server, client_id, () => keys)
  assert.deepEqual((await describe(server, client_id))?.secrets, [])
})

test('contract, client:create: id and secret may be chosen, and then they are the ones', async (t) => {
  const at = await testServer(t)
  const chosen = { client_id: 'my.app-1', client_secret: 'correct-horse-battery' }
  const created = await createClient(at.server, MACHINE, chosen)
  assert.deepEqual([created?.client_id, created?.client_secret], Object.values(chosen))
  assert.ok(await authenticates(at, chosen.client_id, chosen.client_secret))
  assert.ok(!(await authenticates(at, chosen.client_id, `${chosen.client_secret}x`)))
})

test('contract, client:create: a chosen id that is taken creates nothing, also after a revocation', async (t) => {
  const at = await testServer(t)
  const first = await createClient(at.server, MACHINE, { client_id: 'app' })
  assert.equal(await createClient(at.server, MACHINE, { client_id: 'app' }), undefined)
  assert.ok(await authenticates(at, 'app', first?.client_secret ?? ''))
  await revoke(at.server, 'app')
  assert.equal(await createClient(at.server, MACHINE, { client_id: 'app' }), undefined)
})

test('contract, client:create: an id or a secret that cannot be one is refused, and nothing is created', async (t) => {
  const { server } = await testServer(t)
  for (const client_id of ['', 'a b', 'a/b', 'https://a.example', 'x'.repeat(129)]) {
    await assert.rejects(
      createClient(server, MACHINE, { client_id }),
      refuses('invalid_client_metadata', /^client_id: /),
    )
  }
  for (const client_secret of [
    '',
    'x'.repeat(15),
    'x'.repeat(257),
    `${'x'.repeat(20)} `,
    `ocs_${'x'.repeat(49)}`,
  ]) {
    await assert.rejects(
      createClient(server, MACHINE, { client_id: 'app', client_secret }),
      refuses('invalid_client_metadata', /^client_secret: /),
    )
  }
  assert.equal(await describe(server, 'app'), undefined)
})

test('RFC 7591 3.2.2: metadata that cannot be registered is refused by its member', async (t) => {
  const { server } = await testServer(t)
  await assert.rejects(
    createClient(server, { ...MACHINE, redirectUris: ['https://a.example'] }),
    refuses('invalid_client_metadata', /^redirectUris: did you mean redirect_uris\?$/),
  )
  await assert.rejects(createClient(server, { ...MACHINE, scope: '"' }), refuses('invalid_scope', /^scope: /))
})

test('contract, library: an update is partial, and null takes back', async (t) => {
  const { server } = await testServer(t)
  const { client_id } = await testClient(server, { owner: 'team:7', access_token_ttl: 60 })
  const changed = await updateClient(server, client_id, ({ scope }) => ({ scope: `${scope} c`, owner: null }))
  assert.equal(changed?.scope, 'a b c')
  assert.ok(!('owner' in (changed ?? {})))
  assert.equal(changed?.access_token_ttl, 60)
  assert.equal(changed?.client_name, 'A')
})

test('contract, library: an update that is refused changes nothing', async (t) => {
  const { server } = await testServer(t)
  const { client, client_id } = await testClient(server)
  for (const changes of [{ client_name: '' }, { grant_types: [] }, { nonsense: 1 }]) {
    await assert.rejects(
      updateClient(server, client_id, () => changes),
      OAuthError,
    )
  }
  assert.deepEqual((await describe(server, client_id))?.client, client)
})

test('house 4, rule 7: what a change gives instead of members is thrown, and the client stays', async (t) => {
  const { server } = await testServer(t)
  const { client, client_id } = await testClient(server)
  const reason = new RangeError('not this one')
  await assert.rejects(
    updateClient(server, client_id, () => reason),
    (error) => error === reason,
  )
  assert.equal((await describe(server, client_id))?.client.client_name, client.client_name)
})

test('house 6: a bug in an update is thrown, and takes no other write of the turn with it', async (t) => {
  const { server } = await testServer(t)
  const [one, other] = [await testClient(server), await testClient(server)]
  const bug = (): never => {
    throw new RangeError('a bug')
  }
  const outcomes = await Promise.allSettled([
    updateClient(server, one.client_id, bug),
    updateClient(server, other.client_id, () => ({ client_name: 'B' })),
  ])
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['rejected', 'fulfilled'],
  )
  assert.equal((await describe(server, other.client_id))?.client.client_name, 'B')
})

test('house 4, rule 1: changes of one client at once by two servers all hold', async (t) => {
  const one = await testServer(t)
  const other = await testServer(t, { db: one.db })
  const { client_id } = await testClient(one.server, { scope: '' })
  await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      updateClient((index % 2 === 0 ? one : other).server, client_id, ({ scope }) => ({
        scope: `${scope} s${index}`.trim(),
      })),
    ),
  )
  const scope = (await describe(one.server, client_id))?.client.scope.split(' ') ?? []
  assert.deepEqual(
    scope.toSorted(),
    Array.from({ length: 10 }, (_, index) => `s${index}`),
  )
})

test('CA-11: a revoked client is out at once, with its tokens, on every server of the database', async (t) => {
  const one = await testServer(t)
  const other = await testServer(t, { db: one.db, time: one })
  const { client, client_id, client_secret } = await testClient(one.server)
  const { access_token } = await createToken(one.server, { client })
  for (const at of [one, other]) {
    assert.ok(await authenticates(at, client_id, client_secret))
    assert.equal((await inspectToken(at.server, access_token)).kind, 'active')
  }
  assert.equal(await revoke(one.server, client_id), true)
  for (const at of [one, other]) {
    assert.ok(!(await authenticates(at, client_id, client_secret)))
    const inspection = await inspectToken(at.server, access_token)
    assert.deepEqual(inspection, {
      kind: 'inactive',
      token: { active: false },
      why: { reason: 'client_revoked', at: NOW },
    })
  }
})

test('CA-11: a revoked client is neither updated nor revoked again, and still described', async (t) => {
  const { server } = await testServer(t)
  const { client_id } = await testClient(server)
  await revoke(server, client_id)
  assert.equal(await revoke(server, client_id), false)
  assert.equal(await updateClient(server, client_id, () => ({ client_name: 'B' })), undefined)
  assert.equal((await describe(server, client_id))?.client.revoked_at, NOW)
  assert.equal(await revoke(server, 'cl_0'), false)
})
