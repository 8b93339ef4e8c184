import type { Principal } from '../protocol/principal.ts'
import { webCredentials } from './credentials.ts'
import { needAnyScope, needClient, needScope, needToken } from './need.ts'
import { type Guard, protect, type RequireOptions } from './require.ts'
import type { Verifier } from './verifier.ts'

export type { Principal, RequireOptions, Verifier }

/** One of the two: the principal of a request that may pass, or the answer to one that may not. */
export type Checked =
  | { readonly principal: Principal; readonly response?: undefined }
  | { readonly principal?: undefined; readonly response: Response }

/** The check of a web-standard request, for any framework and for none. */
export type OAuthCheck = (request: Request) => Promise<Checked>

/** Lets through whoever brings a live access token; else 401. */
export const requireToken = (verifier: Verifier, options?: RequireOptions): OAuthCheck =>
  check(protect(verifier, needToken, options))

/** A live token with the scope, or with each of several that spaces separate; else 401, or 403. */
export const requireScope = (verifier: Verifier, scope: string, options?: RequireOptions): OAuthCheck =>
  check(protect(verifier, needScope(scope), options))

/** A live token with one of the scopes at least; else 401, or 403. */
export const requireAnyScope = (
  verifier: Verifier,
  scopes: readonly string[],
  options?: RequireOptions,
): OAuthCheck => check(protect(verifier, needAnyScope(scopes), options))

/** A live token that was issued to the client, or to one of several; else 401, or 403. */
export const requireClient = (
  verifier: Verifier,
  client_id: string | readonly string[],
  options?: RequireOptions,
): OAuthCheck => check(protect(verifier, needClient(client_id), options))

const check =
  (guard: Guard): OAuthCheck =>
  async (request) => {
    const outcome = await guard(webCredentials(request))
    if (outcome.kind === 'pass') return { principal: outcome.principal }
    const { status, headers, body } = outcome.refusal
    return { response: new Response(body, { status, headers }) }
  }
