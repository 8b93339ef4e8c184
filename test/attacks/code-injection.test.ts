/** A code in hands that it was not made for, through the whole flow (O21 7.5, BCP 4.5, 4.8). */
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { after, before, test } from 'node:test'
import { CALLBACK, ledTo, parameters, person, requestOf, signIn, WEB } from '../http/_authorize.ts'
import { type Answered, type Credentials, type Harness, openHarness } from '../http/_harness.ts'

let h: Harness
let shop: Credentials
before(async () => {
  h = await openHarness()
  shop = await h.client(WEB)
  await Promise.all([person(h, 'ana'), person(h, 'mallory')])
})
after(() => h.close())

const challengeOf = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url')
const newVerifier = (): string => randomBytes(32).toString('base64url')

/** Somebody goes through the flow at a client that made this challenge; gives the code. */
const codeFor = async (
  username: string,
  client: Credentials,
  verifier: string,
  given: Parameters<typeof requestOf>[1] = {},
): Promise<string> => {
  const browser = h.browser()
  const asked = requestOf(client, { code_challenge: challengeOf(verifier), ...given })
  const page = await signIn(browser, await browser.get(asked), username)
  const code = ledTo(await browser.press(page, 'Allow'))?.searchParams.get('code')
  assert.ok(code)
  return code
}

const redeem = (client: Credentials, form: Readonly<Record<string, string>>): Promise<Answered> =>
  h.post('token', { grant_type: 'authorization_code', redirect_uri: CALLBACK, ...client, ...form })

const refused = async (answered: Promise<Answered>, error: string): Promise<void> => {
  const { status, body } = await answered
  assert.deepEqual([status, body['error'], 'access_token' in body], [400, error, false])
}

test("TK-06, attack, code injection: a stolen code put into the attacker's own visit does not fit its verifier", async () => {
  const [hers, his] = [newVerifier(), newVerifier()]
  const stolen = await codeFor('ana', shop, hers)
  // The client itself redeems it, for the attacker's browser, with the verifier of that visit.
  await refused(redeem(shop, { code: stolen, code_verifier: his }), 'invalid_grant')
})

test("TK-06, attack, code injection: the attacker's code put into the victim's visit does not fit either", async () => {
  const [hers, his] = [newVerifier(), newVerifier()]
  const planted = await codeFor('mallory', shop, his)
  await refused(redeem(shop, { code: planted, code_verifier: hers }), 'invalid_grant')
})

test('TK-04, attack, code injection: another client gets nothing for a code, and the right one still does', async () => {
  const other = await h.client({ ...WEB, client_name: 'Other' })
  const verifier = newVerifier()
  const code = await codeFor('ana', shop, verifier)
  await refused(redeem(other, { code, code_verifier: verifier }), 'invalid_grant')
  const claimed = { code, code_verifier: verifier, client_id: shop.client_id }
  const { status } = await redeem({ ...other, client_id: shop.client_id }, claimed)
  assert.equal(status, 401)
  assert.equal((await redeem(shop, { code, code_verifier: verifier })).status, 200)
})

test('AZ-03, attack, PKCE downgrade: without a challenge, or with one in clear, there is no code at all', async () => {
  for (const given of [
    { code_challenge: undefined, code_challenge_method: undefined },
    { code_challenge: undefined },
    { code_challenge: '' },
    { code_challenge_method: undefined },
    { code_challenge_method: 'plain' },
    { code_challenge_method: 's256' },
    { code_challenge: 'short' },
    { code_challenge: [challengeOf('a'), challengeOf('b')] },
  ]) {
    const browser = h.browser()
    await signIn(browser, await browser.get('/oauth/sign-in'))
    const answered = parameters(await browser.get(requestOf(shop, given)))
    assert.deepEqual(
      [answered['error'], answered['code']],
      ['invalid_request', undefined],
      JSON.stringify(given),
    )
  }
})

test('TK-06, attack, PKCE downgrade: a code is not redeemed without its verifier, nor by its challenge', async () => {
  const verifier = newVerifier()
  for (const form of [{}, { code_verifier: '' }, { code_verifier: challengeOf(verifier) }]) {
    const code = await codeFor('ana', shop, verifier)
    const { status, body } = await redeem(shop, { code, ...form })
    assert.equal(status, 400, JSON.stringify(form))
    assert.ok(!('access_token' in body))
  }
})

test('TK-04, attack, code injection: a code that was sent to one address is not redeemed as of another', async () => {
  const two = await h.client({ ...WEB, redirect_uris: [CALLBACK, 'https://shop.example/other'] })
  const verifier = newVerifier()
  const code = await codeFor('ana', two, verifier)
  const form = { code, code_verifier: verifier, redirect_uri: 'https://shop.example/other' }
  await refused(redeem(two, form), 'invalid_grant')
})
