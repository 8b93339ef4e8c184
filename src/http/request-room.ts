import type { Client } from '../protocol/client-metadata.ts'
import { type OAuthError, tooMany } from '../protocol/error.ts'
import type { Server } from '../server.ts'
import { addressOf, isOnes } from './address.ts'
import type { Exchange } from './answer.ts'

/** A place for a request that a browser brings and that waits for its person; or the refusal when there is none. */
export const takeRoom = (
  server: Server,
  exchange: Exchange,
  { client_id }: Pick<Client, 'client_id'>,
): OAuthError | undefined =>
  refusal(server, () =>
    server.open_requests.take('authorization_request', party(server, exchange, client_id), exchange.now),
  )

/** Its person has answered: only what is left lying takes room. */
export const giveRoomBack = (
  server: Server,
  exchange: Exchange,
  { client_id }: Pick<Client, 'client_id'>,
): void => server.open_requests.giveBack('authorization_request', party(server, exchange, client_id))

/** PAR-06: a place for a request that a client pushes; or the refusal when there is none. */
export const takePushedRoom = (
  server: Server,
  exchange: Exchange,
  { client_id, token_endpoint_auth_method }: Client,
): OAuthError | undefined =>
  refusal(server, () =>
    token_endpoint_auth_method === 'none'
      ? server.open_requests.take('pushed_by_anybody', party(server, exchange, client_id), exchange.now)
      : server.open_requests.take('pushed', client_id, exchange.now),
  )

/** Anybody may name a client: what they leave lying is held against them where they are. */
const party = (server: Server, exchange: Exchange, client_id: string): string | undefined =>
  isOnes(server, exchange) ? `${client_id} ${addressOf(server, exchange)}` : undefined

const refusal = (
  { settings }: Pick<Server, 'settings'>,
  take: () => number | undefined,
): OAuthError | undefined => {
  const seconds = settings.rate_limits ? take() : undefined
  return seconds === undefined ? undefined : tooMany('too many requests are waiting for an answer', seconds)
}
