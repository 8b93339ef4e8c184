/** Clients that others wrote, against the real process. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { openSite } from './_site.ts'

const site = await openSite()
after(() => site.close())

const serving = await site.serve()
const issuer = new URL(serving.issuer)
const insecure = { [oauth.allowInsecureRequests]: true }

/** What oauth4webapi hands to a fetch of ours. */
interface Asked {
  readonly method: string
  readonly headers: Record<string, string>
  readonly body: URLSearchParams | undefined
}

const discovered = async (): Promise<oauth.AuthorizationServer> =>
  oauth.processDiscoveryResponse(
    issuer,
    await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure }),
  )

test('RFC 6749 4.4, RFC 7662, RFC 7009: oauth4webapi discovers, gets a token, introspects, revokes and sees it dead', async () => {
  const server = await discovered()
  const { client_id, client_secret } = await site.client()
  const client = { client_id }
  for (const authentication of [
    oauth.ClientSecretBasic(client_secret),
    oauth.ClientSecretPost(client_secret),
  ]) {
    const granted = await oauth.processClientCredentialsResponse(
      server,
      client,
      await oauth.clientCredentialsGrantRequest(server, client, authentication, { scope: 'a' }, insecure),
    )
    assert.equal(granted.token_type, 'bearer')
    assert.equal(granted.scope, 'a')
    const token = granted.access_token
    const introspect = async (): Promise<oauth.IntrospectionResponse> =>
      oauth.processIntrospectionResponse(
        server,
        client,
        await oauth.introspectionRequest(server, client, authentication, token, insecure),
      )
    const { active, sub, scope, iss } = await introspect()
    assert.deepEqual([active, sub, scope, iss], [true, client_id, 'a', serving.issuer])
    await oauth.processRevocationResponse(
      await oauth.revocationRequest(server, client, authentication, token, insecure),
    )
    assert.deepEqual(await introspect(), { active: false })
  }
})

test('ERR-03: oauth4webapi reads the JSON of a refusal by post, and the challenge of one by Basic', async () => {
  const server = await discovered()
  const { client_id } = await site.client()
  const client = { client_id }
  const ask = async (authentication: oauth.ClientAuth, form: Record<string, string>): Promise<unknown> =>
    oauth.processClientCredentialsResponse(
      server,
      client,
      await oauth.clientCredentialsGrantRequest(server, client, authentication, form, insecure),
    )
  const wrong = 'a-wrong-secret-0000'
  await assert.rejects(ask(oauth.ClientSecretPost(wrong), {}), (error) => {
    assert.ok(error instanceof oauth.ResponseBodyError)
    return error.error === 'invalid_client' && error.status === 401
  })
  await assert.rejects(ask(oauth.ClientSecretBasic(wrong), {}), (error) => {
    assert.ok(error instanceof oauth.WWWAuthenticateChallengeError)
    return error.status === 401 && error.cause[0]?.scheme === 'basic'
  })
})

test('RFC 8414 3.1: oauth4webapi finds an issuer with a path behind a TLS proxy, and its endpoints', async () => {
  const behind = await site.serve('--issuer', 'https://id.example/tenant/a')
  assert.equal(behind.issuer, 'https://id.example/tenant/a')
  const proxied = (url: string, asked: Asked): Promise<Response> =>
    fetch(url.replace('https://id.example', behind.url), {
      method: asked.method,
      headers: asked.headers,
      body: asked.body?.toString() ?? null,
    })
  const options = { [oauth.customFetch]: proxied }
  const there = new URL(behind.issuer)
  const server = await oauth.processDiscoveryResponse(
    there,
    await oauth.discoveryRequest(there, { algorithm: 'oauth2', ...options }),
  )
  const { client_id, client_secret } = await site.client()
  const client = { client_id }
  const granted = await oauth.processClientCredentialsResponse(
    server,
    client,
    await oauth.clientCredentialsGrantRequest(
      server,
      client,
      oauth.ClientSecretBasic(client_secret),
      {},
      options,
    ),
  )
  assert.equal(granted.scope, 'a b')
  await behind.stop()
})

test('RFC 6749 4.4, RFC 7662, RFC 7009: openid-client does the same with its defaults', async () => {
  const { client_id, client_secret } = await site.client()
  const config = await openid.discovery(issuer, client_id, client_secret, undefined, {
    algorithm: 'oauth2',
    execute: [openid.allowInsecureRequests],
  })
  assert.equal(config.serverMetadata().issuer, serving.issuer)
  const { access_token, expires_in, scope } = await openid.clientCredentialsGrant(config, { scope: 'b' })
  assert.deepEqual([expires_in, scope], [3600, 'b'])
  assert.equal((await openid.tokenIntrospection(config, access_token)).active, true)
  await openid.tokenRevocation(config, access_token)
  assert.deepEqual(await openid.tokenIntrospection(config, access_token), { active: false })
  await assert.rejects(openid.clientCredentialsGrant(config, { scope: 'beyond' }), { error: 'invalid_scope' })
})
