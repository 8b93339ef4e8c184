import type { Certificate } from '../crypto/client-certificate.ts'
import type { Shown } from './possession.ts'

/** As {@link Shown}, where nobody has said yet where the API is. */
export type ShownAt = Omit<Shown, 'url'> & {
  /** What was asked for: a path, or an address of which the path counts. */
  readonly path: string
}

/** What a web request shows; srvx, h3 and others that stand on `node:http` keep what that gave them. */
export const shownByWeb = (request: Request, socket: object | undefined = socketOf(request)): ShownAt => ({
  method: request.method,
  path: request.url,
  proof: request.headers.get('dpop'),
  certificate: () => certificateOf(socket),
})

/** What a request of `node:http` shows; Express, in a router, has the whole path elsewhere. */
export const shownByNode = ({ method, url, originalUrl, headers, socket }: NodeShown): ShownAt => ({
  method: method ?? '',
  path: originalUrl ?? url ?? '/',
  proof: textOf(headers.dpop),
  certificate: () => certificateOf(socket),
})

export interface NodeShown {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly originalUrl?: string | undefined
  readonly headers: { readonly dpop?: string | readonly string[] | undefined }
  readonly socket?: object | undefined
}

/** Node joins several by a comma, which no proof has: then none is picked. */
const textOf = (header: string | readonly string[] | undefined): string | null =>
  header === undefined ? null : String(header)

const socketOf = (request: object): object | undefined => {
  const { runtime } = request as { runtime?: { node?: { req?: { socket?: object } } } }
  return runtime?.node?.req?.socket
}

/** RFC 8705 section 3: TLS has proven that the client has the key, whoever issued the certificate. */
const certificateOf = (socket: object | undefined): Certificate | undefined =>
  socket !== undefined && 'getPeerX509Certificate' in socket
    ? (socket as TlsSocket).getPeerX509Certificate()
    : undefined

/** What is needed of node:tls. */
interface TlsSocket {
  getPeerX509Certificate(): Certificate | undefined
}
