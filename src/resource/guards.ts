import { needAnyScope, needClient, needScope, needToken } from './need.ts'
import { type Guard, protect, type RequireOptions } from './require.ts'
import type { Verifier } from './verifier.ts'

/** The four calls of the contract, as what one framework takes for a middleware. */
export interface Guards<Middleware> {
  readonly requireToken: (verifier: Verifier, options?: RequireOptions) => Middleware
  readonly requireScope: (verifier: Verifier, scope: string, options?: RequireOptions) => Middleware
  readonly requireAnyScope: (
    verifier: Verifier,
    scopes: readonly string[],
    options?: RequireOptions,
  ) => Middleware
  readonly requireClient: (
    verifier: Verifier,
    client_id: string | readonly string[],
    options?: RequireOptions,
  ) => Middleware
}

/** @param adapt shows the guard a request of the framework, and does what it says */
export const guardsFor = <Middleware>(adapt: (guard: Guard) => Middleware): Guards<Middleware> => ({
  requireToken: (verifier, options) => adapt(protect(verifier, needToken, options)),
  requireScope: (verifier, scope, options) => adapt(protect(verifier, needScope(scope), options)),
  requireAnyScope: (verifier, scopes, options) => adapt(protect(verifier, needAnyScope(scopes), options)),
  requireClient: (verifier, client_id, options) => adapt(protect(verifier, needClient(client_id), options)),
})
