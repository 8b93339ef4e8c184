import { OAuthError } from './error.ts'

/** RFC 6749 section 3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E ), one space between two. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/

/** Asks for a refresh token in other servers; here only grant_types decides. */
const OFFLINE_ACCESS = 'offline_access'

/**
 * The scope tokens of a scope string, in its order, without duplicates. `''` has none.
 *
 * @returns `undefined` when it is not a scope by RFC 6749 section 3.3
 */
export const parseScope = (scope: string): readonly string[] | undefined => {
  if (scope === '') return []
  if (!SCOPE.test(scope)) return undefined
  return scope.includes(' ') ? [...new Set(scope.split(' '))] : [scope]
}

/** Whether every token of `wanted` is in `granted`; a wanted scope that is malformed is never covered. */
export const covers = (granted: string, wanted: string): boolean => {
  const tokens = parseScope(wanted)
  if (tokens === undefined) return false
  if (granted === wanted) return true
  const had = new Set(parseScope(granted))
  return tokens.every((token) => had.has(token))
}

/** All tokens of both, those of `one` first. */
export const joinScopes = (one: string, other: string): string =>
  [...new Set([...(parseScope(one) ?? []), ...(parseScope(other) ?? [])])].join(' ')

/**
 * A scope that is a power over oauthd itself: granted by client_credentials only, and to a client
 * that the operator made: whoever could ask for it by itself would raise its own rights.
 */
export const isReserved = (token: string): boolean => token === 'introspect' || token.startsWith('oauthd:')

/** A scope that discovery may name: not a reserved one, and never offline_access: clients would add it at once. */
export const isAdvertised = (token: string): boolean => token !== OFFLINE_ACCESS && !isReserved(token)

/**
 * What is granted when a client asks by itself for `requested` (RFC 6749 section 3.3).
 *
 * Asked for nothing: the client's scopes that are marked default, if it has any; else all it has.
 * `offline_access` is taken from a client with the refresh_token grant and left out of the grant.
 *
 * @param requested as sent; `undefined` when it was not
 * @param client what is registered: its scope and grant_types
 * @param defaults the scopes that the operator marked default
 * @param grant_type reserved scopes are granted by client_credentials alone
 */
export const grantScope = (
  requested: string | undefined,
  client: { readonly scope: string; readonly grant_types: readonly string[] },
  defaults: readonly string[],
  grant_type: string,
): string | OAuthError => {
  const mayHave = (token: string): boolean =>
    token !== OFFLINE_ACCESS && (grant_type === 'client_credentials' || !isReserved(token))
  const registered = (parseScope(client.scope) ?? []).filter(mayHave)
  if (requested === undefined) {
    const marked = registered.filter((token) => defaults.includes(token))
    return (marked.length > 0 ? marked : registered).join(' ')
  }
  const tokens = parseScope(requested)
  if (tokens === undefined) return new OAuthError('invalid_scope', 'scope is not well formed')
  const mayAskOffline = client.grant_types.includes('refresh_token')
  const granted: string[] = []
  for (const token of tokens) {
    if (token === OFFLINE_ACCESS && mayAskOffline) continue
    if (!registered.includes(token)) {
      return new OAuthError('invalid_scope', 'scope goes beyond what the client is registered for')
    }
    granted.push(token)
  }
  return granted.join(' ')
}

/**
 * What is left of a granted scope for a client that is registered for `registered` now: what was taken from
 * the client is taken from all that it was allowed. `undefined` when nothing is left.
 */
export const stillRegistered = (granted: string, registered: string): string | undefined => {
  if (granted === registered) return granted
  const had = new Set(parseScope(registered))
  const left = (parseScope(granted) ?? []).filter((token) => had.has(token)).join(' ')
  return left === '' && granted !== '' ? undefined : left
}

/**
 * RT-03: what a refresh is given that asks for `requested` of what was granted once: all of it when it
 * asks for nothing. `offline_access` is no part of a grant here, and asking for it is no mistake.
 */
export const narrowScope = (granted: string, requested: string | undefined): string | OAuthError => {
  if (requested === undefined || requested === granted) return granted
  const tokens = parseScope(requested)
  if (tokens === undefined) return new OAuthError('invalid_scope', 'scope is not well formed')
  const wanted = tokens.filter((token) => token !== OFFLINE_ACCESS)
  const had = new Set(parseScope(granted))
  if (!wanted.every((token) => had.has(token))) {
    return new OAuthError('invalid_scope', 'scope goes beyond what was granted')
  }
  return wanted.length === 0 ? granted : wanted.join(' ')
}
