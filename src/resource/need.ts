import type { Principal } from '../protocol/principal.ts'
import { parseScope } from '../protocol/scope.ts'

/** What a route asks of a token beyond that it is live. */
export type Need =
  | { readonly kind: 'token' }
  /** Every one of the scopes. */
  | { readonly kind: 'scope'; readonly scope: string }
  /** One of the scopes at least. */
  | { readonly kind: 'any_scope'; readonly scopes: readonly string[] }
  /** A token that was issued to one of these clients. */
  | { readonly kind: 'client'; readonly client_ids: readonly string[] }

export const needToken: Need = { kind: 'token' }

/** @throws {TypeError} when it is no scope: a route that was meant to be guarded would not be */
export const needScope = (scope: string): Need => {
  if (!isScope(scope)) {
    throw new TypeError(
      'requireScope needs a scope: one string (RFC 6749 section 3.3), such as invoices.read',
    )
  }
  return { kind: 'scope', scope }
}

/** @throws {TypeError} when it is no list of single scopes, or an empty one, which nobody could meet */
export const needAnyScope = (scopes: readonly string[]): Need => {
  if (!isList(scopes) || !scopes.every((scope) => isScope(scope) && !scope.includes(' '))) {
    throw new TypeError('requireAnyScope needs a list of scopes, one in each string, one at least')
  }
  return { kind: 'any_scope', scopes: [...scopes] }
}

/** @throws {TypeError} when it is neither a client_id nor a list of them, or an empty list */
export const needClient = (client_id: string | readonly string[]): Need => {
  const client_ids: unknown = typeof client_id === 'string' ? [client_id] : client_id
  if (!isList(client_ids) || !client_ids.every((id): id is string => typeof id === 'string' && id !== '')) {
    throw new TypeError('requireClient needs a client_id, or a list of them, one at least')
  }
  return { kind: 'client', client_ids: [...client_ids] }
}

/** Whether a live token is enough. */
export const isMet = (need: Need, principal: Principal): boolean => {
  switch (need.kind) {
    case 'token':
      return true
    case 'scope':
      return principal.can(need.scope)
    case 'any_scope':
      return need.scopes.some((scope) => principal.can(scope))
    case 'client':
      return need.client_ids.includes(principal.client_id)
  }
}

/**
 * RFC 6750 section 3: the scope that a challenge names. Of several of which one would do, all: which of
 * them a client may have, only the client knows.
 */
export const neededScope = (need: Need): string | undefined => {
  if (need.kind === 'scope') return need.scope
  return need.kind === 'any_scope' ? need.scopes.join(' ') : undefined
}

/** Callers in JavaScript pass what they have. */
const isScope = (scope: unknown): scope is string =>
  typeof scope === 'string' && (parseScope(scope)?.length ?? 0) > 0

const isList = (given: unknown): given is readonly unknown[] => Array.isArray(given) && given.length > 0
