/** JWT access tokens of a real oauthd, read by what resource servers are built with. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import express from 'express'
import { auth, requiredScopes } from 'express-oauth2-jwt-bearer'
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose'
import { createVerifier } from '../../src/verify.ts'
import { oauthd } from '../_process.ts'
import { openSite, type Site } from './_site.ts'

const API = 'https://api.example'

interface Issuing {
  readonly issuer: string
  readonly jwks_uri: string
  readonly client_id: string
  /** A token of client_credentials for that resource. */
  token(resource?: string, scope?: string): Promise<string>
}

/** A server with a client; what `given` says is registered first, by the command line. */
const issuing = async (t: TestContext, resource: readonly string[] = []): Promise<Issuing> => {
  const site: Site = await openSite()
  t.after(() => site.close())
  const { client_id, client_secret } = await site.client()
  if (resource.length > 0) {
    const created = await oauthd(['resource:create', ...resource, '--db', site.db])
    assert.equal(created.code, 0, created.stderr)
  }
  const format = resource.length > 0 ? 'opaque' : 'jwt'
  const { issuer } = await site.serve('--access-token-format', format)
  return {
    issuer,
    jwks_uri: `${issuer}/oauth/jwks`,
    client_id,
    async token(of = API, scope = 'a') {
      const answered = await fetch(`${issuer}/oauth/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${client_id}:${client_secret}`)}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', resource: of, scope }),
      })
      const { access_token } = (await answered.json()) as { access_token: string }
      return access_token
    },
  }
}

const algs: readonly (readonly [string, readonly string[]])[] = [
  ['RS256', []],
  ['ES256', [API, '--format', 'jwt', '--alg', 'ES256']],
  ['PS256', [API, '--format', 'jwt', '--alg', 'PS256']],
  ['EdDSA', [API, '--format', 'jwt', '--alg', 'EdDSA']],
]

for (const [alg, resource] of algs) {
  test(`RFC 9068 4: jose takes a token that is signed with ${alg}, by the published keys`, async (t) => {
    const at = await issuing(t, resource)
    const keys = createRemoteJWKSet(new URL(at.jwks_uri))
    const { protectedHeader, payload } = await jwtVerify(await at.token(), keys, {
      typ: 'at+jwt',
      issuer: at.issuer,
      audience: API,
      algorithms: [alg],
      requiredClaims: ['sub', 'client_id', 'iat', 'jti', 'exp'],
      maxTokenAge: 60,
    })
    assert.equal(protectedHeader.alg, alg)
    assert.equal(payload['scope'], 'a')
    await assert.rejects(jwtVerify(await at.token(), keys, { audience: 'https://other.example' }))
  })
}

test('RFC 9068 4: our own verifier takes it for its resource alone', async (t) => {
  const at = await issuing(t)
  const verifier = createVerifier({ jwks: { issuer: at.issuer, audience: API } })
  t.after(() => verifier.close())
  const principal = await verifier.verify(await at.token())
  assert.equal(principal?.client_id, at.client_id)
  assert.equal(principal?.grant_type, 'client_credentials')
  assert.equal(principal?.can('a'), true)
  assert.equal(await verifier.verify(await at.token('https://other.example')), undefined)
})

type Guard = Parameters<ReturnType<typeof express>['get']>[1]

/** The package hands its refusals on to the app's error handler, which would print them. */
const answering =
  (guard: Guard): Guard =>
  (request, response, next) =>
    guard(request, response, (refusal?: unknown) => {
      if (refusal === undefined) return next()
      response.status((refusal as { readonly status: number }).status).json({})
    })

/** An Express app as the README of the package has it. */
const api = async (t: TestContext, guard: Guard): Promise<string> => {
  const app = express()
  for (const scope of ['a', 'b']) {
    app.get(`/${scope}`, answering(guard), answering(requiredScopes(scope)), (_request, response) =>
      response.json({}),
    )
  }
  const http = createServer(app).listen(0, '127.0.0.1')
  t.after(() => http.close())
  await once(http, 'listening')
  return `http://127.0.0.1:${(http.address() as AddressInfo).port}`
}

test('RFC 9068 4: express-oauth2-jwt-bearer guards an app by discovery, strictly', async (t) => {
  const at = await issuing(t)
  const guards = [
    auth({ issuerBaseURL: at.issuer, audience: API, strict: true, tokenSigningAlg: 'RS256' }),
    auth({ issuer: at.issuer, jwksUri: at.jwks_uri, audience: API, strict: true, tokenSigningAlg: 'RS256' }),
  ]
  for (const guard of guards) {
    const origin = await api(t, guard)
    const status = async (path: string, token: string): Promise<number> =>
      (await fetch(origin + path, { headers: { authorization: `Bearer ${token}` } })).status
    assert.equal(await status('/a', await at.token()), 200)
    assert.equal(await status('/b', await at.token()), 403)
    assert.equal(await status('/b', await at.token(API, 'a b')), 200)
    assert.equal(await status('/a', await at.token('https://other.example')), 401)
  }
})

/**
 * What Spring Security asks of a token: Nimbus picks the key by the header (kid, alg, and use if it is said),
 * takes RS256 alone where only the JWK set is named, and JwtValidators.createAtJwtValidator() looks at the rest.
 */
test('RFC 9068 4: what NimbusJwtDecoder with the at+jwt validator of Spring asks of a token holds', async (t) => {
  const at = await issuing(t)
  const token = await at.token(API, 'a b')
  const header = decodeProtectedHeader(token)
  const claims = decodeJwt(token)
  const set = (await (await fetch(at.jwks_uri)).json()) as { keys: readonly Record<string, unknown>[] }
  const matching = set.keys.filter(
    ({ kid, kty, alg, use }) =>
      kid === header.kid && kty === 'RSA' && (alg ?? 'RS256') === 'RS256' && (use ?? 'sig') === 'sig',
  )
  assert.equal(matching.length, 1)
  assert.equal(header.alg, 'RS256')
  assert.equal(header.crit, undefined)
  assert.ok(['at+jwt', 'application/at+jwt'].includes(String(header.typ)))
  const now = Date.now() / 1000
  const { exp, iat, nbf, iss, aud, sub, jti } = claims
  assert.ok(typeof exp === 'number' && exp > now - 60)
  assert.ok(typeof iat === 'number' && iat <= now + 60)
  assert.ok(nbf === undefined || nbf <= now + 60)
  assert.ok(new URL(String(iss)).href.startsWith(at.issuer) && iss === at.issuer)
  assert.ok([aud].flat().includes(API))
  for (const required of [sub, jti, claims['client_id']]) assert.ok(typeof required === 'string')
  assert.equal(claims['client_id'], at.client_id)
  assert.equal(Object.hasOwn(claims, 'cnf'), false)
  // JwtGrantedAuthoritiesConverter cuts a string at its spaces.
  assert.deepEqual(String(claims['scope']).split(' '), ['a', 'b'])
})
