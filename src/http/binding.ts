import type { Client } from '../protocol/client-metadata.ts'
import type { Confirmation } from '../protocol/confirmation.ts'
import { OAuthError } from '../protocol/error.ts'
import type { Server } from '../server.ts'
import type { BackChannel } from './answer.ts'
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
  _client: Client,
): Binding | Promise<Binding> => {
  const proven = dpopOf(server, exchange)
  return proven === undefined ? NOTHING : proven.then((proof) => ({ ...NOTHING, proof }))
}

/** What tokens are bound to: a proof binds whoever sends it, a certificate the clients that ask for it. */
export const confirmationOf = ({ proof, x5t }: Binding, client: Client): Confirmation | null => {
  if (proof !== undefined) return { jkt: proof.jkt }
  return x5t !== undefined && client.tls_client_certificate_bound_access_tokens ? { 'x5t#S256': x5t } : null
}

/**
 * DP-13: a client whose tokens are bound gets no others.
 *
 * @throws {OAuthError} invalid_dpop_proof
 */
export const refuseUnbound = (client: Client, { proof }: Binding): void => {
  if (client.dpop_bound_access_tokens && proof === undefined) {
    throw new OAuthError('invalid_dpop_proof', 'the tokens of this client are bound: a DPoP proof is missing')
  }
}
