import type { H3Event } from 'h3'
import type { Principal } from '../protocol/principal.ts'
import { webCredentials } from './credentials.ts'
import { type Guards, guardsFor } from './guards.ts'
import type { RequireOptions } from './require.ts'
import type { Verifier } from './verifier.ts'

export type { Principal, RequireOptions, Verifier }

declare module 'h3' {
  interface H3EventContext {
    /** Behind the middleware: who the request speaks for. */
    oauth: Principal
  }
}

/** Middleware of h3 2; the principal is at `event.context.oauth`. */
export type OAuthMiddleware = (event: H3Event, next: () => unknown) => Promise<unknown>

const guards = guardsFor(
  (guard): OAuthMiddleware =>
    async (event, next) => {
      const outcome = await guard(webCredentials(event.req))
      if (outcome.kind === 'pass') {
        event.context.oauth = outcome.principal
        return next()
      }
      // Not a Response: h3 would leave out of it what the app has set, such as its CORS headers.
      const { status, headers, body } = outcome.refusal
      event.res.status = status
      for (const [name, value] of Object.entries(headers)) event.res.headers.set(name, value)
      return body
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
