/** FAPI 2.0 Security Profile, section 5.3.2: what it takes away from OAuth, for one client or for a whole server. */
import type { AuthMethod } from './auth-method.ts'
import type { ClientMetadata } from './client-metadata.ts'
import type { SigningAlg } from './key-state.ts'
import { badMetadata } from './metadata-member.ts'

export const PROFILES = ['fapi2'] as const

export type Profile = (typeof PROFILES)[number]

export const isFapi = ({ profile }: { readonly profile: Profile | null | undefined }): boolean =>
  profile === 'fapi2'

/** FA-01: a key of the client's own, or a certificate. */
export const FAPI_METHODS: readonly AuthMethod[] = [
  'private_key_jwt',
  'tls_client_auth',
  'self_signed_tls_client_auth',
]

/** FA-07: what we sign with where nobody says; RSASSA-PKCS1-v1_5 is not for it. */
export const FAPI_ALG: SigningAlg = 'ES256'

/** FA-07: the algorithm that a signature of ours has for such a client. */
export const fapiAlg = (alg: SigningAlg, of: { readonly profile: Profile | null | undefined }): SigningAlg =>
  isFapi(of) && alg === 'RS256' ? FAPI_ALG : alg

/**
 * A client as the profile has it, whatever was registered: it pushes its requests (FA-02), its tokens are bound
 * to a key (FA-01), its refresh tokens stay (FA-05), and no audience but the issuer is let pass (FA-04).
 */
export const underFapi = <C extends ClientMetadata>(client: C): C => ({
  ...client,
  profile: 'fapi2',
  legacy_assertion_aud: false,
  refresh_rotate: 'never',
  require_pushed_authorization_requests: client.grant_types.includes('authorization_code'),
  dpop_bound_access_tokens:
    client.dpop_bound_access_tokens || !client.tls_client_certificate_bound_access_tokens,
})

/** @throws {OAuthError} invalid_client_metadata for a client that the profile could never let in (FA-01, FA-07) */
export const refuseUnfitProfile = (metadata: ClientMetadata): void => {
  if (!isFapi(metadata)) return
  const method = metadata.token_endpoint_auth_method
  if (method === null || !FAPI_METHODS.includes(method)) {
    throw badMetadata('token_endpoint_auth_method', `fapi2 needs ${FAPI_METHODS.join(' or ')}`)
  }
  for (const member of [
    'token_endpoint_auth_signing_alg',
    'request_object_signing_alg',
    'introspection_signed_response_alg',
  ] as const) {
    if (metadata[member] === 'RS256') throw badMetadata(member, 'fapi2 is without RS256')
  }
}
