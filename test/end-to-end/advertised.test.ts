/** MD-05: every member of the metadata of a real process is walked, and what it names is seen to work. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import type { AuthorizationServerMetadata } from '../../src/protocol/metadata.ts'
import { dpopKey } from '../_dpop.ts'
import { ledTo } from '../http/_authorize.ts'
import { ask, openWalks, type Walk } from './_advertising.ts'
import { answerTo, getsToken, introspected, introspects, pushes, revokes } from './_doing.ts'
import {
  allowed,
  asked,
  granted,
  linkOf,
  type Method,
  type Party,
  party,
  post,
  redeemed,
  signedRequest,
} from './_party.ts'

type Metadata = Required<AuthorizationServerMetadata>
/** Sees that what a member says is so. */
type Walker<K extends keyof Metadata> = (value: Metadata[K], walk: Walk) => Promise<void>

const { walks, close } = await openWalks()
after(close)

/** One walker for each value of a list. */
const each =
  (seen: (value: string, walk: Walk) => Promise<void>) =>
  async (values: readonly string[], walk: Walk): Promise<void> => {
    assert.ok(values.length > 0)
    for (const value of values) await seen(value, walk)
  }

const byMethod = (does: (walk: Walk, one: Party) => Promise<void>) =>
  each(async (method, walk) => does(walk, await party(walk, method as Method)))
const byAlg = (does: (walk: Walk, one: Party) => Promise<void>) =>
  each(async (alg, walk) => does(walk, await party(walk, 'private_key_jwt', { alg })))

const GRANTS: Readonly<Record<string, (walk: Walk) => Promise<void>>> = {
  async client_credentials(walk) {
    await getsToken(walk, await party(walk))
  },
  async authorization_code(walk) {
    const one = await party(walk)
    const { status, text } = await redeemed(walk, one, await allowed(walk, one))
    assert.equal(status, 200, text)
  },
  async refresh_token(walk) {
    const one = await party(walk)
    const { body } = await redeemed(walk, one, await allowed(walk, one))
    const form = { grant_type: 'refresh_token', refresh_token: String(body['refresh_token']) }
    const { status, text } = await post(walk, one, walk.metadata.token_endpoint, form)
    assert.equal(status, 200, text)
  },
}

/** The keys as a resource server fetches them. */
const keysOf = ({ metadata }: Walk) => createRemoteJWKSet(new URL(metadata.jwks_uri))

const signs = async (walk: Walk, alg: string): Promise<void> => {
  const one = await party(walk, undefined, { alg })
  const request = await signedRequest(walk, one, asked(one))
  await allowed(walk, one, { request })
}

const WALKERS: { readonly [K in keyof Metadata]: Walker<K> } = {
  async issuer(issuer, { serving }) {
    assert.equal(issuer, serving.issuer)
  },
  async authorization_endpoint(_, walk) {
    await allowed(walk, await party(walk))
  },
  async token_endpoint(_, walk) {
    await getsToken(walk, await party(walk))
  },
  async jwks_uri(uri, walk) {
    const { status, body } = await ask(walk, uri)
    assert.ok(status === 200 && Array.isArray(body['keys']))
  },
  scopes_supported: each(async (scope, walk) => {
    assert.equal((await granted(walk, await party(walk), { scope }))['scope'], scope)
  }),
  response_types_supported: each(async (response_type, walk) => {
    const one = await party(walk)
    await allowed(walk, one, asked(one, { response_type }))
  }),
  response_modes_supported: each(async (response_mode, walk) => {
    const one = await party(walk)
    await allowed(walk, one, asked(one, { response_mode }))
  }),
  grant_types_supported: each(async (grant_type, walk) => {
    const seen = GRANTS[grant_type]
    assert.ok(seen, `nobody walks the grant ${grant_type}`)
    await seen(walk)
  }),
  token_endpoint_auth_methods_supported: byMethod(getsToken),
  token_endpoint_auth_signing_alg_values_supported: byAlg(getsToken),
  async revocation_endpoint(endpoint, walk) {
    await revokes(walk, await party(walk), endpoint)
  },
  revocation_endpoint_auth_methods_supported: byMethod(revokes),
  revocation_endpoint_auth_signing_alg_values_supported: byAlg(revokes),
  async introspection_endpoint(endpoint, walk) {
    await introspects(walk, await party(walk), endpoint)
  },
  introspection_endpoint_auth_methods_supported: byMethod(introspects),
  introspection_endpoint_auth_signing_alg_values_supported: byAlg(introspects),
  introspection_signing_alg_values_supported: each(async (alg, walk) => {
    const one = await party(walk, undefined, { given: { introspection_signed_response_alg: alg } })
    const { access_token } = await granted(walk, one)
    const form = { token: String(access_token) }
    const { text } = await post(walk, one, walk.metadata.introspection_endpoint, form)
    const { payload } = await jwtVerify(text, keysOf(walk), { algorithms: [alg], audience: one.client_id })
    assert.equal((payload['token_introspection'] as { active?: unknown }).active, true)
  }),
  /** RFC 9126 section 2: it takes what the token endpoint takes. */
  async pushed_authorization_request_endpoint(endpoint, walk) {
    const pushed = (_: Walk, one: Party) => pushes(walk, one, endpoint)
    const { metadata } = walk
    await byMethod(pushed)(metadata.token_endpoint_auth_methods_supported, walk)
    await byAlg(pushed)(metadata.token_endpoint_auth_signing_alg_values_supported, walk)
  },
  async require_pushed_authorization_requests(isRequired, walk) {
    const answer = await answerTo(walk, asked(await party(walk)))
    assert.equal(answer, isRequired ? 'invalid_request' : 'code')
  },
  async request_parameter_supported(isSupported, walk) {
    assert.equal(isSupported, true)
    await signs(walk, 'ES256')
  },
  async request_uri_parameter_supported(isSupported, walk) {
    assert.equal(isSupported, false)
    const one = await party(walk)
    const error = await answerTo(walk, asked(one, { request_uri: 'https://shop.example/request' }))
    assert.equal(error, walk.isFapi ? 'invalid_request' : 'request_uri_not_supported')
  },
  request_object_signing_alg_values_supported: each((alg, walk) => signs(walk, alg)),
  async require_signed_request_object(isRequired, walk) {
    assert.equal(isRequired, false)
    await allowed(walk, await party(walk))
  },
  code_challenge_methods_supported: each(async (code_challenge_method, walk) => {
    const one = await party(walk)
    const answer = await allowed(walk, one, asked(one, { code_challenge_method }))
    assert.equal((await redeemed(walk, one, answer)).status, 200)
  }),
  dpop_signing_alg_values_supported: each(async (alg, walk) => {
    const bound = await dpopKey(alg)
    const one = await party(walk, undefined, { bound })
    const { access_token, token_type } = await granted(walk, one)
    assert.equal(token_type, 'DPoP')
    assert.deepEqual((await introspected(walk, one, access_token))['cnf'], { jkt: bound.jkt })
  }),
  async tls_client_certificate_bound_access_tokens(isSupported, walk) {
    assert.equal(isSupported, true)
    const given = { tls_client_certificate_bound_access_tokens: true }
    const one = await party(walk, 'tls_client_auth', { given })
    const { access_token } = await granted(walk, one)
    const { cnf } = await introspected(walk, one, access_token)
    const { made } = await one.credentials()
    const digest = await crypto.subtle.digest('SHA-256', Buffer.from(made?.base64 ?? '', 'base64'))
    assert.deepEqual(cnf, { 'x5t#S256': Buffer.from(digest).toString('base64url') })
  },
  async mtls_endpoint_aliases(aliases, walk) {
    const one = await party(walk, 'tls_client_auth')
    const form = { grant_type: 'client_credentials' }
    const seen: { readonly [K in keyof typeof aliases]: (address: string) => Promise<void> } = {
      token_endpoint: async (address) => assert.equal((await post(walk, one, address, form)).status, 200),
      revocation_endpoint: (address) => revokes(walk, one, address),
      introspection_endpoint: (address) => introspects(walk, one, address),
      pushed_authorization_request_endpoint: (address) => pushes(walk, one, address),
    }
    assert.deepEqual(Object.keys(aliases).sort(), Object.keys(seen).sort())
    for (const name of Object.keys(seen) as (keyof typeof aliases)[]) await seen[name](aliases[name])
  },
  authorization_details_types_supported: each(async (type, walk) => {
    const one = await party(walk, undefined, { given: { authorization_details_types: [type] } })
    const details = { authorization_details: JSON.stringify([{ type }]) }
    assert.deepEqual((await granted(walk, one, details))['authorization_details'], [{ type }])
    const { body } = await redeemed(walk, one, await allowed(walk, one, asked(one, details)))
    assert.deepEqual(body['authorization_details'], [{ type }])
  }),
  protected_resources: each(async (resource, walk) => {
    const { access_token } = await granted(walk, await party(walk), { resource })
    const { protectedHeader } = await jwtVerify(String(access_token), keysOf(walk), {
      issuer: walk.metadata.issuer,
      audience: resource,
      typ: 'at+jwt',
    })
    assert.equal(`https://${protectedHeader.alg.toLowerCase()}.example`, resource)
  }),
  async authorization_response_iss_parameter_supported(isSupported, walk) {
    assert.equal(isSupported, true)
    const one = await party(walk)
    assert.equal((await allowed(walk, one)).get('iss'), walk.metadata.issuer)
    const other = await party(walk)
    const link = await linkOf(walk, other, asked(other, { prompt: 'none' }))
    const refused = ledTo(await walk.ana.go(link))
    assert.equal(refused?.searchParams.get('iss'), walk.metadata.issuer)
  },
}

for (const walk of walks) {
  test(`MD-05: ${walk.name}, each thing that metadata names is seen to work`, async () => {
    for (const [member, value] of Object.entries(walk.metadata)) {
      assert.ok(member in WALKERS, `nobody walks ${member}`)
      const walker = WALKERS[member as keyof Metadata] as (value: unknown, walk: Walk) => Promise<void>
      try {
        await walker(value, walk)
      } catch (cause) {
        throw new Error(`${walk.name}: ${member} is ${JSON.stringify(value)}`, { cause })
      }
    }
  })
}

test('MD-05: each member is walked at one of these servers at the least', () => {
  const named = new Set(walks.flatMap(({ metadata }) => Object.keys(metadata)))
  assert.deepEqual([...named].sort(), Object.keys(WALKERS).sort())
})
