import { signingAlgorithms } from './algorithms.ts'
import type { AuthMethod } from './auth-method.ts'
import { FAPI_METHODS, isFapi, type Profile } from './fapi.ts'
import { aliasOf, endpoint } from './issuer.ts'
import { SIGNING_ALGS } from './key-state.ts'
import type { RequiredManner } from './request-manner.ts'
import { isAdvertised } from './scope.ts'
import type { MutualTls } from './tls-settings.ts'

/** RFC 8414 section 2, with only what this server can do now (MD-05). */
export interface AuthorizationServerMetadata {
  readonly issuer: string
  readonly authorization_endpoint: string
  readonly token_endpoint: string
  readonly jwks_uri: string
  readonly scopes_supported?: readonly string[]
  readonly response_types_supported: readonly string[]
  /** Stated, because its default would include `fragment`. */
  readonly response_modes_supported: readonly string[]
  readonly grant_types_supported: readonly string[]
  readonly token_endpoint_auth_methods_supported: readonly string[]
  /** RFC 8414 section 2: of client assertions, as are the two below. */
  readonly token_endpoint_auth_signing_alg_values_supported: readonly string[]
  readonly revocation_endpoint: string
  readonly revocation_endpoint_auth_methods_supported: readonly string[]
  readonly revocation_endpoint_auth_signing_alg_values_supported: readonly string[]
  readonly introspection_endpoint: string
  readonly introspection_endpoint_auth_methods_supported: readonly string[]
  readonly introspection_endpoint_auth_signing_alg_values_supported: readonly string[]
  /** RFC 9701 section 7. */
  readonly introspection_signing_alg_values_supported: readonly string[]
  /** RFC 9126 section 5. */
  readonly pushed_authorization_request_endpoint: string
  readonly require_pushed_authorization_requests: boolean
  /** RFC 9101 sections 4 and 10.5; the second stated, because its default would be true. */
  readonly request_parameter_supported: true
  readonly request_uri_parameter_supported: false
  readonly request_object_signing_alg_values_supported: readonly string[]
  readonly require_signed_request_object: boolean
  /** RFC 7636 section 6.2.1 with RFC 8414 section 2. */
  readonly code_challenge_methods_supported: readonly string[]
  /** RFC 9449 section 5.1. */
  readonly dpop_signing_alg_values_supported: readonly string[]
  /** RFC 8705 sections 3.3 and 5; only where client certificates reach the server. */
  readonly tls_client_certificate_bound_access_tokens?: true
  readonly mtls_endpoint_aliases?: MtlsEndpointAliases
  /** RFC 9396 section 10. */
  readonly authorization_details_types_supported?: readonly string[]
  /** RFC 9728 section 4. */
  readonly protected_resources?: readonly string[]
  /** RFC 9207 section 3. */
  readonly authorization_response_iss_parameter_supported: true
}

/** The endpoints to which a client shows a certificate, where they are on another host. */
export type MtlsEndpointAliases = Pick<
  AuthorizationServerMetadata,
  | 'token_endpoint'
  | 'revocation_endpoint'
  | 'introspection_endpoint'
  | 'pushed_authorization_request_endpoint'
>

/** What the document is made of: never a Host header, a cookie or a caller (MD-06). */
export interface Advertised extends RequiredManner {
  readonly issuer: string
  readonly prefix: string
  /** The grant types that the token endpoint answers to. */
  readonly grant_types: readonly string[]
  /** The scopes that the operator has described. */
  readonly scopes: readonly string[]
  /** The resources that the operator wants to be named (PR-04). */
  readonly resources: readonly string[]
  /** Whether every client is under it. */
  readonly profile: Profile | undefined
  /** The types of authorization_details that the operator has described. */
  readonly detail_types: readonly string[]
  /** `undefined` where no client certificate reaches the server. */
  readonly mutual_tls?: MutualTls | undefined
}

/** IN-01: a public client may not introspect. */
const CONFIDENTIAL: readonly AuthMethod[] = ['client_secret_basic', 'client_secret_post', 'private_key_jwt']

export const authorizationServerMetadata = (server: Advertised): AuthorizationServerMetadata => {
  const { issuer, prefix, grant_types, mutual_tls } = server
  const algorithms = signingAlgorithms(isFapi(server))
  const confidential = [...CONFIDENTIAL, ...(mutual_tls?.methods ?? [])].filter(
    (method) => !isFapi(server) || FAPI_METHODS.includes(method),
  )
  // MD-03, CM-11: clients that cannot keep a secret look for `none`.
  const auth_methods = isFapi(server) ? confidential : [...confidential, 'none']
  const scopes = server.scopes.filter(isAdvertised)
  return {
    issuer,
    authorization_endpoint: endpoint(issuer, prefix, 'authorize'),
    token_endpoint: endpoint(issuer, prefix, 'token'),
    jwks_uri: endpoint(issuer, prefix, 'jwks'),
    ...(scopes.length === 0 ? {} : { scopes_supported: scopes }),
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: grant_types,
    token_endpoint_auth_methods_supported: auth_methods,
    token_endpoint_auth_signing_alg_values_supported: algorithms,
    revocation_endpoint: endpoint(issuer, prefix, 'revoke'),
    revocation_endpoint_auth_methods_supported: auth_methods,
    revocation_endpoint_auth_signing_alg_values_supported: algorithms,
    introspection_endpoint: endpoint(issuer, prefix, 'introspect'),
    introspection_endpoint_auth_methods_supported: confidential,
    introspection_endpoint_auth_signing_alg_values_supported: algorithms,
    introspection_signing_alg_values_supported: SIGNING_ALGS.filter(
      (alg) => !isFapi(server) || alg !== 'RS256',
    ),
    pushed_authorization_request_endpoint: endpoint(issuer, prefix, 'par'),
    require_pushed_authorization_requests: server.require_pushed_authorization_requests,
    request_parameter_supported: true,
    request_uri_parameter_supported: false,
    request_object_signing_alg_values_supported: algorithms,
    require_signed_request_object: server.require_signed_request_object,
    code_challenge_methods_supported: ['S256'],
    dpop_signing_alg_values_supported: algorithms,
    ...(server.detail_types.length === 0
      ? {}
      : { authorization_details_types_supported: server.detail_types }),
    ...(mutual_tls === undefined ? {} : mutualTlsMembers(issuer, prefix, mutual_tls)),
    ...(server.resources.length === 0 ? {} : { protected_resources: server.resources }),
    authorization_response_iss_parameter_supported: true,
  }
}

const mutualTlsMembers = (
  issuer: string,
  prefix: string,
  { url }: MutualTls,
): Pick<
  AuthorizationServerMetadata,
  'tls_client_certificate_bound_access_tokens' | 'mtls_endpoint_aliases'
> => {
  if (url === undefined || url === new URL(issuer).origin)
    return { tls_client_certificate_bound_access_tokens: true }
  const at = (name: string): string => aliasOf(issuer, prefix, name, url)
  return {
    tls_client_certificate_bound_access_tokens: true,
    mtls_endpoint_aliases: {
      token_endpoint: at('token'),
      revocation_endpoint: at('revoke'),
      introspection_endpoint: at('introspect'),
      pushed_authorization_request_endpoint: at('par'),
    },
  }
}
