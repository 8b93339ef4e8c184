import type { TokenResponse } from './actions/issue.ts'
import { readForm } from './http/body.ts'
import { proofAlgorithms, proverOf } from './http/holder.ts'
import { answerTokenRequest } from './http/token.ts'
import { isObject, knownMembers, texts } from './library-arguments.ts'
import { exchangeOf } from './library-request.ts'
import { INACTIVE, type Introspection } from './protocol/access-token.ts'
import { OAuthError } from './protocol/error.ts'
import { parseForm } from './protocol/form.ts'
import { nearest } from './protocol/nearest.ts'
import {
  type DescribedResource,
  type ProtectedResourceMetadata,
  protectedResourceMetadata,
} from './protocol/resource-metadata.ts'
import { livePrincipal } from './resource/live-principal.ts'
import { originOf } from './resource/public-url.ts'
import { type BoundTokens, isRequest } from './resource/verifier.ts'
import { revokeOne } from './revocations.ts'
import { now, type Server } from './server.ts'
import { tokensOf } from './signed-tokens.ts'
import { inspectToken } from './tokens.ts'

/** A token request (OAuth 2.1 section 3.2) as its parameters; who asks stands among them. */
export interface TokenRequest {
  /** `authorization_code`, `refresh_token` or `client_credentials`. */
  readonly grant_type: string
  readonly client_id: string
  readonly client_secret?: string | undefined
  /** RFC 7523: a JWT that the client signed, instead of its secret. */
  readonly client_assertion?: string | undefined
  readonly client_assertion_type?: string | undefined
  readonly code?: string | undefined
  readonly code_verifier?: string | undefined
  readonly redirect_uri?: string | undefined
  readonly refresh_token?: string | undefined
  /** Space-separated. */
  readonly scope?: string | undefined
  /** RFC 8707. */
  readonly resource?: string | readonly string[] | undefined
  /** RFC 9396, as JSON text. */
  readonly authorization_details?: string | undefined
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
  'authorization_details',
]

export const issue = async (
  server: Server,
  request: TokenRequest | Request | URLSearchParams | FormData,
): Promise<TokenResponse> => {
  if (isRequest(request, 'its form')) {
    const exchange = exchangeOf(server, request, 'token')
    return answerTokenRequest(server, exchange, await readForm(server, exchange))
  }
  const form = parseForm(parametersOf(request).toString())
  const at = server.clock()
  const headers = { get: () => null }
  const exchange = { request: { headers }, route: 'token', at, now: Math.floor(at / 1000), note: {} }
  return answerTokenRequest(server, exchange, form)
}

/**
 * RFC 6749 section 3.2: an unknown parameter is ignored; but of an object the app has written, so that one
 * that is nearly a known one was meant.
 */
const parametersOf = (request: unknown): URLSearchParams => {
  if (request instanceof URLSearchParams) return request
  if (request instanceof FormData) return new URLSearchParams([...request].map(pairOf))
  // A Map has its members elsewhere: they would be as if they had not been said.
  if (!isObject(request) || Symbol.iterator in request)
    throw new TypeError('the token request must be an object of parameters, a form, or a Request')
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(request)) {
    if (value === undefined || value === null) continue
    const meant = PARAMETERS.includes(name) ? undefined : nearest(name, PARAMETERS)
    if (meant !== undefined) throw new TypeError(`${name}: did you mean ${meant}?`)
    for (const one of texts(value, name)) parameters.append(name, one)
  }
  return parameters
}

/** A form comes from the network: a file in it is the sender's fault, not the app's. */
const pairOf = ([name, value]: [string, unknown]): [string, string] => {
  if (typeof value === 'string') return [name, value]
  throw new OAuthError('invalid_request', 'the form holds a file')
}

/** RFC 7662 section 2.2: what is no string is no token. */
export const introspect = async (server: Server, token: string): Promise<Introspection> =>
  typeof token === 'string' ? (await inspectToken(server, token)).token : INACTIVE

/** RFC 7009 section 2.2: an unknown token is not an error. */
export const revokeToken = async (server: Server, token: string): Promise<boolean> =>
  typeof token === 'string' && revokeOne(server, token)

/** What guards need of a server in their process; its API is where its issuer is, if nobody says otherwise. */
export const boundTokens = (server: Server): BoundTokens => ({
  find: (token) =>
    livePrincipal(tokensOf(server), token, { issuer: server.settings.issuer, now: now(server) }),
  prove: proverOf(server),
  algorithms: proofAlgorithms(server),
  public_url: originOf(server.settings.issuer),
})

const DESCRIBED = ['resource', 'scopes', 'dpop', 'tls_client_certificate_bound_access_tokens']

/** @throws {TypeError} naming what is wrong or not known: scopes under another name would be left out */
export const describeResource = (
  server: Pick<Server, 'settings'>,
  of: DescribedResource,
): ProtectedResourceMetadata => {
  knownMembers(of, 'the argument', DESCRIBED, 'a member of protectedResourceMetadata')
  return protectedResourceMetadata(of, server.settings)
}
