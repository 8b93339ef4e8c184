/** A bound token, its proofs and its key's owner, from the side of a thief (RFC 9449 section 11). */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, test } from 'node:test'
import { type DpopKey, dpopKey, dpopProof, type ProofOf } from '../_dpop.ts'
import type { Serving } from '../_process.ts'
import { type Credentials, openSite, type Site } from '../end-to-end/_site.ts'

let site: Site
let one: Serving
let two: Serving
let strict: Serving
let machine: Credentials
let bound: Credentials
let caller: Credentials
let hers: DpopKey
let his: DpopKey
/** One issuer for all, as behind one proxy. */
const ISSUER = 'https://id.example'
const HTU = `${ISSUER}/oauth/token`
before(async () => {
  site = await openSite()
  machine = await site.client()
  bound = await site.client({ dpop_bound_access_tokens: true })
  caller = await site.client({ scope: 'introspect', introspect: 'any' })
  one = await site.serve('--issuer', ISSUER)
  two = await site.serve('--issuer', ISSUER)
  strict = await site.serve('--issuer', ISSUER, '--dpop-nonce', 'required')
  hers = await dpopKey()
  his = await dpopKey()
})
after(() => site.close())

const now = (): number => Math.floor(Date.now() / 1000)

const proof = (of: ProofOf = {}, by = hers): Promise<string> => dpopProof(by, { htu: HTU, iat: now(), ...of })

interface Told {
  readonly status: number
  readonly error: unknown
  readonly nonce: string | null
  readonly access_token: string
  readonly token_type: unknown
}

const ask = async (
  { url }: Serving,
  headers: Readonly<Record<string, string>>,
  by: Credentials = machine,
): Promise<Told> => {
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...by })
  const answer = await fetch(`${url}/oauth/token`, { method: 'POST', body, headers })
  const { error, access_token, token_type } = (await answer.json()) as Record<string, unknown>
  const nonce = answer.headers.get('dpop-nonce')
  return { status: answer.status, error, nonce, access_token: String(access_token), token_type }
}

const refused = async (told: Promise<Told>, error: string): Promise<Told> => {
  const { status, error: named } = await told
  assert.deepEqual([status, named], [400, error])
  return told
}

test('DP-04, attack, replay: of one proof at two processes at once one is taken, and none later', async () => {
  const dpop = await proof()
  const told = await Promise.all(Array.from({ length: 20 }, (_, n) => ask(n % 2 === 0 ? one : two, { dpop })))
  assert.equal(told.filter(({ status }) => status === 200).length, 1)
  for (const { status, error } of told) if (status !== 200) assert.equal(error, 'invalid_dpop_proof')
  await refused(ask(two, { dpop }), 'invalid_dpop_proof')
})

test('DP-04, attack, replay: a proof with a nonce is taken once too, as long as the nonce holds', async () => {
  const { nonce } = await refused(ask(one, { dpop: await proof({ iat: 0 }) }), 'use_dpop_nonce')
  const dpop = await proof({ iat: 0, nonce })
  assert.equal((await ask(two, { dpop })).status, 200)
  await refused(ask(one, { dpop }), 'invalid_dpop_proof')
})

test('DP-14, attack, nonce downgrade: where nonces are required, a proof made before its time is nothing', async () => {
  const stored = await proof({ iat: now() + 30 })
  await refused(ask(strict, { dpop: stored }), 'use_dpop_nonce')
  for (const nonce of [null, '', 'undefined', [], {}, false]) {
    await refused(ask(strict, { dpop: await proof({ nonce }) }), 'use_dpop_nonce')
  }
  const { nonce } = await ask(strict, { dpop: stored })
  assert.equal((await ask(strict, { dpop: await proof({ nonce }) })).status, 200)
})

test('DP-08, attack, a nonce of his own making: only what the server made is one', async () => {
  const { nonce } = await refused(ask(strict, { dpop: await proof() }), 'use_dpop_nonce')
  const [minute = '', key = '', mac = ''] = nonce?.split('.') ?? []
  const later = (Number.parseInt(minute, 36) + 1).toString(36)
  const forged = createHmac('sha256', key).update(later).digest('base64url')
  for (const made of [`${later}.${key}.${mac}`, `${later}.${key}.${forged}`, `${minute}..${mac}`, minute]) {
    await refused(ask(strict, { dpop: await proof({ nonce: made }) }), 'use_dpop_nonce')
  }
})

test('DP-01, attack, private key in jwk: whoever gives the key away proves nothing', async () => {
  for (const alg of ['ES256', 'RS256', 'Ed25519']) {
    const key = await dpopKey(alg)
    await refused(
      ask(one, { dpop: await proof({ header: { jwk: key.private_jwk } }, key) }),
      'invalid_dpop_proof',
    )
  }
})

test('DP-01, attack, alg confusion: neither none nor HS256 with the public key as its secret is a signature', async () => {
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = encode({ jti: 'forged', htm: 'POST', htu: HTU, iat: now() })
  for (const alg of ['none', 'NONE', 'HS256', 'ES256']) {
    const signed = `${encode({ typ: 'dpop+jwt', alg, jwk: hers.jwk })}.${claims}`
    for (const secret of [JSON.stringify(hers.jwk), String(hers.jwk.x)]) {
      const mac = createHmac('sha256', secret).update(signed).digest('base64url')
      await refused(ask(one, { dpop: `${signed}.${mac}` }), 'invalid_dpop_proof')
    }
    await refused(ask(one, { dpop: `${signed}.` }), 'invalid_dpop_proof')
  }
})

test('DP-01, attack, key injection: neither her jwk over his signature, nor a key behind an address', async () => {
  await refused(ask(one, { dpop: await proof({ header: { jwk: hers.jwk } }, his) }), 'invalid_dpop_proof')
  const header = { jwk: undefined, jku: `${one.url}/oauth/jwks`, x5u: one.url, kid: hers.jkt }
  await refused(ask(one, { dpop: await proof({ header }, his) }), 'invalid_dpop_proof')
})

test('DP-02, attack, a proof for elsewhere: of another method, endpoint or server', async () => {
  for (const of of [
    { htm: 'GET' },
    { htu: `${ISSUER}/oauth/par` },
    { htu: `${ISSUER}.evil.example/oauth/token` },
    { htu: 'https://evil.example/oauth/token' },
    { htu: `https://evil.example/?${HTU}` },
    { htu: `https://evil.example\\@id.example/oauth/token` },
    { htu: `${one.url}/oauth/token` },
  ]) {
    await refused(ask(one, { dpop: await proof(of) }), 'invalid_dpop_proof')
  }
})

test('DP-03, attack, stored and post-dated proofs: a minute either way, and no more', async () => {
  for (const iat of [now() - 62, now() - 86_400, now() + 90, now() + 1e9]) {
    await refused(ask(one, { dpop: await proof({ iat }) }), 'use_dpop_nonce')
  }
})

test('DP-13, attack, downgrade to bearer: a client whose tokens are bound gets none by leaving the proof out', async () => {
  await refused(ask(one, {}, bound), 'invalid_dpop_proof')
  await refused(ask(one, { dpop: '' }, bound), 'invalid_dpop_proof')
  assert.equal((await ask(one, { dpop: await proof() }, bound)).token_type, 'DPoP')
})

test('DP-11, attack, a stolen token: under Bearer it opens nothing of the server, with a proof of his or none', async () => {
  const { access_token } = await ask(one, { dpop: await proof() }, caller)
  const introspect = (headers: Readonly<Record<string, string>>): Promise<Response> =>
    fetch(`${one.url}/oauth/introspect`, {
      method: 'POST',
      body: new URLSearchParams({ token: access_token }),
      headers: { authorization: `Bearer ${access_token}`, ...headers },
    })
  const htu = `${ISSUER}/oauth/introspect`
  for (const headers of [{}, { dpop: await proof({ htu, access_token }, his) }]) {
    const answer = await introspect(headers)
    assert.equal(answer.status, 401)
    assert.match(answer.headers.get('www-authenticate') ?? '', /error="invalid_token"/)
  }
  const bearer = await ask(one, {}, caller)
  const answer = await fetch(`${one.url}/oauth/introspect`, {
    method: 'POST',
    body: new URLSearchParams({ token: access_token }),
    headers: { authorization: `Bearer ${bearer.access_token}` },
  })
  assert.deepEqual(((await answer.json()) as Record<string, unknown>)['cnf'], { jkt: hers.jkt })
})

test('DP-01, attack, two proofs: hers beside his is no proof of either', async () => {
  const dpop = `${await proof()}, ${await proof({}, his)}`
  await refused(ask(one, { dpop }), 'invalid_dpop_proof')
})
