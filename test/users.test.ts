import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { growConsent } from '../src/actions/consent.ts'
import { createClient } from '../src/clients.ts'
import type { Passwords } from '../src/crypto/password.ts'
import type { Server } from '../src/server.ts'
import { findAuthorization, insertAuthorization } from '../src/store/authorization.ts'
import { findConsent, insertConsent } from '../src/store/consent.ts'
import { insertSession, listSessions } from '../src/store/session.ts'
import { findUserByName, type User } from '../src/store/user.ts'
import { createUser, deleteUser, findUsersBy, lossOf, RefusedValue, setPassword } from '../src/users.ts'
import { testClient, testServer } from './_server.ts'
import { NOW } from './_store.ts'
import { putAuthorization } from './store/_people.ts'

/** What is asked of the rows, not of the hash. */
const PASSWORDS: Passwords = {
  hash: async (password) => `$plain$${password}`,
  verify: async () => ({ kind: 'wrong' }),
  pretend: async () => ({ kind: 'wrong' }),
}

const opened = async (t: TestContext): Promise<Server> =>
  (await testServer(t, { passwords: PASSWORDS })).server

const added = async (server: Server, username: string, sub?: string): Promise<User> => {
  const user = await createUser(server, { username, password: 'correct horse', sub })
  assert.ok('sub' in user)
  return user
}

/** A person who is signed in twice and has allowed a client something. */
const busy = async (server: Server, { sub, username }: User): Promise<string> => {
  const authorization_id = `au_${sub}`
  await server.store.write(function* () {
    for (const session_id of [`a${sub}`, `b${sub}`]) {
      yield* insertSession({
        session_id,
        session_hash: 'hash',
        hash_key_id: 'hk_1',
        sub,
        username,
        user_agent: null,
        auth_time: NOW,
        expires_at: NOW + 60,
      })
    }
    yield* insertAuthorization({
      authorization_id,
      client_id: 'cl_1',
      sub,
      username,
      scope: 'a',
      resource: [],
      authorization_details: null,
      claims: null,
      auth_time: NOW,
      acr: null,
      amr: null,
      created_at: NOW,
      last_used_at: NOW,
      expires_at: NOW + 60,
      revoked_at: null,
    })
    yield* insertConsent({
      sub,
      client_id: 'cl_1',
      allowed: [{ resource: null, scope: 'a', remembered: 'a' }],
      created_at: NOW,
      updated_at: NOW,
    })
  })
  return authorization_id
}

const facts = async ({ store }: Server, { sub }: User): Promise<object> => ({
  sessions: (await store.read(listSessions({ sub, limit: 10 }, NOW))).length,
  revoked_at: (await store.read(findAuthorization(`au_${sub}`)))?.revoked_at,
  consented: (await store.read(findConsent(sub, 'cl_1'))) !== undefined,
})

test('contract, user:create: a user gets a sub us_… or the chosen one, and rests with a hash of the prepared password', async (t) => {
  const server = await opened(t)
  assert.match((await added(server, 'Ana')).sub, /^us_[0-9a-z]{16}$/)
  assert.equal((await added(server, 'Bob', '42')).sub, '42')
  const made = await createUser(server, { username: 'Cy', password: 'Jose\u0301 horse' })
  assert.ok('sub' in made)
  const row = await server.store.read(findUserByName('cy'))
  assert.equal(row?.password_hash, '$plain$Jos\u00e9 horse')
})

test('contract, user:create: the same name in other letters is taken, so is a sub and a client_id', async (t) => {
  const server = await opened(t)
  await added(server, 'Ana', '42')
  const { client_id } = await testClient(server)
  const again = (username: string, sub?: string) =>
    createUser(server, { username, password: 'correct horse', sub })
  assert.deepEqual(await again('ＡNA'), { taken: 'username' })
  assert.deepEqual(await again('Bob', '42'), { taken: 'sub' })
  await assert.rejects(again('Bob', client_id), RefusedValue)
})

test('TK-11: a client_id that is the sub of a person, ours or an app’s, is not given to a client', async (t) => {
  const server = await opened(t)
  await added(server, 'Ana', 'ana-42')
  const { createClient } = await import('../src/clients.ts')
  const given = { client_name: 'A', grant_types: ['client_credentials'] }
  assert.equal(await createClient(server, given, { client_id: 'ana-42' }), undefined)
  // Of an app that signs people in itself only what they allowed is known here.
  await server.store.write(() => putAuthorization({ sub: 'user-7' }))
  assert.equal(await createClient(server, given, { client_id: 'user-7' }), undefined)
  assert.ok(await createClient(server, given, { client_id: 'user-8' }))
})

test('contract, user:create: what is refused says of which value, and nothing is added', async (t) => {
  const server = await opened(t)
  for (const [given, what] of [
    [{ username: '', password: 'correct horse' }, 'username'],
    [{ username: 'ana', password: 'short' }, 'password'],
    [{ username: 'ana', password: 'correct horse', sub: '' }, 'sub'],
  ] as const) {
    await assert.rejects(createUser(server, given), (error) => {
      assert.ok(error instanceof RefusedValue)
      assert.equal(error.what, what)
      return true
    })
  }
  assert.deepEqual(await findUsersBy(server, 'ana'), [])
})

test('PG-09: another password ends sessions and what was allowed; the consent stays, and so does everybody else', async (t) => {
  const server = await opened(t)
  const [ana, bob] = [await added(server, 'Ana'), await added(server, 'Bob')]
  await busy(server, ana)
  await busy(server, bob)
  assert.deepEqual(await setPassword(server, ana, 'another horse'), { sessions: 2, authorizations: 1 })
  assert.deepEqual(await facts(server, ana), { sessions: 0, revoked_at: NOW, consented: true })
  assert.deepEqual(await facts(server, bob), { sessions: 2, revoked_at: null, consented: true })
})

test('PG-09: --keep-sessions keeps the browsers signed in, not what was allowed', async (t) => {
  const server = await opened(t)
  const ana = await added(server, 'Ana')
  await busy(server, ana)
  await setPassword(server, ana, 'another horse', { keep_sessions: true })
  assert.deepEqual(await facts(server, ana), { sessions: 2, revoked_at: NOW, consented: true })
})

test('PG-09: a deleted user is gone with sessions, consents and what was allowed; the loss was told before', async (t) => {
  const server = await opened(t)
  const ana = await added(server, 'Ana')
  await busy(server, ana)
  const loss = { sessions: 2, consents: 1, authorizations: 1 }
  assert.deepEqual(await lossOf(server, ana.sub), loss)
  assert.deepEqual(await deleteUser(server, ana.sub), loss)
  assert.deepEqual(await facts(server, ana), { sessions: 0, revoked_at: NOW, consented: false })
  assert.deepEqual(await findUsersBy(server, 'ana'), [])
  assert.equal(await deleteUser(server, ana.sub), undefined)
  assert.deepEqual(await lossOf(server, ana.sub), { sessions: 0, consents: 0, authorizations: 0 })
})

test('TK-11: a client gets no id that is the sub of somebody an app has vouched for', async (t) => {
  const { server } = await testServer(t)
  await server.store.write(() => putAuthorization({ sub: 'gina' }))
  await server.store.write(() =>
    growConsent({ sub: 'hugo', client_id: 'cl_1', scope: 'a', resource: [], remember: false }, NOW),
  )
  const given = { client_name: 'A', grant_types: ['client_credentials'] }
  for (const client_id of ['gina', 'hugo']) {
    assert.equal(await createClient(server, given, { client_id }), undefined)
  }
  assert.ok(await createClient(server, given, { client_id: 'ida' }))
})
