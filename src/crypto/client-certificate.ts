import { createPublicKey, hash, X509Certificate } from 'node:crypto'
import type { JsonWebKeys } from '../protocol/client-security.ts'

/** An X.509 certificate. */
export type Certificate = X509Certificate

/** The one certificate that these bytes of DER are; `undefined` for anything else. */
export const certificateFrom = (der: Uint8Array): Certificate | undefined => {
  try {
    const certificate = new X509Certificate(der)
    // Bytes behind it would be part of nothing that is compared.
    return certificate.raw.length === der.length ? certificate : undefined
  } catch {
    return undefined
  }
}

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** Every certificate in a text of PEM. @throws {TypeError} when one of them is none */
export const certificatesIn = (pem: string): readonly Certificate[] =>
  (pem.match(BLOCK) ?? []).map((block) => {
    try {
      return new X509Certificate(block)
    } catch (cause) {
      throw new TypeError('a certificate in it is none', { cause })
    }
  })

/** RFC 8705 section 3.1: `x5t#S256`, the SHA-256 of its DER in base64url. */
export const thumbprint = ({ raw }: Certificate): string => hash('sha256', raw, 'base64url')

/** Whether it is in its time. Epoch seconds. */
export const isCurrent = ({ validFromDate, validToDate }: Certificate, now: number): boolean =>
  validFromDate.getTime() <= now * 1000 && now * 1000 <= validToDate.getTime()

/** RFC 5280 section 4.2.1.12: what a client certificate may be used for, where it says so. */
const CLIENT_AUTH: readonly string[] = ['1.3.6.1.5.5.7.3.2', '2.5.29.37.0']

/**
 * Whether one of these authorities issued it, directly, for the use of clients. For a certificate that a proxy
 * hands on: over TLS of our own OpenSSL follows the whole chain.
 */
export const isIssuedBy = (
  certificate: Certificate,
  authorities: readonly Certificate[],
  now: number,
): boolean =>
  // Node calls the extended key usage so.
  (certificate.keyUsage?.some((use) => CLIENT_AUTH.includes(use)) ?? true) &&
  authorities.some(
    (authority) =>
      authority.ca &&
      isCurrent(authority, now) &&
      certificate.checkIssued(authority) &&
      certificate.verify(authority.publicKey),
  )

/**
 * RFC 8705 section 2.2.2: whether it is one of those registered. A key with `x5c` stands for that very
 * certificate, one without for every certificate of the key.
 */
export const isRegistered = (certificate: Certificate, { keys }: JsonWebKeys): boolean =>
  keys.some((jwk) => {
    const { x5c } = jwk
    if (x5c !== undefined) return Array.isArray(x5c) && isSame(certificate, x5c[0])
    try {
      return createPublicKey({ key: jwk, format: 'jwk' }).equals(certificate.publicKey)
    } catch {
      return false
    }
  })

/** RFC 7517 section 4.7: base64, not base64url. */
const isSame = ({ raw }: Certificate, base64: unknown): boolean =>
  typeof base64 === 'string' && raw.equals(Buffer.from(base64, 'base64'))
