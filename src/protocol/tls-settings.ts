/** The settings of TLS, of trusted proxies, and of client certificates through either (RFC 8705). */
import type { AuthMethod } from './auth-method.ts'
import { readNetwork } from './ip.ts'
import type { Settings } from './settings.ts'
import { webUriProblem } from './uri.ts'

type TlsSettings = Pick<
  Settings,
  'issuer' | 'tls_cert' | 'tls_key' | 'tls_client_ca' | 'trust_proxy' | 'client_cert_header' | 'mtls_url'
>

/** Reads the name of a file. @throws {TypeError} */
export const readFileName = (value: unknown): string => {
  if (typeof value === 'string' && /^[^\0]{1,4096}$/.test(value)) return value
  throw new TypeError('must be the name of a file')
}

/** Reads a list of addresses and networks, in one text with commas between or in several. @throws {TypeError} */
export const readNetworks = (value: unknown): readonly string[] => {
  const given: readonly unknown[] = Array.isArray(value) ? value : [value]
  return given.flatMap((each) => {
    if (typeof each !== 'string') throw new TypeError('must be addresses or networks such as 10.0.0.0/8')
    const networks = each.split(',').map((network) => network.trim())
    for (const network of networks) readNetwork(network)
    return networks
  })
}

/** Reads the name of a header (RFC 9110 section 5.1), or `off`. @throws {TypeError} */
export const readHeaderName = (value: unknown): string | undefined => {
  if (value === 'off') return undefined
  if (typeof value === 'string' && /^[\w!#$%&'*+.^`|~-]{1,64}$/.test(value)) return value
  throw new TypeError('must be the name of a header, or off')
}

/** Reads an address that stands in place of the issuer. @throws {TypeError} */
export const readMtlsUrl = (value: unknown): string => {
  const problem = typeof value === 'string' ? webUriProblem(value) : 'must be a URL'
  if (typeof value !== 'string' || problem !== undefined) throw new TypeError(problem ?? 'must be a URL')
  if (/^https:\/\/[^/?]+$/i.test(value)) return value
  throw new TypeError('must be https and a host alone: the path is that of the issuer')
}

/** What keeps these settings from meaning anything together; `undefined` when nothing does. */
export const tlsProblem = (settings: TlsSettings): string | undefined => {
  const { issuer, tls_cert, tls_key, tls_client_ca, mtls_url } = settings
  if (tls_cert === undefined && tls_key !== undefined) return 'tls_cert is missing: tls_key needs it'
  if (tls_cert !== undefined && tls_key === undefined) return 'tls_key is missing: tls_cert needs it'
  if (tls_cert !== undefined && !/^https:/i.test(issuer)) return 'issuer must be https when tls_cert is set'
  if (tls_client_ca !== undefined && !takesCertificates(settings)) {
    return 'tls_client_ca needs tls_cert, or trust_proxy'
  }
  if (mtls_url !== undefined && !takesCertificates(settings)) return 'mtls_url needs tls_cert, or trust_proxy'
  return undefined
}

/** Whether client certificates reach this server at all: by its own TLS, or from a proxy. */
export const takesCertificates = (settings: Omit<TlsSettings, 'issuer'>): boolean =>
  settings.tls_cert !== undefined || takesForwarded(settings)

/** Whether a proxy hands them on. */
export const takesForwarded = ({
  trust_proxy,
  client_cert_header,
}: Pick<TlsSettings, 'trust_proxy' | 'client_cert_header'>): boolean =>
  trust_proxy.length > 0 && client_cert_header !== undefined

/** Whether somebody has verified who issued them: against `tls_client_ca`, or the proxy by its own list. */
export const verifiesIssuers = (settings: Omit<TlsSettings, 'issuer'>): boolean =>
  takesForwarded(settings) || (settings.tls_cert !== undefined && settings.tls_client_ca !== undefined)

/** How clients with certificates are served, as metadata tells (RFC 8705 sections 2, 3.3 and 5). */
export interface MutualTls {
  readonly methods: readonly AuthMethod[]
  readonly url: string | undefined
}

export const mutualTls = (settings: Omit<TlsSettings, 'issuer'>): MutualTls | undefined => {
  if (!takesCertificates(settings)) return undefined
  const verified: readonly AuthMethod[] = verifiesIssuers(settings) ? ['tls_client_auth'] : []
  return { methods: [...verified, 'self_signed_tls_client_auth'], url: settings.mtls_url }
}
