import { readFileSync } from 'node:fs'
import { type Certificate, certificatesIn } from './crypto/client-certificate.ts'
import type { Settings } from './protocol/settings.ts'

/** More than any chain of certificates, and less than what was not meant. Bytes. */
const MOST = 1_048_576

/**
 * A file of PEM.
 *
 * @throws {TypeError} naming the setting, when it cannot be read or is none
 */
export const readTlsFile = (name: string, file: string): string => {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw new TypeError(`${name} cannot be read: ${file}`, { cause })
  }
  if (text.length > MOST || !text.includes('-----BEGIN ')) throw new TypeError(`${name} is not PEM: ${file}`)
  return text
}

/**
 * The authorities whose client certificates are taken, as the settings name them.
 *
 * @throws {TypeError} as {@link readTlsFile}, and when it holds no certificate
 */
export const readClientAuthorities = ({
  tls_client_ca,
}: Pick<Settings, 'tls_client_ca'>): readonly Certificate[] => {
  if (tls_client_ca === undefined) return []
  const pem = readTlsFile('tls_client_ca', tls_client_ca)
  try {
    const authorities = certificatesIn(pem)
    if (authorities.length > 0) return authorities
  } catch (cause) {
    throw new TypeError(`tls_client_ca holds a certificate that is none: ${tls_client_ca}`, { cause })
  }
  throw new TypeError(`tls_client_ca holds no certificate: ${tls_client_ca}`)
}
