/** A request object that somebody else made, or that was made for something else (RFC 9101 10.8, RFC 8725). */
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, before, test } from 'node:test'
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose'
import { ledTo, WEB } from '../http/_authorize.ts'
import { type Answered, basic, type Harness, NOW, openHarness } from '../http/_harness.ts'
import { asked, bring, type Signer, signer } from '../http/_pushed.ts'

let h: Harness
let shop: Signer
before(async () => {
  h = await openHarness()
  shop = await signer(h)
})
after(() => h.close())

const encoded = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url')

const claims = (): Record<string, unknown> => ({
  ...asked(),
  client_id: shop.client_id,
  iss: shop.client_id,
  aud: h.server.settings.issuer,
  iat: NOW,
  exp: NOW + 300,
})

/** Neither the browser nor the client itself gets anywhere with it, and nobody is sent anywhere. */
const isRefused = async (request: string): Promise<void> => {
  const answered: Answered = await h.browser().get(bring(shop, { request }, asked()))
  assert.deepEqual([answered.status, ledTo(answered)], [400, undefined])
  assert.ok(answered.text.includes('invalid_request_object'))
  const pushed = await h.post('par', { request }, basic(shop))
  assert.deepEqual([pushed.status, pushed.body['error']], [400, 'invalid_request_object'])
}

test('JAR-01, attack, alg none: what nobody signed is refused, however it is written', async () => {
  for (const alg of ['none', 'None', 'NONE', '', undefined]) {
    const unsigned = `${encoded({ alg, typ: 'oauth-authz-req+jwt' })}.${encoded(claims())}`
    for (const signature of ['', 'e30']) await isRefused(`${unsigned}.${signature}`)
  }
  await isRefused(encoded(claims()))
  await isRefused(JSON.stringify(claims()))
})

test('JAR-01, attack, algorithm confusion: a public key is no secret to sign with', async () => {
  const { publicKey } = await generateKeyPair('RS256', { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), kid: 'r1' }
  const spki = await exportSPKI(publicKey)
  const client = await h.client({ ...WEB, jwks: { keys: [jwk] } })
  const { client_id } = client
  for (const secret of [spki, spki.trim(), JSON.stringify(jwk), client.client_secret]) {
    for (const [alg, hash] of [
      ['HS256', 'sha256'],
      ['HS512', 'sha512'],
    ] as const) {
      const text = `${encoded({ alg, kid: 'r1' })}.${encoded({ ...claims(), client_id, iss: client_id })}`
      const request = `${text}.${createHmac(hash, secret).update(text).digest('base64url')}`
      const pushed = await h.post('par', { request }, basic(client))
      assert.deepEqual([pushed.status, pushed.body['error']], [400, 'invalid_request_object'])
    }
  }
})

test("JAR-01, attack, key injection: a key that the object brings along or points to is nobody's", async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
  const jwk = await exportJWK(publicKey)
  for (const header of [
    { jwk },
    { jku: 'https://evil.example/jwks' },
    { x5u: 'https://evil.example/x' },
    {},
  ]) {
    for (const kid of ['k1', 'other', undefined]) {
      const signed = await new SignJWT(claims())
        .setProtectedHeader({ alg: 'ES256', ...(kid === undefined ? {} : { kid }), ...header })
        .sign(privateKey)
      await isRefused(signed)
    }
  }
})

test('JAR-02, attack, substitution: an object of another client, or for another server, is not this one', async () => {
  const other = await signer(h)
  await isRefused(await other.sign())
  await isRefused(await other.sign({ client_id: shop.client_id, iss: shop.client_id }))
  await isRefused(await shop.sign({ aud: 'https://other.example' }))
})

test('AT-04, attack, substitution: what was signed to be something else is no request', async () => {
  for (const typ of ['at+jwt', 'JWT', 'dpop+jwt', 'client-authentication+jwt', 'logout+jwt']) {
    await isRefused(await shop.sign({}, { typ }))
  }
  // A client assertion without a type: made for us, by the client, but not a request.
  await isRefused(await shop.sign({ sub: shop.client_id }, { typ: undefined }))
})

test('JAR-03, attack, parameter mixing: one changed character of what is signed is refused', async () => {
  const [header = '', body = '', signature = ''] = (await shop.sign({ scope: 'orders:read' })).split('.')
  const read = JSON.parse(Buffer.from(body, 'base64url').toString()) as object
  await isRefused(`${header}.${encoded({ ...read, scope: 'orders:read orders:write' })}.${signature}`)
  await isRefused(`${header}.${body}.${signature.slice(0, -2)}AA`)
  await isRefused(`${header}.${body}`)
  await isRefused(`${header}.${body}.${signature}.x`)
})

test('JAR-03, attack: a claim that would break out of its parameter stays in it', async () => {
  const evil = 'x&redirect_uri=https://evil.example/&code_challenge_method=plain#'
  const request = await shop.sign({ state: evil, prompt: 'none' })
  const answered = await h.browser().get(bring(shop, { request }))
  assert.equal(ledTo(answered)?.origin, 'https://shop.example')
  assert.equal(ledTo(answered)?.searchParams.get('state'), evil)
})
