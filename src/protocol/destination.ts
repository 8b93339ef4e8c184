import { isLoopbackHost, splitUri } from './uri.ts'

/** Where an answer goes, as a person may be told. */
export type Destination =
  | { readonly kind: 'host'; readonly host: string }
  /** An app on the person's own device that listens on a port (RFC 8252 section 7.3). */
  | { readonly kind: 'loopback'; readonly host: string }
  /** An app on the person's own device that has claimed a scheme (RFC 8252 section 7.1). */
  | { readonly kind: 'app'; readonly scheme: string }

/** The destination of a registered redirect URI; a port is told, since another port is another program. */
export const destinationOf = (redirect_uri: string): Destination => {
  const { scheme = '', host, port } = splitUri(redirect_uri)
  if (!/^https?$/i.test(scheme)) return { kind: 'app', scheme: scheme.toLowerCase() }
  const name = (host ?? '').toLowerCase()
  const whole = port === undefined || port === '' ? name : `${name}:${port}`
  return { kind: isLoopbackHost(name) ? 'loopback' : 'host', host: whole }
}
