/** Clients with a key instead of a secret, as others wrote them, against the real process (RFC 7523). */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { asserting, assertion, keysOf, type Signer, signer } from '../_assertion.ts'
import type { Serving } from '../_process.ts'
import { CALLBACK, WEB } from '../http/_authorize.ts'
import { connections, openSite, type Site } from './_site.ts'
import { addPeople, visitor } from './_visitor.ts'

const INSECURE = { [oauth.allowInsecureRequests]: true }

let site: Site
let serving: Serving
before(async () => {
  site = await openSite()
  await addPeople(site, 'ana')
  serving = await site.serve()
})
after(() => site.close())

const privateKey = ({ private_key, jwk }: Signer): openid.PrivateKey => ({
  key: private_key,
  kid: String(jwk.kid),
})

test('RFC 7523 2.2, JA-08: oauth4webapi authenticates by each algorithm, for a token, its introspection and its revocation', async () => {
  const url = new URL(serving.issuer)
  const as = await oauth.processDiscoveryResponse(
    url,
    await oauth.discoveryRequest(url, { algorithm: 'oauth2', ...INSECURE }),
  )
  assert.ok(as.token_endpoint_auth_methods_supported?.includes('private_key_jwt'))
  for (const alg of as.token_endpoint_auth_signing_alg_values_supported ?? []) {
    const key = await signer(alg)
    const { client_id } = await site.client(keysOf(key))
    const client: oauth.Client = { client_id }
    const auth = oauth.PrivateKeyJwt(privateKey(key))
    const granted = await oauth.processClientCredentialsResponse(
      as,
      client,
      await oauth.clientCredentialsGrantRequest(as, client, auth, { scope: 'a' }, INSECURE),
    )
    const active = async (): Promise<boolean> => {
      const answered = await oauth.introspectionRequest(as, client, auth, granted.access_token, INSECURE)
      return (await oauth.processIntrospectionResponse(as, client, answered)).active
    }
    assert.equal(await active(), true, alg)
    const revoked = await oauth.revocationRequest(as, client, auth, granted.access_token, INSECURE)
    assert.equal(await oauth.processRevocationResponse(revoked), undefined)
    assert.equal(await active(), false, alg)
  }
})

test('OAuth 2.1 4.1, 4.3, RFC 7523 2.2: openid-client sends a person, redeems and refreshes with a key', async () => {
  const key = await signer('PS256')
  const { client_id } = await site.client({ ...WEB, ...keysOf(key) })
  const config = await openid.discovery(
    new URL(serving.issuer),
    client_id,
    {},
    openid.PrivateKeyJwt(privateKey(key)),
    { algorithm: 'oauth2', execute: [openid.allowInsecureRequests] },
  )
  const pkceCodeVerifier = openid.randomPKCECodeVerifier()
  const asked = openid.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK,
    scope: 'orders:read',
    code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  })
  const led = await visitor(serving).answer(asked)
  const first = await openid.authorizationCodeGrant(config, led, { pkceCodeVerifier })
  const second = await openid.refreshTokenGrant(config, first.refresh_token ?? '')
  assert.equal((await openid.tokenIntrospection(config, second.access_token)).active, true)
})

test('JA-06: an assertion that one process has seen is refused by another', async () => {
  const issuer = 'http://localhost:6749'
  const [one, two] = await Promise.all([site.serve('--issuer', issuer), site.serve('--issuer', issuer)])
  const [here, there] = [connections(one.url), connections(two.url)]
  try {
    const key = await signer()
    const { client_id } = await site.client(keysOf(key))
    const now = Math.floor(Date.now() / 1000)
    const form = async (): Promise<Readonly<Record<string, string>>> => ({
      grant_type: 'client_credentials',
      ...asserting(await assertion(key, { client_id, aud: issuer, now })),
    })
    const shown = await form()
    const ask = async (post: typeof here.post, sent = shown): Promise<number> =>
      (await post('/oauth/token', sent)).status
    assert.deepEqual([await ask(here.post), await ask(there.post), await ask(here.post)], [200, 401, 401])
    assert.equal(await ask(there.post, await form()), 200)
    const contested = await form()
    const all = Array.from({ length: 16 }, (_, index) =>
      ask(index % 2 === 0 ? here.post : there.post, contested),
    )
    const won = (await Promise.all(all)).filter((status) => status === 200)
    assert.equal(won.length, 1)
  } finally {
    here.close()
    there.close()
  }
})
