import type { TokenResponse } from './actions/issue.ts'
import { readForm } from './http/body.ts'
import { answerTokenRequest } from './http/token.ts'
import { isObject, knownMembers, texts } from './library-arguments.ts'
import { exchangeOf, isRequest } from './library-request.ts'
import { INACTIVE, type Introspection } from './protocol/access-token.ts'
import { parseForm } from './protocol/form.ts'
import { nearest } from './protocol/nearest.ts'
import { type Principal, principalOf } from './protocol/principal.ts'
import { type ProtectedResourceMetadata, protectedResourceMetadata } from './protocol/resource-metadata.ts'
import { presentedToken } from './resource/verifier.ts'
import type { Server } from './server.ts'
import { inspectToken, revokeOne } from './tokens.ts'

/** A token request (OAuth 2.1 section 3.2) as its parameters; who asks stands among them. */
export interface TokenRequest {
  /** `authorization_code`, `refresh_token` or `client_credentials`. */
  readonly grant_type: string
  readonly client_id: string
  readonly client_secret?: string | undefined
  readonly code?: string | undefined
  readonly code_verifier?: string | undefined
  readonly redirect_uri?: string | undefined
  readonly refresh_token?: string | undefined
  /** Space-separated. */
  readonly scope?: string | undefined
  /** RFC 8707. */
  readonly resource?: string | readonly string[] | undefined
}

const PARAMETERS = [
  'grant_type',
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
  'code',
  'code_verifier',
  'redirect_uri',
  'refresh_token',
  'scope',
  'resource',
]

export const issue = async (server: Server, request: TokenRequest | Request): Promise<TokenResponse> => {
  if (isRequest(request)) {
    const exchange = exchangeOf(server, request, 'token')
    return answerTokenRequest(server, exchange, await readForm(server, exchange))
  }
  const form = parseForm(parametersOf(request).toString())
  const at = server.clock()
  const headers = { get: () => null }
  const exchange = { request: { headers }, route: 'token', at, now: Math.floor(at / 1000), note: {} }
  return answerTokenRequest(server, exchange, form)
}

/** RFC 6749 section 3.2: an unknown parameter is ignored, but one that is nearly a known one was meant. */
const parametersOf = (request: unknown): URLSearchParams => {
  if (!isObject(request))
    throw new TypeError('the token request must be an object of parameters, or a Request')
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(request)) {
    if (value === undefined || value === null) continue
    const meant = PARAMETERS.includes(name) ? undefined : nearest(name, PARAMETERS)
    if (meant !== undefined) throw new TypeError(`${name}: did you mean ${meant}?`)
    for (const one of texts(value, name)) parameters.append(name, one)
  }
  return parameters
}

/** RFC 7662 section 2.2: what is no string is no token. */
export const introspect = async (server: Server, token: string): Promise<Introspection> =>
  typeof token === 'string' ? (await inspectToken(server, token)).token : INACTIVE

/** RFC 7009 section 2.2: an unknown token is not an error. */
export const revokeToken = async (server: Server, token: string): Promise<boolean> =>
  typeof token === 'string' && revokeOne(server, token)

export const verify = async (server: Server, input: string | Request): Promise<Principal | undefined> => {
  const token = typeof input === 'string' || isRequest(input) ? presentedToken(input) : undefined
  if (token === undefined) return undefined
  const inspection = await inspectToken(server, token)
  // A refresh token opens nothing by itself; it alone has no token_type.
  if (inspection.kind !== 'active' || inspection.token.token_type === undefined) return undefined
  return principalOf(inspection.token)
}

/** @throws {TypeError} naming what is wrong or not known: scopes under another name would be left out */
export const describeResource = (
  server: Pick<Server, 'settings'>,
  of: { readonly resource: string; readonly scopes?: readonly string[] },
): ProtectedResourceMetadata => {
  knownMembers(of, 'the argument', ['resource', 'scopes'], 'a member of protectedResourceMetadata')
  return protectedResourceMetadata(of, server.settings)
}
