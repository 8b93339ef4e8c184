/** A code that is bound to a key, from the request that asks for it on (RFC 9449 section 10). */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type DpopKey, dpopKey, dpopProof, type ProofOf } from '../_dpop.ts'
import { VERIFIER } from '../_person.ts'
import { CALLBACK, ledTo, parameters, person, requestOf, signIn, WEB } from './_authorize.ts'
import { type Answered, basic, type Credentials, type Harness, NOW, openHarness } from './_harness.ts'
import { bring, push, requestUriOf } from './_pushed.ts'

let h: Harness
let shop: Credentials
let key: DpopKey
let other: DpopKey
before(async () => {
  h = await openHarness()
  await person(h)
  shop = await h.client(WEB)
  key = await dpopKey()
  other = await dpopKey()
})
after(() => h.close())

const proof = (endpoint: string, by: DpopKey, of: ProofOf = {}): Promise<string> =>
  dpopProof(by, { htu: `http://localhost:6749/oauth/${endpoint}`, iat: NOW, ...of })

/** What a person who allows it sends the client back with. */
const codeFor = async (address: string): Promise<string> => {
  const browser = h.browser()
  const page = await signIn(browser, await browser.get(address))
  const code = ledTo(await browser.press(page, 'Allow'))?.searchParams.get('code')
  assert.ok(code)
  return code
}

const redeem = async (code: string, by?: DpopKey): Promise<Answered> => {
  const form = { grant_type: 'authorization_code', code, code_verifier: VERIFIER, redirect_uri: CALLBACK }
  const dpop: Record<string, string> = by === undefined ? {} : { dpop: await proof('token', by) }
  return h.post('token', form, { ...basic(shop), ...dpop })
}

const isBound = async (code: string): Promise<void> => {
  for (const by of [other, undefined]) {
    const { status, body } = await redeem(code, by)
    assert.deepEqual([status, body['error']], [400, 'invalid_grant'])
  }
  const { status, body } = await redeem(code, key)
  assert.deepEqual([status, body['token_type']], [200, 'DPoP'])
}

test('DP-12: dpop_jkt of an authorization request binds the code that comes of it', async () => {
  await isBound(await codeFor(requestOf(shop, { dpop_jkt: key.jkt })))
})

test('DP-12: a dpop_jkt that is no thumbprint is told to the client, and nobody is asked', async () => {
  const { error, state } = parameters(await h.browser().get(requestOf(shop, { dpop_jkt: 'x' })))
  assert.deepEqual([error, state], ['invalid_request', 's 1'])
})

test('PAR-08: a proof of a pushed request binds the code, as dpop_jkt does, and both may say the same', async () => {
  for (const [given, by] of [
    [{}, key],
    [{ dpop_jkt: key.jkt }, undefined],
    [{ dpop_jkt: key.jkt }, key],
  ] as const) {
    const headers = by === undefined ? {} : { dpop: await proof('par', by) }
    const request_uri = requestUriOf(await push(h, shop, { ...given, prompt: 'consent' }, headers))
    await isBound(await codeFor(bring(shop, { request_uri })))
  }
})

test('PAR-08: a proof by another key than dpop_jkt is refused, and so is one that is not sound or not new', async () => {
  const spent = await proof('par', key)
  requestUriOf(await push(h, shop, {}, { dpop: spent }))
  for (const [given, dpop, error] of [
    [{ dpop_jkt: key.jkt }, await proof('par', other), 'invalid_dpop_proof'],
    [{}, spent, 'invalid_dpop_proof'],
    [{}, await proof('token', key), 'invalid_dpop_proof'],
    [{}, await proof('par', key, { iat: 0 }), 'use_dpop_nonce'],
  ] as const) {
    const { status, body, headers } = await push(h, shop, given, { dpop })
    assert.deepEqual([status, body['error']], [400, error])
    assert.equal(headers.get('dpop-nonce') !== null, error === 'use_dpop_nonce')
  }
})

test('DP-09: a nonce of one endpoint is taken at the other, and the next comes with a 201 too', async () => {
  const asked = await push(h, shop, {}, { dpop: await proof('par', key, { iat: 0 }) })
  const nonce = asked.headers.get('dpop-nonce')
  const code = await h.post(
    'token',
    { grant_type: 'authorization_code', code: 'none', code_verifier: VERIFIER },
    { ...basic(shop), dpop: await proof('token', key, { iat: 0, nonce }) },
  )
  assert.equal(code.body['error'], 'invalid_grant')
  h.clock.at += 60_000
  const pushed = await push(h, shop, {}, { dpop: await proof('par', key, { iat: 0, nonce }) })
  assert.equal(pushed.status, 201)
  assert.notEqual(pushed.headers.get('dpop-nonce') ?? nonce, nonce)
})
