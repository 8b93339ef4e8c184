import type { MiddlewareHandler } from 'hono'
import type { Principal } from '../protocol/principal.ts'
import { webCredentials } from './credentials.ts'
import { type Guards, guardsFor } from './guards.ts'
import type { RequireOptions } from './require.ts'
import type { Verifier } from './verifier.ts'

export type { Principal, RequireOptions, Verifier }

declare module 'hono' {
  interface ContextVariableMap {
    /** Behind the middleware: who the request speaks for. */
    oauth: Principal
  }
}

const guards = guardsFor(
  (guard): MiddlewareHandler =>
    async (c, next) => {
      const outcome = await guard(webCredentials(c.req.raw))
      if (outcome.kind === 'pass') {
        c.set('oauth', outcome.principal)
        return next()
      }
      const { status, headers, body } = outcome.refusal
      return c.body(body, status, headers)
    },
)

/** Lets through whoever brings a live access token; else 401. */
export const requireToken: Guards<MiddlewareHandler>['requireToken'] = guards.requireToken

/** A live token with the scope, or with each of several that spaces separate; else 401, or 403. */
export const requireScope: Guards<MiddlewareHandler>['requireScope'] = guards.requireScope

/** A live token with one of the scopes at least; else 401, or 403. */
export const requireAnyScope: Guards<MiddlewareHandler>['requireAnyScope'] = guards.requireAnyScope

/** A live token that was issued to the client, or to one of several; else 401, or 403. */
export const requireClient: Guards<MiddlewareHandler>['requireClient'] = guards.requireClient
