/** The code flow with clients that others wrote, against the real process. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import simple from 'simple-oauth2'
import type { Serving } from '../_process.ts'
import { CALLBACK, WEB } from '../http/_authorize.ts'
import { activeOf, connections, openSite, type Post, type Site } from './_site.ts'
import { addPeople, visitor } from './_visitor.ts'

let site: Site
let serving: Serving
let post: Post
let close: () => void
before(async () => {
  site = await openSite()
  await addPeople(site, 'ana')
  serving = await site.serve()
  const kept = connections(serving.url)
  post = kept.post
  close = kept.close
})
after(async () => {
  close?.()
  await site.close()
})

const SCOPE = 'orders:read'

test('OAuth 2.1 4.1, 4.3: openid-client sends a person, redeems, refreshes, introspects and revokes', async () => {
  const shop = await site.client(WEB)
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
  })
  const led = await visitor(serving).answer(asked)
  const first = await openid.authorizationCodeGrant(config, led, { pkceCodeVerifier, expectedState })
  assert.deepEqual([first.token_type, first.scope], ['bearer', SCOPE])
  const second = await openid.refreshTokenGrant(config, first.refresh_token ?? '')
  assert.notEqual(second.refresh_token, first.refresh_token)
  const { active, username, client_id } = await openid.tokenIntrospection(config, second.access_token)
  assert.deepEqual([active, username, client_id], [true, 'ana', shop.client_id])
  await openid.tokenRevocation(config, second.refresh_token ?? '')
  assert.deepEqual(
    await activeOf(post, shop, [first.access_token, second.access_token, second.refresh_token ?? '']),
    [false, false, false],
  )
  await assert.rejects(openid.refreshTokenGrant(config, second.refresh_token ?? ''), {
    error: 'invalid_grant',
  })
})

test('OAuth 2.1 4.1, RFC 9207: oauth4webapi checks state and iss of a public client, redeems, refreshes, revokes', async () => {
  const { client_id } = await site.client({ ...WEB, token_endpoint_auth_method: 'none' })
  const client: oauth.Client = { client_id, token_endpoint_auth_method: 'none' }
  const insecure = { [oauth.allowInsecureRequests]: true }
  const issuer = new URL(serving.issuer)
  const server = await oauth.processDiscoveryResponse(
    issuer,
    await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure }),
  )
  assert.ok(server.authorization_endpoint !== undefined)
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const ask = async (): Promise<URL> => {
    const url = new URL(server.authorization_endpoint ?? '')
    url.search = String(
      new URLSearchParams({
        response_type: 'code',
        client_id,
        redirect_uri: CALLBACK,
        scope: SCOPE,
        state,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }),
    )
    return url
  }
  const ana = visitor(serving)
  const denied = await ana.answer(await ask(), 'Deny')
  assert.throws(() => oauth.validateAuthResponse(server, client, denied, state), { error: 'access_denied' })

  const parameters = oauth.validateAuthResponse(server, client, await ana.answer(await ask()), state)
  const first = await oauth.processAuthorizationCodeResponse(
    server,
    client,
    await oauth.authorizationCodeGrantRequest(
      server,
      client,
      oauth.None(),
      parameters,
      CALLBACK,
      verifier,
      insecure,
    ),
  )
  const second = await oauth.processRefreshTokenResponse(
    server,
    client,
    await oauth.refreshTokenGrantRequest(server, client, oauth.None(), first.refresh_token ?? '', insecure),
  )
  assert.ok(second.refresh_token !== undefined && second.refresh_token !== first.refresh_token)
  const reader = await site.client({ introspect: 'any' })
  assert.deepEqual(await activeOf(post, reader, [second.access_token]), [true])
  await oauth.processRevocationResponse(
    await oauth.revocationRequest(server, client, oauth.None(), second.refresh_token, insecure),
  )
  assert.deepEqual(await activeOf(post, reader, [first.access_token, second.access_token]), [false, false])
})

test('OAuth 2.1 4.1, 4.3: simple-oauth2 sends a person, redeems with a verifier, refreshes and revokes all', async () => {
  const shop = await site.client(WEB)
  const client = new simple.AuthorizationCode({
    client: { id: shop.client_id, secret: shop.client_secret },
    auth: {
      tokenHost: serving.issuer,
      tokenPath: '/oauth/token',
      authorizePath: '/oauth/authorize',
      revokePath: '/oauth/revoke',
    },
    // Its default refuses every answer without JSON: that of a revocation has no body (RV-01).
    http: { json: true },
  })
  const code_verifier = oauth.generateRandomCodeVerifier()
  const asked = client.authorizeURL({
    redirect_uri: CALLBACK,
    scope: SCOPE,
    state: 'the-state',
    code_challenge: await oauth.calculatePKCECodeChallenge(code_verifier),
    code_challenge_method: 'S256',
  })
  const led = await visitor(serving).answer(asked)
  assert.equal(led.searchParams.get('state'), 'the-state')
  const code = led.searchParams.get('code') ?? ''
  await assert.rejects(client.getToken({ code, redirect_uri: CALLBACK }), /400/)

  const again = await visitor(serving).answer(asked)
  const first = await client.getToken({
    code: again.searchParams.get('code') ?? '',
    redirect_uri: CALLBACK,
    code_verifier,
  })
  const second = await first.refresh()
  const tokens = [first, second].map(({ token }) => String(token['access_token']))
  assert.deepEqual(await activeOf(post, shop, tokens), [true, true])
  await second.revokeAll()
  assert.deepEqual(await activeOf(post, shop, tokens), [false, false])
})
