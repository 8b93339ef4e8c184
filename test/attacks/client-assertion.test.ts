/** Somebody wants to be a client whose private key they do not have. */
import assert from 'node:assert/strict'
import { createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { after, before, test } from 'node:test'
import { CompactSign, exportJWK } from 'jose'
import type { GivenMetadata } from '../../src/protocol/client-metadata.ts'
import { asserting, assertion, keysOf, type Signer, signer } from '../_assertion.ts'
import { type Answered, type Harness, NOW, openHarness } from '../http/_harness.ts'

let h: Harness
let [rsa, thief]: readonly Signer[] = []
let victim: string
before(async () => {
  h = await openHarness({ rate_limits: false })
  ;[rsa, thief] = [await signer('RS256', 'rsa'), await signer('RS256', 'rsa')]
  victim = await client(keysOf(rsa))
})
after(() => h.close())

const client = async (given: GivenMetadata): Promise<string> => (await h.client(given)).client_id

const issuer = (): string => h.server.settings.issuer

const known = (one: Signer | undefined): Signer => {
  assert.ok(one)
  return one
}

const claims = (more: object = {}): object => ({
  iss: victim,
  sub: victim,
  aud: issuer(),
  jti: crypto.randomUUID(),
  iat: NOW,
  exp: NOW + 60,
  ...more,
})

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

const present = async (jwt: string, endpoint = 'token'): Promise<Answered> => {
  h.hide(jwt)
  return h.post(endpoint, { grant_type: 'client_credentials', token: 'x', ...asserting(jwt) })
}

const isRefused = async (jwt: string, what: string): Promise<void> => {
  const { status, body } = await present(jwt)
  assert.deepEqual([status, body], [401, REFUSAL], what)
}

const REFUSAL = { error: 'invalid_client', error_description: 'client authentication failed' }

test('JA-08, attack, alg none: an assertion without a signature is nobody’s', async () => {
  const body = part(claims())
  for (const alg of ['none', 'None', 'NONE', '', undefined, null, ['none'], 'nonE']) {
    for (const signature of ['', 'AAAA', part({})]) {
      await isRefused(`${part({ alg, kid: 'rsa' })}.${body}.${signature}`, `${alg} ${signature}`)
      await isRefused(`${part({ alg, typ: 'JWT' })}.${body}.${signature}`, `${alg} ${signature}`)
    }
  }
  await isRefused(`${part({ alg: 'none' })}.${body}`, 'two parts')
  const sound = await assertion(known(rsa), { client_id: victim, aud: issuer(), now: NOW })
  await isRefused(sound.replace(/[^.]+$/, ''), 'signature cut off')
  await isRefused(sound.replace(/^[^.]+/, part({ alg: 'none', kid: 'rsa' })), 'alg replaced')
})

test('JA-08, JA-10, attack, algorithm confusion: the public key is no HMAC secret, in whatever form', async () => {
  const { jwk } = known(rsa)
  const pem = createPublicKey({ key: { ...jwk, kty: 'RSA' }, format: 'jwk' })
  const secrets = [
    pem.export({ type: 'spki', format: 'pem' }),
    pem.export({ type: 'spki', format: 'pem' }).toString().trim(),
    pem.export({ type: 'spki', format: 'der' }),
    pem.export({ type: 'pkcs1', format: 'pem' }),
    JSON.stringify(jwk),
    String(jwk.n),
    Buffer.from(String(jwk.n), 'base64url'),
  ]
  for (const [alg, digest] of [
    ['HS256', 'sha256'],
    ['HS384', 'sha384'],
    ['HS512', 'sha512'],
  ] as const) {
    for (const secret of secrets) {
      const text = `${part({ alg, kid: 'rsa', typ: 'JWT' })}.${part(claims())}`
      await isRefused(`${text}.${createHmac(digest, secret).update(text).digest('base64url')}`, alg)
    }
  }
})

test('JA-02, attack, key injection: a key that the assertion brings along is nobody’s key', async () => {
  const theirs = await exportJWK(known(thief).private_key)
  const { jwk } = known(thief)
  const rogue = 'https://thief.example/keys'
  const headers: readonly object[] = [
    { jwk },
    { jwk: theirs },
    { jku: rogue },
    { x5u: rogue },
    { x5c: ['MIIB'] },
    { jwk, kid: 'rsa' },
    { jwk, kid: 'thief' },
    { jku: rogue, kid: 'rsa', x5u: rogue, x5c: ['MIIB'], jwk, x5t: 'a', 'x5t#S256': 'a' },
    { kid: '../../../../dev/null' },
    { kid: "rsa' OR 1=1 --" },
    { kid: ['rsa'] },
    { kid: { rsa: true } },
    { crit: ['b64'], b64: false, kid: 'rsa' },
    { crit: ['jwk'], jwk },
  ]
  for (const header of headers) {
    const of = { client_id: victim, aud: issuer(), now: NOW, header: { ...header } }
    const jwt = await assertion(known(thief), of).catch(() => undefined)
    if (jwt !== undefined) await isRefused(jwt, JSON.stringify(header))
  }
})

test('JA-02, attack, key injection: what an assertion brings along does not stand in the way of the right key', async () => {
  const header = { jwk: known(thief).jwk, jku: 'https://thief.example/keys', x5c: ['MIIB'] }
  const jwt = await assertion(known(rsa), { client_id: victim, aud: issuer(), now: NOW, header })
  assert.equal((await present(jwt)).status, 200)
})

test('JA-02, attack: a client signs for itself alone, and its key for no other client', async () => {
  const mine = await client(keysOf(known(thief)))
  const of = { aud: issuer(), now: NOW }
  await isRefused(await assertion(known(thief), { ...of, client_id: victim }), 'sub and iss of the victim')
  const half = { client_id: mine, claims: { sub: victim } }
  await isRefused(await assertion(known(thief), { ...of, ...half }), 'sub of the victim')
  const other = { client_id: victim, claims: { iss: mine } }
  await isRefused(await assertion(known(thief), { ...of, ...other }), 'iss of the thief')
  assert.equal((await present(await assertion(known(thief), { ...of, client_id: mine }))).status, 200)
})

test('JA-08, attack: a signature of the right key by another algorithm, or over other bytes, is refused', async () => {
  const ps = await signer('PS256', 'ps')
  const fixed = await client({ ...keysOf(ps), token_endpoint_auth_signing_alg: 'PS256' })
  const sound = await assertion(ps, { client_id: fixed, aud: issuer(), now: NOW })
  await isRefused(sound.replace(/^[^.]+/, part({ alg: 'RS256', kid: 'ps' })), 'PS256 as RS256')
  const [head, body = '', signature] = sound.split('.')
  const forged = Buffer.from(JSON.stringify(claims({ iss: fixed, sub: fixed }))).toString('base64url')
  await isRefused([head, forged, signature].join('.'), 'another body')
  await isRefused([head, `${body}AA`, signature].join('.'), 'a longer body')
  await isRefused(`${sound}.AAAA`, 'four parts')
  const short = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const { privateKey } = short
  const text = new CompactSign(Buffer.from('not json')).setProtectedHeader({ alg: 'PS256', kid: 'ps' })
  await isRefused(await text.sign(privateKey), 'no claims')
})

test('JA-03, JA-04, attack, audience: what is meant for an endpoint, for many or for somebody else is refused everywhere', async () => {
  const base = issuer()
  const audiences: readonly unknown[] = [
    `${base}/oauth/token`,
    `${base}/oauth/par`,
    `${base}/oauth/introspect`,
    `${base}/oauth/revoke`,
    `${base}/`,
    base.toUpperCase(),
    base.replace('localhost', '127.0.0.1'),
    base.replace(/:\d+$/, ''),
    'https://id.other.example',
    [base, `${base}/oauth/token`],
    [base, base],
    [base, 'https://id.other.example'],
    [[base]],
    [],
    { 0: base, length: 1 },
    '',
    null,
    undefined,
    1,
    victim,
  ]
  for (const endpoint of ['token', 'revoke', 'introspect', 'par']) {
    for (const aud of audiences) {
      const jwt = await assertion(known(rsa), { client_id: victim, aud, now: NOW })
      const { status, body } = await present(jwt, endpoint)
      assert.deepEqual([status, body['error']], [401, 'invalid_client'], `${endpoint} ${JSON.stringify(aud)}`)
    }
  }
  const alone = await assertion(known(rsa), { client_id: victim, aud: [base], now: NOW })
  assert.equal((await present(alone)).status, 200)
})

test('decision 5: legacy_assertion_aud takes the endpoints that are ours, for one client, and the log tells', async () => {
  const legacy = await client({ ...keysOf(known(rsa)), legacy_assertion_aud: true })
  const base = issuer()
  const [token, revoke] = [`${base}/oauth/token`, `${base}/oauth/revoke`]
  const said = async (aud: unknown, endpoint: string, claim: object = {}): Promise<number> => {
    const of = { client_id: legacy, aud, now: NOW, claims: { ...claim } }
    return (await present(await assertion(known(rsa), of), endpoint)).status
  }
  const lines = (): number => h.lines().filter(({ assertion_aud }) => assertion_aud === 'legacy').length
  assert.equal(await said(base, 'token'), 200)
  assert.equal(lines(), 0)
  const sound = [
    [token, 'token'],
    [token, 'revoke'],
    [revoke, 'revoke'],
    [[base, revoke], 'revoke'],
    [[token], 'token'],
  ]
  for (const [aud, endpoint] of sound) assert.equal(await said(aud, String(endpoint)), 200, String(aud))
  assert.equal(lines(), sound.length)
  for (const aud of [
    [],
    revoke,
    `${token}/`,
    [base, 'https://id.other.example'],
    'https://id.other.example',
    null,
  ]) {
    assert.equal(await said(aud, 'token'), 401, String(aud))
  }
  // JA-06: the switch relaxes nothing but aud.
  assert.equal(await said(token, 'token', { jti: undefined }), 401)
  assert.equal(await said(token, 'token', { exp: NOW - 10 }), 401)
})

test('JA-06, attack, replay: an assertion works once, at any endpoint and on any process', async () => {
  const other = await h.another()
  const jwt = await assertion(known(rsa), { client_id: victim, aud: issuer(), now: NOW })
  h.hide(jwt)
  const form = { grant_type: 'client_credentials', token: 'x', ...asserting(jwt) }
  assert.equal((await h.post('token', form)).status, 200)
  for (const endpoint of ['token', 'revoke', 'introspect']) {
    assert.equal((await h.post(endpoint, form)).status, 401, endpoint)
    assert.equal((await h.post(endpoint, form, {}, other)).status, 401, endpoint)
  }
})

test('JA-06, attack, replay: of many who bring it at one time to two processes one is let in', async () => {
  const other = await h.another()
  const jwt = await assertion(known(rsa), { client_id: victim, aud: issuer(), now: NOW })
  h.hide(jwt)
  const form = { grant_type: 'client_credentials', ...asserting(jwt) }
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => h.post('token', form, {}, index % 2 === 0 ? h.server : other)),
  )
  assert.deepEqual(answers.map(({ status }) => status).sort(), [
    200,
    ...Array.from({ length: 19 }, () => 401),
  ])
})

test('JA-06: another assertion with a jti that was used is refused; another client may use the same', async () => {
  const mine = await client(keysOf(known(thief)))
  const of = { aud: issuer(), now: NOW, claims: { jti: 'once' } }
  assert.equal((await present(await assertion(known(rsa), { ...of, client_id: victim }))).status, 200)
  const again = { ...of, client_id: victim, claims: { jti: 'once', exp: NOW + 600 } }
  await isRefused(await assertion(known(rsa), again), 'the same jti')
  assert.equal((await present(await assertion(known(thief), { ...of, client_id: mine }))).status, 200)
})

test('CA-10, attack: an assertion that is refused takes no jti from its client', async () => {
  const of = { client_id: victim, now: NOW, claims: { jti: 'not-taken' } }
  await isRefused(await assertion(known(thief), { ...of, aud: issuer() }), 'a thief')
  await isRefused(await assertion(known(rsa), { ...of, aud: 'https://id.other.example' }), 'aud')
  assert.equal((await present(await assertion(known(rsa), { ...of, aud: issuer() }))).status, 200)
})
