import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ProtectedResource, registrableResource } from '../../src/protocol/protected-resource.ts'
import { resourceKey } from '../../src/protocol/resource.ts'
import { deleteResource, findResource, insertResource, listResources } from '../../src/store/resource.ts'
import { NOW, testStore } from '../_store.ts'

const resource = (given: Readonly<Record<string, unknown>>): ProtectedResource => ({
  ...registrableResource(given),
  created_at: NOW,
})

const API = resource({
  resource: 'https://API.example',
  resource_name: 'The API',
  access_token_format: 'jwt',
  signing_alg: 'ES256',
  access_token_ttl: 60,
  scope: 'a b',
  is_advertised: true,
})

test('contract, resource:create: a resource comes back as it was registered', async (t) => {
  const { store } = await testStore(t)
  const plain = resource({ resource: 'http://localhost:3000/mcp' })
  for (const one of [API, plain]) {
    assert.equal(await store.write(() => insertResource(resourceKey(one.resource), one)), true)
    assert.deepEqual(await store.read(findResource(resourceKey(one.resource))), one)
  }
})

test('RI-03: one resource is registered once, however it is spelled', async (t) => {
  const { store } = await testStore(t)
  await store.write(() => insertResource(resourceKey(API.resource), API))
  const again = resource({ resource: 'https://api.example:443/' })
  assert.equal(await store.write(() => insertResource(resourceKey(again.resource), again)), false)
  assert.deepEqual(await store.read(listResources()), [API])
})

test('house 4, rule 6: resources are listed in the order of what they are compared by', async (t) => {
  const { store } = await testStore(t)
  for (const uri of ['https://b.example', 'https://A.example/z', 'https://a.example']) {
    await store.write(() => insertResource(resourceKey(uri), resource({ resource: uri })))
  }
  const list = await store.read(listResources())
  assert.deepEqual(
    list.map((one) => one.resource),
    ['https://a.example', 'https://A.example/z', 'https://b.example'],
  )
})

test('contract, resource:delete: a resource goes once, the others stay', async (t) => {
  const { store } = await testStore(t)
  const other = resource({ resource: 'https://b.example' })
  for (const one of [API, other]) await store.write(() => insertResource(resourceKey(one.resource), one))
  const key = resourceKey(API.resource)
  assert.deepEqual(await store.write(() => deleteResource(key)), API)
  assert.equal(await store.write(() => deleteResource(key)), undefined)
  assert.equal(await store.read(findResource(key)), undefined)
  assert.deepEqual(await store.read(listResources()), [other])
})
