import type { ClientMetadata } from './client-metadata.ts'
import type { ClientSecurity } from './client-security.ts'
import { OAuthError } from './error.ts'
import type { LooseForm } from './loose-form.ts'
import { badMetadata } from './metadata-member.ts'

/** How a client, or every client of a server, has to ask. */
export type RequiredManner = Pick<
  ClientSecurity,
  'require_pushed_authorization_requests' | 'require_signed_request_object'
>

/** The parameters that count, and how they came. */
export interface RequestForm {
  readonly form: LooseForm
  readonly isPushed: boolean
  readonly isSigned: boolean
}

/**
 * PAR-05, JAR-05: whether a request came as it has to; what the server requires no client can waive.
 *
 * @throws {OAuthError} invalid_request
 */
export const requireManner = (
  server: RequiredManner,
  client: RequiredManner,
  { isPushed, isSigned }: Pick<RequestForm, 'isPushed' | 'isSigned'>,
): void => {
  const mustPush = (of: RequiredManner): boolean => of.require_pushed_authorization_requests
  const mustSign = (of: RequiredManner): boolean => of.require_signed_request_object
  if (!isPushed && (mustPush(server) || mustPush(client))) {
    throw new OAuthError('invalid_request', 'the request must be pushed first (RFC 9126)')
  }
  if (!isSigned && (mustSign(server) || mustSign(client))) {
    throw new OAuthError('invalid_request', 'the request must be a signed request object (RFC 9101)')
  }
}

/** Whether it matters how a request of this client came. */
export const hasManner = (client: RequiredManner): boolean =>
  client.require_pushed_authorization_requests || client.require_signed_request_object

/** RFC 7591 section 2: how it has to ask means something only for who asks, and signs. */
export const refuseUnfitManner = (metadata: ClientMetadata): void => {
  const { jwks, jwks_uri } = metadata
  const given = {
    require_pushed_authorization_requests: metadata.require_pushed_authorization_requests,
    require_signed_request_object: metadata.require_signed_request_object,
    request_object_signing_alg: metadata.request_object_signing_alg !== null,
  }
  for (const [member, isGiven] of Object.entries(given)) {
    if (!isGiven) continue
    if (!metadata.grant_types.includes('authorization_code')) {
      throw badMetadata(member, 'only authorization_code uses it, and grant_types is without it')
    }
    const isOfObjects = member !== 'require_pushed_authorization_requests'
    if (isOfObjects && jwks === null && jwks_uri === null) throw badMetadata(member, 'needs jwks or jwks_uri')
  }
}
