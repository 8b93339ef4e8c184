import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, test } from 'node:test'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { markSigningKeyRevoked } from '../../src/store/signing-key.ts'
import { createToken } from '../../src/tokens.ts'
import { basic, type Credentials, NOW, openHarness } from '../http/_harness.ts'
import { opened, registerResource } from '../http/_resource.ts'

const h = await openHarness()
after(() => h.close())

const API = 'https://api.example'
const ISSUER = 'http://localhost:6749'

for (const resource of [API, ISSUER]) {
  await registerResource(h.server, { resource, access_token_format: 'jwt' })
}

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A JWT that was issued, its parts, and the client it was issued to. */
const issued = async (): Promise<{
  readonly client: Credentials
  readonly token: string
  readonly payload: Readonly<Record<string, unknown>>
  readonly kid: string
}> => {
  const client = await h.client()
  const token = await h.token(client, { resource: API })
  const { payload, protectedHeader } = await opened(h.server, token)
  return { client, token, payload, kid: String(protectedHeader.kid) }
}

/** Nobody who asks takes it for a token: not to look, not to open, not to end. */
const isWorthless = async (client: Credentials, token: string, what: string): Promise<void> => {
  const told = await h.post('introspect', { token }, basic(client))
  assert.deepEqual(told.body, { active: false }, what)
  const authorization = `Bearer ${token}`
  assert.equal((await h.send('GET', '/oauth/verify', { headers: { authorization } })).status, 401, what)
  assert.equal((await h.post('introspect', { token }, { authorization })).status, 401, what)
}

test('RFC 8725 3.1: alg none, and the public key as the secret of an HMAC, sign nothing', async () => {
  const { client, payload, kid } = await issued()
  const typ = 'at+jwt'
  for (const alg of ['none', 'None', 'NONE', '']) {
    const head = `${encoded({ alg, typ, kid })}.${encoded(payload)}`
    await isWorthless(client, `${head}.`, `alg ${alg}, no signature`)
    await isWorthless(client, `${head}.e30`, `alg ${alg}`)
  }
  const [key] = await h.server.keys.published(NOW)
  assert.ok(key !== undefined)
  const { n } = JSON.parse(key.public_jwk)
  for (const secret of [key.public_jwk, String(n), Buffer.from(String(n), 'base64url')]) {
    const head = `${encoded({ alg: 'HS256', typ, kid })}.${encoded(payload)}`
    const signature = createHmac('sha256', secret).update(head).digest('base64url')
    await isWorthless(client, `${head}.${signature}`, 'HS256')
  }
})

test('RFC 8725 3.10: a key that a token brings along, or names, is not used', async () => {
  const { client, payload, kid } = await issued()
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true })
  const jwk = await exportJWK(publicKey)
  const own = await calculateJwkThumbprint(jwk)
  const headers = [
    { jwk },
    { jwk, kid },
    { jwk: { ...jwk, kid }, kid },
    { jku: 'https://evil.example/jwks', kid: own },
    { x5u: 'https://evil.example/cert', kid },
    { x5c: ['MIIB'], kid },
    { kid: own },
    {},
  ]
  for (const header of headers) {
    const token = await new SignJWT(payload)
      .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', ...header })
      .sign(privateKey)
    await isWorthless(client, token, JSON.stringify(Object.keys(header)))
  }
})

test('AT-04: what we signed as something else is no access token', async () => {
  const { client, payload } = await issued()
  for (const typ of ['JWT', 'id_token+jwt', 'token-introspection+jwt', 'dpop+jwt', 'oauth-authz-req+jwt']) {
    await isWorthless(client, await h.server.keys.sign('RS256', typ, payload, NOW + 600), typ)
  }
  const accept = 'application/token-introspection+jwt'
  const { token } = await issued()
  const answer = await h.post('introspect', { token }, { ...basic(client), accept })
  await isWorthless(client, answer.text, 'the answer of introspection')
})

test('AT-04: a signed claim of a token that was never issued, or of another issuer, is none', async () => {
  const { client, payload } = await issued()
  const sign = (claims: object): Promise<string> =>
    h.server.keys.sign('RS256', 'at+jwt', { ...payload, ...claims }, NOW + 600)
  await isWorthless(client, await sign({ jti: '0'.repeat(26) }), 'unknown jti')
  await isWorthless(client, await sign({ jti: 7 }), 'jti of another type')
  await isWorthless(client, await sign({ iss: `${ISSUER}/` }), 'issuer')
  await isWorthless(client, await sign({ exp: NOW }), 'over')
  const opaque = await h.token(client)
  await isWorthless(client, await sign({ jti: opaque.slice(4, 30) }), 'the jti of an opaque token')
})

test('RV-06: an opaque string with the id of a JWT is none', async () => {
  const { client, payload } = await issued()
  const opaque = await h.token(client)
  const { jti } = payload
  await isWorthless(client, `${opaque.slice(0, 4)}${jti}${opaque.slice(30)}`, 'id swapped')
})

test("AT-04: an access token is no assertion and no proof, were our key registered as the client's", async () => {
  const keys = (await h.server.keys.published(NOW)).map(({ public_jwk }) => JSON.parse(public_jwk))
  const client = await h.client({ token_endpoint_auth_method: 'private_key_jwt', jwks: { keys } })
  const { client_id } = client
  const registered = await (await h.server.registry.latest()).client(client_id)
  assert.ok(registered !== undefined)
  const { access_token: token } = await createToken(h.server, { ...registered, resource: [ISSUER] })
  const claims = (await opened(h.server, token)).payload
  assert.deepEqual([claims.iss, claims.sub, claims.aud], [ISSUER, client_id, ISSUER])
  const sameIssuer = await h.server.keys.sign('RS256', 'at+jwt', { ...claims, iss: client_id }, NOW + 600)
  const client_assertion_type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
  for (const client_assertion of [token, sameIssuer]) {
    const form = { grant_type: 'client_credentials', client_id, client_assertion_type, client_assertion }
    const answered = await h.post('token', form)
    assert.equal(answered.status, 401)
    assert.equal(answered.body['error'], 'invalid_client')
  }
  const other = await h.client()
  const proven = await h.post('token', { grant_type: 'client_credentials' }, { ...basic(other), dpop: token })
  assert.equal(proven.body['error'], 'invalid_dpop_proof')
})

test('KEY-04: a JWT of a key that was revoked is worthless at once', async () => {
  const { client, token, kid } = await issued()
  await h.server.store.write(() => markSigningKeyRevoked(kid, NOW))
  await isWorthless(client, token, 'key revoked')
})
