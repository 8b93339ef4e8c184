/** The whole FAPI 2.0 Security Profile with a client that others wrote, against the real process. */
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { calculateJwkThumbprint, exportJWK } from 'jose'
import * as oauth from 'oauth4webapi'
import { keysOf, type Signer, signer } from '../_assertion.ts'
import { type Ended, LAUNCHER, run, type Serving } from '../_process.ts'
import { CALLBACK, WEB } from '../http/_authorize.ts'
import { openSite, type Site } from './_site.ts'
import { addPeople, visitor } from './_visitor.ts'

const INSECURE = { [oauth.allowInsecureRequests]: true }
const SCOPE = 'orders:read'

let site: Site
before(async () => {
  site = await openSite()
  await addPeople(site, 'ana')
})
after(() => site.close())

const discovered = async ({ issuer }: Serving): Promise<oauth.AuthorizationServer> =>
  oauth.processDiscoveryResponse(
    new URL(issuer),
    await oauth.discoveryRequest(new URL(issuer), { algorithm: 'oauth2', ...INSECURE }),
  )

interface Party {
  readonly as: oauth.AuthorizationServer
  readonly client: oauth.Client
  readonly auth: oauth.ClientAuth
  readonly DPoP: oauth.DPoPHandle
  /** RFC 7638, of the DPoP key. */
  readonly jkt: string
}

/** A client with a key for its assertions and one for its proofs. */
const party = async (serving: Serving, given: object = {}, alg = 'ES256'): Promise<Party> => {
  const key: Signer = await signer(alg)
  const { client_id } = await site.client({ ...WEB, ...keysOf(key), ...given })
  const client: oauth.Client = { client_id }
  const auth = oauth.PrivateKeyJwt({ key: key.private_key, kid: String(key.jwk.kid) })
  const pair = await oauth.generateKeyPair('ES256')
  const jkt = await calculateJwkThumbprint(await exportJWK(pair.publicKey))
  return { as: await discovered(serving), client, auth, DPoP: oauth.DPoP(client, pair), jkt }
}

/** Once more where the server wants its nonce first: the handle has learnt it from the refusal. */
const withNonce = async <T>(ask: () => Promise<T>): Promise<T> => {
  try {
    return await ask()
  } catch (error) {
    if (oauth.isDPoPNonceError(error)) return ask()
    throw error
  }
}

const parametersOf = async (client: oauth.Client, verifier: string): Promise<Record<string, string>> => ({
  client_id: client.client_id,
  response_type: 'code',
  redirect_uri: CALLBACK,
  scope: SCOPE,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  code_challenge_method: 'S256',
})

/** Pushes, sends ana, redeems: as the profile wants it. */
const authorized = async (serving: Serving, one: Party): Promise<oauth.TokenEndpointResponse> => {
  const { as, client, auth, DPoP } = one
  const verifier = oauth.generateRandomCodeVerifier()
  const parameters = await parametersOf(client, verifier)
  const { request_uri } = await withNonce(async () =>
    oauth.processPushedAuthorizationResponse(
      as,
      client,
      await oauth.pushedAuthorizationRequest(as, client, auth, parameters, { DPoP, ...INSECURE }),
    ),
  )
  const link = new URLSearchParams({ client_id: client.client_id, request_uri })
  const led = await visitor(serving).answer(`${as.authorization_endpoint}?${link}`)
  // FA-03: without iss oauth4webapi refuses it.
  const answered = oauth.validateAuthResponse(as, client, led, oauth.expectNoState)
  return withNonce(async () =>
    oauth.processAuthorizationCodeResponse(
      as,
      client,
      await oauth.authorizationCodeGrantRequest(as, client, auth, answered, CALLBACK, verifier, {
        DPoP,
        ...INSECURE,
      }),
    ),
  )
}

const profiles: readonly (readonly [string, readonly string[], object])[] = [
  ['a client registered with it', [], { profile: 'fapi2' }],
  ['a server that runs under it', ['--profile', 'fapi2'], {}],
]

for (const [whose, args, given] of profiles) {
  test(`FA-01 to FA-06, ${whose}: PAR, private_key_jwt, DPoP, ES256, code, refresh, resource`, async () => {
    const serving = await site.serve(...args)
    const one = await party(serving, given)
    const { as, client, auth, DPoP, jkt } = one
    const first = await authorized(serving, one)
    assert.equal(first.token_type, 'dpop')
    const refresh_token = String(first.refresh_token)
    const refresh = (): Promise<oauth.TokenEndpointResponse> =>
      withNonce(async () =>
        oauth.processRefreshTokenResponse(
          as,
          client,
          await oauth.refreshTokenGrantRequest(as, client, auth, refresh_token, { DPoP, ...INSECURE }),
        ),
      )
    // FA-05: it stays the same, however often it is used.
    for (const again of [await refresh(), await refresh()]) {
      assert.ok(again.refresh_token === undefined || again.refresh_token === refresh_token)
    }
    const { access_token } = await refresh()
    const answered = await oauth.introspectionRequest(as, client, auth, access_token, INSECURE)
    const seen = await oauth.processIntrospectionResponse(as, client, answered)
    assert.deepEqual([seen.active, seen.cnf], [true, { jkt }])
    await atResource(access_token, DPoP)
  })
}

/** An API that takes what oauth4webapi sends for a proof by the key. */
const atResource = async (access_token: string, DPoP: oauth.DPoPHandle): Promise<void> => {
  const shown: { authorization: string | undefined; dpop: unknown }[] = []
  const api = createServer((request, response) => {
    shown.push({ authorization: request.headers.authorization, dpop: request.headers['dpop'] })
    response.end('{}')
  })
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve))
  try {
    const url = new URL(`http://127.0.0.1:${(api.address() as AddressInfo).port}/orders`)
    await oauth.protectedResourceRequest(access_token, 'GET', url, undefined, undefined, {
      DPoP,
      ...INSECURE,
    })
    assert.equal(shown[0]?.authorization, `DPoP ${access_token}`)
    assert.equal(typeof shown[0]?.dpop, 'string')
  } finally {
    await new Promise((resolve) => api.close(resolve))
  }
}

test('FA-01, FA-02, FA-07: under the profile metadata says what is left, and the rest is refused', async () => {
  const serving = await site.serve('--profile', 'fapi2')
  const as = await discovered(serving)
  assert.deepEqual(as.token_endpoint_auth_methods_supported, ['private_key_jwt'])
  assert.equal(as.require_pushed_authorization_requests, true)
  for (const member of [
    'token_endpoint_auth_signing_alg_values_supported',
    'dpop_signing_alg_values_supported',
    'request_object_signing_alg_values_supported',
    'introspection_signing_alg_values_supported',
  ] as const) {
    assert.ok(Array.isArray(as[member]) && !as[member].includes('RS256') && as[member].length > 0, member)
  }
  const post = async (path: string, form: Record<string, string>, headers = {}): Promise<unknown> => {
    const answered = await fetch(`${serving.url}/oauth/${path}`, {
      method: 'POST',
      headers,
      body: new URLSearchParams(form),
    })
    const { error } = (await answered.json()) as { readonly error?: unknown }
    return `${answered.status} ${error}`
  }
  const secret = await site.client()
  const form = { grant_type: 'client_credentials' }
  assert.equal(await post('token', { ...form, ...secret }), '401 invalid_client')
  const open = await site.client({ ...WEB, token_endpoint_auth_method: 'none' })
  const verifier = oauth.generateRandomCodeVerifier()
  const parameters = await parametersOf({ client_id: open.client_id }, verifier)
  assert.equal(await post('par', parameters), '401 invalid_client')
})

test('FA-01, FA-02: without a proof, and without a push, nothing is given', async () => {
  const serving = await site.serve()
  const { as, client, auth } = await party(serving, { profile: 'fapi2' })
  const verifier = oauth.generateRandomCodeVerifier()
  const parameters = await parametersOf(client, verifier)
  const plain = await visitor(serving).browser.get(
    `${as.authorization_endpoint}?${new URLSearchParams(parameters)}`,
  )
  assert.equal(new URL(plain.headers.get('location') ?? '').searchParams.get('error'), 'invalid_request')
  const { redirect_uri: _, ...without } = parameters
  await assert.rejects(
    async () =>
      oauth.processPushedAuthorizationResponse(
        as,
        client,
        await oauth.pushedAuthorizationRequest(as, client, auth, without, INSECURE),
      ),
    { error: 'invalid_request' },
  )
  const machine = await party(serving, {
    profile: 'fapi2',
    redirect_uris: [],
    grant_types: ['client_credentials'],
    scope: 'a',
  })
  const asked = await oauth.clientCredentialsGrantRequest(as, machine.client, machine.auth, {}, INSECURE)
  await assert.rejects(oauth.processClientCredentialsResponse(as, machine.client, asked), {
    error: 'invalid_dpop_proof',
  })
})

test('FA-07: an assertion by RS256 is refused, whatever the client was registered with', async () => {
  const serving = await site.serve('--profile', 'fapi2')
  const { as, client, auth, DPoP } = await party(serving, {}, 'RS256')
  const asked = await oauth.pushedAuthorizationRequest(
    as,
    client,
    auth,
    await parametersOf(client, oauth.generateRandomCodeVerifier()),
    { DPoP, ...INSECURE },
  )
  await assert.rejects(oauth.processPushedAuthorizationResponse(as, client, asked), {
    error: 'invalid_client',
  })
})

test('FA-01, attack, another process: no command mints a bearer token where the server runs under the profile', async () => {
  const { client_id } = await site.client()
  const mint = (): Promise<Ended> =>
    run(LAUNCHER, ['token:create', '--client', client_id, '--bare', '--db', site.db])
  const under = await site.serve('--profile', 'fapi2')
  const refused = await mint()
  assert.deepEqual([refused.code, refused.stdout], [1, ''], refused.stderr)
  assert.match(refused.stderr, /bound to a key/)
  await under.stop()
  const without = await site.serve()
  assert.equal((await mint()).code, 0)
  await without.stop()
})
