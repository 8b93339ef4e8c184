/** Tokens that are bound to a client certificate, at routes behind TLS of the app's own (RFC 8705 section 3). */
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { createServer, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { fastify } from 'fastify'
import { H3 } from 'h3'
import { Hono } from 'hono'
import { serve } from 'srvx'
import { thumbprint } from '../../src/crypto/client-certificate.ts'
import type { Principal } from '../../src/protocol/principal.ts'
import { requireToken as onExpress } from '../../src/resource/express.ts'
import { requireToken as onFastify } from '../../src/resource/fastify.ts'
import { requireToken as onH3 } from '../../src/resource/h3.ts'
import { requireToken as onHono } from '../../src/resource/hono.ts'
import { createProver } from '../../src/resource/possession.ts'
import { type BoundTokens, type Verifier, verifyBy, withBoundTokens } from '../../src/resource/verifier.ts'
import { requireToken as onWeb } from '../../src/resource/web.ts'
import { localhost, type Made, selfSigned } from '../_certificates.ts'
import { atEnd } from '../_store.ts'
import { principal } from './_verifier.ts'

const hers = await selfSigned({ name: 'CN=hers' })
const his = await selfSigned({ name: 'CN=his' })
const shown = await localhost(await selfSigned({ name: 'CN=CA', isAuthority: true }))
const x5t = thumbprint(new X509Certificate(hers.cert))

/** Knows `bound`, which is hers, and `good`, which is anybody's. */
const verifier = (): Verifier => {
  const live: Readonly<Record<string, Principal>> = {
    bound: principal({ cnf: { 'x5t#S256': x5t } }),
    good: principal(),
  }
  const bound: BoundTokens = {
    find: async (token = '') => live[token],
    prove: createProver({ clock: Date.now, claim: () => true }),
    public_url: 'https://api.example',
  }
  return withBoundTokens({ verify: (input) => verifyBy(bound, input) }, bound)
}

/** A client certificate is asked for, of any authority: the token says which one counts. */
const TLS = { cert: shown.cert, key: shown.key, requestCert: true, rejectUnauthorized: false }

type Host = (t: TestContext) => Promise<number>

const express: Host = async (t) => {
  const guard = onExpress(verifier())
  const server = createServer(TLS, (req, res) => guard(req, res, () => res.end('{}')))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  atEnd(t, () => {
    server.closeAllConnections()
    server.close()
  })
  // A TCP socket has an address of this shape.
  return (server.address() as AddressInfo).port
}

const fastify5: Host = async (t) => {
  const app = fastify({ https: TLS })
  app.get('/', { preHandler: onFastify(verifier()) }, () => ({}))
  atEnd(t, () => app.close())
  return Number(new URL(await app.listen({ port: 0, host: '127.0.0.1' })).port)
}

const served = async (t: TestContext, handle: (request: Request) => Promise<Response>): Promise<number> => {
  const { cert, key, ...node } = TLS
  const server = serve({
    fetch: handle,
    port: 0,
    hostname: '127.0.0.1',
    protocol: 'https',
    tls: { cert, key },
    node: { ...node, http2: false },
    silent: true,
    gracefulShutdown: false,
  })
  await server.ready()
  atEnd(t, () => server.close(true))
  return Number(new URL(server.url ?? '').port)
}

const h3: Host = (t) => {
  const app = new H3({ silent: true }).get('/', () => ({}), { middleware: [onH3(verifier())] })
  return served(t, async (asked) => app.fetch(asked))
}

const web: Host = (t) => {
  const guard = onWeb(verifier())
  return served(t, async (asked) => (await guard(asked)).response ?? Response.json({}))
}

const ask = async (port: number, token: string, by?: Made): Promise<readonly unknown[]> => {
  const [scheme, value] = token.split(' ')
  const sent = request({
    port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    agent: false,
    headers: { authorization: `${scheme} ${value}` },
    ...(by === undefined ? {} : { cert: by.cert, key: by.key }),
  }).end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  const body: { error?: unknown } = JSON.parse(Buffer.concat(await response.toArray()).toString())
  return [response.statusCode, body.error]
}

for (const [name, host] of Object.entries({ express, fastify5, h3, web })) {
  test(`RFC 8705 3: ${name}: a token bound to a certificate opens a route over its connection alone`, async (t) => {
    const port = await host(t)
    assert.deepEqual(await ask(port, 'Bearer bound', hers), [200, undefined])
    assert.deepEqual(await ask(port, 'Bearer bound', his), [401, 'invalid_token'])
    assert.deepEqual(await ask(port, 'Bearer bound'), [401, 'invalid_token'])
    assert.deepEqual(await ask(port, 'DPoP bound', hers), [401, 'invalid_token'])
    assert.deepEqual(await ask(port, 'Bearer good'), [200, undefined])
  })
}

test('RFC 8705 3: Hono: on @hono/node-server the connection is that of its environment', async () => {
  const app = new Hono().get('/', onHono(verifier()), (c) => c.json({}))
  const asked = { headers: { authorization: 'Bearer bound' } }
  const env = (made: Made): object => ({
    incoming: { socket: { getPeerX509Certificate: () => new X509Certificate(made.cert) } },
  })
  const statuses = [env(hers), env(his), {}, undefined].map(
    async (given) => (await app.request('/', asked, given)).status,
  )
  assert.deepEqual(await Promise.all(statuses), [200, 401, 401, 401])
})
