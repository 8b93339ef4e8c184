/** The same small API in every framework, each on a socket of its own. */
import { createServer, type Server as HttpServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import express from 'express'
import fastify from 'fastify'
import { H3 } from 'h3'
import { Hono } from 'hono'
import { serve } from 'srvx'
import type { Principal } from '../../src/protocol/principal.ts'
import * as onExpress from '../../src/resource/express.ts'
import * as onFastify from '../../src/resource/fastify.ts'
import * as onH3 from '../../src/resource/h3.ts'
import * as onHono from '../../src/resource/hono.ts'
import type { RequireOptions } from '../../src/resource/require.ts'
import type { Verifier } from '../../src/resource/verifier.ts'
import * as onWeb from '../../src/resource/web.ts'

/** What the app itself says on every answer, refusals too. */
export const OWN: Readonly<Record<string, string>> = {
  'access-control-allow-origin': 'https://spa.example',
  'x-app': 'mine',
}
export const PREFLIGHT: Readonly<Record<string, string>> = {
  ...OWN,
  'access-control-allow-headers': 'authorization',
}

interface Makers<M> {
  requireToken(verifier: Verifier, options?: RequireOptions): M
  requireScope(verifier: Verifier, scope: string, options?: RequireOptions): M
  requireAnyScope(verifier: Verifier, scopes: readonly string[], options?: RequireOptions): M
  requireClient(verifier: Verifier, client_id: string | readonly string[], options?: RequireOptions): M
}

/** The routes of the API, each behind one need; all answer GET, `/token` POST too. */
const guards = <M>(from: Makers<M>, v: Verifier, options?: RequireOptions): Readonly<Record<string, M>> => ({
  '/token': from.requireToken(v, options),
  '/scope': from.requireScope(v, 'a', options),
  '/lacking': from.requireScope(v, 'c', options),
  '/any': from.requireAnyScope(v, ['c', 'b'], options),
  '/client': from.requireClient(v, ['cl_2', 'cl_1'], options),
  '/foreign': from.requireClient(v, 'cl_2', options),
})

/** What a route answers: who asked, and what a form said. */
const answer = ({ sub, user, client_id }: Principal, form?: string): object => ({
  sub,
  user,
  client_id,
  form,
})

export type Host = (t: TestContext, v: Verifier, options?: RequireOptions) => Promise<string>

const listening = async (t: TestContext, server: HttpServer): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const served = async (
  t: TestContext,
  handle: (request: Request) => Response | Promise<Response>,
): Promise<string> => {
  const server = serve({
    fetch: handle,
    port: 0,
    hostname: '127.0.0.1',
    silent: true,
    gracefulShutdown: false,
  })
  await server.ready()
  t.after(() => server.close(true))
  return (server.url ?? '').replace(/\/$/, '')
}

const h3: Host = (t, v, options) => {
  const app = new H3({ silent: true })
  app.use((event, next) => {
    for (const [name, value] of Object.entries(OWN)) event.res.headers.set(name, value)
    return event.req.method === 'OPTIONS' ? new Response(null, { status: 204, headers: PREFLIGHT }) : next()
  })
  for (const [path, guard] of Object.entries(guards(onH3, v, options))) {
    app.get(path, (event) => answer(event.context.oauth), { middleware: [guard] })
    app.post(path, async (event) => answer(event.context.oauth, await event.req.text()), {
      middleware: [guard],
    })
  }
  return served(t, (request) => app.fetch(request))
}

const onExpress5: Host = (t, v, options) => {
  const app = express()
  app.use((req, res, next) => {
    res.setHeaders(new Headers(req.method === 'OPTIONS' ? PREFLIGHT : OWN))
    if (req.method !== 'OPTIONS') return next()
    res.statusCode = 204
    res.end()
  })
  app.use(express.urlencoded({ extended: false }))
  for (const [path, guard] of Object.entries(guards(onExpress, v, options))) {
    app.get(path, guard, (req, res) => res.json(answer(req.oauth)))
    app.post(path, guard, (req, res) => res.json(answer(req.oauth, encoded(req.body))))
  }
  return listening(t, createServer(app))
}

const bareNode: Host = (t, v, options) => {
  const all = guards(onExpress, v, options)
  const listener: RequestListener = (req, res) => {
    res.setHeaders(new Headers(req.method === 'OPTIONS' ? PREFLIGHT : OWN))
    res.statusCode = 204
    const guard = all[(req.url ?? '').replace(/\?.*/, '')]
    if (guard === undefined || req.method === 'OPTIONS') return res.end()
    return guard(req, res, async () => {
      res.statusCode = 200
      const { oauth } = req as onExpress.ProtectedRequest
      const form = Buffer.concat(await req.toArray()).toString()
      res.end(JSON.stringify(answer(oauth, form)))
    })
  }
  return listening(t, createServer(listener))
}

const onFastify5: Host = async (t, v, options) => {
  const app = fastify()
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(request.method === 'OPTIONS' ? PREFLIGHT : OWN)
    if (request.method === 'OPTIONS') return reply.code(204).send()
  })
  const type = 'application/x-www-form-urlencoded'
  app.addContentTypeParser(type, { parseAs: 'string' }, async (_: unknown, body: string) =>
    Object.fromEntries(new URLSearchParams(body)),
  )
  for (const [url, preHandler] of Object.entries(guards(onFastify, v, options))) {
    app.options(url, () => {})
    app.get(url, { preHandler }, (request) => answer(request.oauth))
    app.post(url, { preHandler }, (request) => answer(request.oauth, encoded(request.body)))
  }
  t.after(() => app.close())
  return app.listen({ port: 0, host: '127.0.0.1' })
}

const onHono4: Host = (t, v, options) => {
  const app = new Hono()
  app.use(async (c, next) => {
    for (const [name, value] of Object.entries(OWN)) c.header(name, value)
    return c.req.method === 'OPTIONS' ? c.body(null, 204, PREFLIGHT) : next()
  })
  for (const [path, guard] of Object.entries(guards(onHono, v, options))) {
    app.get(path, guard, (c) => c.json(answer(c.get('oauth'))))
    app.post(path, guard, async (c) => c.json(answer(c.get('oauth'), await c.req.text())))
  }
  return served(t, (request) => app.fetch(request))
}

const web: Host = (t, v, options) => {
  const all = guards(onWeb, v, options)
  return served(t, async (request) => {
    if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers: PREFLIGHT })
    const guard = all[new URL(request.url).pathname] ?? onWeb.requireToken(v)
    const { principal, response } = await guard(request)
    const answered = response ?? Response.json(answer(principal, await request.text()))
    for (const [name, value] of Object.entries(OWN)) answered.headers.set(name, value)
    return answered
  })
}

const encoded = (body: unknown): string => new URLSearchParams(body as Record<string, string>).toString()

/** By the name that tests say. */
export const HOSTS: Readonly<Record<string, Host>> = {
  'h3 2': h3,
  'Express 5': onExpress5,
  'bare node:http': bareNode,
  'Fastify 5': onFastify5,
  'Hono 4': onHono4,
  'a web request': web,
}
