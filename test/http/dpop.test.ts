/** DPoP at the token endpoint (RFC 9449 sections 4, 5, 8 and 10). */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { updateClient } from '../../src/clients.ts'
import { type DpopKey, dpopKey, dpopProof, type ProofOf } from '../_dpop.ts'
import { APP, allow, VERIFIER } from '../_person.ts'
import { type Answered, basic, type Credentials, type Harness, NOW, openHarness } from './_harness.ts'

let h: Harness
let machine: Credentials
let key: DpopKey
let other: DpopKey
before(async () => {
  h = await openHarness()
  machine = await h.client()
  key = await dpopKey()
  other = await dpopKey('Ed25519')
})
after(() => h.close())

const HTU = 'http://localhost:6749/oauth/token'
const GRANT = { grant_type: 'client_credentials' }

const proof = (of: ProofOf = {}, by = key): Promise<string> =>
  dpopProof(by, { htu: HTU, iat: Math.floor(h.clock.at / 1000), ...of })

/** A token request of the machine, with this header. */
const ask = (dpop: string, over?: Parameters<Harness['post']>[3]): Promise<Answered> =>
  h.post('token', GRANT, { ...basic(machine), dpop }, over)

const refused = ({ status, body, headers }: Answered, error: string): void => {
  assert.deepEqual([status, body['error']], [400, error], JSON.stringify(body))
  assert.equal(headers.get('dpop-nonce') !== null, error === 'use_dpop_nonce')
}

const introspected = async (token: unknown, caller = machine): Promise<Answered['body']> =>
  (await h.post('introspect', { token: String(token) }, basic(caller))).body

/** A public client, or a confidential one, with a person who has allowed it something. */
const app = async (
  of: object = {},
): Promise<{ client: Credentials; code(given?: object): Promise<string> }> => {
  const client = await h.client({ ...APP, token_endpoint_auth_method: 'none', ...of })
  const found = await (await h.server.registry.latest()).client(client.client_id)
  assert.ok(found)
  return {
    client,
    code: async (given = {}) => (await allow(h.server, found, {}, given)).code,
  }
}

const redeem = async (client: Credentials, code: string, by?: DpopKey): Promise<Answered> => {
  const { client_id, client_secret } = client
  const dpop: Record<string, string> = by === undefined ? {} : { dpop: await proof({}, by) }
  const form = { grant_type: 'authorization_code', code, code_verifier: VERIFIER, client_id }
  return h.post('token', client_secret === '' ? form : { ...form, client_secret }, dpop)
}

const refresh = async (client: Credentials, refresh_token: unknown, by?: DpopKey): Promise<Answered> => {
  const { client_id, client_secret } = client
  const dpop: Record<string, string> = by === undefined ? {} : { dpop: await proof({}, by) }
  const form = { grant_type: 'refresh_token', refresh_token: String(refresh_token), client_id }
  return h.post('token', client_secret === '' ? form : { ...form, client_secret }, dpop)
}

test('MT-03, DP-02: a proof may be for the host of clients with certificates, by the path of the issuer', async (t) => {
  const issuer = 'https://id.example/tenant'
  const at = await openHarness({ issuer, trust_proxy: ['::1'], mtls_url: 'https://mtls.id.example' })
  t.after(() => at.close())
  const client = await at.client()
  const ask = async (htu: string): Promise<Answered> =>
    at.post('token', GRANT, { ...basic(client), dpop: await proof({ htu }) })
  for (const host of ['https://id.example', 'https://mtls.id.example']) {
    assert.equal((await ask(`${host}/tenant/oauth/token`)).body['token_type'], 'DPoP', host)
  }
  refused(await ask('https://mtls.id.example/oauth/token'), 'invalid_dpop_proof')
  refused(await ask('https://mtls.id.example/tenant/oauth/par'), 'invalid_dpop_proof')
  refused(await ask('https://other.id.example/tenant/oauth/token'), 'invalid_dpop_proof')
})

test('DP-05: a token for a proof is of type DPoP, and introspection names its key', async () => {
  const { status, body, headers } = await ask(await proof())
  assert.deepEqual([status, body['token_type']], [200, 'DPoP'])
  assert.equal(headers.get('dpop-nonce'), null)
  const { token_type, cnf } = await introspected(body['access_token'])
  assert.deepEqual([token_type, cnf], ['DPoP', { jkt: key.jkt }])
})

test('DP-05, RFC 9449 6.1: a JWT names the key in its claims', async () => {
  const jwts = await h.another({ access_token_format: 'jwt' })
  const { body } = await ask(await proof(), jwts)
  h.hide(String(body['access_token']))
  const claims = Buffer.from(String(body['access_token']).split('.')[1] ?? '', 'base64url').toString()
  assert.deepEqual([body['token_type'], JSON.parse(claims).cnf], ['DPoP', { jkt: key.jkt }])
  const said = await introspected(body['access_token'])
  assert.deepEqual([said['active'], said['token_type'], said['cnf']], [true, 'DPoP', { jkt: key.jkt }])
})

test('DP-05: without a proof it is a bearer token, as ever', async () => {
  const { body } = await h.post('token', GRANT, basic(machine))
  assert.equal(body['token_type'], 'Bearer')
  const said = await introspected(body['access_token'])
  assert.deepEqual([said['token_type'], 'cnf' in said], ['Bearer', false])
})

test('DP-01, DP-02: a proof that is not sound is invalid_dpop_proof', async () => {
  const good = await proof()
  for (const dpop of [
    '',
    'no proof',
    `${good}, ${await proof()}`,
    `${good.slice(0, -4)}AAAA`,
    await proof({ htm: 'GET' }),
    await proof({ htu: 'http://localhost:6749/oauth/revoke' }),
    await proof({ htu: 'http://localhost:6749' }),
    await proof({ jti: undefined }),
    await proof({ iat: undefined }),
    await proof({ header: { typ: 'JWT' } }),
    await proof({ header: { jwk: key.private_jwk } }),
    await proof({ header: { jwk: other.jwk } }),
  ]) {
    refused(await ask(dpop), 'invalid_dpop_proof')
  }
})

test('DP-02, HTTP-15: htu is compared with the issuer, whatever Host the request names', async () => {
  const at = { ...basic(machine), host: 'evil.example' }
  refused(
    await h.post('token', GRANT, { ...at, dpop: await proof({ htu: 'http://evil.example/oauth/token' }) }),
    'invalid_dpop_proof',
  )
  assert.equal((await h.post('token', GRANT, { ...at, dpop: await proof() })).status, 200)
})

test('MT-03, DP-02: a proof for an address that metadata names for clients with certificates is taken there', async () => {
  const mtls_url = 'https://mtls.example'
  const server = await h.another({ mtls_url, trust_proxy: ['127.0.0.1'] })
  const htu = `${mtls_url}/oauth/token`
  assert.equal((await ask(await proof({ htu }), server)).status, 200)
  assert.equal((await ask(await proof(), server)).status, 200)
  refused(await ask(await proof({ htu: `${mtls_url}/oauth/par` }), server), 'invalid_dpop_proof')
  refused(await ask(await proof({ htu })), 'invalid_dpop_proof')
})

test('ERR-08: who the client is comes before its proof', async () => {
  const { status, body } = await h.post(
    'token',
    { ...GRANT, ...machine, client_secret: 'wrong' },
    { dpop: 'bad' },
  )
  assert.deepEqual([status, body['error']], [401, 'invalid_client'])
})

test('DP-04: a proof counts once, also where the request was refused behind it', async () => {
  const dpop = await proof()
  assert.equal((await ask(dpop)).status, 200)
  refused(await ask(dpop), 'invalid_dpop_proof')
  const spent = await proof()
  const { body } = await h.post('token', { ...GRANT, scope: 'beyond' }, { ...basic(machine), dpop: spent })
  assert.equal(body['error'], 'invalid_scope')
  refused(await ask(spent), 'invalid_dpop_proof')
  // Another key may use the same jti.
  const jti = 'the same'
  assert.equal((await ask(await proof({ jti }))).status, 200)
  assert.equal((await ask(await proof({ jti }, other))).status, 200)
})

test('DP-04: of a proof that is sent twice at once to two processes one is taken', async () => {
  const second = await h.another()
  const dpop = await proof()
  const answers = await Promise.all([ask(dpop), ask(dpop, second), ask(dpop), ask(dpop, second)])
  assert.equal(answers.filter(({ status }) => status === 200).length, 1)
})

test('DP-03: an iat that is too far off is answered with a nonce, and with it the clock does not matter', async () => {
  for (const iat of [NOW - 3600, NOW + 3600]) {
    const answer = await ask(await proof({ iat }))
    refused(answer, 'use_dpop_nonce')
    const nonce = answer.headers.get('dpop-nonce')
    assert.equal((await ask(await proof({ iat, nonce }))).status, 200)
  }
})

test('DP-08: a nonce that is wrong or over is answered with a fresh one', async () => {
  const first = (await ask(await proof({ iat: 0 }))).headers.get('dpop-nonce')
  for (const nonce of ['wrong', `${first}A`, 7]) refused(await ask(await proof({ nonce })), 'use_dpop_nonce')
  const at = h.clock.at
  h.clock.at += 301_000
  const late = await ask(await proof({ nonce: first }))
  refused(late, 'use_dpop_nonce')
  assert.notEqual(late.headers.get('dpop-nonce'), first)
  assert.equal((await ask(await proof({ nonce: late.headers.get('dpop-nonce') }))).status, 200)
  h.clock.at = at
})

test('DP-09: a success carries the next nonce once there is one, and nothing has more than one', async () => {
  const nonce = (await ask(await proof({ iat: 0 }))).headers.get('dpop-nonce')
  assert.equal((await ask(await proof({ nonce }))).headers.get('dpop-nonce'), null)
  const at = h.clock.at
  h.clock.at += 60_000
  const answer = await ask(await proof({ nonce }))
  assert.equal(answer.status, 200)
  const next = answer.headers.get('dpop-nonce') ?? ''
  assert.ok(next !== '' && next !== nonce && !next.includes(','))
  assert.equal((await ask(await proof({ nonce: next }))).headers.get('dpop-nonce'), null)
  h.clock.at = at
})

test('DP-09: any process takes the nonces of any other', async () => {
  const second = await h.another()
  const nonce = (await ask(await proof({ iat: 0 }), second)).headers.get('dpop-nonce')
  assert.equal((await ask(await proof({ iat: 0, nonce }))).status, 200)
})

test('DP-14: where nonces are required, no proof goes without one', async () => {
  const strict = await h.another({ dpop_nonce: 'required' })
  const answer = await ask(await proof(), strict)
  refused(answer, 'use_dpop_nonce')
  const nonce = answer.headers.get('dpop-nonce')
  assert.equal((await ask(await proof({ nonce }), strict)).status, 200)
  // A bearer token needs no proof, so no nonce either.
  assert.equal((await h.post('token', GRANT, basic(machine), strict)).status, 200)
})

test('DP-08, RT-13: a refused proof uses nothing up: code and refresh token still work', async () => {
  const { client, code } = await app()
  const given = await code()
  const form = { grant_type: 'authorization_code', code: given, code_verifier: VERIFIER, ...client }
  for (const dpop of ['bad', await proof({ iat: 0 }), await proof({ nonce: 'old' })]) {
    assert.equal((await h.post('token', form, { dpop })).status, 400)
  }
  const { status, body } = await redeem(client, given, key)
  assert.equal(status, 200, JSON.stringify(body))
  const again = { grant_type: 'refresh_token', refresh_token: String(body['refresh_token']), ...client }
  for (const dpop of ['bad', await proof({ iat: 0 })]) {
    assert.equal((await h.post('token', again, { dpop })).status, 400)
  }
  const next = await refresh(client, body['refresh_token'], key)
  assert.equal(next.status, 200)
  assert.notEqual(next.body['refresh_token'], body['refresh_token'])
})

test("DP-06: a public client's refresh token is bound: none or another key is refused, the family lives", async () => {
  const { client, code } = await app()
  const { body } = await redeem(client, await code(), key)
  refused(await refresh(client, body['refresh_token']), 'invalid_dpop_proof')
  refused(await refresh(client, body['refresh_token'], other), 'invalid_grant')
  const next = await refresh(client, body['refresh_token'], key)
  assert.deepEqual([next.status, next.body['token_type']], [200, 'DPoP'])
  // RT-10: the used one in other hands, long after: nothing ends, since its holder never had the key.
  h.clock.at += 40_000
  refused(await refresh(client, body['refresh_token'], other), 'invalid_grant')
  refused(await refresh(client, body['refresh_token']), 'invalid_dpop_proof')
  assert.equal((await refresh(client, next.body['refresh_token'], key)).status, 200)
})

test('RT-08: a lost answer is given again to the same key, in the grace', async () => {
  const { client, code } = await app()
  const { body } = await redeem(client, await code(), key)
  const first = await refresh(client, body['refresh_token'], key)
  refused(await refresh(client, body['refresh_token'], other), 'invalid_grant')
  const again = await refresh(client, body['refresh_token'], key)
  assert.deepEqual([again.status, again.body['refresh_token']], [200, first.body['refresh_token']])
})

test('RT-08, RFC 9449 5: a family that becomes bound is given again to the key that bound it alone', async () => {
  const { client, code } = await app()
  const { body } = await redeem(client, await code())
  assert.equal(body['token_type'], 'Bearer')
  const first = await refresh(client, body['refresh_token'], key)
  assert.equal(first.body['token_type'], 'DPoP')
  refused(await refresh(client, body['refresh_token']), 'invalid_grant')
  refused(await refresh(client, body['refresh_token'], other), 'invalid_grant')
  const again = await refresh(client, body['refresh_token'], key)
  assert.equal(again.body['refresh_token'], first.body['refresh_token'])
  refused(await refresh(client, first.body['refresh_token']), 'invalid_dpop_proof')
})

test("DP-07: a confidential client's refresh token is not bound: a new key binds the new access token", async () => {
  const { client, code } = await app({ token_endpoint_auth_method: null })
  const { body } = await redeem(client, await code(), key)
  const second = await refresh(client, body['refresh_token'], other)
  assert.equal(second.status, 200)
  const { cnf } = await introspected(second.body['access_token'], client)
  assert.deepEqual(cnf, { jkt: other.jkt })
  const third = await refresh(client, second.body['refresh_token'])
  assert.deepEqual([third.status, third.body['token_type']], [200, 'Bearer'])
})

test('DP-12: a code for a key is redeemed by that key alone, and others cost it nothing', async () => {
  const { client, code } = await app()
  const given = await code({ dpop_jkt: key.jkt })
  for (let tries = 0; tries < 4; tries += 1) {
    refused(await redeem(client, given, other), 'invalid_grant')
    refused(await redeem(client, given), 'invalid_grant')
  }
  const { status, body } = await redeem(client, given, key)
  assert.deepEqual([status, body['token_type']], [200, 'DPoP'])
  // TK-06: nor does a replay without the key end what was issued.
  refused(await redeem(client, given, other), 'invalid_grant')
  assert.equal((await refresh(client, body['refresh_token'], key)).status, 200)
})

test('DP-13: a client whose tokens are bound gets none without a proof, and the code stays', async () => {
  const { client, code } = await app({ dpop_bound_access_tokens: true })
  const given = await code()
  refused(await redeem(client, given), 'invalid_dpop_proof')
  assert.equal((await redeem(client, given, key)).status, 200)
})

test('RT-16: a bound refresh token of a public client may stay', async () => {
  const { client, code } = await app({ dpop_bound_access_tokens: true, refresh_rotate: 'never' })
  const { body } = await redeem(client, await code(), key)
  const next = await refresh(client, body['refresh_token'], key)
  assert.equal(next.body['refresh_token'], body['refresh_token'])
  refused(await refresh(client, body['refresh_token'], other), 'invalid_grant')
  assert.equal((await refresh(client, body['refresh_token'], key)).status, 200)
})

test('RT-05: a refresh token from before its client was bound does not stay: the next one is bound', async () => {
  const { client, code } = await app()
  const { body } = await redeem(client, await code())
  const stays = { dpop_bound_access_tokens: true, refresh_rotate: 'never' }
  assert.ok(await updateClient(h.server, client.client_id, () => stays))
  const { status, body: next } = await refresh(client, body['refresh_token'], key)
  assert.equal(status, 200)
  assert.notEqual(next['refresh_token'], body['refresh_token'])
  assert.equal(
    (await refresh(client, next['refresh_token'], key)).body['refresh_token'],
    next['refresh_token'],
  )
})

test('MD-04: metadata names the algorithms of proofs, and each of them is taken', async () => {
  const { body } = await h.send('GET', '/.well-known/oauth-authorization-server')
  const algorithms = body['dpop_signing_alg_values_supported']
  assert.deepEqual(algorithms, ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519'])
  for (const alg of algorithms as string[]) {
    assert.equal((await ask(await proof({}, await dpopKey(alg)))).status, 200, alg)
  }
})

test('CORS-03, CORS-05: a browser may send a proof and read the nonce', async () => {
  const answer = await h.post('token', GRANT, {
    ...basic(machine),
    origin: 'https://app.example',
    dpop: await proof({ iat: 0 }),
  })
  refused(answer, 'use_dpop_nonce')
  assert.match(answer.headers.get('access-control-expose-headers') ?? '', /\bDPoP-Nonce\b/)
})

test('LG-01: a proof and its nonce are not in the log', async () => {
  const dpop = await proof({ iat: 0 })
  const nonce = (await ask(dpop)).headers.get('dpop-nonce') ?? ''
  h.hide(dpop, nonce)
})
