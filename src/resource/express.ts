import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Principal } from '../protocol/principal.ts'
import { nodeCredentials } from './credentials.ts'
import { type Guards, guardsFor } from './guards.ts'
import type { RequireOptions } from './require.ts'
import type { Verifier } from './verifier.ts'

export type { Principal, RequireOptions, Verifier }

declare global {
  namespace Express {
    interface Request {
      /** Behind the middleware: who the request speaks for. */
      oauth: Principal
    }
  }
}

/** A request of `node:http` behind the middleware. */
export type ProtectedRequest = IncomingMessage & { readonly oauth: Principal }

/** Middleware of Express, Connect and bare `node:http`; the principal is at `req.oauth`. */
export type OAuthMiddleware = (
  req: IncomingMessage,
  res: ServerResponse,
  next: (error?: unknown) => void,
) => Promise<void>

const guards = guardsFor(
  (guard): OAuthMiddleware =>
    async (req, res, next) => {
      const outcome = await guard(nodeCredentials(req))
      if (outcome.kind === 'pass') {
        Object.assign(req, { oauth: outcome.principal })
        return next()
      }
      const { status, headers, body } = outcome.refusal
      res.statusCode = status
      for (const [name, value] of Object.entries(headers)) res.setHeader(name, value)
      res.end(body)
    },
)

/** Lets through whoever brings a live access token; else 401. */
export const requireToken: Guards<OAuthMiddleware>['requireToken'] = guards.requireToken

/** A live token with the scope, or with each of several that spaces separate; else 401, or 403. */
export const requireScope: Guards<OAuthMiddleware>['requireScope'] = guards.requireScope

/** A live token with one of the scopes at least; else 401, or 403. */
export const requireAnyScope: Guards<OAuthMiddleware>['requireAnyScope'] = guards.requireAnyScope

/** A live token that was issued to the client, or to one of several; else 401, or 403. */
export const requireClient: Guards<OAuthMiddleware>['requireClient'] = guards.requireClient
