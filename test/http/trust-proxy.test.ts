/** --trust-proxy: whence a request comes, and nothing else that a proxy's headers say. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addressOf } from '../../src/http/address.ts'
import { createApp } from '../../src/http/app.ts'
import { csrfToken } from '../../src/http/browser.ts'
import { completeSettings } from '../../src/protocol/settings.ts'
import { createUser } from '../../src/users.ts'
import { allow, appClient, VERIFIER } from '../_person.ts'
import { testServer } from '../_server.ts'

const settings = completeSettings({
  issuer: 'https://id.example',
  trust_proxy: ['10.0.0.0/8', '2001:db8:1::/48'],
})

const from = (ip: string | undefined, forwarded?: string) =>
  addressOf(
    { settings },
    { request: Object.assign(new Request('https://id.example', forwardedBy(forwarded)), { ip }) },
  )

const forwardedBy = (forwarded: string | undefined): RequestInit =>
  forwarded === undefined ? {} : { headers: { 'x-forwarded-for': forwarded } }

test('RL-03: X-Forwarded-For is believed of trusted proxies alone, IPv6 by /64', () => {
  assert.equal(from('203.0.113.7', '198.51.100.1'), '203.0.113.7')
  assert.equal(from('10.1.2.3', '198.51.100.1'), '198.51.100.1')
  assert.equal(from('::ffff:10.1.2.3', '192.0.2.66, 198.51.100.1, 10.9.9.9'), '198.51.100.1')
  assert.equal(from('2001:db8:1::9', '2001:db8:7:8:9::1'), '2001:db8:7:8::/64')
  assert.equal(from('2001:db8:2::9', '198.51.100.1'), '2001:db8:2:0::/64')
  assert.equal(from('10.1.2.3'), '10.1.2.3')
  assert.equal(from(undefined, '198.51.100.1'), undefined)
})

const BROWSER = { secret: 'b'.repeat(43), cookies: [] }

test('RL-03: tries behind a trusted proxy are counted by whom it names, each with a budget of its own', async (t) => {
  const { server } = await testServer(t, { settings })
  await createUser(server, { username: 'ana', password: 'correct horse' })
  const app = createApp(server)
  const guess = async (ip: string, forwarded: string): Promise<number> => {
    const request = new Request('https://id.example/oauth/sign-in', {
      method: 'POST',
      headers: {
        origin: 'https://id.example',
        cookie: `__Host-oauthd_browser=${BROWSER.secret}`,
        'x-forwarded-for': forwarded,
      },
      body: new URLSearchParams({ username: 'ana', password: 'wrong horse', csrf: csrfToken(BROWSER) }),
    })
    return (await app.request(Object.assign(request, { ip }))).status
  }
  const tries = []
  for (let index = 0; index < 11; index += 1)
    tries.push(await guess('10.0.0.1', `192.0.2.${index}, 198.51.100.1`))
  assert.deepEqual(tries, [...Array(10).fill(401), 429])
  assert.equal(await guess('10.0.0.2', '198.51.100.1'), 429, 'another proxy, the same person')
  assert.equal(await guess('10.0.0.1', '198.51.100.2'), 401)
  assert.equal(await guess('198.51.100.1', '198.51.100.2'), 429, 'who comes without a proxy is who it is')
})

test('RL-03, RT-10: the log tells a reuse with the address that a trusted proxy names', async (t) => {
  const world = await testServer(t, { settings })
  const client = await appClient(world.server)
  const { code } = await allow(world.server, client)
  const body = {
    grant_type: 'authorization_code',
    code,
    code_verifier: VERIFIER,
    client_id: client.client_id,
    client_secret: client.client_secret,
  }
  for (const times of [1, 2]) {
    const request = new Request('https://id.example/oauth/token', {
      method: 'POST',
      headers: { 'x-forwarded-for': '198.51.100.1' },
      body: new URLSearchParams(body),
    })
    const answer = await createApp(world.server).request(Object.assign(request, { ip: '10.0.0.1' }))
    assert.equal(answer.status, times === 1 ? 200 : 400)
  }
  assert.deepEqual(
    world.logged.flatMap((line) => ('address' in line ? [line.address] : [])),
    ['198.51.100.1'],
  )
})

test('HTTP-15: of a trusted proxy too, X-Forwarded-Host, -Proto and Forwarded change no address of ours', async (t) => {
  const { server } = await testServer(t, { settings })
  const app = createApp(server)
  const documentOf = async (headers: Readonly<Record<string, string>>): Promise<string> => {
    const request = new Request('https://id.example/.well-known/oauth-authorization-server', { headers })
    return (await app.request(Object.assign(request, { ip: '10.0.0.1' }))).text()
  }
  const evil = {
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'http',
    forwarded: 'host=evil.example',
  }
  assert.equal(await documentOf({ ...evil, host: 'evil.example' }), await documentOf({}))
})
