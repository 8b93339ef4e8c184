import { constants } from 'node:crypto'
import { Server as HttpsServer } from 'node:https'
import { createSecureContext } from 'node:tls'
import type { Certificate } from '../crypto/client-certificate.ts'
import type { Settings } from '../protocol/settings.ts'
import { readClientAuthorities, readTlsFile } from '../tls-files.ts'
import { failed } from './failure.ts'

/** What a server shows, and whose client certificates are taken for verified. PEM. */
export interface Tls {
  readonly cert: string
  readonly key: string
  readonly ca: readonly string[] | undefined
}

/**
 * The certificate and key that the settings name; `undefined` without them.
 *
 * @throws {Failure} exit 1 when they cannot be read, or do not belong together
 */
export const readTls = (settings: Settings): Tls | undefined => {
  const { tls_cert, tls_key, tls_client_ca } = settings
  if (tls_cert === undefined || tls_key === undefined) return undefined
  const authorities = readAuthorities(settings)
  const tls = usable(() => ({
    cert: fromFirstBlock(readTlsFile('tls_cert', tls_cert)),
    key: fromFirstBlock(readTlsFile('tls_key', tls_key)),
    ca: tls_client_ca === undefined ? undefined : authorities.map((each) => each.toString()),
  }))
  try {
    createSecureContext({ cert: tls.cert, key: tls.key })
  } catch (cause) {
    const what = `${tls_cert} and ${tls_key} are no certificate with its key`
    throw failed('tls_file_unusable', what, 'PEM, the key without a password', cause)
  }
  return tls
}

/** The authorities of client certificates. @throws {Failure} exit 1 */
export const readAuthorities = (settings: Settings): readonly Certificate[] =>
  usable(() => readClientAuthorities(settings))

const usable = <T>(read: () => T): T => {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw failed('tls_file_unusable', error.message, 'oauthd config:show --sources', error)
  }
}

/** listhen takes for a file's name what does not begin as PEM, and many tools write words above it. */
const fromFirstBlock = (pem: string): string => pem.slice(Math.max(0, pem.indexOf('-----BEGIN ')))

/**
 * What listhen does not hand on: TLS 1.2 at least, and a certificate asked of whoever connects. Nobody needs
 * one: browsers and clients that have none go on without, and what one is worth is judged request by request.
 * Nothing is agreed on anew: who is known by one certificate could show another, and Node would call that one
 * verified too.
 */
export const secure = (server: object, { cert, key, ca }: Tls): void => {
  if (!(server instanceof HttpsServer)) throw new TypeError('listhen gave a server without TLS')
  server.setSecureContext({
    cert,
    key,
    minVersion: 'TLSv1.2',
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    ...(ca === undefined ? {} : { ca: [...ca] }),
  })
  Object.assign(server, { requestCert: true, rejectUnauthorized: false })
  // A handshake that fails is no request: Node would hand it on as one that is not well formed.
  server.removeAllListeners('tlsClientError')
  server.on('tlsClientError', (_, socket) => socket.destroy())
}
