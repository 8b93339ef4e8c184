import { type Certificate, certificateFrom, isCurrent, isIssuedBy } from '../crypto/client-certificate.ts'
import { forwardedCertificate } from '../protocol/client-cert-header.ts'
import type { Log, Server } from '../server.ts'
import { isTrustedProxy, peerOf } from './address.ts'
import type { BackChannel } from './answer.ts'

/** A client certificate whose private key the client has proven to hold (RFC 8705). */
export interface Shown {
  readonly certificate: Certificate
  /** Whether who issued it is among those who may, as far as anybody has looked. */
  readonly isVerified: boolean
}

/** Why there is none; for the log. */
export type NotShown = string

/**
 * The client certificate of a request: of our own TLS, or out of the header of a trusted proxy, which has
 * had it proven. From a trusted proxy the header alone counts: the TLS between us is its own.
 */
export const certificateOf = (server: Server, exchange: BackChannel): Shown | NotShown => {
  const peer = peerOf(exchange)
  const isProxy = peer !== undefined && isTrustedProxy(server, peer)
  if (!isProxy) dropForwarded(server, exchange, peer)
  const shown = isProxy ? forwarded(server, exchange) : ownTls(server, exchange)
  if (typeof shown === 'string' || isCurrent(shown.certificate, exchange.now)) return shown
  return 'the client certificate is not in its time'
}

const forwarded = (server: Server, { request, now }: BackChannel): Shown | NotShown => {
  const { client_cert_header: name } = server.settings
  const header = name === undefined ? null : request.headers.get(name)
  if (header === null || header === '') return 'the proxy hands on no client certificate'
  const der = forwardedCertificate(header)
  const certificate = der && certificateFrom(der)
  if (certificate === undefined) return 'the client certificate that the proxy hands on is not well formed'
  const { client_authorities: authorities } = server
  return { certificate, isVerified: authorities.length === 0 || isIssuedBy(certificate, authorities, now) }
}

const ownTls = ({ settings }: Server, { request }: BackChannel): Shown | NotShown => {
  const socket = settings.tls_cert === undefined ? undefined : tlsSocketOf(request)
  const certificate = socket?.getPeerX509Certificate()
  if (certificate === undefined) return 'no client certificate'
  // A session taken up again is called authorized, certificate or not: only with one it says something.
  return { certificate, isVerified: settings.tls_client_ca !== undefined && socket?.authorized === true }
}

/** What is needed of node:tls. */
interface TlsSocket {
  readonly authorized: boolean
  getPeerX509Certificate(): Certificate | undefined
}

/** srvx keeps what node:http gave it. */
const tlsSocketOf = (request: object): TlsSocket | undefined => {
  const { runtime } = request as { runtime?: { node?: { req?: { socket?: object } } } }
  const socket = runtime?.node?.req?.socket
  return socket !== undefined && 'getPeerX509Certificate' in socket ? (socket as TlsSocket) : undefined
}

/** The logs that have been told. */
const told = new WeakSet<Log>()

/** MT-01: told once, as anybody can send it: either a proxy is missing in `trust_proxy`, or somebody tries. */
const dropForwarded = (
  { settings, log }: Server,
  { request, request_id }: BackChannel,
  address: string | undefined,
): void => {
  const { client_cert_header: header } = settings
  if (header === undefined || told.has(log) || request.headers.get(header) === null) return
  told.add(log)
  const whence = address === undefined ? {} : { address }
  log.warn({ request_id, header, ...whence }, 'client certificate dropped: its sender is not in trust_proxy')
}
