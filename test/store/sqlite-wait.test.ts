import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { connection, driver, testStore, turnOver } from '../_store.ts'
import { names, put } from './_work.ts'

/** The driver over a file with our tables, and how many commits it has begun. */
const counting = async (t: TestContext) => {
  const { store, file } = await testStore(t)
  await store.close()
  let begun = 0
  const database = connection(t, file, (statement) => {
    if (statement === 'BEGIN IMMEDIATE') begun += 1
  })
  return { store: driver(t, database), begun: () => begun }
}

test('house 4: a write alone in its turn waits for no other', async (t) => {
  const { store, begun } = await counting(t)
  const written = store.write(() => put('a'))
  await turnOver()
  assert.equal(begun(), 1)
  await written
})

test('house 4: writes wait for another turn as long as each brings some, and share a commit', async (t) => {
  const { store, begun } = await counting(t)
  const written = [store.write(() => put('a')), store.write(() => put('b'))]
  for (const name of ['c', 'd', 'e']) {
    await turnOver()
    written.push(store.write(() => put(name)))
  }
  await turnOver()
  assert.equal(begun(), 0)
  await turnOver()
  assert.equal(begun(), 1, 'a turn that brings none ends the wait')
  await Promise.all(written)
  assert.deepEqual(await store.read(names()), ['a', 'b', 'c', 'd', 'e'])
  assert.equal(begun(), 1)
})

test('house 4: no write waits for more than 8 turns', async (t) => {
  const { store, begun } = await counting(t)
  const written = [store.write(() => put('first'))]
  for (let turn = 0; turn < 8; turn += 1) {
    written.push(store.write(() => put(`n${turn}`)))
    await turnOver()
  }
  assert.equal(begun(), 0)
  written.push(store.write(() => put('last')))
  await turnOver()
  assert.equal(begun(), 1)
  await Promise.all(written)
  assert.equal(begun(), 1)
})
