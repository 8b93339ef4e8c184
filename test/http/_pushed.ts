/** What a client pushes or signs, and where a browser brings it. */
import assert from 'node:assert/strict'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import type { GivenMetadata } from '../../src/protocol/client-metadata.ts'
import { CALLBACK, CHALLENGE, WEB } from './_authorize.ts'
import { type Answered, basic, type Credentials, type Harness, NOW } from './_harness.ts'

/** The parameters of an authorization request of a client; one that is `undefined` is left out. */
export const asked = (
  given: Readonly<Record<string, string | undefined>> = {},
): Readonly<Record<string, string>> => {
  const all = {
    response_type: 'code',
    redirect_uri: CALLBACK,
    state: 's 1',
    code_challenge: CHALLENGE,
    code_challenge_method: 'S256',
    ...given,
  }
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}

/** Pushes a request as a confidential client does. */
export const push = (
  h: Harness,
  client: Credentials,
  given: Readonly<Record<string, string | undefined>> = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Answered> => h.post('par', asked(given), { ...basic(client), ...headers })

/** The request_uri of an answer, which must be one. */
export const requestUriOf = ({ status, text, body }: Answered): string => {
  assert.equal(status, 201, text)
  const { request_uri } = body
  assert.ok(typeof request_uri === 'string')
  return request_uri
}

/** Where a browser brings it; what is given stands beside it. */
export const bring = (
  { client_id }: Pick<Credentials, 'client_id'>,
  source: Readonly<Record<string, string>>,
  beside: Readonly<Record<string, string>> = {},
): string => `/oauth/authorize?${new URLSearchParams({ client_id, ...source, ...beside })}`

/** A client with a key of its own, and what it signs. */
export interface Signer extends Credentials {
  /** A request object; a claim or header that is `undefined` is left out. */
  sign(
    claims?: Readonly<Record<string, unknown>>,
    header?: Readonly<Record<string, unknown>>,
  ): Promise<string>
}

export const signer = async (h: Harness, given: GivenMetadata = {}): Promise<Signer> => {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1' }
  const client = await h.client({ ...WEB, jwks: { keys: [jwk] }, ...given })
  const { client_id } = client
  return {
    ...client,
    sign: (claims = {}, header = {}) =>
      new SignJWT({
        ...asked(),
        client_id,
        iss: client_id,
        aud: h.server.settings.issuer,
        iat: NOW,
        nbf: NOW,
        exp: NOW + 300,
        ...claims,
      })
        .setProtectedHeader({ alg: 'ES256', kid: 'k1', typ: 'oauth-authz-req+jwt', ...header })
        .sign(privateKey),
  }
}
