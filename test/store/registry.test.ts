import assert from 'node:assert/strict'
import { test } from 'node:test'
import { registrableResource } from '../../src/protocol/protected-resource.ts'
import { resourceKey } from '../../src/protocol/resource.ts'
import { markClientRevoked, updateClient } from '../../src/store/client.ts'
import { createRegistry, type Registry } from '../../src/store/registry.ts'
import { deleteResource, insertResource } from '../../src/store/resource.ts'
import { putScope } from '../../src/store/scope.ts'
import type { Store, Work } from '../../src/store/work.ts'
import { testServer } from '../_server.ts'
import { clientRow, literalClient, stepped } from '../_step.ts'
import { NOW, testStore } from '../_store.ts'
import { putClients, putSecret, putTokens } from './_rows.ts'

/** A registry over a store, and how often it has read. */
const counted = (store: Store): { registry: Registry; reads: () => number } => {
  let reads = 0
  const read = <T>(work: Work<T>): Promise<T> => {
    reads += 1
    return store.read(work)
  }
  return { registry: createRegistry({ ...store, read }), reads: () => reads }
}

const DEFAULT_SCOPE = {
  scope: 'a',
  title: null,
  description: null,
  is_default: true,
  is_sensitive: false,
  created_at: NOW,
  updated_at: NOW,
}

test('house 4: a client is read once, and given at once from then on', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => putClients('cl_1'))
  await store.write(() => putSecret({ client_secret_id: 'cs_1' }))
  const { registry, reads } = counted(store)
  const first = await (await registry.latest()).client('cl_1')
  assert.deepEqual(first?.client, literalClient())
  assert.equal(first?.secrets[0]?.client_secret_id, 'cs_1')
  assert.equal((await registry.latest()).client('cl_1'), first)
  assert.equal(reads(), 1)
})

test('house 4: tokens that this process issues leave the registry alone', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => putClients('cl_1'))
  const { registry, reads } = counted(store)
  await (await registry.latest()).client('cl_1')
  await store.write(() => putTokens({ jti: '1' }))
  await (await registry.latest()).client('cl_1')
  assert.equal(reads(), 1)
})

test('house 4: an unknown id is not kept, and is found as soon as it is registered', async (t) => {
  const { store } = await testStore(t)
  const { registry, reads } = counted(store)
  const kept = t.mock.method(Map.prototype, 'set')
  assert.equal(await (await registry.latest()).client('cl_1'), undefined)
  assert.equal(await (await registry.latest()).client('cl_1'), undefined)
  assert.equal(reads(), 2)
  const isKept = (): boolean => kept.mock.calls.some(({ arguments: [key] }) => key === 'cl_1')
  assert.equal(isKept(), false)
  await store.write(() => putClients('cl_1'))
  assert.equal((await (await registry.latest()).client('cl_1'))?.client.client_id, 'cl_1')
  assert.equal(isKept(), true)
})

test('CA-11: a change by this process holds for the next call', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => putClients('cl_1'))
  const registry = createRegistry(store)
  await (await registry.latest()).client('cl_1')
  await store.write(() => updateClient(literalClient({ scope: 'changed' })))
  assert.equal((await (await registry.latest()).client('cl_1'))?.client.scope, 'changed')
  await store.write(() => putSecret({ client_secret_id: 'cs_1' }))
  assert.equal((await (await registry.latest()).client('cl_1'))?.secrets.length, 1)
  assert.deepEqual(await (await registry.latest()).defaultScopes(), [])
  await store.write(() => putScope(DEFAULT_SCOPE))
  assert.deepEqual(await (await registry.latest()).defaultScopes(), ['a'])
})

test('RV-07: a change by another server on the file holds for the next call', async (t) => {
  const one = await testServer(t)
  const other = await testServer(t, { db: one.db })
  const { store } = other.server
  await store.write(() => putClients('cl_1'))
  const { registry } = one.server
  assert.equal((await (await registry.latest()).client('cl_1'))?.client.scope, 'a b')
  await store.write(() => updateClient(literalClient({ scope: 'changed' })))
  assert.equal((await (await registry.latest()).client('cl_1'))?.client.scope, 'changed')
  await store.write(() => markClientRevoked('cl_1', NOW))
  assert.equal((await (await registry.latest()).client('cl_1'))?.client.revoked_at, NOW)
  assert.deepEqual(await (await registry.latest()).defaultScopes(), [])
  await store.write(() => putScope(DEFAULT_SCOPE))
  assert.deepEqual(await (await registry.latest()).defaultScopes(), ['a'])
})

test('RI-01: a resource that is registered or removed by another server on the file holds for the next call', async (t) => {
  const one = await testServer(t)
  const other = await testServer(t, { db: one.db, time: one })
  const { registry, store } = one.server
  const key = resourceKey('https://api.example')
  const resource = { ...registrableResource({ resource: 'https://api.example' }), created_at: NOW }
  assert.equal((await (await registry.latest()).resources()).size, 0)
  await other.server.store.write(() => insertResource(key, resource))
  assert.deepEqual([...(await (await registry.latest()).resources()).values()], [resource])
  assert.ok(!((await registry.latest()).resources() instanceof Promise), 'remembered')
  await store.write(() => deleteResource(key))
  assert.equal((await (await registry.latest()).resources()).size, 0)
})

test('contract, scope:set: only the scopes marked default are default scopes', async (t) => {
  const { store } = await testStore(t)
  const { registry, reads } = counted(store)
  await store.write(() => putScope(DEFAULT_SCOPE))
  await store.write(() => putScope({ ...DEFAULT_SCOPE, scope: 'b', is_default: false }))
  assert.deepEqual(await (await registry.latest()).defaultScopes(), ['a'])
  assert.deepEqual((await registry.latest()).defaultScopes(), ['a'])
  assert.equal(reads(), 1)
})

/** A store whose generation the test moves; each read waits until the test answers it. */
const scripted = (): {
  registry: Registry
  pending: ((scope: string) => Promise<void>)[]
  move(): void
} => {
  const pending: ((scope: string) => Promise<void>)[] = []
  let generation = 0
  const never = (): never => assert.fail('not for a registry')
  const store: Store = {
    read: (work) =>
      new Promise((resolve) => {
        pending.push(async (scope) => resolve(stepped(work, [clientRow({ scope })], []).result))
      }),
    generation: () => Promise.resolve(generation),
    write: never,
    space: never,
    reclaim: never,
    emptyLog: never,
    batches: never,
    turn: never,
    status: never,
    close: never,
  }
  return {
    registry: createRegistry(store),
    pending,
    move: () => {
      generation += 1
    },
  }
}

test('house 4: what was read before a change is not kept for after it', async () => {
  const { registry, pending, move } = scripted()
  const before = (await registry.latest()).client('cl_1')
  move()
  const after = (await registry.latest()).client('cl_1')
  await pending[1]?.('new')
  await pending[0]?.('old')
  assert.equal((await before)?.client.scope, 'old')
  assert.equal((await after)?.client.scope, 'new')
  const kept = (await registry.latest()).client('cl_1')
  assert.ok(!(kept instanceof Promise), 'the newer one is kept')
  assert.equal(kept?.client.scope, 'new')
})

test('house 4: what was read while nobody looked at a change is read again', async () => {
  const { registry, pending, move } = scripted()
  const before = (await registry.latest()).client('cl_1')
  move()
  await pending[0]?.('old')
  await before
  const after = (await registry.latest()).client('cl_1')
  await pending[1]?.('new')
  assert.equal((await after)?.client.scope, 'new')
})

test('house 4: many clients in use do not fill the memory: beyond 10,000 it starts afresh', async () => {
  const { registry, pending } = scripted()
  const ask = async (client_id: string): Promise<void> => {
    const found = (await registry.latest()).client(client_id)
    await pending.pop()?.('a')
    await found
  }
  for (let index = 0; index <= 10_000; index += 1) await ask(`cl_${index}`)
  assert.ok((await registry.latest()).client('cl_0') instanceof Promise)
})
