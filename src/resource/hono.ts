import type { MiddlewareHandler } from 'hono'
import type { Principal } from '../protocol/principal.ts'
import { webCredentials } from './credentials.ts'
import { needAnyScope, needClient, needScope, needToken } from './need.ts'
import { type Guard, protect, type RequireOptions } from './require.ts'
import type { Verifier } from './verifier.ts'

export type { Principal, RequireOptions, Verifier }

declare module 'hono' {
  interface ContextVariableMap {
    /** Behind the middleware: who the request speaks for. */
    oauth: Principal
  }
}

/** Lets through whoever brings a live access token; else 401. */
export const requireToken = (verifier: Verifier, options?: RequireOptions): MiddlewareHandler =>
  middleware(protect(verifier, needToken, options))

/** A live token with the scope, or with each of several that spaces separate; else 401, or 403. */
export const requireScope = (
  verifier: Verifier,
  scope: string,
  options?: RequireOptions,
): MiddlewareHandler => middleware(protect(verifier, needScope(scope), options))

/** A live token with one of the scopes at least; else 401, or 403. */
export const requireAnyScope = (
  verifier: Verifier,
  scopes: readonly string[],
  options?: RequireOptions,
): MiddlewareHandler => middleware(protect(verifier, needAnyScope(scopes), options))

/** A live token that was issued to the client, or to one of several; else 401, or 403. */
export const requireClient = (
  verifier: Verifier,
  client_id: string | readonly string[],
  options?: RequireOptions,
): MiddlewareHandler => middleware(protect(verifier, needClient(client_id), options))

const middleware =
  (guard: Guard): MiddlewareHandler =>
  async (c, next) => {
    const outcome = await guard(webCredentials(c.req.raw))
    if (outcome.kind === 'pass') {
      c.set('oauth', outcome.principal)
      return next()
    }
    const { status, headers, body } = outcome.refusal
    return c.body(body, status, headers)
  }
