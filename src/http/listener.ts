import type { RequestListener } from 'node:http'
import { toNodeHandler } from 'srvx/node'
import type { Server } from '../server.ts'
import { createStandalone } from './app.ts'
import { BODY_LIMIT } from './body.ts'
import { requireOneHost } from './unheard.ts'

/**
 * The whole server as a listener of node:http, for `oauthd serve`: the endpoints with and without
 * the issuer's path, and a plain 404 for everything else.
 */
export const createListener = (server: Server): RequestListener => {
  const issuer_path = new URL(server.settings.issuer).pathname.replace(/\/$/, '')
  const app = createStandalone(server, issuer_path === '' ? [''] : ['', issuer_path])
  const listener = toNodeHandler(app.fetch, { maxRequestBodySize: BODY_LIMIT }) as RequestListener
  return requireOneHost(server, listener)
}
