/** A little app of somebody else's: begins at oauthd, is come back to, and redeems what it is brought. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { listen } from 'listhen'
import * as openid from 'openid-client'
import type { Credentials } from '../end-to-end/_site.ts'

export interface ClientApp {
  /** Where its http listeners are: every loopback address of the machine, a port each. */
  readonly loopback: Readonly<Record<'127.0.0.1' | '[::1]', string>>
  /** A machine, or a container, may have no IPv6: then nobody listens there. */
  readonly is_on_ipv6: boolean
  /** What it answers at an address of its own; nothing where it has no page. */
  answer(url: URL): Promise<string | undefined>
  /** The port of its https listener, whose certificate is its own word. */
  readonly https_port: number
  /** From now on it is this client of that server. */
  register(
    issuer: string,
    clients: { readonly web: Credentials; readonly native: Credentials },
  ): Promise<void>
  /** A request for an answer at this address. */
  begin(redirect_uri: string, more?: Readonly<Record<string, string>>): Promise<URL>
  /** Redeems what came back to this address; every code once, as a client must. */
  redeem(url: URL): Promise<openid.TokenEndpointResponse>
  /** The tokens of the last answer, in the order of the answers. */
  readonly redeemed: readonly openid.TokenEndpointResponse[]
  close(): Promise<void>
}

export const SHOP_ORIGIN = 'https://shop.example'
export const SHOP_CALLBACK: string = `${SHOP_ORIGIN}/cb`
export const APP_CALLBACK = 'com.example.app:/cb'

export const openClientApp = async (): Promise<ClientApp> => {
  let configs: { readonly web: openid.Configuration; readonly native: openid.Configuration } | undefined
  const pending = new Map<string, { readonly redirect_uri: string; readonly verifier: string }>()
  const redeemed: openid.TokenEndpointResponse[] = []
  const configOf = (redirect_uri: string): openid.Configuration => {
    assert.ok(configs)
    return redirect_uri === SHOP_CALLBACK ? configs.web : configs.native
  }
  const begin: ClientApp['begin'] = async (redirect_uri, more = {}) => {
    const [state, verifier] = [openid.randomState(), openid.randomPKCECodeVerifier()]
    pending.set(state, { redirect_uri, verifier })
    return openid.buildAuthorizationUrl(configOf(redirect_uri), {
      redirect_uri,
      state,
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...more,
    })
  }
  const redeem: ClientApp['redeem'] = async (url) => {
    const state = url.searchParams.get('state') ?? ''
    const asked = pending.get(state)
    assert.ok(asked, `nothing was asked with the state of ${url}`)
    pending.delete(state)
    const tokens = await openid.authorizationCodeGrant(configOf(asked.redirect_uri), url, {
      pkceCodeVerifier: asked.verifier,
      expectedState: state,
    })
    redeemed.push(tokens)
    return tokens
  }
  const answer: ClientApp['answer'] = async (url) => {
    if (url.pathname === '/cb') {
      const heading = await redeem(url).then(() => 'Welcome', told)
      return `<!doctype html><title>Shop</title><h1>${heading}</h1>`
    }
    if (url.pathname !== '/') return undefined
    const href = String(await begin(`${url.origin}/cb`)).replaceAll('&', '&amp;')
    return `<!doctype html><title>Shop</title><a href="${href}">Sign in</a>`
  }
  const at =
    (origin: () => string): RequestListener =>
    async (request, response) => {
      const html = await answer(new URL(request.url ?? '', origin()))
      if (html === undefined) response.writeHead(404).end()
      else response.setHeader('content-type', 'text/html').end(html)
    }
  const onLoopback = async (host: string): Promise<{ origin: string; close(): void }> => {
    let origin = ''
    const http = createServer(at(() => origin)).listen(0, host)
    await once(http, 'listening')
    const { port } = http.address() as AddressInfo
    origin = `http://${host.includes(':') ? `[${host}]` : host}:${port}`
    return { origin, close: () => http.closeAllConnections() ?? http.close() }
  }
  const [four, six] = await Promise.all([onLoopback('127.0.0.1'), onLoopback('::1').catch(() => undefined)])
  const secure = await listen(
    at(() => SHOP_ORIGIN),
    {
      https: true,
      hostname: '127.0.0.1',
      port: { port: 0, random: true, verbose: false },
      autoClose: false,
      showURL: false,
      isProd: true,
    },
  )
  return {
    loopback: { '127.0.0.1': four.origin, '[::1]': six?.origin ?? 'http://[::1]:6750' },
    is_on_ipv6: six !== undefined,
    answer,
    https_port: secure.address.port,
    async register(issuer, { web, native }) {
      const options: openid.DiscoveryRequestOptions = {
        algorithm: 'oauth2',
        execute: [openid.allowInsecureRequests],
      }
      const [of_web, of_native] = await Promise.all([
        openid.discovery(
          new URL(issuer),
          web.client_id,
          {},
          openid.ClientSecretBasic(web.client_secret),
          options,
        ),
        openid.discovery(new URL(issuer), native.client_id, {}, openid.None(), options),
      ])
      configs = { web: of_web, native: of_native }
    },
    begin,
    redeem,
    redeemed,
    async close() {
      four.close()
      six?.close()
      await secure.close()
    },
  }
}

/** What the client was told, as its page says it. */
const told = (thrown: unknown): string => {
  const { cause } = thrown as Error
  return thrown instanceof openid.AuthorizationResponseError ? thrown.error : String(cause ?? thrown)
}
