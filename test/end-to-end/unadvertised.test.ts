/** MD-05: what the metadata of a real process does not name is refused, by the code that the RFCs have for it. */
import assert from 'node:assert/strict'
import { createHmac, randomUUID } from 'node:crypto'
import { after, test } from 'node:test'
import { type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose'
import { asserting, type Signer, signer } from '../_assertion.ts'
import { ask, openWalks, type Told, type Walk } from './_advertising.ts'
import { answerTo } from './_doing.ts'
import { asked, type Method, now, type Party, party, post } from './_party.ts'

const { walks, close } = await openWalks()
after(close)

/** What there is in the registries of OAuth and JOSE, less what a server names. */
const others = (all: readonly string[], named: readonly string[] = []): readonly string[] =>
  all.filter((one) => !named.includes(one))

const METHODS: readonly Method[] = [
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
  'tls_client_auth',
  'self_signed_tls_client_auth',
  'none',
]
const WITHOUT_KEY = ['none', 'HS256', 'HS384', 'HS512']
const ALGORITHMS = [
  ...WITHOUT_KEY,
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
]
const URN = 'urn:ietf:params:oauth:grant-type'
const GRANTS = [
  ...['authorization_code', 'refresh_token', 'client_credentials', 'password', 'implicit'],
  ...['device_code', 'jwt-bearer', 'saml2-bearer', 'token-exchange'].map((name) => `${URN}:${name}`),
  'urn:openid:params:grant-type:ciba',
]
const RESPONSE_TYPES = ['code', 'token', 'id_token', 'code token', 'code id_token', 'id_token token', 'none']
const RESPONSE_MODES = ['query', 'fragment', 'form_post', 'web_message', 'jwt', 'query.jwt', 'form_post.jwt']

const told = ({ status, body }: Told): string => `${status} ${body['error']}`

/** Asks for nothing special at each endpoint of the back channel. */
const atEach = async (
  walk: Walk,
  one: Party,
  seen: (name: string, told: Told, metadata: readonly string[]) => void,
): Promise<void> => {
  const { metadata } = walk
  const token = metadata.token_endpoint_auth_methods_supported
  const endpoints: readonly (readonly [string, Readonly<Record<string, string>>, readonly string[]])[] = [
    [metadata.token_endpoint, { grant_type: 'client_credentials' }, token],
    [metadata.revocation_endpoint, { token: 't' }, metadata.revocation_endpoint_auth_methods_supported],
    [metadata.introspection_endpoint, { token: 't' }, metadata.introspection_endpoint_auth_methods_supported],
    [metadata.pushed_authorization_request_endpoint, asked(one), token],
  ]
  for (const [endpoint, form, methods] of endpoints) {
    seen(endpoint, await post(walk, one, endpoint, form), methods)
  }
}

/** A JWT by any algorithm; by the secret where it is one of those. */
const signedBy = async (
  alg: string,
  key: Signer,
  header: Readonly<Record<string, unknown>>,
  claims: Readonly<Record<string, unknown>>,
  secret = 'secret',
): Promise<string> => {
  if (!WITHOUT_KEY.includes(alg)) {
    const jwt = new SignJWT(claims as JWTPayload)
    return jwt.setProtectedHeader({ ...header, alg } as JWTHeaderParameters).sign(key.private_key)
  }
  const parts = [{ ...header, alg }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  )
  const signed = parts.join('.')
  if (alg === 'none') return `${signed}.`
  return `${signed}.${createHmac(alg.replace('HS', 'sha'), secret).update(signed).digest('base64url')}`
}

const keyFor = (alg: string): Promise<Signer> => signer(WITHOUT_KEY.includes(alg) ? 'ES256' : alg, 'other')

/** A client whose assertions are by an algorithm. */
const asserts = async (walk: Walk, alg: string): Promise<Party> => {
  const key = await keyFor(alg)
  const one = await party(walk, 'private_key_jwt', { also: [key] })
  const { client_id } = one
  return {
    ...one,
    async credentials() {
      const about = { iss: client_id, sub: client_id, aud: walk.metadata.issuer, jti: randomUUID() }
      const header = { typ: 'client-authentication+jwt', kid: key.jwk.kid }
      const jwt = await signedBy(alg, key, header, { ...about, iat: now(), exp: now() + 60 })
      return { form: { client_id, ...asserting(jwt) } }
    },
  }
}

/** The code by which an authorization request is refused; pushed where it has to be. */
const refusal = async (
  walk: Walk,
  one: Party,
  given: Readonly<Record<string, string | undefined>>,
): Promise<unknown> => {
  const { metadata } = walk
  if (!metadata.require_pushed_authorization_requests) return answerTo(walk, asked(one, given))
  const { body } = await post(walk, one, metadata.pushed_authorization_request_endpoint, asked(one, given))
  return body['error']
}

for (const walk of walks) {
  const { name, metadata } = walk

  test(`MD-05, IN-01: ${name}, other ways to authenticate are refused everywhere`, async () => {
    for (const method of METHODS) {
      await atEach(walk, await party(walk, method), (endpoint, answer, named) => {
        if (named.includes(method)) assert.notEqual(answer.status, 401, `${method} at ${endpoint}`)
        else assert.equal(told(answer), '401 invalid_client', `${method} at ${endpoint}`)
      })
    }
  })

  test(`JA-08: ${name}, assertions by other algorithms are refused everywhere`, async () => {
    const named = metadata.token_endpoint_auth_signing_alg_values_supported
    for (const alg of ALGORITHMS) {
      await atEach(walk, await asserts(walk, alg), (endpoint, answer) => {
        if (named.includes(alg)) assert.notEqual(answer.status, 401, `${alg} at ${endpoint}`)
        else assert.equal(told(answer), '401 invalid_client', `${alg} at ${endpoint}`)
      })
    }
  })

  test(`DP-01: ${name}, proofs by other algorithms are refused`, async () => {
    const one = await party(walk)
    for (const alg of ALGORITHMS) {
      const key = await keyFor(alg)
      const { kid: _, ...jwk } = key.jwk
      const claims = { htm: 'POST', htu: metadata.token_endpoint, iat: now(), jti: randomUUID() }
      const dpop = await signedBy(alg, key, { typ: 'dpop+jwt', jwk }, claims)
      const { form, headers } = await one.credentials()
      const sent = { form: { grant_type: 'client_credentials', ...form }, headers: { ...headers, dpop } }
      const answer = await ask(walk, metadata.token_endpoint, sent)
      const taken = walk.isFapi ? '400 use_dpop_nonce' : '200 undefined'
      const isNamed = metadata.dpop_signing_alg_values_supported.includes(alg)
      assert.equal(told(answer), isNamed ? taken : '400 invalid_dpop_proof', alg)
    }
  })

  test(`JAR-01: ${name}, request objects by other algorithms are refused`, async () => {
    for (const alg of ALGORITHMS) {
      const key = await keyFor(alg)
      const one = await party(walk, undefined, { also: [key] })
      const about = { iss: one.client_id, aud: metadata.issuer, iat: now(), nbf: now(), exp: now() + 60 }
      const header = { typ: 'oauth-authz-req+jwt', kid: key.jwk.kid }
      const request = await signedBy(alg, key, header, { ...asked(one), ...about })
      const answer = await post(walk, one, metadata.pushed_authorization_request_endpoint, { request })
      const isNamed = metadata.request_object_signing_alg_values_supported.includes(alg)
      assert.equal(told(answer), isNamed ? '201 undefined' : '400 invalid_request_object', alg)
    }
  })

  test(`RFC 6749 5.2: ${name}, other grants are refused`, async () => {
    const one = await party(walk)
    for (const grant_type of others(GRANTS, metadata.grant_types_supported)) {
      const answer = await post(walk, one, metadata.token_endpoint, { grant_type })
      assert.equal(told(answer), '400 unsupported_grant_type', grant_type)
    }
  })

  test(`RFC 6749 4.1.2.1, AZ-03: ${name}, other responses and challenges are refused`, async () => {
    const one = await party(walk)
    for (const response_type of others(RESPONSE_TYPES, metadata.response_types_supported)) {
      assert.equal(await refusal(walk, one, { response_type }), 'unsupported_response_type', response_type)
    }
    for (const response_mode of others(RESPONSE_MODES, metadata.response_modes_supported)) {
      assert.equal(await refusal(walk, one, { response_mode }), 'invalid_request', response_mode)
    }
    for (const code_challenge_method of ['plain', 'S512', undefined]) {
      assert.equal(await refusal(walk, one, { code_challenge_method }), 'invalid_request')
    }
  })

  test(`RFC 6749 3.3, RR-01, RI-01: ${name}, other scopes, details and resources are refused`, async () => {
    const one = await party(walk)
    const authorization_details = '[{"type":"other"}]'
    const form = { grant_type: 'client_credentials' }
    const at_token = async (more: Readonly<Record<string, string>>): Promise<string> =>
      told(await post(walk, one, metadata.token_endpoint, { ...form, ...more }))
    assert.equal(await refusal(walk, one, { scope: 'openid' }), 'invalid_scope')
    assert.equal(await at_token({ scope: 'openid' }), '400 invalid_scope')
    assert.equal(await refusal(walk, one, { authorization_details }), 'invalid_authorization_details')
    assert.equal(await at_token({ authorization_details }), '400 invalid_authorization_details')
    if (metadata.protected_resources === undefined) return
    const resource = 'https://other.example'
    assert.equal(await refusal(walk, one, { resource }), 'invalid_target')
    assert.equal(await at_token({ resource }), '400 invalid_target')
  })

  test(`MT-03: ${name}, tokens are bound to a certificate only where one is seen`, async () => {
    if (metadata.tls_client_certificate_bound_access_tokens) return
    const given = { tls_client_certificate_bound_access_tokens: true }
    const one = { ...(await party(walk, undefined, { given })), bound: undefined }
    const answer = await post(walk, one, metadata.token_endpoint, { grant_type: 'client_credentials' })
    assert.equal(told(answer), '401 invalid_client')
  })

  test(`MD-05: ${name}, there is nothing where metadata names nothing`, async () => {
    const below = ['userinfo', 'register', 'device_authorization', 'end_session', 'bc-authorize', 'logout']
    for (const path of [...below.map((one) => `/oauth/${one}`), '/.well-known/openid-configuration']) {
      assert.equal((await ask(walk, metadata.issuer + path)).status, 404, path)
      assert.equal((await ask(walk, metadata.issuer + path, { form: { a: 'b' } })).status, 404, path)
    }
  })
}
