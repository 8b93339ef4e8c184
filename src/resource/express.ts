import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Principal } from '../protocol/principal.ts'
import { nodeCredentials } from './credentials.ts'
import { needAnyScope, needClient, needScope, needToken } from './need.ts'
import { type Guard, protect, type RequireOptions } from './require.ts'
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

/** Lets through whoever brings a live access token; else 401. */
export const requireToken = (verifier: Verifier, options?: RequireOptions): OAuthMiddleware =>
  middleware(protect(verifier, needToken, options))

/** A live token with the scope, or with each of several that spaces separate; else 401, or 403. */
export const requireScope = (verifier: Verifier, scope: string, options?: RequireOptions): OAuthMiddleware =>
  middleware(protect(verifier, needScope(scope), options))

/** A live token with one of the scopes at least; else 401, or 403. */
export const requireAnyScope = (
  verifier: Verifier,
  scopes: readonly string[],
  options?: RequireOptions,
): OAuthMiddleware => middleware(protect(verifier, needAnyScope(scopes), options))

/** A live token that was issued to the client, or to one of several; else 401, or 403. */
export const requireClient = (
  verifier: Verifier,
  client_id: string | readonly string[],
  options?: RequireOptions,
): OAuthMiddleware => middleware(protect(verifier, needClient(client_id), options))

const middleware =
  (guard: Guard): OAuthMiddleware =>
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
  }
