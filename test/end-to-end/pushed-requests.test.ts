/** Pushed and signed requests of clients that others wrote, against the real process. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { exportJWK } from 'jose'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import type { Serving } from '../_process.ts'
import { CALLBACK, WEB } from '../http/_authorize.ts'
import { type Credentials, openSite, type Site } from './_site.ts'
import { addPeople, visitor } from './_visitor.ts'

let site: Site
let serving: Serving
before(async () => {
  site = await openSite()
  await addPeople(site, 'ana')
  serving = await site.serve('--require-pushed-authorization-requests')
})
after(() => site.close())

const SCOPE = 'orders:read'

/** A client that signs its requests by its own key. */
const signing = async (): Promise<{ client: Credentials; key: openid.CryptoKey }> => {
  const { publicKey, privateKey } = await oauth.generateKeyPair('ES256')
  const jwks = { keys: [await exportJWK(publicKey)] }
  const client = await site.client({ ...WEB, jwks, require_signed_request_object: true })
  return { client, key: privateKey }
}

const configured = (client: Credentials): Promise<openid.Configuration> =>
  openid.discovery(
    new URL(serving.issuer),
    client.client_id,
    {},
    openid.ClientSecretBasic(client.client_secret),
    { algorithm: 'oauth2', execute: [openid.allowInsecureRequests] },
  )

const asked = async (pkceCodeVerifier: string, state: string): Promise<Readonly<Record<string, string>>> => ({
  redirect_uri: CALLBACK,
  scope: SCOPE,
  state,
  code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
  code_challenge_method: 'S256',
})

test('PAR-01, PAR-05: openid-client pushes, and a person who follows its link once leads it to tokens', async () => {
  const config = await configured(await site.client(WEB))
  assert.equal(config.serverMetadata().require_pushed_authorization_requests, true)
  const pkceCodeVerifier = openid.randomPKCECodeVerifier()
  const expectedState = openid.randomState()
  const parameters = await asked(pkceCodeVerifier, expectedState)
  const url = await openid.buildAuthorizationUrlWithPAR(config, parameters)
  assert.deepEqual([...url.searchParams.keys()].sort(), ['client_id', 'request_uri'])
  const led = await visitor(serving).answer(url)
  const tokens = await openid.authorizationCodeGrant(config, led, { pkceCodeVerifier, expectedState })
  assert.equal(tokens.scope, SCOPE)
  assert.equal((await visitor(serving).go(url)).status, 400)
  const plain = await visitor(serving).browser.get(openid.buildAuthorizationUrl(config, parameters).href)
  const refused = new URL(plain.headers.get('location') ?? '')
  assert.deepEqual(
    [refused.searchParams.get('error'), refused.searchParams.get('state')],
    ['invalid_request', expectedState],
  )
})

test('JAR-01, JAR-05: openid-client signs what it pushes, and without that it is refused', async () => {
  const { client, key } = await signing()
  const config = await configured(client)
  const pkceCodeVerifier = openid.randomPKCECodeVerifier()
  const expectedState = openid.randomState()
  const parameters = await asked(pkceCodeVerifier, expectedState)
  await assert.rejects(openid.buildAuthorizationUrlWithPAR(config, parameters), { error: 'invalid_request' })
  const { searchParams } = await openid.buildAuthorizationUrlWithJAR(config, parameters, key)
  const url = await openid.buildAuthorizationUrlWithPAR(config, searchParams)
  const led = await visitor(serving).answer(url)
  const tokens = await openid.authorizationCodeGrant(config, led, { pkceCodeVerifier, expectedState })
  assert.equal(tokens.scope, SCOPE)
})

test('PAR-01, JAR-01: oauth4webapi pushes as a public client, and signs by value at another server', async () => {
  const insecure = { [oauth.allowInsecureRequests]: true }
  const discovered = async (issuer: string): Promise<oauth.AuthorizationServer> =>
    oauth.processDiscoveryResponse(
      new URL(issuer),
      await oauth.discoveryRequest(new URL(issuer), { algorithm: 'oauth2', ...insecure }),
    )
  const as = await discovered(serving.issuer)
  const { client_id } = await site.client({ ...WEB, token_endpoint_auth_method: 'none' })
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const parameters = { client_id, response_type: 'code', ...(await asked(verifier, state)) }
  const pushed = await oauth.processPushedAuthorizationResponse(
    as,
    { client_id },
    await oauth.pushedAuthorizationRequest(as, { client_id }, oauth.None(), parameters, insecure),
  )
  assert.equal(pushed.expires_in, 90)
  const { request_uri } = pushed
  const link = `${as.authorization_endpoint}?${new URLSearchParams({ client_id, request_uri })}`
  const answered = oauth.validateAuthResponse(as, { client_id }, await visitor(serving).answer(link), state)
  const code = await oauth.authorizationCodeGrantRequest(
    as,
    { client_id },
    oauth.None(),
    answered,
    CALLBACK,
    verifier,
    insecure,
  )
  assert.equal((await oauth.processAuthorizationCodeResponse(as, { client_id }, code)).scope, SCOPE)

  const { client, key } = await signing()
  const free = await site.serve()
  const other = await discovered(free.issuer)
  const who = { client_id: client.client_id }
  const own = { ...parameters, ...who }
  const request = await oauth.issueRequestObject(other, who, own, key)
  const signed = `${other.authorization_endpoint}?${new URLSearchParams({ ...who, request })}`
  const led = oauth.validateAuthResponse(other, who, await visitor(free).answer(signed), state)
  assert.ok(led.get('code'))
})
