import type { Principal } from '../protocol/principal.ts'
import { webCredentials } from './credentials.ts'
import { type Guards, guardsFor } from './guards.ts'
import type { RequireOptions } from './require.ts'
import type { Verifier } from './verifier.ts'

export type { Principal, RequireOptions, Verifier }

/** One of the two: the principal of a request that may pass, or the answer to one that may not. */
export type Checked =
  | { readonly principal: Principal; readonly response?: undefined }
  | { readonly principal?: undefined; readonly response: Response }

/** The check of a web-standard request, for any framework and for none. */
export type OAuthCheck = (request: Request) => Promise<Checked>

const guards = guardsFor(
  (guard): OAuthCheck =>
    async (request) => {
      const outcome = await guard(webCredentials(request))
      if (outcome.kind === 'pass') return { principal: outcome.principal }
      const { status, headers, body } = outcome.refusal
      return { response: new Response(body, { status, headers }) }
    },
)

/** Lets through whoever brings a live access token; else 401. */
export const requireToken: Guards<OAuthCheck>['requireToken'] = guards.requireToken

/** A live token with the scope, or with each of several that spaces separate; else 401, or 403. */
export const requireScope: Guards<OAuthCheck>['requireScope'] = guards.requireScope

/** A live token with one of the scopes at least; else 401, or 403. */
export const requireAnyScope: Guards<OAuthCheck>['requireAnyScope'] = guards.requireAnyScope

/** A live token that was issued to the client, or to one of several; else 401, or 403. */
export const requireClient: Guards<OAuthCheck>['requireClient'] = guards.requireClient
