/** RFC 8705 section 2: how a client is registered that shows a certificate, and whether one is its. */
import { hasName } from './alternative-name.ts'
import type { ClientMetadata } from './client-metadata.ts'
import { isSubject, parseDn } from './distinguished-name.ts'
import { ipBytes } from './ip.ts'
import { badMetadata } from './metadata-member.ts'
import { isUriText } from './uri.ts'

/** The five by which a certificate is known, of which a client has exactly one (section 2.1.2). */
const SUBJECTS = [
  'tls_client_auth_subject_dn',
  'tls_client_auth_san_dns',
  'tls_client_auth_san_uri',
  'tls_client_auth_san_ip',
  'tls_client_auth_san_email',
] as const

/** What a certificate says of whom it was issued to, as Node tells it. */
export interface Subject {
  readonly subject: string
  readonly subjectAltName: string | undefined
}

/** Whether the certificate was issued to whom the client was registered as. */
export const isIssuedTo = ({ subject, subjectAltName = '' }: Subject, client: ClientMetadata): boolean => {
  const {
    tls_client_auth_subject_dn: dn,
    tls_client_auth_san_dns: dns,
    tls_client_auth_san_uri: uri,
  } = client
  const { tls_client_auth_san_ip: ip, tls_client_auth_san_email: email } = client
  if (dn !== null) return isSubject(dn, subject)
  if (dns !== null) return hasName(subjectAltName, 'DNS', dns)
  if (uri !== null) return hasName(subjectAltName, 'URI', uri)
  if (ip !== null) return hasName(subjectAltName, 'IP Address', ip)
  return email !== null && hasName(subjectAltName, 'email', email)
}

const text =
  (isOne: (value: string) => boolean, mustBe: string) =>
  (member: string, given: unknown): string => {
    if (typeof given === 'string' && given.length <= 1024 && isOne(given)) return given
    throw badMetadata(member, mustBe)
  }

/** How each of the five is read. @throws {OAuthError} invalid_client_metadata */
export const SUBJECT_READERS: Readonly<
  Record<(typeof SUBJECTS)[number], (member: string, given: unknown) => string>
> = {
  tls_client_auth_subject_dn: text(
    (value) => parseDn(value) !== undefined,
    'must be a name such as CN=client,O=Acme,C=DE (RFC 4514)',
  ),
  tls_client_auth_san_dns: text(
    (value) => /^(?:\*\.)?[\w-]+(?:\.[\w-]+)*$/.test(value),
    'must be the name of a host',
  ),
  tls_client_auth_san_uri: text(
    (value) => isUriText(value) && /^[a-z][a-z\d+.-]*:./i.test(value),
    'must be an absolute URI',
  ),
  tls_client_auth_san_ip: text((value) => ipBytes(value) !== undefined, 'must be an IP address'),
  tls_client_auth_san_email: text((value) => /^[^\s@,"]+@[\w.-]+$/.test(value), 'must be an email address'),
}

/** RFC 8705 sections 2.1.2 and 2.2.2. @throws {OAuthError} invalid_client_metadata */
export const refuseOddTlsClient = (metadata: ClientMetadata): void => {
  const { token_endpoint_auth_method: method, jwks, jwks_uri } = metadata
  const [named, ...more] = SUBJECTS.filter((member) => metadata[member] !== null)
  if (method === 'tls_client_auth' && (named === undefined || more.length > 0)) {
    throw badMetadata('token_endpoint_auth_method', `tls_client_auth needs one of ${SUBJECTS.join(', ')}`)
  }
  if (method !== 'tls_client_auth' && named !== undefined) {
    throw badMetadata(named, 'only tls_client_auth uses it')
  }
  if (method === 'self_signed_tls_client_auth' && jwks === null && jwks_uri === null) {
    throw badMetadata('jwks', 'self_signed_tls_client_auth needs jwks or jwks_uri')
  }
}
