/** Somebody registers a `jwks_uri` to have the server ask where it should not (CM-06, JA-09). */
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createClient } from '../../src/clients.ts'
import type { Lookup } from '../../src/outbound/name-servers.ts'
import { completeSettings } from '../../src/protocol/settings.ts'
import { asserting, assertion, type Signer, signer } from '../_assertion.ts'
import { type TestServer, testServer } from '../_server.ts'
import { listeningPort, nameServer, otherSite } from '../outbound/_site.ts'

const LOCAL = completeSettings({ issuer: 'http://localhost:6749' })

/** Registers a client whose keys are there, and asks for a token with an assertion of it. */
const attempts = async (
  at: TestServer,
  jwks_uri: string,
): Promise<(by: Signer, kid?: string) => Promise<number>> => {
  const { server, post } = at
  const created = await createClient(server, {
    client_name: 'Bank',
    grant_types: ['client_credentials'],
    token_endpoint_auth_method: 'private_key_jwt',
    jwks_uri,
  })
  const { client_id = '' } = created ?? {}
  return async (by, kid) => {
    const now = Math.floor(at.clock() / 1000)
    const header = kid === undefined ? {} : { kid }
    const jwt = await assertion(by, { client_id, aud: server.settings.issuer, now, header })
    const { status, body } = await post('token', { grant_type: 'client_credentials', ...asserting(jwt) })
    if (status !== 200) assert.deepEqual(body, REFUSAL)
    return status
  }
}

/** ERR-04: whoever asks is told nothing of what is behind an address. */
const REFUSAL = { error: 'invalid_client', error_description: 'client authentication failed' }

const reasons = ({ logged }: TestServer): string => JSON.stringify(logged)

test('RFC 7591 2, JA-09: the keys at a jwks_uri authenticate; a new one is found after a minute at the most', async (t) => {
  const [first, second] = [await signer('ES256', 'first'), await signer('ES256', 'second')]
  const published = [first.jwk]
  const site = await otherSite(t, (_, response) => response.end(JSON.stringify({ keys: published })))
  const at = await testServer(t, { settings: LOCAL })
  const ask = await attempts(at, `${site.url}/jwks`)
  assert.deepEqual([await ask(first), await ask(first), await ask(second)], [200, 200, 401])
  published.push(second.jwk)
  assert.equal(await ask(second), 401)
  at.advance(60)
  assert.deepEqual([await ask(second), await ask(first)], [200, 200])
  assert.equal(site.asked.length, 2)
})

test('JA-09, attack: made-up keys have the client’s site asked once a minute, and take nothing from its own key', async (t) => {
  const [own, thief] = [await signer(), await signer()]
  const site = await otherSite(t, (_, response) => response.end(JSON.stringify({ keys: [own.jwk] })))
  const at = await testServer(t, { settings: LOCAL })
  const ask = await attempts(at, site.url)
  for (let count = 0; count < 20; count += 1) assert.equal(await ask(thief, `made-up-${count}`), 401)
  assert.equal(site.asked.length, 1)
  at.advance(60)
  await Promise.all(Array.from({ length: 20 }, (_, count) => ask(thief, `made-up-${count}`)))
  assert.equal(site.asked.length, 2)
  assert.equal(await ask(own), 200)
})

test('JA-02, JA-08, attack: keys at a jwks_uri that are private, shared or weak are no keys', async (t) => {
  const own = await signer('ES256', 'own')
  const bad = [
    own.private_jwk,
    { kty: 'oct', k: 'AAAA', kid: 'own' },
    { kty: 'RSA', n: 'AQAB', e: 'AQAB', kid: 'own' },
  ]
  for (const keys of [...bad.map((one) => [one]), 'x', null]) {
    const site = await otherSite(t, (_, response) => response.end(JSON.stringify({ keys })))
    const at = await testServer(t, { settings: LOCAL })
    assert.equal(await (await attempts(at, site.url))(own), 401)
  }
})

/** A server for the open internet, to whose jwks_uri an address inside belongs. */
const outside = (t: TestContext, lookup: Lookup): Promise<TestServer> => testServer(t, { lookup })

test('CM-06, attack, SSRF: with an issuer that is not loopback no address inside is asked, in whatever spelling', async (t) => {
  const key = await signer()
  const { port, connections } = await listeningPort(t)
  const hosts = ['127.0.0.1', '127.1', '0x7f.1', '2130706433', '017700000001', '[::1]', '[::ffff:127.0.0.1]']
  const more = [
    '[::ffff:7f00:1]',
    '[64:ff9b::127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    'localhost',
    '0',
  ]
  const { lookup } = nameServer(['127.0.0.1'])
  for (const host of [...hosts, ...more]) {
    const at = await outside(t, lookup)
    assert.equal(await (await attempts(at, `https://${host}:${port}/jwks`))(key), 401, host)
    assert.match(reasons(at), /special address/, host)
  }
  const plain = await outside(t, lookup)
  assert.equal(await (await attempts(plain, `http://localhost:${port}/jwks`))(key), 401)
  assert.equal(connections(), 0)
})

test('CM-06, attack, DNS rebinding: a name that is outside when it is looked at and inside afterwards leads nowhere inside', async (t) => {
  const key = await signer()
  const { port, connections } = await listeningPort(t)
  const inside = nameServer(['127.0.0.1'])
  const at = await outside(t, inside.lookup)
  assert.equal(await (await attempts(at, `https://rebind.example:${port}/jwks`))(key), 401)
  // One address outside beside one inside: whichever would be connected to, nobody is.
  const both = nameServer(['8.8.8.8', '127.0.0.1'], ['127.0.0.1'])
  const second = await outside(t, both.lookup)
  assert.equal(await (await attempts(second, `https://rebind.example:${port}/jwks`))(key), 401)
  assert.deepEqual([inside.asked, both.asked], [['rebind.example'], ['rebind.example']])
  assert.equal(connections(), 0)
})

test('JA-09, attack, SSRF by redirect: what the client’s site points to is not asked', async (t) => {
  const key = await signer()
  const inside = await otherSite(t, (_, response) => response.end(JSON.stringify({ keys: [key.jwk] })))
  for (const status of [301, 302, 303, 307, 308]) {
    const site = await otherSite(t, (_, response) =>
      response.writeHead(status, { location: inside.url }).end(),
    )
    const at = await testServer(t, { settings: LOCAL })
    assert.equal(await (await attempts(at, site.url))(key), 401)
    assert.match(reasons(at), new RegExp(`it answered ${status}`))
  }
  assert.deepEqual(inside.asked, [])
})

test('JA-09, attack, endless body: 64 KiB are read of it, and no more', async (t) => {
  const key = await signer()
  const site = await otherSite(t, (_, response) => {
    const more = (error?: Error | null): unknown => error ?? response.write(' '.repeat(16_384), more)
    more()
  })
  const at = await testServer(t, { settings: LOCAL })
  assert.equal(await (await attempts(at, site.url))(key), 401)
  assert.match(reasons(at), /more than 65536 bytes/)
})
