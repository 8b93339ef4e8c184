import assert from 'node:assert/strict'
import type { RequestListener } from 'node:http'
import { test } from 'node:test'
import express from 'express'
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import { H3 } from 'h3'
import { Hono } from 'hono'
import { toNodeHandler } from 'srvx/node'
import { createOAuthServer, type Log, type OAuthServer } from '../../src/index.ts'
import { environment } from '../_environment.ts'
import { drive, host, PATHS } from './_mounted.ts'

const WELL_KNOWN = '/.well-known/oauth-authorization-server'

const listening = (fetch: (request: Request) => Response | Promise<Response>): RequestListener =>
  toNodeHandler(fetch) as RequestListener

const expressWith = (mount: (web: ReturnType<typeof express>) => void): RequestListener => {
  const web = express()
  mount(web)
  web.get('/hello', (_, res) => {
    res.end('hello')
  })
  web.use((_, res) => {
    res.writeHead(404).end('nothing of the host')
  })
  return web
}

for (const path of PATHS) {
  const of = path === '' ? 'at the root' : 'below the path of the issuer'

  test(`contract, library: mounted in h3 2 ${of}, discovery, pages and tokens work`, async (t) => {
    const app = (server: OAuthServer): RequestListener => {
      const h3 = new H3().get('/hello', () => 'hello')
      h3.mount(path === '' ? '/' : path, server.app)
      if (path !== '') h3.get(WELL_KNOWN + path, ({ req }) => server.fetch(req))
      h3.all('/**', () => new Response('nothing of the host', { status: 404 }))
      return listening((request) => h3.fetch(request))
    }
    await drive(await host(t, path, app))
  })

  test(`contract, library: mounted in Express 5 ${of}, discovery, pages and tokens work`, async (t) => {
    const app = (server: OAuthServer): RequestListener =>
      expressWith((web) => {
        web.use(server.node)
        web.use(express.urlencoded({ extended: false }))
      })
    await drive(await host(t, path, app))
  })

  test(`contract, library: used at paths of Express 5 ${of}, it finds what Express took off`, async (t) => {
    const app = (server: OAuthServer): RequestListener =>
      expressWith((web) => {
        web.use(`${path}/oauth`, server.node)
        web.use('/.well-known', server.node)
      })
    await drive(await host(t, path, app))
  })

  test(`contract, library: mounted in Fastify 5 ${of}, discovery, pages and tokens work`, async (t) => {
    await drive(
      await host(t, path, async (server) => {
        const app = fastify()
        const handOver = (request: FastifyRequest, reply: FastifyReply): void => {
          reply.hijack()
          server.node(request.raw, reply.raw)
        }
        // Bodies of our endpoints are ours to read.
        await app.register(async (oauth) => {
          oauth.removeAllContentTypeParsers()
          oauth.addContentTypeParser('*', (_request, _body, done) => done(null))
          oauth.all(`${path}/oauth/*`, handOver)
          oauth.all(WELL_KNOWN + path, handOver)
        })
        app.get('/hello', () => 'hello')
        app.setNotFoundHandler((_, reply) => reply.code(404).send('nothing of the host'))
        await app.ready()
        return (req, res) => app.routing(req, res)
      }),
    )
  })

  test(`contract, library: mounted in Hono 4 ${of}, discovery, pages and tokens work`, async (t) => {
    const app = (server: OAuthServer): RequestListener => {
      const hono = new Hono().get('/hello', (c) => c.text('hello'))
      // It takes the path off; given the request as it came, the server finds its way too.
      if (path !== '') hono.mount(path, server.fetch)
      else hono.all('/oauth/*', (c) => server.fetch(c.req.raw))
      hono.all(WELL_KNOWN + path, (c) => server.fetch(c.req.raw))
      hono.notFound((c) => c.text('nothing of the host', 404))
      return listening((request) => hono.fetch(request))
    }
    await drive(await host(t, path, app))
  })

  test(`contract, library: in a plain node:http server ${of}, discovery, pages and tokens work`, async (t) => {
    const app =
      (server: OAuthServer): RequestListener =>
      (req, res) =>
        server.node(req, res, () => {
          if (req.url === '/hello') res.end('hello')
          else res.writeHead(404).end('nothing of the host')
        })
    await drive(await host(t, path, app))
  })
}

test('HTTP-03: behind a parser of the host that has read the body a client is told, and the log once', async (t) => {
  const warnings: string[] = []
  const log: Log = { info() {}, warn: (_, message) => warnings.push(message), error() {} }
  const parsed = (of: OAuthServer): RequestListener =>
    expressWith((web) => {
      web.use(express.urlencoded({ extended: false }))
      web.use(of.node)
    })
  const { server, issuer } = await host(t, '', parsed, { log })
  const robot = { client_name: 'Robot', grant_types: ['client_credentials'] }
  const { client_id, client_secret = '' } = await server.clients.create(robot)
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id, client_secret })
  for (let count = 0; count < 2; count += 1) {
    const answer = await fetch(`${issuer}/oauth/token`, { method: 'POST', body })
    assert.equal(answer.status, 400)
    assert.match(await answer.text(), /"the body could not be read to its end"/)
  }
  assert.deepEqual(warnings, ['the app has read the body already: mount oauthd before its body parsers'])
})

test('contract, library: disabled, node answers 404 to everything, and hands on what it may', async (t) => {
  environment(t, {})
  const off = await createOAuthServer()
  const { origin } = await host(t, '', () => (req, res) => {
    if (req.headers['x-next'] === undefined) off.node(req, res)
    else off.node(req, res, () => res.end('the host'))
  })
  for (const path of ['/', '/oauth/jwks', '/oauth/token', WELL_KNOWN, '/healthz']) {
    assert.equal((await fetch(origin + path)).status, 404)
    assert.equal(await (await fetch(origin + path, { headers: { 'x-next': '1' } })).text(), 'the host')
  }
})
