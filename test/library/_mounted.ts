/** An app of somebody else's with oauthd mounted in it, on a real socket, driven as clients would. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { TestContext } from 'node:test'
import * as oauth from 'oauth4webapi'
import type { OAuthServer, OAuthServerOptions } from '../../src/index.ts'
import { atEnd } from '../_store.ts'
import { appServer, asked, ERP } from './_app.ts'

/** The issuers' paths under which everything is tried: none, and one. */
export const PATHS = ['', '/tenant'] as const

export interface Host {
  readonly server: OAuthServer
  readonly origin: string
  readonly issuer: string
}

/**
 * Starts an app, which has `/hello` and words of its own for what is not there.
 *
 * @param path of the issuer
 * @param app made when the server is there; as a listener of node:http
 */
export const host = async (
  t: TestContext,
  path: string,
  app: (server: OAuthServer) => RequestListener | Promise<RequestListener>,
  options: OAuthServerOptions = {},
): Promise<Host> => {
  const http = createServer()
  atEnd(t, () => {
    http.closeAllConnections()
    http.close()
  })
  await once(http.listen(0, '127.0.0.1'), 'listening')
  const address = http.address()
  assert.ok(typeof address === 'object' && address !== null)
  const origin = `http://127.0.0.1:${address.port}`
  const issuer = `${origin}${path}`
  const server = await appServer(t, { issuer, ...options })
  http.on('request', await app(server))
  return { server, origin, issuer }
}

const insecure = { [oauth.allowInsecureRequests]: true }

/** Discovery, the page of the authorization endpoint, a token, introspection, and the host's own routes. */
export const drive = async ({ server, origin, issuer }: Host): Promise<void> => {
  const url = new URL(issuer)
  const as = await oauth.processDiscoveryResponse(
    url,
    await oauth.discoveryRequest(url, { algorithm: 'oauth2', ...insecure }),
  )
  assert.equal(as.issuer, issuer)
  assert.equal(as.token_endpoint, `${issuer}/oauth/token`)

  const erp = await server.clients.create(ERP)
  const page = await fetch(`${as.authorization_endpoint}?${asked(erp.client_id)}`)
  assert.equal(page.status, 200)
  assert.match(page.headers.get('content-type') ?? '', /^text\/html/)
  assert.match(await page.text(), /<button[^>]*>Sign in<\/button>/)

  const machine = { client_name: 'Robot', grant_types: ['client_credentials'], scope: 'a b' }
  const { client_id, client_secret = '' } = await server.clients.create(machine)
  const client = { client_id }
  for (const authentication of [
    oauth.ClientSecretBasic(client_secret),
    oauth.ClientSecretPost(client_secret),
  ]) {
    const granted = await oauth.processClientCredentialsResponse(
      as,
      client,
      await oauth.clientCredentialsGrantRequest(as, client, authentication, { scope: 'a' }, insecure),
    )
    assert.equal((await server.verify(granted.access_token))?.client_id, client_id)
  }
  const refused = await fetch(`${as.token_endpoint}`, {
    method: 'POST',
    body: new URLSearchParams({ client_id }),
  })
  assert.equal(refused.status, 401)
  assert.equal(((await refused.json()) as { error: string }).error, 'invalid_client')

  for (const [path, status, text] of [
    ['/hello', 200, 'hello'],
    ['/nothing', 404, 'nothing of the host'],
    ['/oauthors', 404, 'nothing of the host'],
  ] as const) {
    const answer = await fetch(origin + path)
    assert.deepEqual([path, answer.status, await answer.text()], [path, status, text])
  }
}
