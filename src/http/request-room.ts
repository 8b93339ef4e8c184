import type { Client } from '../protocol/client-metadata.ts'
import { type OAuthError, tooMany } from '../protocol/error.ts'
import type { Server } from '../server.ts'
import { addressOf, isOnes } from './address.ts'
import type { Exchange } from './answer.ts'

/** A place for a request that a browser brings and that waits for its person; or the refusal when there is none. */
export const takeRoom = (server: Server, exchange: Exchange): OAuthError | undefined =>
  refusal(server, () =>
    server.open_requests.take('authorization_request', party(server, exchange), exchange.now),
  )

/** Its person has answered: only what is left lying takes room. */
export const giveRoomBack = (server: Server, exchange: Exchange): void =>
  server.open_requests.giveBack('authorization_request', party(server, exchange))

/** What is pushed lies on the disk: a place holds so many characters. */
const PLACE = 4096

/** PAR-06: room for a request that a client pushes; or the refusal when there is none. */
export const takePushedRoom = (
  server: Server,
  exchange: Exchange,
  { client_id, token_endpoint_auth_method }: Client,
  parameters: string,
): OAuthError | undefined => {
  const [kind, whose] =
    token_endpoint_auth_method === 'none'
      ? (['pushed_by_anybody', party(server, exchange)] as const)
      : (['pushed', client_id] as const)
  const places = Math.ceil(parameters.length / PLACE)
  return refusal(server, () => server.open_requests.take(kind, whose, exchange.now, places))
}

/**
 * Anybody may name any client, and one after the other: what they leave lying is held against them where they
 * are, whichever they name, or one address could fill the room of all (RL-02).
 */
const party = (server: Server, exchange: Exchange): string | undefined =>
  isOnes(server, exchange) ? addressOf(server, exchange) : undefined

const refusal = (
  { settings }: Pick<Server, 'settings'>,
  take: () => number | undefined,
): OAuthError | undefined => {
  const seconds = settings.rate_limits ? take() : undefined
  return seconds === undefined ? undefined : tooMany('too many requests are waiting for an answer', seconds)
}
