import { JWKSNoMatchingKey } from 'jose/errors'
import { type ClientKeys, localKeys } from './crypto/client-jwt.ts'
import type { Client } from './protocol/client-metadata.ts'
import type { Server } from './server.ts'

/**
 * The keys that a client signs with: those it was registered with, or those it publishes at its `jwks_uri`.
 *
 * @returns a key by the header of a JWT; throws jose's errors when there is none, and an Error whose message is
 *   for the log when what is published cannot be had
 */
export const clientKeys = (server: Pick<Server, 'remote_jwks'>, client: Client): ClientKeys => {
  const { client_id, jwks, jwks_uri } = client
  if (jwks_uri === null) return localKeys(jwks ?? NO_KEYS)
  return async (header, token) => {
    const latest = localKeys(await server.remote_jwks.latest(client_id, jwks_uri))
    try {
      return await latest(header, token)
    } catch (error) {
      if (!(error instanceof JWKSNoMatchingKey)) throw error
      const renewed = await server.remote_jwks.renewed(client_id, jwks_uri)
      if (renewed === undefined) throw error
      return localKeys(renewed)(header, token)
    }
  }
}

const NO_KEYS = { keys: [] }
