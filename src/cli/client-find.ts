import type { ClientDetail } from '../actions/client.ts'
import { describe } from '../clients.ts'
import type { Client } from '../protocol/client-metadata.ts'
import { nearest } from '../protocol/nearest.ts'
import { now, type Server } from '../server.ts'
import { countLiveTokens } from '../store/access-token.ts'
import { findClient, listClients } from '../store/client.ts'
import { type Failure, notFound } from './failure.ts'

/**
 * A client by its id, revoked or not.
 * @throws {Failure} exit 3, with the id that was probably meant
 */
export const findOrSuggest = async (server: Server, client_id: string): Promise<ClientDetail> => {
  const detail = await describe(server, client_id)
  if (detail !== undefined) return detail
  throw await noSuchClient(server, client_id)
}

/**
 * The client alone, for a command that has nothing to do with a revoked one.
 * @throws {Failure} exit 3, also when it is revoked
 */
export const findActive = async (server: Server, client_id: string): Promise<Client> => {
  const client = await server.store.read(findClient(client_id))
  if (client === undefined) throw await noSuchClient(server, client_id)
  if (client.revoked_at !== null) throw revokedClient(client_id)
  return client
}

/** The tokens that are lost with a client: they stay counted when it is revoked. Walks the table. */
export const countTokens = (server: Server, client_id: string): Promise<number> =>
  server.store.read(countLiveTokens(client_id, now(server)))

/** Somebody else may have revoked it since it was looked for. */
export const revokedClient = (client_id: string): Failure =>
  notFound('client_revoked', `client ${client_id} is revoked`, 'oauthd client:list shows the others')

const SEARCHED = 500

/** Meant may be an id that begins so, one that is nearly the same, or the one of a client with this name. */
const noSuchClient = async (server: Server, client_id: string): Promise<Failure> => {
  const clients = await server.store.read(listClients({ status: 'active', limit: SEARCHED }))
  const near = nearest(
    client_id,
    clients.map((client) => client.client_id),
  )
  const meant =
    clients.find((client) => client.client_id.startsWith(client_id)) ??
    clients.find((client) => client.client_id === near) ??
    clients.find(({ client_name }) => client_name.toLowerCase() === client_id.toLowerCase())
  const hint =
    meant === undefined
      ? 'oauthd client:list shows them'
      : `did you mean ${meant.client_id} (${meant.client_name})?`
  return notFound('client_not_found', `no client ${client_id}`, hint)
}
