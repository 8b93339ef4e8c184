import { thumbprint } from '../crypto/client-certificate.ts'
import type { Client } from '../protocol/client-metadata.ts'
import type { Confirmation } from '../protocol/confirmation.ts'
import { OAuthError } from '../protocol/error.ts'
import type { Server } from '../server.ts'
import type { BackChannel } from './answer.ts'
import { certificateOf } from './client-certificate.ts'
import { dpopOf, type ProvenKey } from './dpop.ts'

/** What a back-channel request proves to hold, beside the client's own credentials. */
export interface Binding {
  /** The key of its DPoP proof (RFC 9449). */
  readonly proof: ProvenKey | undefined
  /** The thumbprint of its client certificate (RFC 8705). */
  readonly x5t: string | undefined
}

const NOTHING: Binding = { proof: undefined, x5t: undefined }

/**
 * Looks for a DPoP proof and a client certificate; most requests have neither.
 *
 * @throws {OAuthError} as {@link dpopOf}
 */
export const bindingOf = (
  server: Server,
  exchange: BackChannel,
  client: Client,
): Binding | Promise<Binding> => {
  const proven = dpopOf(server, exchange, client)
  const x5t = client.tls_client_certificate_bound_access_tokens ? x5tOf(server, exchange) : undefined
  if (proven !== undefined) return proven.then((proof) => ({ proof, x5t }))
  return x5t === undefined ? NOTHING : { proof: undefined, x5t }
}

/** The thumbprint of the certificate that came with a request, if one did. */
const x5tOf = (server: Server, exchange: BackChannel): string | undefined => {
  const shown = certificateOf(server, exchange)
  return typeof shown === 'string' ? undefined : thumbprint(shown.certificate)
}

/** What tokens are bound to: a proof binds whoever sends it, a certificate the clients that ask for it. */
export const confirmationOf = ({ proof, x5t }: Binding): Confirmation | null => {
  if (proof !== undefined) return { jkt: proof.jkt }
  return x5t === undefined ? null : { 'x5t#S256': x5t }
}

/**
 * DP-13, MT-03: a client whose tokens are bound gets no others.
 *
 * @throws {OAuthError} invalid_dpop_proof, invalid_client
 */
export const refuseUnbound = (client: Client, { proof, x5t }: Binding): void => {
  if (client.dpop_bound_access_tokens && proof === undefined) {
    throw new OAuthError('invalid_dpop_proof', 'the tokens of this client are bound: a DPoP proof is missing')
  }
  if (client.tls_client_certificate_bound_access_tokens && proof === undefined && x5t === undefined) {
    throw new OAuthError(
      'invalid_client',
      'the tokens of this client are bound: a client certificate is missing',
    )
  }
}
