import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { createRemoteJwks, type RemoteJwks } from '../../src/outbound/remote-jwks.ts'
import { type OtherSite, otherSite } from './_site.ts'

const KEYS = '{"keys":[{"kty":"EC","kid":"a"},7]}'
const MINUTE = 60_000
const HOUR = 3_600_000

interface Publishing {
  readonly remote: RemoteJwks
  readonly site: OtherSite
  readonly jwks_uri: string
  readonly clock: { at: number }
  /** What is answered from now on. */
  publish(body: string, status?: number): void
}

const publishing = async (t: TestContext): Promise<Publishing> => {
  let [body, status] = [KEYS, 200]
  const site = await otherSite(t, (_, response) => response.writeHead(status).end(body))
  const clock = { at: 0 }
  const remote = createRemoteJwks({ clock: () => clock.at, allow_loopback: true })
  const publish = (next: string, as = 200): void => {
    ;[body, status] = [next, as]
  }
  return { remote, site, jwks_uri: `${site.url}/jwks`, clock, publish }
}

test('JA-09: keys are kept for an hour, and those who ask at once share one answer', async (t) => {
  const { remote, site, jwks_uri, clock } = await publishing(t)
  const [one, other] = await Promise.all([remote.latest('cl', jwks_uri), remote.latest('cl', jwks_uri)])
  assert.deepEqual(one, { keys: [{ kty: 'EC', kid: 'a' }] })
  assert.equal(one, other)
  clock.at = HOUR - 1
  assert.equal(await remote.latest('cl', jwks_uri), one)
  assert.equal(site.asked.length, 1)
  clock.at = HOUR
  await remote.latest('cl', jwks_uri)
  assert.equal(site.asked.length, 2)
})

test('JA-09: for a key that is not there it is asked again, once a minute for each client', async (t) => {
  const { remote, site, jwks_uri, clock } = await publishing(t)
  await remote.latest('cl', jwks_uri)
  clock.at = MINUTE - 1
  assert.equal(await remote.renewed('cl', jwks_uri), undefined)
  clock.at = MINUTE
  assert.deepEqual((await remote.renewed('cl', jwks_uri))?.keys.length, 1)
  assert.equal(await remote.renewed('cl', jwks_uri), undefined)
  assert.equal(site.asked.length, 2)
  assert.ok(await remote.renewed('other', jwks_uri))
})

test('JA-09, attack: made-up keys take nothing from those that are good while the client’s site is down', async (t) => {
  const { remote, site, jwks_uri, clock, publish } = await publishing(t)
  const good = await remote.latest('cl', jwks_uri)
  publish('down', 503)
  clock.at = MINUTE
  const asked = remote.renewed('cl', jwks_uri)
  assert.equal(await remote.latest('cl', jwks_uri), good, 'nobody waits for the answer')
  await assert.rejects(asked, /it answered 503/)
  assert.equal(await remote.latest('cl', jwks_uri), good)
  await assert.rejects(remote.renewed('cl', jwks_uri), /it answered 503/)
  assert.equal(site.asked.length, 2)
  publish(KEYS)
  clock.at = 2 * MINUTE
  const [one, other] = await Promise.all([remote.renewed('cl', jwks_uri), remote.renewed('cl', jwks_uri)])
  assert.equal(one, other)
  assert.equal(await remote.latest('cl', jwks_uri), one)
  assert.equal(site.asked.length, 3)
})

test('JA-09: an address that gave no keys is asked again after a minute, another one at once', async (t) => {
  const { remote, site, jwks_uri, clock, publish } = await publishing(t)
  const bad = [
    ['{}'],
    ['[]'],
    ['{"keys":{}}'],
    ['<html>'],
    [KEYS, 404],
    [KEYS, 302],
    ['x'.repeat(65_537)],
  ] as const
  for (const [body, status] of bad) {
    publish(body, status)
    await assert.rejects(remote.latest('cl', jwks_uri), /the keys at .* cannot be had: /)
    const { length } = site.asked
    clock.at += MINUTE - 1
    await assert.rejects(remote.latest('cl', jwks_uri))
    assert.equal(site.asked.length, length)
    clock.at += 1
  }
  publish(KEYS)
  assert.equal((await remote.latest('cl', jwks_uri)).keys.length, 1)
  await remote.latest('cl', `${site.url}/moved`)
  assert.equal(site.asked.at(-1), '/moved')
})

test('JA-09: what is kept has an end: the clients asked for longest ago are asked for again', async (t) => {
  const { remote, site, jwks_uri } = await publishing(t)
  for (let count = 0; count <= 1000; count += 1) await remote.latest(`cl_${count}`, jwks_uri)
  assert.equal(site.asked.length, 1001)
  await remote.latest('cl_1000', jwks_uri)
  assert.equal(site.asked.length, 1001)
  await remote.latest('cl_0', jwks_uri)
  assert.equal(site.asked.length, 1002)
})
