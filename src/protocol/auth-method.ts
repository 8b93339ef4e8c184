/** How a client proves who it is (RFC 7591 section 2, RFC 8705 section 2): enforced exactly once it is named. */
export type AuthMethod =
  | 'client_secret_basic'
  | 'client_secret_post'
  | 'none'
  | 'private_key_jwt'
  | 'tls_client_auth'
  | 'self_signed_tls_client_auth'

/** Those that may be registered. */
export const AUTH_METHODS: readonly AuthMethod[] = [
  'client_secret_basic',
  'client_secret_post',
  'none',
  'private_key_jwt',
  'tls_client_auth',
  'self_signed_tls_client_auth',
]

/** What a client says of how it authenticates; `null`: never named, so basic and post are both taken. */
interface Authenticating {
  readonly token_endpoint_auth_method: AuthMethod | null
}

/** OAuth 2.1 section 2.1: whether the client has credentials. */
export const isConfidential = ({ token_endpoint_auth_method }: Authenticating): boolean =>
  token_endpoint_auth_method !== 'none'

/** Whether its credentials are a secret that we share with it. */
export const hasSecret = ({ token_endpoint_auth_method: method }: Authenticating): boolean =>
  method === null || method === 'client_secret_basic' || method === 'client_secret_post'

/** Whether it shows a client certificate (RFC 8705 section 2), beside its client_id and nothing else. */
export const showsCertificate = ({ token_endpoint_auth_method: method }: Authenticating): boolean =>
  method === 'tls_client_auth' || method === 'self_signed_tls_client_auth'
