import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listSessions } from '../../src/store/session.ts'
import { all } from '../../src/store/work.ts'
import { stepped } from '../_step.ts'
import { NOW, testStore } from '../_store.ts'
import { putSession } from './_people.ts'

test('PG-07: live sessions are listed from new to old, of all or of one person, a page at a time', async (t) => {
  const { store } = await testStore(t)
  await store.write(function* work() {
    for (const [index, sub] of ['ana', 'bo', 'ana', 'ana'].entries()) {
      yield* putSession({ session_id: `s${index}`, sub, expires_at: index === 3 ? NOW : NOW + 1 })
    }
  })
  const listed = async (filter: Partial<Parameters<typeof listSessions>[0]>) =>
    (await store.read(listSessions({ limit: 9, ...filter }, NOW))).map(({ session_id }) => session_id)
  assert.deepEqual(await listed({}), ['s2', 's1', 's0'])
  assert.deepEqual(await listed({ limit: 1, before: 's2' }), ['s1'])
  assert.deepEqual(await listed({ sub: 'ana' }), ['s2', 's0'])
  assert.deepEqual(await listed({ sub: 'ana', before: 's2' }), ['s0'])
  assert.deepEqual(await listed({ sub: '' }), [])
})

test('PG-07: those of one person are found by key, however many others are signed in', async (t) => {
  const { store } = await testStore(t)
  const [{ text, params } = { text: '', params: {} }] = stepped(
    listSessions({ sub: 'ana', before: 's9', limit: 1 }, NOW),
    [],
  ).statements
  const plan = await store.read(all<{ detail: string }>(`EXPLAIN QUERY PLAN ${text}`, params))
  assert.match(
    plan.map(({ detail }) => detail).join(),
    /USING INDEX oauth_session_sub \(sub=\? AND session_id</,
  )
})
