import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { H3 } from 'h3'
import { toNodeHandler } from 'srvx/node'
import { issuerPath, wellKnownPath } from '../protocol/issuer.ts'
import type { Log, Server } from '../server.ts'
import { createStandalone } from './app.ts'
import { BODY_LIMIT } from './body.ts'
import type { Route } from './routes.ts'
import { requireOneHost } from './unheard.ts'

/**
 * The whole server as a listener of node:http, for `oauthd serve`: the endpoints with and without
 * the issuer's path, and a plain 404 for everything else.
 *
 * @param endpoints what there is, where it is not everything
 */
export const createListener = (server: Server, endpoints?: readonly Route[]): RequestListener => {
  const issuer_path = issuerPath(server.settings.issuer)
  const app = createStandalone(server, issuer_path === '' ? [''] : ['', issuer_path], endpoints)
  return requireOneHost(server, listenerOf(app))
}

const listenerOf = (app: H3): RequestListener =>
  toNodeHandler(app.fetch, { maxRequestBodySize: BODY_LIMIT }) as RequestListener

/** A listener of node:http that may stand among others: with `next` it leaves to them what is theirs. */
export type NodeListener = (
  req: IncomingMessage,
  res: ServerResponse,
  next?: (error?: unknown) => void,
) => void

/**
 * A server inside somebody else's, for node:http, Connect and Express.
 *
 * @param mine whether a path is below the prefix, or that of the metadata
 * @param log hears, once, that something of the host's takes the bodies away
 */
export const createNodeListener = (app: H3, mine: (path: string) => boolean, log?: Log): NodeListener => {
  const listener = listenerOf(app)
  let warned = false
  return (req, res, next) => {
    // Express takes off the path that it mounted us at; what came is beside it.
    const original = 'originalUrl' in req && typeof req.originalUrl === 'string' ? req.originalUrl : req.url
    const url = [req.url, original].find((one) => mine(pathOf(one)))
    if (url === undefined && next !== undefined) {
      next()
      return
    }
    if (log !== undefined && !warned && req.readableDidRead) {
      warned = true
      log.warn(
        { path: pathOf(url) },
        'the app has read the body already: mount oauthd before its body parsers',
      )
    }
    req.url = url ?? req.url ?? '/'
    listener(req, res)
  }
}

const pathOf = (url = '/'): string => url.replace(/[?#].*$/s, '')

/** Whether a path is one of the endpoints or their metadata; what lies at the root is the host's too. */
export const isOurs = ({ settings }: Pick<Server, 'settings'>, path: string): boolean => {
  const base = `/${settings.prefix}/`
  const issuer_path = issuerPath(settings.issuer)
  return (
    path.startsWith(base) ||
    path.startsWith(`${issuer_path}${base}`) ||
    path === wellKnownPath(settings.issuer)
  )
}
