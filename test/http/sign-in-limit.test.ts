/** PG-08: what guessing costs, counted by the hashes that are made for it. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { bounded } from '../../src/crypto/bounded.ts'
import { type Algorithm, createPasswords } from '../../src/crypto/password.ts'
import { createStandalone } from '../../src/http/app.ts'
import { csrfToken } from '../../src/http/browser.ts'
import { createListener } from '../../src/http/listener.ts'
import { completeSettings } from '../../src/protocol/settings.ts'
import { createUser } from '../../src/users.ts'
import { type TestServer, type TestServerOptions, testServer } from '../_server.ts'

const PASSWORD = 'correct horse'
const BROWSER = { secret: 'b'.repeat(43), cookies: [] }

interface Doors extends TestServer {
  /** How many slow hashes were made since the user was. */
  readonly hashes: () => number
  /** Tries a password from an address; the status, and the seconds of Retry-After. */
  readonly guess: (address: string | undefined, username?: string, password?: string) => Promise<Guessed>
}

interface Guessed {
  readonly status: number
  readonly wait: number
}

const FORM = {
  origin: 'https://id.example',
  'content-type': 'application/x-www-form-urlencoded',
  cookie: `__Host-oauthd_browser=${BROWSER.secret}`,
}

const formOf = (username: string, password: string): string =>
  new URLSearchParams({ username, password, csrf: csrfToken(BROWSER) }).toString()

/** A hash that takes no time, so that many can be tried. */
const counting = (): { readonly algorithm: Algorithm; readonly count: () => number } => {
  let count = 0
  const algorithm: Algorithm = {
    name: 'scrypt',
    parameters: { ln: 1 },
    allows: () => true,
    async derive(password, salt, bytes) {
      count += 1
      return Buffer.alloc(bytes, Buffer.from(`${password}${Buffer.from(salt).toString('hex')}`))
    },
  }
  return { algorithm, count: () => count }
}

const doors = async (t: TestContext, options: TestServerOptions = {}): Promise<Doors> => {
  const { algorithm, count } = counting()
  const passwords = createPasswords([algorithm], bounded(4, 1000))
  const test_server = await testServer(t, { passwords, ...options })
  const { server } = test_server
  await createUser(server, { username: 'ana', password: PASSWORD })
  const made = count()
  const app = createStandalone(server)
  return {
    ...test_server,
    hashes: () => count() - made,
    async guess(address, username = 'ana', password = 'wrong horse') {
      const init = { method: 'POST', headers: FORM, body: formOf(username, password) }
      const request = new Request('https://id.example/oauth/sign-in', init)
      if (address !== undefined) Object.defineProperty(request, 'ip', { value: address })
      const { status, headers } = await app.fetch(request)
      return { status, wait: Number(headers.get('retry-after')) }
    },
  }
}

const repeat = async (times: number, each: (index: number) => Promise<Guessed>): Promise<number[]> => {
  const statuses: number[] = []
  for (let index = 0; index < times; index += 1) statuses.push((await each(index)).status)
  return statuses
}

test('PG-08: ten failures of a user from an address, then 429 with Retry-After, and no hash is made', async (t) => {
  const { guess, hashes } = await doors(t)
  assert.deepEqual(await repeat(10, () => guess('203.0.113.7')), Array(10).fill(401))
  assert.equal(hashes(), 10)
  const limited = await guess('203.0.113.7', 'ana', PASSWORD)
  assert.equal(limited.status, 429)
  assert.equal(limited.wait, 900)
  assert.equal(hashes(), 10)
})

test('RL-02: good credentials from another address pass, and the budget is whole again after 15 minutes', async (t) => {
  const { guess, advance } = await doors(t)
  await repeat(11, () => guess('203.0.113.7'))
  assert.equal((await guess('198.51.100.9', 'ana', PASSWORD)).status, 303)
  advance(899)
  // Tries made in vain do not put the end off.
  assert.deepEqual(await guess('203.0.113.7', 'ana', PASSWORD), { status: 429, wait: 1 })
  advance(1)
  assert.equal((await guess('203.0.113.7', 'ana', PASSWORD)).status, 303)
})

test('PG-08: a good sign-in forgives the failures before it', async (t) => {
  const { guess } = await doors(t)
  await repeat(9, () => guess('203.0.113.7'))
  assert.equal((await guess('203.0.113.7', 'ana', PASSWORD)).status, 303)
  assert.deepEqual(await repeat(10, () => guess('203.0.113.7')), Array(10).fill(401))
})

test('attack, user enumeration by time: an unknown name costs as many hashes as a known one', async (t) => {
  const { guess, hashes } = await doors(t)
  for (const name of ['ana', 'nobody', 'a'.repeat(500), '\u202e']) {
    const before = hashes()
    assert.equal((await guess('203.0.113.7', name)).status, 401)
    assert.equal(hashes() - before, 1, name)
  }
})

test('attack, user enumeration by limit: an unknown name is limited after as many tries as a known one', async (t) => {
  const { guess } = await doors(t)
  for (const name of ['ana', 'nobody']) {
    assert.deepEqual(await repeat(11, () => guess('203.0.113.7', name)), [...Array(10).fill(401), 429])
  }
})

test('attack, another spelling: a name in other letters spends the same budget', async (t) => {
  const { guess } = await doors(t)
  const spellings = ['ana', 'ANA', ' ana', 'ａna']
  const tries = await repeat(12, (index) => guess('203.0.113.7', spellings[index % 4]))
  assert.deepEqual(tries, [...Array(10).fill(401), 429, 429])
})

test('attack, password spraying: one password for many names is stopped at the address, for all of them', async (t) => {
  const { guess, hashes } = await doors(t)
  assert.deepEqual(await repeat(100, (index) => guess('203.0.113.7', `user${index}`)), Array(100).fill(401))
  const limited = await guess('203.0.113.7', 'ana', PASSWORD)
  assert.equal(limited.status, 429)
  assert.equal(hashes(), 100)
  assert.equal((await guess('203.0.113.8', 'ana', PASSWORD)).status, 303)
})

test('RL-02: nobody behind a proxy is locked out by failures of others behind it, and a user still is limited', async (t) => {
  const { guess } = await doors(t)
  for (const proxy of ['127.0.0.1', '::1', '10.0.0.2', '172.17.0.1', 'fd00::2']) {
    const tries = await repeat(120, (index) => guess(proxy, `user${index}`))
    assert.deepEqual(tries, Array(120).fill(401), proxy)
    assert.equal((await guess(proxy, 'ana', PASSWORD)).status, 303, proxy)
    assert.deepEqual(await repeat(11, () => guess(proxy)), [...Array(10).fill(401), 429], proxy)
  }
})

test('PG-08: good sign-ins of many people behind one address spend nothing of it', async (t) => {
  const { guess } = await doors(t)
  assert.deepEqual(await repeat(120, () => guess('203.0.113.7', 'ana', PASSWORD)), Array(120).fill(303))
})

test('attack, a flood of tries at once: no more passwords are looked at than there are tries', async (t) => {
  const { guess, hashes } = await doors(t)
  const answers = await Promise.all(Array.from({ length: 60 }, () => guess('203.0.113.7')))
  assert.equal(answers.filter(({ status }) => status === 401).length, 10)
  assert.equal(answers.filter(({ status }) => status === 429).length, 50)
  assert.equal(hashes(), 10)
})

test('RL-01: two processes on one database count together', async (t) => {
  const one = await doors(t)
  const { algorithm } = counting()
  const another = await testServer(t, {
    db: one.db,
    time: one,
    passwords: createPasswords([algorithm], bounded(4, 1000)),
  })
  const app = createStandalone(another.server)
  await repeat(10, () => one.guess('203.0.113.7'))
  const request = new Request('https://id.example/oauth/sign-in', {
    method: 'POST',
    headers: FORM,
    body: formOf('ana', PASSWORD),
  })
  Object.defineProperty(request, 'ip', { value: '203.0.113.7' })
  assert.equal((await app.fetch(request)).status, 429)
})

test('RL-03: another address of the same IPv6 /64 has no budget of its own', async (t) => {
  const { guess } = await doors(t)
  const tries = await repeat(11, (index) => guess(`2001:db8:1:2::${index + 1}`))
  assert.deepEqual(tries, [...Array(10).fill(401), 429])
  assert.equal((await guess('2001:db8:1:3::1', 'ana', PASSWORD)).status, 303)
})

test('attack, a made-up address: X-Forwarded-For and its like buy no new budget', async (t) => {
  const { server } = await doors(t)
  const http = createServer(createListener(server)).listen(0, '127.0.0.1')
  t.after(() => http.close())
  await once(http, 'listening')
  const { port } = http.address() as AddressInfo
  const tries = await repeat(11, async (index) => {
    const address = `198.51.100.${index}`
    const forwarded = { 'x-forwarded-for': address, forwarded: `for=${address}`, 'x-real-ip': address }
    const { status } = await fetch(`http://127.0.0.1:${port}/oauth/sign-in`, {
      method: 'POST',
      headers: { ...FORM, ...forwarded, connection: 'close' },
      body: formOf('ana', 'wrong horse'),
    })
    return { status, wait: 0 }
  })
  assert.deepEqual(tries, [...Array(10).fill(401), 429])
})

test('contract, serve: with rate_limits off a password may be guessed at as often as one likes', async (t) => {
  const settings = completeSettings({ issuer: 'https://id.example', rate_limits: 'off' })
  const { guess } = await doors(t, { settings })
  assert.deepEqual(await repeat(15, () => guess('203.0.113.7')), Array(15).fill(401))
  assert.equal((await guess('203.0.113.7', 'ana', PASSWORD)).status, 303)
})

test('RL-03: once proxies are named an address has its budget for all users, a private one too', async (t) => {
  const settings = completeSettings({ issuer: 'https://id.example', trust_proxy: ['127.0.0.1'] })
  const { guess, server } = await doors(t, { settings })
  await createUser(server, { username: 'bob', password: PASSWORD })
  for (const [address, status] of [
    ['10.1.2.3', 429],
    ['127.0.0.1', 303],
  ] as const) {
    await repeat(100, (index) => guess(address, `user${index}`))
    assert.equal((await guess(address, 'bob', PASSWORD)).status, status, address)
  }
})

test('RL-02: where a host hands over no address, one user is limited and others are not', async (t) => {
  const { guess, server } = await doors(t)
  await createUser(server, { username: 'bob', password: PASSWORD })
  await repeat(120, (index) => guess(undefined, `user${index}`))
  await repeat(11, () => guess(undefined))
  assert.equal((await guess(undefined, 'ana', PASSWORD)).status, 429)
  assert.equal((await guess(undefined, 'bob', PASSWORD)).status, 303)
})

test('PG-08: when too many hash at once the answer is 503 with Retry-After, and no try is spent', async (t) => {
  const { algorithm } = counting()
  let open = (): void => {}
  const gate = new Promise<void>((resolve) => {
    open = resolve
  })
  const slow: Algorithm = {
    ...algorithm,
    derive: async (...given) => {
      await gate
      return algorithm.derive(...given)
    },
  }
  const { server } = await testServer(t, { passwords: createPasswords([slow], bounded(1, 0)) })
  const app = createStandalone(server)
  const send = async (): Promise<Guessed> => {
    const request = new Request('https://id.example/oauth/sign-in', {
      method: 'POST',
      headers: FORM,
      body: formOf('nobody', 'wrong horse'),
    })
    Object.defineProperty(request, 'ip', { value: '203.0.113.7' })
    const { status, headers } = await app.fetch(request)
    return { status, wait: Number(headers.get('retry-after')) }
  }
  const first = send()
  const others = await Promise.all(Array.from({ length: 20 }, send))
  assert.ok(others.filter(({ status }) => status === 503).length >= 9, JSON.stringify(others))
  assert.ok(others.every(({ status, wait }) => (status === 503 ? wait >= 1 : status === 429)))
  open()
  assert.equal((await first).status, 401)
  assert.equal((await send()).status, 401)
})

test('LG-01: names and addresses are counted under keyed hashes; neither is in the database', async (t) => {
  const { guess, server, db } = await doors(t)
  await guess('203.0.113.77', 'somebodyelse')
  await server.close()
  const { readFileSync } = await import('node:fs')
  const file = readFileSync(db).toString('latin1')
  assert.match(file, /CREATE TABLE oauthd_limit/)
  assert.doesNotMatch(file, /203\.0\.113\.77|somebodyelse/)
})
