/** What the log says of a store that keeps failing. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Server } from '../../src/server.ts'
import { StoreError, type StoreErrorCode } from '../../src/store/store-error.ts'
import { parameters, person, requestOf, signIn, WEB } from './_authorize.ts'
import { basic, type LogLine, openHarness } from './_harness.ts'

const h = await openHarness()
after(() => h.close())

const client = await h.client()
const token = await h.token(client)

/** The same server; it cannot write. */
const failing = (error: unknown): Server => ({
  ...h.server,
  store: { ...h.server.store, write: () => Promise.reject(error) },
})

const stores = (code: StoreErrorCode): Server => failing(new StoreError(code, 'the store failed'))

const ask = (server?: Server): Promise<{ readonly status: number }> =>
  h.post('token', { grant_type: 'client_credentials' }, basic(client), server)

/** What the log was told meanwhile, less the lines of the requests. */
const told = async (work: () => Promise<unknown>): Promise<readonly LogLine[]> => {
  const before = h.lines().length
  await work()
  return h
    .lines()
    .slice(before)
    .filter(({ msg }) => msg !== 'request')
}

test('HTTP-18: a write that keeps failing is told with its stack once, counted, and told again after a success', async () => {
  const full = stores('database_full')
  for (let round = 0; round < 2; round += 1) {
    const [first, ...more] = await told(async () => {
      for (let count = 0; count < 5; count += 1) assert.equal((await ask(full)).status, 503)
    })
    assert.equal(first?.['msg'], 'fault')
    assert.match(JSON.stringify(first), /the store failed.*faults\.test\.ts/)
    assert.deepEqual(more, [])
    const lines = await told(() => ask())
    assert.deepEqual(
      lines.map(({ level, msg, fault, times }) => ({ level, msg, fault, times })),
      [{ level: 40, msg: 'fault is over', fault: 'database_full', times: 5 }],
    )
  }
  assert.deepEqual(await told(() => ask()), [])
})

test('HTTP-18: the line of every request that failed has the code of the cause', async () => {
  const full = stores('database_full')
  for (let count = 0; count < 2; count += 1) {
    await ask(full)
    const line = h.lines().findLast(({ msg }) => msg === 'request')
    assert.deepEqual([line?.['error'], line?.['reason']], ['temporarily_unavailable', 'database_full'])
  }
  await ask()
})

test('HTTP-18: each kind of failure is told, and no success but one of the same endpoint ends it', async () => {
  const lines = await told(async () => {
    for (const code of ['database_full', 'database_failed', 'database_full'] as const) {
      await ask(stores(code))
      await h.post('introspect', { token }, basic(client))
      await h.send('GET', '/healthz')
      await h.send('OPTIONS', '/oauth/token')
      await h.post('token', { grant_type: 'client_credentials', client_id: 'cl_nobody', client_secret: 'x' })
    }
    await h.post('revoke', { token }, basic(client), stores('database_failed'))
  })
  assert.deepEqual(
    lines.map(({ msg, err }) => [msg, (err as LogLine)['code']]),
    [
      ['fault', 'database_full'],
      ['fault', 'database_failed'],
    ],
  )
  const over = await told(() => ask())
  assert.deepEqual(
    over.map(({ fault, times }) => [fault, times]),
    [
      ['database_full', 2],
      ['database_failed', 2],
    ],
  )
})

test('HTTP-18, AZ-07: a fault that a browser takes to the client, by 302 or by a page, is no success', async () => {
  const web = await h.client(WEB)
  await person(h)
  const browser = h.browser()
  const page = await signIn(browser, await browser.get(requestOf(web)))
  const full = stores('database_full')
  const lines = await told(async () => {
    for (let count = 0; count < 3; count += 1) {
      const answered = await h.browser().get(requestOf(web), {}, full)
      assert.equal(parameters(answered)['error'], 'temporarily_unavailable')
      const action = /action="(\/oauth\/authorize\/[^"]+)"/.exec(page.text)?.[1] ?? ''
      const csrf = /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
      const left = await browser.post(action, { csrf, username: 'ana', decision: 'allow' }, {}, full)
      assert.deepEqual([left.status, parameters(left)['error']], [200, 'temporarily_unavailable'])
    }
  })
  assert.deepEqual(
    lines.map(({ msg }) => msg),
    ['fault'],
  )
  const over = await told(() => h.browser().get(requestOf(web)))
  assert.deepEqual(
    over.map(({ fault, times }) => [fault, times]),
    [['database_full', 6]],
  )
})

test('HTTP-18: /readyz that keeps failing is told once', async () => {
  const full = stores('database_full')
  const lines = await told(async () => {
    for (let count = 0; count < 3; count += 1) {
      h.clock.at += 1000
      assert.equal((await h.send('GET', '/readyz', {}, full)).status, 503)
    }
  })
  assert.deepEqual(
    lines.map(({ msg }) => msg),
    ['fault'],
  )
  h.clock.at += 1000
  const over = await told(() => h.send('GET', '/readyz'))
  assert.deepEqual(
    over.map(({ times }) => times),
    [3],
  )
})

test('ERR-09: bugs are each told whole, alike or not', async () => {
  const bug = failing(new TypeError('a bug'))
  const lines = await told(async () => {
    for (let count = 0; count < 2; count += 1) assert.equal((await ask(bug)).status, 500)
  })
  assert.deepEqual(
    lines.map(({ msg }) => msg),
    ['fault', 'fault'],
  )
})
