import { H3, type H3Event } from 'h3'
import { FastResponse } from 'srvx'
import { countAnswer, increase, routeCount } from '../counters.ts'
import { newRequestId } from '../crypto/secret.ts'
import { OAuthError } from '../protocol/error.ts'
import { wellKnownPath } from '../protocol/issuer.ts'
import { traceId } from '../protocol/traceparent.ts'
import type { Server } from '../server.ts'
import { type Answer, type Exchange, type Handler, json, nothingHere } from './answer.ts'
import { corsHeaders, options } from './cors.ts'
import { endFaults } from './faults.ts'
import { PAGE_HEADERS } from './page.ts'
import { refuse } from './refuse.ts'
import { refusePage } from './refuse-page.ts'
import { type Route, routes } from './routes.ts'

/** HTTP-09: a longer query is refused unread. Node's own parser answers first in `serve`. */
const URL_LIMIT = 16_384

/**
 * The endpoints of a server as an h3 app, to be mounted at the root of a host's app. Error map,
 * request id and CORS wrap each of our handlers and nothing of the host's.
 *
 * @param bases path prefixes under which the endpoints answer; '' is the root
 * @param endpoints `routes()` made once: what /readyz remembers holds for all its paths
 */
export const createApp = (
  server: Server,
  bases: readonly string[] = [''],
  endpoints: readonly Route[] = routes(),
): H3 => {
  const app = new H3()
  const { prefix, issuer } = server.settings
  for (const base of bases) {
    for (const route of endpoints) {
      if (route.at !== 'well-known') app.all(path(base, prefix, route), wrap(server, route))
    }
    app.all(`${base}/${prefix}/**`, wrap(server, NOT_FOUND))
  }
  for (const route of endpoints) {
    if (route.at === 'well-known') app.all(wellKnownPath(issuer), wrap(server, route))
  }
  return app
}

/**
 * The endpoints by themselves, for `serve` and the library's `fetch`: what is not ours is a plain 404,
 * and what h3 refuses before any handler gets our answer too, with request id and log line (ERR-09).
 */
export const createStandalone = (
  server: Server,
  bases?: readonly string[],
  endpoints?: readonly Route[],
): H3 => {
  const app = createApp(server, bases, endpoints).all('/**', wrap(server, NOT_FOUND))
  const malformed = wrap(server, MALFORMED)
  app.config.onError = (error, event) => (error.unhandled ? undefined : malformed(event))
  return app
}

const path = (base: string, prefix: string, { at, name, path: below = name }: Route): string =>
  at === 'root' ? `${base}/${below}` : `${base}/${prefix}/${below}`

const NOT_FOUND: Route = {
  at: 'anywhere',
  name: 'not_found',
  cors: 'none',
  GET: nothingHere,
}

/** A path that is not one, such as `/%zz`: 400 whatever the method, and no echo of it. */
const MALFORMED: Route = {
  ...NOT_FOUND,
  name: 'malformed',
  GET: () => json({ error: 'invalid_request', error_description: 'the path is not well formed' }, 400),
}

/** Everything that surrounds a handler: request id, methods, the error map, CORS, the log line. */
const wrap = (server: Server, route: Route): ((event: H3Event) => Promise<Response>) => {
  const isPage = route.refusals === 'page'
  const cors = isPage ? pageHeaders(server) : corsHeaders(route.cors)
  const count = routeCount(server.counters, route.name)
  return async ({ req, url, context }) => {
    const at = server.clock()
    const exchange: Exchange = {
      request: req,
      search: url.search,
      params: context.params ?? NO_PARAMS,
      request_id: newRequestId(),
      route: route.name,
      at,
      now: Math.floor(at / 1000),
      note: {},
    }
    const trace_id = traceId(req.headers.get('traceparent'))
    if (trace_id !== undefined) exchange.note['trace_id'] = trace_id
    let answer: Answer
    try {
      answer = await dispatch(server, route, exchange)
      if (isSuccess(exchange, answer) && handlerOf(route, req.method) !== undefined) {
        endFaults(server.log, route.name)
      }
    } catch (thrown) {
      answer = isPage ? refusePage(server, exchange, thrown) : refuse(server.log, exchange, thrown)
    }
    const { status, body, headers, cookies } = answer
    const ms = server.clock() - at
    countAnswer(count, status, ms)
    const { error } = exchange.note
    if (error !== undefined) increase(count.errors, String(error))
    server.log.info(
      {
        request_id: exchange.request_id,
        method: req.method,
        route: route.name,
        status,
        ms,
        ...exchange.note,
      },
      'request',
    )
    const all = { ...headers, ...cors, 'x-request-id': exchange.request_id }
    if (cookies === undefined) return new FastResponse(body, { status, headers: all })
    // Two cookies are two headers of one name.
    const lines = Object.entries(all).concat(cookies.map((cookie) => ['set-cookie', cookie]))
    return new Response(body, { status, headers: lines })
  }
}

/** A refusal shows nothing, nor does one that a browser takes to the client (AZ-07), by 302 or a page. */
const isSuccess = ({ note }: Exchange, { status }: Answer): boolean =>
  status < 400 && note['error'] === undefined

/** PG-01: whoever came over https once, comes so again; RFC 6797 section 7.2 forbids it over http. */
const pageHeaders = ({ settings }: Server): Readonly<Record<string, string>> =>
  settings.issuer.startsWith('https:') ? { 'strict-transport-security': 'max-age=31536000' } : {}

const NO_PARAMS: Readonly<Record<string, string>> = Object.freeze({})

const dispatch = (server: Server, route: Route, exchange: Exchange): Answer | Promise<Answer> => {
  const { method } = exchange.request
  const handler = handlerOf(route, method)
  if (handler !== undefined) {
    if (exchange.search.length > URL_LIMIT) {
      throw new OAuthError('invalid_request', 'the URL is too long', { status: 414 })
    }
    return handler(server, exchange)
  }
  if (method === 'HEAD' && route.acts) return LOOKED_AT
  const methods = (['GET', 'POST'] as const).filter((one) => route[one] !== undefined)
  const others = route.isVerdict ? [] : ['OPTIONS']
  const allow = [...methods.flatMap((one) => (one === 'GET' ? ['GET', 'HEAD'] : [one])), ...others].join(', ')
  if (method === 'OPTIONS' && !route.isVerdict) return options(route.cors, allow, exchange.request)
  const use = `use ${methods.join(' or ')}`
  if (route.refusals !== 'page') {
    return json({ error: 'invalid_request', error_description: use }, 405, { allow })
  }
  return refusePage(server, exchange, new OAuthError('invalid_request', use, { status: 405 }), { allow })
}

/** HTTP-13, RFC 9110 9.2.1: HEAD works where GET does, and is safe. What GET would do, it does not say. */
const LOOKED_AT: Answer = { status: 200, headers: PAGE_HEADERS, body: null }

const handlerOf = (route: Route, method: string): Handler | undefined => {
  if (method === 'POST' && route.POST !== undefined) return route.POST
  if (method === 'HEAD' && route.acts) return undefined
  return method === 'GET' || method === 'HEAD' || route.at === 'anywhere' ? route.GET : undefined
}
