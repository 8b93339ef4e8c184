/** createVerifier({ jwks }): signed tokens, checked by the keys of another server (RFC 9068). */
import assert from 'node:assert/strict'
import { constants, createSign, generateKeyPairSync } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { decodeJwt, exportJWK, generateKeyPair, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose'
import { remoteKeys } from '../../src/outbound/remote-keys.ts'
import { REST } from '../../src/outbound/resting.ts'
import { jwtVerifier } from '../../src/resource/verifier-jwt.ts'
import { createVerifier, type OpenVerifier } from '../../src/verify.ts'
import { type Asked, METADATA, type OtherServer, otherServer } from './_authorization-server.ts'

const AUDIENCE = 'https://api.example'
const NOW = Math.floor(Date.now() / 1000)

const NOBODY: Asked = { method: '', path: '', headers: {}, body: '' }

interface Issuer {
  readonly server: OtherServer
  readonly verifier: OpenVerifier
  /** A token as RFC 9068 has it, but for what is given; a claim that is `undefined` is left out. */
  sign(claims?: JWTPayload, header?: { typ?: string; kid?: string }): Promise<string>
  /** Another key instead of the one before. */
  rotate(kid: string, alg?: string): Promise<void>
}

const issuerOf = async (t: TestContext): Promise<Issuer> => {
  const server = await otherServer(t)
  const { issuer } = server
  let signing:
    | { key: Awaited<ReturnType<typeof generateKeyPair>>['privateKey']; kid: string; alg: string }
    | undefined
  const rotate = async (kid: string, alg = 'ES256'): Promise<void> => {
    const { publicKey, privateKey } = await generateKeyPair(alg)
    const jwk = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' }
    signing = { key: privateKey, kid, alg }
    server.says.set('/jwks', () => ({ body: { keys: [jwk] } }))
  }
  await rotate('k1')
  return {
    server,
    verifier: createVerifier({ jwks: { issuer, audience: AUDIENCE } }),
    rotate,
    sign(claims = {}, header = {}) {
      assert.ok(signing)
      const { key, kid, alg } = signing
      const payload = {
        iss: issuer,
        aud: AUDIENCE,
        sub: 'us_1',
        client_id: 'cl_1',
        scope: 'a b',
        jti: 'j1',
        iat: NOW - 10,
        exp: NOW + 3600,
        tenant: 42,
        ...claims,
      }
      return new SignJWT(payload).setProtectedHeader({ alg, kid, typ: 'at+jwt', ...header }).sign(key)
    },
  }
}

test('RFC 9068 2.2: a signed token is its principal, its own claims included', async (t) => {
  const { verifier, sign, server } = await issuerOf(t)
  const principal = await verifier.verify(await sign())
  assert.ok(principal)
  const { can, ...members } = principal
  assert.deepEqual(members, {
    client_id: 'cl_1',
    sub: 'us_1',
    user: 'us_1',
    grant_type: 'authorization_code',
    scope: 'a b',
    scopes: ['a', 'b'],
    claims: { tenant: 42 },
    aud: [AUDIENCE],
    jti: 'j1',
    exp: NOW + 3600,
  })
  assert.equal(can('a b'), true)
  const own = await verifier.verify(await sign({ sub: 'cl_1', scope: undefined, aud: ['x', AUDIENCE] }))
  assert.deepEqual([own?.user, own?.grant_type, own?.scope], [null, 'client_credentials', ''])
  assert.ok(await verifier.verify(await sign({}, { typ: 'application/at+jwt' })))
  const told = await verifier.verify(await sign({ sub: 'cl_1', grant_type: 'device_code' }))
  assert.equal(told?.grant_type, 'device_code')
  assert.deepEqual(
    server.asked.map(({ path }) => path),
    [METADATA, '/jwks'],
    'the keys are fetched once',
  )
})

test('RFC 9068 4: another type, issuer, audience or time, a claim that is missing, or a bound token is undefined', async (t) => {
  const { verifier, sign, server } = await issuerOf(t)
  const wrong: readonly (readonly [JWTPayload, { typ?: string }?])[] = [
    [{}, { typ: 'JWT' }],
    [{}, { typ: 'id_token+jwt' }],
    [{ iss: `${server.issuer}/` }],
    [{ aud: 'https://other.example' }],
    [{ aud: [] }],
    [{ exp: NOW - 1 }],
    [{ exp: NOW }],
    [{ nbf: NOW + 3600 }],
    ...['iss', 'aud', 'sub', 'client_id', 'jti', 'iat', 'exp'].map(
      (name) => [{ [name]: undefined }] as const,
    ),
    [{ client_id: 5 }],
    [{ sub: '' }],
    [{ scope: ['a'] }],
    [{ cnf: { jkt: 'k' } }],
  ]
  for (const [claims, header] of wrong) {
    assert.equal(
      await verifier.verify(await sign(claims, header)),
      undefined,
      JSON.stringify([claims, header]),
    )
  }
  const token = await sign()
  for (const none of [
    '',
    'oat_x',
    'a.b.c',
    `${token}A`,
    token.replace(/\.[^.]+\./, `.${Buffer.from('{}').toString('base64url')}.`),
  ]) {
    assert.equal(await verifier.verify(none), undefined, none)
  }
})

test('RFC 9068 2.1: no signature, a shared secret, and the public key taken for one are no signature', async (t) => {
  const { verifier, server } = await issuerOf(t)
  const claims = {
    iss: server.issuer,
    aud: AUDIENCE,
    sub: 'a',
    client_id: 'a',
    jti: 'j',
    iat: NOW,
    exp: NOW + 60,
  }
  const unsecured = new UnsecuredJWT(claims).encode()
  const [, payload] = unsecured.split('.')
  const none = `${Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url')}.${payload}.`
  const jwks = JSON.stringify((await server.says.get('/jwks')?.(NOBODY))?.body)
  const shared = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid: 'k1' })
    .sign(new TextEncoder().encode(jwks))
  for (const token of [unsecured, none, shared]) assert.equal(await verifier.verify(token), undefined)
  assert.equal(server.asked.length, 0, 'no key was needed to say so')
})

test('RFC 7517 4.5: a token of a key that the issuer does not name is undefined, made-up keys are not asked for again and again', async (t) => {
  const { verifier, sign, rotate, server } = await issuerOf(t)
  const first = await sign()
  assert.ok(await verifier.verify(first))
  for (const kid of ['k2', 'k3', 'k4'])
    assert.equal(await verifier.verify(await sign({}, { kid })), undefined)
  await rotate('k1')
  assert.equal(await verifier.verify(await sign()), undefined, 'signed by another key of that name')
  assert.ok(await verifier.verify(first))
  assert.equal(server.asked.filter(({ path }) => path === '/jwks').length, 1)
})

/** A verifier whose failures are forgiven when the clock says so. */
const timed = ({ issuer }: OtherServer, { cooldown }: { cooldown?: number } = {}) => {
  const clock = { at: Date.now() }
  const keyOf = remoteKeys(issuer, { clock: () => clock.at, ...(cooldown === undefined ? {} : { cooldown }) })
  return { ...jwtVerifier({ issuer, audience: AUDIENCE, keyOf, clock: Date.now }), clock }
}

test('contract, verifiers: keys that cannot be had reject, are no pass, and are asked for again, once in three seconds at the most', async (t) => {
  const { sign, server } = await issuerOf(t)
  const verifier = timed(server)
  const keys = server.says.get('/jwks')
  const metadata = server.says.get(METADATA)
  assert.ok(keys && metadata)
  const token = await sign()
  const unknowable = { name: 'OAuthError', error: 'temporarily_unavailable' }
  server.says.set(METADATA, () => ({
    body: { issuer: 'https://evil.example', jwks_uri: `${server.issuer}/jwks` },
  }))
  await assert.rejects(verifier.verify(token), unknowable)
  server.says.set(METADATA, metadata)
  for (const said of [
    { status: 500, body: '' },
    { body: 'no JSON' },
    { body: { keys: 'none' } },
    { body: { keys: [5] } },
    { status: 302, body: '', headers: { location: `${server.issuer}/elsewhere` } },
    { body: JSON.stringify({ ...Object((await keys(NOBODY)).body), padding: 'x'.repeat(262_144) }) },
  ]) {
    server.says.set('/jwks', () => said)
    server.says.set('/elsewhere', keys)
    verifier.clock.at += REST
    const before = server.asked.length
    for (let times = 0; times < 3; times += 1) await assert.rejects(verifier.verify(token), unknowable)
    const paths = server.asked.slice(before).map(({ path }) => path)
    assert.deepEqual(paths.toSorted(), [METADATA, '/jwks'])
  }
  server.says.set('/jwks', keys)
  await server.stop()
  verifier.clock.at += REST
  await assert.rejects(verifier.verify(token), unknowable)
  await server.start()
  await assert.rejects(verifier.verify(token), unknowable)
  verifier.clock.at += REST
  assert.ok(await verifier.verify(token))
  await server.stop()
  assert.ok(await verifier.verify(token), 'the keys are known')
  await verifier.close()
  await assert.rejects(verifier.verify(token), /closed/)
})

test('RFC 7517 4.5: those who come at once, before the keys are known, share one fetch', async (t) => {
  const { verifier, sign, server } = await issuerOf(t)
  const tokens = await Promise.all(['j1', 'j2', 'j3', 'j4'].map((jti) => sign({ jti })))
  const principals = await Promise.all(tokens.map((token) => verifier.verify(token)))
  assert.deepEqual(
    principals.map((principal) => principal?.jti),
    ['j1', 'j2', 'j3', 'j4'],
  )
  assert.deepEqual(
    server.asked.map(({ path }) => path),
    [METADATA, '/jwks'],
  )
})

test('RFC 7517 4.5: a made-up key while the issuer is down takes the known keys from nobody', async (t) => {
  const { sign, server } = await issuerOf(t)
  const verifier = timed(server, { cooldown: 0 })
  const token = await sign()
  assert.ok(await verifier.verify(token))
  await server.stop()
  await assert.rejects(verifier.verify(await sign({}, { kid: 'k2' })), { error: 'temporarily_unavailable' })
  assert.ok(await verifier.verify(token))
  await server.start()
  verifier.clock.at += REST
  assert.equal(await verifier.verify(await sign({}, { kid: 'k2' })), undefined)
})

test('RFC 7518 3.3: a token under an RSA key of less than 2048 bits is undefined, and no fault', async (t) => {
  const { verifier, sign, server } = await issuerOf(t)
  const claims = decodeJwt(await sign())
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'short', use: 'sig' }
  server.says.set('/jwks', () => ({ body: { keys: [jwk] } }))
  for (const alg of ['RS256', 'PS256']) {
    const encoded = [{ alg, kid: 'short', typ: 'at+jwt' }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')
    const padding = alg === 'RS256' ? constants.RSA_PKCS1_PADDING : constants.RSA_PKCS1_PSS_PADDING
    const signature = createSign('sha256').update(encoded).sign({ key: privateKey, padding, saltLength: 32 })
    assert.equal(await verifier.verify(`${encoded}.${signature.toString('base64url')}`), undefined, alg)
  }
  assert.ok(server.asked.some(({ path }) => path === '/jwks'))
})
