import { isRegistered } from '../crypto/client-certificate.ts'
import type { Client } from '../protocol/client-metadata.ts'
import type { JsonWebKeys } from '../protocol/client-security.ts'
import { isIssuedTo } from '../protocol/tls-client-auth.ts'
import type { Server } from '../server.ts'
import type { BackChannel } from './answer.ts'
import { certificateOf } from './client-certificate.ts'

/**
 * Why the certificate that a request shows, or that it shows none, is no authentication of this client
 * (RFC 8705 section 2); `undefined` when it is. For the log.
 */
export const certificateProblem = async (
  server: Server,
  exchange: BackChannel,
  client: Client,
): Promise<string | undefined> => {
  const shown = certificateOf(server, exchange)
  if (typeof shown === 'string') return shown
  const { certificate, isVerified } = shown
  if (client.token_endpoint_auth_method === 'tls_client_auth') {
    if (!isVerified) return 'the client certificate is of no authority that is known'
    return isIssuedTo(certificate, client) ? undefined : 'the client certificate was issued to somebody else'
  }
  const isTheirs = (keys: JsonWebKeys): boolean => isRegistered(certificate, keys)
  return (await anyKeys(server, client, isTheirs)) ? undefined : 'the client certificate is not registered'
}

/** Those registered, or those published, which are asked for again where none fits. */
const anyKeys = async (
  { remote_jwks }: Server,
  { client_id, jwks, jwks_uri }: Client,
  fits: (keys: JsonWebKeys) => boolean,
): Promise<boolean> => {
  if (jwks_uri === null) return jwks !== null && fits(jwks)
  try {
    if (fits(await remote_jwks.latest(client_id, jwks_uri))) return true
    const renewed = await remote_jwks.renewed(client_id, jwks_uri)
    return renewed !== undefined && fits(renewed)
  } catch {
    // What is published cannot be had: nobody is proven by it.
    return false
  }
}
