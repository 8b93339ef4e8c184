/** DPoP with clients that others wrote, against real processes: nonces required, and on request. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import type { Serving } from '../_process.ts'
import { CALLBACK, WEB } from '../http/_authorize.ts'
import { type Credentials, connections, openSite, type Site } from './_site.ts'
import { addPeople, visitor } from './_visitor.ts'

let site: Site
let optional: Serving
let required: Serving
let reader: Credentials
before(async () => {
  site = await openSite()
  await addPeople(site, 'ana')
  reader = await site.client({ introspect: 'any' })
  optional = await site.serve()
  required = await site.serve('--dpop-nonce', 'required')
})
after(() => site.close())

const SCOPE = 'orders:read'
const insecure = { [oauth.allowInsecureRequests]: true }

/** What introspection says a token is bound to. */
const boundTo = async (serving: Serving, token: string): Promise<unknown> => {
  const { post, close } = connections(serving.url)
  const { text } = await post('/oauth/introspect', { token, ...reader })
  close()
  const { token_type, cnf } = JSON.parse(text) as Record<string, unknown>
  return [token_type, cnf]
}

test('DP-06, DP-08, DP-12, DP-13: oauth4webapi as a public client whose code, tokens and refresh tokens are bound', async () => {
  const bound = { token_endpoint_auth_method: 'none', dpop_bound_access_tokens: true }
  const { client_id } = await site.client({ ...WEB, ...bound })
  const client: oauth.Client = { client_id }
  const issuer = new URL(required.issuer)
  const server = await oauth.processDiscoveryResponse(
    issuer,
    await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure }),
  )
  assert.ok(server.dpop_signing_alg_values_supported?.includes('ES256'))
  const DPoP = oauth.DPoP(client, await oauth.generateKeyPair('ES256'))
  const jkt = await DPoP.calculateThumbprint()
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const asked = new URL(server.authorization_endpoint ?? '')
  asked.search = String(
    new URLSearchParams({
      response_type: 'code',
      client_id,
      redirect_uri: CALLBACK,
      scope: SCOPE,
      state,
      dpop_jkt: jkt,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }),
  )
  const led = await visitor(required).answer(asked)
  const parameters = oauth.validateAuthResponse(server, client, led, state)
  const redeem = async (by: oauth.DPoPHandle): Promise<oauth.TokenEndpointResponse> =>
    oauth.processAuthorizationCodeResponse(
      server,
      client,
      await oauth.authorizationCodeGrantRequest(
        server,
        client,
        oauth.None(),
        parameters,
        CALLBACK,
        verifier,
        { DPoP: by, ...insecure },
      ),
    )
  const askedForNonce = (error: unknown): boolean => oauth.isDPoPNonceError(error)
  await assert.rejects(redeem(DPoP), askedForNonce)
  // Somebody else's key, nonce and all, gets nothing for the code, and costs it nothing.
  const thief = oauth.DPoP(client, await oauth.generateKeyPair('ES256'))
  await assert.rejects(redeem(thief), askedForNonce)
  await assert.rejects(redeem(thief), { error: 'invalid_grant' })
  const first = await redeem(DPoP)
  assert.equal(first.token_type, 'dpop')
  assert.deepEqual(await boundTo(required, first.access_token), ['DPoP', { jkt }])

  const refresh = async (by: oauth.DPoPHandle): Promise<oauth.TokenEndpointResponse> =>
    oauth.processRefreshTokenResponse(
      server,
      client,
      await oauth.refreshTokenGrantRequest(server, client, oauth.None(), first.refresh_token ?? '', {
        DPoP: by,
        ...insecure,
      }),
    )
  await assert.rejects(refresh(thief), { error: 'invalid_grant' })
  const second = await refresh(DPoP)
  assert.deepEqual(await boundTo(required, second.access_token), ['DPoP', { jkt }])
})

test('DP-05, DP-07: openid-client as a confidential client, each refresh by a key of its own', async () => {
  const shop = await site.client(WEB)
  for (const serving of [optional, required]) {
    const config = await openid.discovery(
      new URL(serving.issuer),
      shop.client_id,
      {},
      openid.ClientSecretBasic(shop.client_secret),
      { algorithm: 'oauth2', execute: [openid.allowInsecureRequests] },
    )
    const pkceCodeVerifier = openid.randomPKCECodeVerifier()
    const expectedState = openid.randomState()
    const asked = openid.buildAuthorizationUrl(config, {
      redirect_uri: CALLBACK,
      scope: SCOPE,
      state: expectedState,
      code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      prompt: 'consent',
    })
    const led = await visitor(serving).answer(asked)
    const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair('Ed25519'))
    const checks = { pkceCodeVerifier, expectedState }
    const first = await openid.authorizationCodeGrant(config, led, checks, {}, { DPoP })
    assert.equal(first.token_type, 'dpop')
    const next = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair('PS256'))
    const second = await openid.refreshTokenGrant(config, first.refresh_token ?? '', {}, { DPoP: next })
    const jkt = await next.calculateThumbprint()
    assert.deepEqual(await boundTo(serving, second.access_token), ['DPoP', { jkt }])
  }
})

test('DP-03: openid-client on a machine with another clock is helped by a nonce', async () => {
  const machine = await site.client()
  const config = await openid.discovery(
    new URL(optional.issuer),
    machine.client_id,
    { [openid.clockSkew]: -3600 },
    openid.ClientSecretPost(machine.client_secret),
    { algorithm: 'oauth2', execute: [openid.allowInsecureRequests] },
  )
  const DPoP = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair())
  const { token_type } = await openid.clientCredentialsGrant(config, {}, { DPoP })
  assert.equal(token_type, 'dpop')
})
