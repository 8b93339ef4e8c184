import assert from 'node:assert/strict'
import { generateKeyPairSync, sign as nodeSign } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { ACTIVATION_DELAY, SIGNING_ALGS } from '../src/protocol/key-state.ts'
import { now, type Server } from '../src/server.ts'
import { type TestServer, testServer } from './_server.ts'
import { connection, NOW } from './_store.ts'

const ISSUER = 'https://id.example'
const EXPECTED = { typ: 'at+jwt', issuer: ISSUER, audience: 'https://api.example' }

const claims = (exp: number): Readonly<Record<string, unknown>> => ({
  iss: ISSUER,
  aud: 'https://api.example',
  sub: 'us_1',
  exp,
})

/** Two servers on one file, at one time. */
const pair = async (t: TestContext): Promise<readonly [TestServer, TestServer]> => {
  const one = await testServer(t)
  return [one, await testServer(t, { db: one.db, time: one })]
}

const sign = (server: Server, alg: (typeof SIGNING_ALGS)[number] = 'ES256', seconds = 600): Promise<string> =>
  server.keys.sign(alg, 'at+jwt', claims(now(server) + seconds), now(server) + seconds)

const verified = (server: Server, jwt: string): Promise<unknown> =>
  server.keys.verify(jwt, EXPECTED, now(server)).then((found) => found?.['sub'])

const published = async (server: Server): Promise<readonly string[]> =>
  (await server.keys.published(now(server))).map(({ kid }) => kid)

test('KEY-01: every algorithm signs, and whoever has the key set alone can check it', async (t) => {
  const { server } = await testServer(t)
  for (const alg of SIGNING_ALGS) {
    const jwt = await sign(server, alg)
    assert.equal(await verified(server, jwt), 'us_1', alg)
    const keys = (await server.keys.published(NOW)).map(({ public_jwk }) => JSON.parse(public_jwk))
    const { payload } = await jwtVerify(jwt, createLocalJWKSet({ keys }), {
      currentDate: new Date(NOW * 1000),
    })
    assert.equal(payload.sub, 'us_1')
    assert.equal(decodeProtectedHeader(jwt).alg, alg)
  }
  const kids = await published(server)
  assert.equal(new Set(kids).size, SIGNING_ALGS.length)
})

test('KEY-02, KEY-03: two processes sign with the old key until the new one activates, without being told', async (t) => {
  const [one, two] = await pair(t)
  const first = await sign(one.server)
  const { kid, activates_at, previous } = await two.server.keys.rotate('ES256', ACTIVATION_DELAY)
  assert.deepEqual([activates_at, previous?.kid], [NOW + ACTIVATION_DELAY, decodeProtectedHeader(first).kid])
  assert.ok((await published(one.server)).includes(kid))
  one.advance(ACTIVATION_DELAY - 1)
  for (const { server } of [one, two]) {
    assert.equal(decodeProtectedHeader(await sign(server)).kid, previous?.kid)
  }
  one.advance(1)
  for (const { server } of [one, two]) assert.equal(decodeProtectedHeader(await sign(server)).kid, kid)
})

test('KEY-03: a key that is replaced stays until what it signed last is over, at every process', async (t) => {
  const [one, two] = await pair(t)
  await sign(one.server)
  await two.server.keys.rotate('ES256', ACTIVATION_DELAY)
  one.advance(ACTIVATION_DELAY - 1)
  const last = await sign(two.server, 'ES256', 7200)
  const kid = String(decodeProtectedHeader(last).kid)
  one.advance(7199)
  assert.equal(await verified(one.server, last), 'us_1')
  assert.ok((await published(one.server)).includes(kid))
  one.advance(3600 + 60)
  for (const { server } of [one, two]) assert.ok(!(await published(server)).includes(kid))
  assert.ok(!(await one.server.keys.list(now(one.server))).some((key) => key.kid === kid))
})

test('KEY-03: many tokens cost one write an hour', async (t) => {
  const { server } = await testServer(t)
  await sign(server)
  const writes = t.mock.method(server.store, 'write')
  for (let count = 0; count < 5; count += 1) await sign(server)
  assert.equal(writes.mock.callCount(), 0)
  await sign(server, 'ES256', 7200)
  assert.equal(writes.mock.callCount(), 1)
})

test('KEY-04: revoked by one process, a key leaves the set of the other at once, and a new one signs', async (t) => {
  const [one, two] = await pair(t)
  const jwt = await sign(one.server)
  const kid = String(decodeProtectedHeader(jwt).kid)
  const revoked = await two.server.keys.revoke(kid)
  assert.equal(await verified(one.server, jwt), undefined)
  assert.deepEqual(
    (await published(one.server)).filter((other) => other === kid),
    [],
  )
  const next = await sign(one.server)
  assert.equal(decodeProtectedHeader(next).kid, revoked?.successor)
  assert.equal(await verified(two.server, next), 'us_1')
  assert.equal(await two.server.keys.revoke(kid), undefined)
  assert.equal(await two.server.keys.revoke('none'), undefined)
})

test('KEY-04: a key that waits, or retires, is revoked without another in its place', async (t) => {
  const { server, advance } = await testServer(t)
  await sign(server)
  const { kid, previous } = await server.keys.rotate('ES256', ACTIVATION_DELAY)
  assert.deepEqual(await server.keys.revoke(kid), { kid, successor: undefined })
  advance(ACTIVATION_DELAY)
  assert.equal(decodeProtectedHeader(await sign(server)).kid, previous?.kid)
})

test('KEY-05: a private half that was sealed under another secret is an error, and no new key is made for it', async (t) => {
  const { server, db } = await testServer(t)
  await sign(server)
  const other = await testServer(t)
  await sign(other.server)
  const sealed = connection(t, other.db).prepare('SELECT sealed FROM oauth_signing_key').pluck().get()
  connection(t, db).prepare('UPDATE oauth_signing_key SET sealed = ?').run(sealed)
  const again = await testServer(t, { db })
  await assert.rejects(sign(again.server), { code: 'secret_mismatch' })
  assert.equal(connection(t, db).prepare('SELECT count(*) FROM oauth_signing_key').pluck().get(), 1)
})

test('RFC 8725 3.1: no algorithm, a shared secret, and keys of the sender are no signature of ours', async (t) => {
  const { server } = await testServer(t)
  const good = await sign(server, 'RS256')
  const [, body = ''] = good.split('.')
  const [key] = await server.keys.published(NOW)
  const kid = String(decodeProtectedHeader(good).kid)
  const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const head = (header: object): string => Buffer.from(JSON.stringify(header)).toString('base64url')
  const foreign = (header: object): string => {
    const signed = `${head(header)}.${body}`
    return `${signed}.${nodeSign('sha256', Buffer.from(signed), stranger.privateKey).toString('base64url')}`
  }
  const { createHmac } = await import('node:crypto')
  const hmac = `${head({ alg: 'HS256', typ: 'at+jwt', kid })}.${body}`
  const jwk = stranger.publicKey.export({ format: 'jwk' })
  const wrong = [
    `${head({ alg: 'none', typ: 'at+jwt', kid })}.${body}.`,
    `${hmac}.${createHmac('sha256', key?.public_jwk ?? '')
      .update(hmac)
      .digest('base64url')}`,
    foreign({ alg: 'RS256', typ: 'at+jwt', kid }),
    foreign({ alg: 'RS256', typ: 'at+jwt', kid: 'mine', jwk }),
    foreign({ alg: 'RS256', typ: 'at+jwt', jwk, jku: 'https://evil.example/jwks' }),
    foreign({ alg: 'PS256', typ: 'at+jwt', kid }),
    good.slice(0, -4),
    'x',
    '',
  ]
  for (const jwt of wrong) assert.equal(await verified(server, jwt), undefined, jwt)
  assert.equal(await verified(server, good), 'us_1')
})

test('RFC 8725 3.11: a JWT of another kind, issuer or audience, or that is over, is none', async (t) => {
  const { server, advance } = await testServer(t)
  const jwt = await sign(server)
  const at = now(server)
  for (const other of [
    { typ: 'jwt' },
    { issuer: 'https://other.example' },
    { audience: 'https://b.example' },
  ]) {
    assert.equal(await server.keys.verify(jwt, { ...EXPECTED, ...other }, at), undefined)
  }
  advance(600)
  assert.equal(await verified(server, jwt), undefined)
})

test('KEY-02: those who sign at once with an algorithm that has no key yet make one', async (t) => {
  const [one, two] = await pair(t)
  const jwts = await Promise.all([one, two, one, two].map(({ server }) => sign(server, 'EdDSA')))
  assert.equal(new Set(jwts.map((jwt) => decodeProtectedHeader(jwt).kid)).size, 1)
})
