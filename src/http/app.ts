import { H3, type H3Event } from 'h3'
import { FastResponse } from 'srvx'
import { newRequestId } from '../crypto/secret.ts'
import { OAuthError } from '../protocol/error.ts'
import { wellKnownPath } from '../protocol/issuer.ts'
import type { Server } from '../server.ts'
import { type Answer, type Exchange, json } from './answer.ts'
import { corsHeaders, options } from './cors.ts'
import { endFaults } from './faults.ts'
import { refuse } from './refuse.ts'
import { type Route, routes } from './routes.ts'

/** HTTP-09: a longer query is refused unread. Node's own parser answers first in `serve`. */
const URL_LIMIT = 16_384

/**
 * The endpoints of a server as an h3 app, to be mounted at the root of a host's app. Error map,
 * request id and CORS wrap each of our handlers and nothing of the host's.
 *
 * @param bases path prefixes under which the endpoints answer; '' is the root
 */
export const createApp = (server: Server, bases: readonly string[] = ['']): H3 => {
  const app = new H3()
  const { prefix, issuer } = server.settings
  // Once: what /readyz remembers holds for all its paths.
  const all = routes()
  for (const base of bases) {
    for (const route of all) {
      if (route.at !== 'well-known') app.all(path(base, prefix, route), wrap(server, route))
    }
    app.all(`${base}/${prefix}/**`, wrap(server, NOT_FOUND))
  }
  for (const route of all) {
    if (route.at === 'well-known') app.all(wellKnownPath(issuer), wrap(server, route))
  }
  return app
}

/**
 * The endpoints by themselves, for `serve` and the library's `fetch`: what is not ours is a plain 404,
 * and what h3 refuses before any handler gets our answer too, with request id and log line (ERR-09).
 */
export const createStandalone = (server: Server, bases?: readonly string[]): H3 => {
  const app = createApp(server, bases).all('/**', wrap(server, NOT_FOUND))
  const malformed = wrap(server, MALFORMED)
  app.config.onError = (error, event) => (error.unhandled ? undefined : malformed(event))
  return app
}

const path = (base: string, prefix: string, { at, name }: Route): string =>
  at === 'root' ? `${base}/${name}` : `${base}/${prefix}/${name}`

/** HTTP-12: a path that is not ours is a plain 404; it never echoes what was asked. */
const NOT_FOUND: Route = {
  at: 'anywhere',
  name: 'not_found',
  method: 'GET',
  cors: 'none',
  handler: () => json({ error: 'invalid_request', error_description: 'there is nothing at this path' }, 404),
}

/** A path that is not one, such as `/%zz`: 400 whatever the method, and no echo of it. */
const MALFORMED: Route = {
  ...NOT_FOUND,
  name: 'malformed',
  handler: () => json({ error: 'invalid_request', error_description: 'the path is not well formed' }, 400),
}

/** Everything that surrounds a handler: request id, methods, the error map, CORS, the log line. */
const wrap = (server: Server, route: Route): ((event: H3Event) => Promise<Response>) => {
  const cors = corsHeaders(route.cors)
  return async ({ req, url }) => {
    const at = server.clock()
    const exchange: Exchange = {
      request: req,
      search: url.search,
      request_id: newRequestId(),
      route: route.name,
      at,
      now: Math.floor(at / 1000),
      note: {},
    }
    let answer: Answer
    try {
      answer = await dispatch(server, route, exchange)
      // A refusal shows nothing, and a preflight is no work of the handler.
      if (answer.status < 400 && req.method === route.method) endFaults(server.log, route.name)
    } catch (thrown) {
      answer = refuse(server.log, exchange, thrown)
    }
    const { status, body, headers } = answer
    server.log.info(
      {
        request_id: exchange.request_id,
        method: req.method,
        route: route.name,
        status,
        ms: server.clock() - at,
        ...exchange.note,
      },
      'request',
    )
    return new FastResponse(body, {
      status,
      headers: { ...headers, ...cors, 'x-request-id': exchange.request_id },
    })
  }
}

const dispatch = (server: Server, route: Route, exchange: Exchange): Answer | Promise<Answer> => {
  const { method } = exchange.request
  if (method === route.method || (method === 'HEAD' && route.method === 'GET') || route.at === 'anywhere') {
    if (exchange.search.length > URL_LIMIT) {
      throw new OAuthError('invalid_request', 'the URL is too long', { status: 414 })
    }
    return route.handler(server, exchange)
  }
  const allow = route.method === 'GET' ? 'GET, HEAD, OPTIONS' : 'POST, OPTIONS'
  if (method === 'OPTIONS') return options(route.cors, allow, exchange.request)
  return json({ error: 'invalid_request', error_description: `use ${route.method}` }, 405, { allow })
}
