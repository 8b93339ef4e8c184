import { endpoint } from './issuer.ts'
import { isAdvertised } from './scope.ts'

/** RFC 8414 section 2, with only what this server can do now (MD-05). */
export interface AuthorizationServerMetadata {
  readonly issuer: string
  readonly token_endpoint: string
  readonly jwks_uri: string
  readonly scopes_supported?: readonly string[]
  readonly response_types_supported: readonly string[]
  readonly grant_types_supported: readonly string[]
  readonly token_endpoint_auth_methods_supported: readonly string[]
  readonly revocation_endpoint: string
  readonly revocation_endpoint_auth_methods_supported: readonly string[]
  readonly introspection_endpoint: string
  readonly introspection_endpoint_auth_methods_supported: readonly string[]
}

/** What the document is made of: never a Host header, a cookie or a caller (MD-06). */
export interface Advertised {
  readonly issuer: string
  readonly prefix: string
  /** The grant types that the token endpoint answers to. */
  readonly grant_types: readonly string[]
  /** The scopes that the operator has described. */
  readonly scopes: readonly string[]
}

/** Both are always taken. `none` joins them with the first grant type that a public client may use. */
const AUTH_METHODS: readonly string[] = ['client_secret_basic', 'client_secret_post']

export const authorizationServerMetadata = (server: Advertised): AuthorizationServerMetadata => {
  const { issuer, prefix, grant_types } = server
  const scopes = server.scopes.filter(isAdvertised)
  return {
    issuer,
    token_endpoint: endpoint(issuer, prefix, 'token'),
    jwks_uri: endpoint(issuer, prefix, 'jwks'),
    ...(scopes.length === 0 ? {} : { scopes_supported: scopes }),
    // RFC 8414 section 2 requires the member, section 3.2 leaves empty lists out. Without an
    // authorization endpoint no response type works, and readers insist on the member: so, empty.
    response_types_supported: [],
    grant_types_supported: grant_types,
    token_endpoint_auth_methods_supported: AUTH_METHODS,
    revocation_endpoint: endpoint(issuer, prefix, 'revoke'),
    revocation_endpoint_auth_methods_supported: AUTH_METHODS,
    introspection_endpoint: endpoint(issuer, prefix, 'introspect'),
    introspection_endpoint_auth_methods_supported: AUTH_METHODS,
  }
}
