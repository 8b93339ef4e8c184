import { PROFILES, type Profile } from './fapi.ts'
import { readJwks, readJwksUri, readSigningAlg } from './jwks.ts'
import { SIGNING_ALGS, type SigningAlg } from './key-state.ts'
import { readChoice, readFlag, readList } from './metadata-member.ts'
import { SUBJECT_READERS } from './tls-client-auth.ts'

/**
 * How a client proves who it is and how its requests must be made: the members of RFC 7591's registry that
 * came with RFC 7523, 8705, 9101, 9126, 9449, 9701 and 9396, and two of our own. Rests as one JSON object.
 */
export interface ClientSecurity {
  /** RFC 7517 section 5, public keys only; not beside `jwks_uri`. */
  readonly jwks: JsonWebKeys | null
  readonly jwks_uri: string | null
  /** The one algorithm of its assertions; `null`: any that the server takes. */
  readonly token_endpoint_auth_signing_alg: string | null
  /** Ours: an assertion may name the token endpoint, or the called one, as its audience. */
  readonly legacy_assertion_aud: boolean
  /** RFC 8705 section 2.1.2: exactly one of the five with tls_client_auth. */
  readonly tls_client_auth_subject_dn: string | null
  readonly tls_client_auth_san_dns: string | null
  readonly tls_client_auth_san_uri: string | null
  readonly tls_client_auth_san_ip: string | null
  readonly tls_client_auth_san_email: string | null
  /** RFC 8705 section 3.4. */
  readonly tls_client_certificate_bound_access_tokens: boolean
  /** RFC 9449 section 5.2. */
  readonly dpop_bound_access_tokens: boolean
  /** RFC 9126 section 6. */
  readonly require_pushed_authorization_requests: boolean
  /** RFC 9101 section 10.5. */
  readonly require_signed_request_object: boolean
  readonly request_object_signing_alg: string | null
  /** RFC 9701 section 6. */
  readonly introspection_signed_response_alg: SigningAlg | null
  /** RFC 9396 section 10: the types it may ask for. */
  readonly authorization_details_types: readonly string[]
  /** Ours: the rules of FAPI 2.0 hold for it. */
  readonly profile: Profile | null
}

export interface JsonWebKeys {
  readonly keys: readonly Readonly<Record<string, unknown>>[]
}

/** Where nothing is said. */
export const DEFAULT_SECURITY: ClientSecurity = {
  jwks: null,
  jwks_uri: null,
  token_endpoint_auth_signing_alg: null,
  legacy_assertion_aud: false,
  tls_client_auth_subject_dn: null,
  tls_client_auth_san_dns: null,
  tls_client_auth_san_uri: null,
  tls_client_auth_san_ip: null,
  tls_client_auth_san_email: null,
  tls_client_certificate_bound_access_tokens: false,
  dpop_bound_access_tokens: false,
  require_pushed_authorization_requests: false,
  require_signed_request_object: false,
  request_object_signing_alg: null,
  introspection_signed_response_alg: null,
  authorization_details_types: [],
  profile: null,
}

type Readers = {
  readonly [K in keyof ClientSecurity]?: (member: string, given: unknown) => ClientSecurity[K]
}

/** How each member that may be given is read. @throws {OAuthError} by the member's name */
const READERS: Readers = {
  jwks: readJwks,
  jwks_uri: readJwksUri,
  token_endpoint_auth_signing_alg: readSigningAlg,
  legacy_assertion_aud: readFlag,
  ...SUBJECT_READERS,
  tls_client_certificate_bound_access_tokens: readFlag,
  dpop_bound_access_tokens: readFlag,
  require_pushed_authorization_requests: readFlag,
  require_signed_request_object: readFlag,
  request_object_signing_alg: readSigningAlg,
  authorization_details_types: readList,
  profile: (member, given) => readChoice(member, given, PROFILES),
  introspection_signed_response_alg: (member, given) => readChoice(member, given, SIGNING_ALGS),
}

/** The names that may be given. */
export const SECURITY_MEMBERS: readonly string[] = Object.keys(READERS)

/** What is given, the rest as by default; null takes a member back. */
export const readSecurity = (given: Readonly<Record<string, unknown>>): ClientSecurity => ({
  ...DEFAULT_SECURITY,
  ...Object.fromEntries(
    Object.entries(READERS).flatMap(([member, read]) => {
      const value = given[member]
      return value === undefined || value === null ? [] : [[member, read(member, value)]]
    }),
  ),
})

/** The members that say something: those that are not as by default. */
export const ownSecurity = (security: ClientSecurity): Partial<ClientSecurity> => {
  const all = new Map<string, unknown>(Object.entries(security))
  return Object.fromEntries(
    Object.entries(DEFAULT_SECURITY).flatMap(([member, usual]) => {
      const value = all.get(member)
      return JSON.stringify(value) === JSON.stringify(usual) ? [] : [[member, value]]
    }),
  )
}
