import { type Credential, schemesFor } from '../protocol/bearer.ts'
import { type Confirmation, tokenType } from '../protocol/confirmation.ts'
import { OAuthError } from '../protocol/error.ts'
import type { Principal } from '../protocol/principal.ts'
import { calledUrl, originOf } from './public-url.ts'
import type { Challenged } from './refusal.ts'
import type { RequireOptions } from './require.ts'
import type { ShownAt } from './shown.ts'
import { boundTokensOf, type Verifier } from './verifier.ts'

/** How a guard finds tokens, and has it proven that their keys are held. */
export interface Holding {
  find(token: string): Promise<Principal | undefined>
  /** Whether nothing has to be proven: a bearer token, shown as one. */
  mayPass(credential: Credential, principal: Principal): boolean
  /** Why who sent the request may not use the token; `undefined` when it may. */
  prove(credential: Credential, principal: Principal, shown: ShownAt): Promise<OAuthError | undefined>
}

/** A verifier of the app's own knows strings alone: with that a token that is bound cannot be used. */
export const holding = (verifier: Verifier, options: RequireOptions): Holding => {
  const bound = boundTokensOf(verifier)
  const isRequired = options.dpop === 'required'
  const public_url = options.public_url ?? originOf(options.resource) ?? bound?.public_url
  const find = bound === undefined ? (token: string) => verifier.verify(token) : bound.find
  return {
    find,
    mayPass: ({ scheme }, { cnf }) => cnf === undefined && scheme === 'Bearer' && !isRequired,
    async prove(credential, principal, { path, ...shown }) {
      const { cnf } = principal
      if (isRequired && !isByDpop(cnf)) {
        return new OAuthError('invalid_token', 'an access token that is bound by DPoP is needed')
      }
      if (bound === undefined) {
        return new OAuthError('invalid_token', 'tokens that are bound to a key are not taken here')
      }
      if (public_url === undefined && isByDpop(cnf)) warnOnce()
      return bound.prove(credential, principal, { ...shown, url: calledUrl(public_url, path) })
    },
  }
}

const isByDpop = (cnf: Confirmation | undefined): boolean => tokenType(cnf ?? null) === 'DPoP'

/** Where DPoP is required no other scheme would do. */
export const challengedBy = (
  challenged: Challenged,
  credential: Credential,
  cnf: Confirmation | undefined,
): Challenged => {
  const schemes = schemesFor(credential, cnf)
  return challenged.schemes[0] === 'DPoP' || schemes.length === 1 ? challenged : { ...challenged, schemes }
}

let isTold = false

/** Whoever set the API up would wonder why sound proofs are refused. */
const warnOnce = (): void => {
  if (isTold) return
  isTold = true
  process.emitWarning(
    'a token bound by DPoP was refused: give the guard public_url, or a resource with its address',
    'OAuthdWarning',
  )
}
