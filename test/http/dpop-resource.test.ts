/** Tokens that are bound by DPoP at the endpoints of ours that take tokens (RFC 9449 section 7). */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type DpopKey, dpopKey, dpopProof, type ProofOf } from '../_dpop.ts'
import { type Answered, basic, type Credentials, type Harness, openHarness } from './_harness.ts'
import { INTERACTION_URL } from './_interaction.ts'

let h: Harness
let key: DpopKey
let caller: Credentials
before(async () => {
  h = await openHarness({ interaction_url: INTERACTION_URL })
  key = await dpopKey()
  caller = await h.client({ scope: 'introspect oauthd:interactions', introspect: 'any' })
})
after(() => h.close())

const ISSUER = 'http://localhost:6749'
const API = 'https://api.example'
const VERIFY = `/oauth/verify?public_url=${encodeURIComponent(`${API}/v1/`)}`

const proof = (htu: string, of: ProofOf = {}): Promise<string> =>
  dpopProof(key, { htu, iat: Math.floor(h.clock.at / 1000), ...of })

const boundToken = async (scope: string): Promise<string> => {
  const dpop = await proof(`${ISSUER}/oauth/token`)
  const form = { grant_type: 'client_credentials', scope }
  const { body } = await h.post('token', form, { ...basic(caller), dpop })
  assert.equal(body['token_type'], 'DPoP')
  return String(body['access_token'])
}

const refused = (answered: Answered, error: string, used = 'DPoP'): void => {
  assert.deepEqual([answered.status, answered.body['error']], [401, error], answered.text)
  const challenge = answered.headers.get('www-authenticate') ?? ''
  assert.ok(challenge.startsWith(`${used} realm="oauthd", error="${error}"`), challenge)
  assert.match(challenge, /algs="RS256 PS256 ES256 EdDSA Ed25519"/)
  assert.match(challenge, used === 'DPoP' ? /, Bearer realm="oauthd"$/ : /, DPoP realm="oauthd"/)
}

test('DP-10: introspection is asked with a bound token and its proof, once, and never with the token alone', async () => {
  const token = await boundToken('introspect')
  const dpop = await proof(`${ISSUER}/oauth/introspect`, { access_token: token })
  const ask = (headers: Readonly<Record<string, string>>): Promise<Answered> =>
    h.post('introspect', { token }, headers)
  refused(await ask({ authorization: `Bearer ${token}` }), 'invalid_token', 'Bearer')
  refused(await ask({ authorization: `DPoP ${token}` }), 'invalid_dpop_proof')
  const other = await proof(`${ISSUER}/oauth/token`, { access_token: token })
  refused(await ask({ authorization: `DPoP ${token}`, dpop: other }), 'invalid_dpop_proof')
  assert.equal((await ask({ authorization: `DPoP ${token}`, dpop })).body['active'], true)
  refused(await ask({ authorization: `DPoP ${token}`, dpop }), 'invalid_dpop_proof')
  const bearer = await h.token(caller, { scope: 'introspect' })
  refused(await ask({ authorization: `DPoP ${bearer}`, dpop }), 'invalid_token')
})

test('RFC 9449 9: an endpoint of ours asks for a nonce with its challenge, where a clock is wrong', async () => {
  const token = await boundToken('introspect')
  const late = { access_token: token, iat: Math.floor(h.clock.at / 1000) - 3600 }
  const htu = `${ISSUER}/oauth/introspect`
  const ask = async (of: ProofOf): Promise<Answered> =>
    h.post('introspect', { token }, { authorization: `DPoP ${token}`, dpop: await proof(htu, of) })
  const first = await ask(late)
  refused(first, 'use_dpop_nonce')
  const nonce = first.headers.get('dpop-nonce')
  assert.ok(nonce)
  assert.equal((await ask({ ...late, nonce })).status, 200)
})

test('DP-10: an interaction is asked about with a proof for its very path', async () => {
  const token = await boundToken('oauthd:interactions')
  const ask = async (htu: string, htm = 'GET', path = ''): Promise<Answered> =>
    h.send(htm, `/oauth/interactions/rq_1${path}`, {
      headers: {
        authorization: `DPoP ${token}`,
        dpop: await proof(htu, { htm, access_token: token }),
        'content-type': 'application/json',
      },
      ...(htm === 'POST' ? { body: '{}' } : {}),
    })
  refused(await ask(`${ISSUER}/oauth/interactions/rq_2`), 'invalid_dpop_proof')
  refused(await ask(`${ISSUER}/oauth/interactions/rq_1`, 'POST', '/deny'), 'invalid_dpop_proof')
  // Behind the proof: there is no such request.
  assert.equal((await ask(`${ISSUER}/oauth/interactions/rq_1`)).status, 404)
  assert.equal((await ask(`${ISSUER}/oauth/interactions/rq_1/deny`, 'POST', '/deny')).status, 404)
})

const held = { 'x-forwarded-method': 'PUT', 'x-forwarded-uri': '/invoices?a=1' }

test('DP-10: a proxy says which request it holds, and the operator where: then a bound token passes', async () => {
  const token = await boundToken('introspect')
  const htu = `${API}/v1/invoices`
  const ask = async (
    target: string,
    headers: Readonly<Record<string, string>> = held,
    of: ProofOf = {},
  ): Promise<Answered> =>
    h.send('GET', target, {
      headers: {
        authorization: `DPoP ${token}`,
        dpop: await proof(htu, { htm: 'PUT', access_token: token, ...of }),
        ...headers,
      },
    })
  assert.equal((await ask(VERIFY)).status, 204)
  refused(await ask(VERIFY, held, { htm: 'GET' }), 'invalid_dpop_proof')
  refused(await ask(VERIFY, held, { htu: `${API}/invoices` }), 'invalid_dpop_proof')
  refused(await ask(VERIFY, { ...held, 'x-forwarded-uri': '/other' }), 'invalid_dpop_proof')
  refused(await ask(VERIFY, {}, { htm: 'GET' }), 'invalid_token')
  refused(
    await ask(VERIFY, { ...held, 'x-forwarded-uri': 'https://api.example/v1/invoices' }),
    'invalid_token',
  )
  const bare = await h.send('GET', VERIFY, { headers: { authorization: `Bearer ${token}`, ...held } })
  refused(bare, 'invalid_token', 'Bearer')
})

test('RFC 9449 11.1: without public_url no header says where the API is, whoever wrote it', async () => {
  const token = await boundToken('introspect')
  const forged = {
    ...held,
    host: 'evil.example',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'https',
    'x-original-url': 'https://evil.example/invoices',
    'x-original-method': 'PUT',
  }
  const dpop = await proof('https://evil.example/invoices', { htm: 'PUT', access_token: token })
  const headers = { authorization: `DPoP ${token}`, dpop, ...forged }
  refused(await h.send('GET', '/oauth/verify', { headers }), 'invalid_token')
  refused(await h.send('GET', VERIFY, { headers }), 'invalid_dpop_proof')
  for (const query of ['?public_url=', '?public_url=api.example', '?public_url=http%3A%2F%2Fapi.example']) {
    assert.equal((await h.send('GET', `/oauth/verify${query}`, { headers })).status, 400, query)
  }
})
