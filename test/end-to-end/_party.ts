/** A client of any kind that metadata speaks of, and what it asks a server for. */
import assert from 'node:assert/strict'
import { type JWTPayload, SignJWT } from 'jose'
import type { GivenMetadata } from '../../src/protocol/client-metadata.ts'
import { asserting, assertion, keysOf, type Signer, signer } from '../_assertion.ts'
import { selfSigned } from '../_certificates.ts'
import { type DpopKey, dpopKey, dpopProof } from '../_dpop.ts'
import { CALLBACK, CHALLENGE, VERIFIER } from '../http/_authorize.ts'
import { ask, type Sent, type Told, type Walk } from './_advertising.ts'

export interface Party {
  readonly client_id: string
  readonly method: string
  readonly key: Signer
  /** What says who it is, anew for each request. */
  credentials(): Promise<Sent>
  /** The key that its tokens are bound to; `undefined`: none. */
  readonly bound: DpopKey | undefined
}

export interface PartyOf {
  /** Of its assertions, and of what else it signs. */
  readonly alg?: string
  readonly given?: GivenMetadata
  readonly bound?: DpopKey
  /** Keys that it is registered with beside its own. */
  readonly also?: readonly Signer[]
}

const EVERYTHING: GivenMetadata = {
  client_name: 'Party',
  redirect_uris: [CALLBACK],
  scope: 'a b',
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
}

/** Any way to authenticate, whether the server knows it or not. */
export type Method =
  | 'client_secret_basic'
  | 'client_secret_post'
  | 'client_secret_jwt'
  | 'private_key_jwt'
  | 'tls_client_auth'
  | 'self_signed_tls_client_auth'
  | 'none'

export const now = (): number => Math.floor(Date.now() / 1000)

/** Registers a client that authenticates so; by what the server lets in, when nothing is said. */
export const party = async (walk: Walk, method: Method = usual(walk), of: PartyOf = {}): Promise<Party> => {
  const key = await signer(of.alg ?? 'ES256')
  const made = await (method === 'self_signed_tls_client_auth'
    ? selfSigned({ name: 'CN=own' })
    : walk.ca.issue({ name: 'CN=machine' }))
  const keys = [key, ...(of.also ?? [])]
  const jwks = { keys: keys.map(({ jwk }) => jwk) }
  const registered: Readonly<Record<Method, GivenMetadata>> = {
    client_secret_basic: { token_endpoint_auth_method: method, jwks },
    client_secret_post: { token_endpoint_auth_method: method, jwks },
    client_secret_jwt: { jwks },
    private_key_jwt: keysOf(...keys),
    tls_client_auth: { token_endpoint_auth_method: method, tls_client_auth_subject_dn: 'CN=machine', jwks },
    self_signed_tls_client_auth: {
      token_endpoint_auth_method: method,
      jwks: { keys: [{ ...made.public_jwk, x5c: [made.base64] }, ...jwks.keys] },
    },
    none: {
      token_endpoint_auth_method: method,
      grant_types: ['authorization_code', 'refresh_token'],
      jwks,
    },
  }
  const client = await walk.site.client({ ...EVERYTHING, ...registered[method], ...of.given })
  const { client_id, client_secret } = client
  const signed = { client_id, aud: walk.metadata.issuer, now: now() }
  const sends: Readonly<Record<Method, () => Sent | Promise<Sent>>> = {
    client_secret_basic: () => ({
      headers: { authorization: `Basic ${btoa(`${client_id}:${client_secret}`)}` },
    }),
    client_secret_post: () => ({ form: { client_id, client_secret } }),
    client_secret_jwt: async () => {
      const secret = new TextEncoder().encode(client_secret)
      const claims = { iss: client_id, sub: client_id, aud: walk.metadata.issuer, jti: 'j', exp: now() + 60 }
      const jwt = new SignJWT(claims).setProtectedHeader({ alg: 'HS256' })
      return { form: asserting(await jwt.sign(secret)) }
    },
    private_key_jwt: async () => ({ form: asserting(await assertion(key, signed)) }),
    tls_client_auth: () => ({ form: { client_id }, made }),
    self_signed_tls_client_auth: () => ({ form: { client_id }, made }),
    none: () => ({ form: { client_id } }),
  }
  const bound = of.bound ?? (walk.isFapi ? await dpopKey() : undefined)
  return { client_id, method, key, bound, credentials: async () => sends[method]() }
}

const usual = ({ isFapi }: Walk): Method => (isFapi ? 'private_key_jwt' : 'client_secret_basic')

/** Asks an endpoint as this client; at the token endpoint with a proof, where its tokens are bound. */
export const post = async (
  walk: Walk,
  one: Party,
  endpoint: string,
  form: Readonly<Record<string, string>>,
  nonce?: string,
): Promise<Told> => {
  const { form: own, headers, made } = await one.credentials()
  const isBound = one.bound !== undefined && endpoint === walk.metadata.token_endpoint
  const proof = isBound && { dpop: await dpopProof(one.bound, { htu: endpoint, iat: now(), nonce }) }
  const sent = { form: { ...form, ...own }, headers: { ...headers, ...proof }, made }
  const told = await ask(walk, endpoint, sent)
  const wanted = told.headers['dpop-nonce']
  const isAsked = told.body['error'] === 'use_dpop_nonce' && nonce === undefined
  return isAsked ? post(walk, one, endpoint, form, String(wanted)) : told
}

/** The parameters of its authorization request; a parameter that is `undefined` is left out. */
export const asked = (
  { client_id }: Party,
  given: Readonly<Record<string, string | undefined>> = {},
): Readonly<Record<string, string>> => {
  const all = {
    response_type: 'code',
    client_id,
    redirect_uri: CALLBACK,
    scope: 'a',
    state: 's',
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
    ...given,
  }
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}

/** Its request as a signed object (RFC 9101). */
export const signedRequest = (
  { metadata }: Walk,
  { client_id, key }: Party,
  parameters: Readonly<Record<string, string>>,
): Promise<string> => {
  const iat = now()
  const about = { iss: client_id, aud: metadata.issuer, iat, nbf: iat, exp: iat + 60 }
  return new SignJWT({ ...parameters, ...about } as JWTPayload)
    .setProtectedHeader({ alg: key.alg, kid: String(key.jwk.kid), typ: 'oauth-authz-req+jwt' })
    .sign(key.private_key)
}

/** Where the browser goes with a request: as it is, or pushed where the server wants that. */
export const linkOf = async (
  walk: Walk,
  one: Party,
  parameters: Readonly<Record<string, string>>,
): Promise<string> => {
  const { authorization_endpoint, pushed_authorization_request_endpoint: par } = walk.metadata
  const { client_id } = one
  if (!walk.metadata.require_pushed_authorization_requests) {
    return `${authorization_endpoint}?${new URLSearchParams({ client_id, ...parameters })}`
  }
  const { body, text } = await post(walk, one, par, parameters)
  assert.ok(typeof body['request_uri'] === 'string', text)
  const { request_uri } = body
  return `${authorization_endpoint}?${new URLSearchParams({ client_id, request_uri })}`
}

/** Ana allows it; the answer as the client gets it. */
export const allowed = async (
  walk: Walk,
  one: Party,
  parameters: Readonly<Record<string, string>> = asked(one),
): Promise<URLSearchParams> => {
  const led = await walk.ana.answer(await linkOf(walk, one, parameters))
  assert.ok(led.href.startsWith(`${CALLBACK}?`) && led.searchParams.has('code'), led.href)
  return led.searchParams
}

/** Redeems the code of an answer. */
export const redeemed = (walk: Walk, one: Party, answer: URLSearchParams): Promise<Told> =>
  post(walk, one, walk.metadata.token_endpoint, {
    grant_type: 'authorization_code',
    code: answer.get('code') ?? '',
    redirect_uri: CALLBACK,
    code_verifier: VERIFIER,
  })

/** What it is granted in the shortest way that it has. */
export const granted = async (
  walk: Walk,
  one: Party,
  form: Readonly<Record<string, string>> = {},
): Promise<Readonly<Record<string, unknown>>> => {
  const told =
    one.method === 'none'
      ? await redeemed(walk, one, await allowed(walk, one))
      : await post(walk, one, walk.metadata.token_endpoint, { grant_type: 'client_credentials', ...form })
  assert.equal(told.status, 200, told.text)
  return told.body
}
