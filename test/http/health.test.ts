import assert from 'node:assert/strict'
import { after, mock, test } from 'node:test'
import Database from 'better-sqlite3'
import { createApp } from '../../src/http/app.ts'
import { findState, putState } from '../../src/store/state.ts'
import { StoreError } from '../../src/store/store-error.ts'
import { type Answered, NOW, openHarness, START } from './_harness.ts'

const h = await openHarness()
after(() => h.close())

const ready = (): Promise<Answered> => h.send('GET', '/readyz')
const written = (): Promise<string | undefined> => h.server.store.read(findState('ready_at'))

test('contract, HTTP: /healthz is 200 without authentication, and does not look at the database', async () => {
  const refuse = (): Promise<never> => Promise.reject(new StoreError('database_failed', 'gone'))
  const store = { ...h.server.store, read: refuse, write: refuse, turn: refuse }
  const answered = await h.send('GET', '/healthz', {}, { ...h.server, store })
  assert.equal(answered.status, 200)
  assert.deepEqual(answered.body, { status: 'ok' })
  assert.equal(answered.headers.get('cache-control'), 'no-store')
})

test('contract, settled points: /readyz writes for real, and at most once a second', async () => {
  h.clock.at = START + 10_000
  assert.deepEqual((await ready()).body, { status: 'ready' })
  assert.equal(await written(), String(NOW + 10))
  h.clock.at = START + 10_999
  assert.equal((await ready()).status, 200)
  assert.equal(await written(), String(NOW + 10))
  h.clock.at = START + 11_000
  assert.equal((await ready()).status, 200)
  assert.equal(await written(), String(NOW + 11))
  h.clock.at = START
})

test('contract, settled points: many who ask /readyz at once cause one write', async () => {
  h.clock.at = START + 20_000
  let writes = 0
  const { write } = h.server.store
  const store = {
    ...h.server.store,
    write: ((work) => {
      writes += 1
      return write(work)
    }) satisfies typeof write,
  }
  const server = { ...h.server, store }
  const answers = await Promise.all(Array.from({ length: 20 }, () => h.send('GET', '/readyz', {}, server)))
  assert.equal(answers.filter(({ status }) => status === 200).length, 20)
  assert.equal(writes, 1)
  h.clock.at = START
})

test('contract, settled points: /readyz with and without the path of the issuer is one', async () => {
  const issuer = 'http://localhost:6749/tenant'
  const server = await h.another({ issuer })
  const app = createApp(server, ['', '/tenant'])
  for (const [target, ms] of [
    ['/readyz', 50_000],
    ['/tenant/readyz', 50_500],
  ] as const) {
    h.clock.at = START + ms
    await h.server.store.write(() => putState('ready_at', 'not yet'))
    assert.equal((await app.request(target)).status, 200)
  }
  assert.equal(await written(), 'not yet')
  h.clock.at = START
})

test('contract, settled points: a clock that steps back does not keep /readyz from writing', async () => {
  h.clock.at = START + 30_000
  await ready()
  h.clock.at = START + 5000
  assert.equal((await ready()).status, 200)
  assert.equal(await written(), String(NOW + 5))
  h.clock.at = START
})

test('contract, HTTP: with the write lock held elsewhere /readyz is 503 with Retry-After at its deadline, then 200', async () => {
  mock.timers.enable({ apis: ['setTimeout'] })
  const other = new Database(h.db)
  try {
    other.exec('BEGIN IMMEDIATE')
    h.clock.at = START + 40_000
    const asked = ready()
    mock.timers.tick(1999)
    const still = Symbol('not answered')
    const first = await Promise.race([asked, new Promise((resolve) => setImmediate(resolve, still))])
    assert.equal(first, still)
    mock.timers.tick(1)
    const answered = await asked
    assert.equal(answered.status, 503)
    assert.deepEqual(answered.body, { status: 'not ready' })
    assert.match(answered.headers.get('retry-after') ?? '', /^[1-9]\d*$/)
    assert.equal((await h.send('GET', '/healthz')).status, 200)
    other.exec('ROLLBACK')
    mock.timers.runAll()
    h.clock.at = START + 41_000
    assert.equal((await ready()).status, 200)
    assert.equal(await written(), String(NOW + 41))
  } finally {
    mock.timers.reset()
    other.close()
    h.clock.at = START
  }
})

test('HTTP-18: a write that fails makes /readyz 503 at once, and the log says why', async () => {
  const write = (): Promise<never> => Promise.reject(new StoreError('database_full', 'no space left'))
  const answered = await h.send('GET', '/readyz', {}, { ...h.server, store: { ...h.server.store, write } })
  assert.equal(answered.status, 503)
  assert.equal(/space|database/.test(answered.text), false)
  assert.ok(
    h.lines().some((line) => line['msg'] === 'fault' && JSON.stringify(line).includes('no space left')),
  )
})

test('HTTP-19: health answers carry no client, token or user, and need no authentication', async () => {
  const client = await h.client()
  const token = await h.token(client)
  for (const target of ['/healthz', '/readyz']) {
    const { text, headers } = await h.send('GET', `${target}?client_id=${client.client_id}`)
    const everything = text + JSON.stringify([...headers])
    for (const secret of [client.client_id, token]) assert.equal(everything.includes(secret), false)
    assert.match(text, /^\{"status":"(ok|ready)"\}$/)
  }
})
