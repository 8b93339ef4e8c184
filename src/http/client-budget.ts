import { type OAuthError, tooMany } from '../protocol/error.ts'
import type { Server } from '../server.ts'
import { addressOf, isOnes } from './address.ts'
import type { BackChannel } from './answer.ts'

/**
 * CA-09: refuses who has failed too often as this client from there, before anything is compared or read. Where
 * many may come from, whom nobody can tell apart, that holds for what could be guessed alone (RL-02).
 *
 * @param isGuess whether what is presented might be guessed
 * @throws {OAuthError} 429
 */
export const refuseGuessing = (
  server: Server,
  exchange: BackChannel,
  client_id: string,
  isGuess: () => boolean,
): void => {
  const { client_failures, settings } = server
  if (!settings.rate_limits || client_failures.isQuiet(exchange.now)) return
  const until = client_failures.outUntil(whose(server, exchange, client_id), exchange.now)
  if (until === undefined) return
  if (isOnes(server, exchange) || isGuess()) throw tooManyFailures(until - exchange.now)
}

/** Counts a failure of this client from there, at once; gives the refusal when it was too many. */
export const countFailure = async (
  server: Server,
  exchange: BackChannel,
  client_id: string,
): Promise<OAuthError | undefined> => {
  const { client_failures, settings } = server
  if (!settings.rate_limits) return undefined
  const { now } = exchange
  const from = whose(server, exchange, client_id)
  const until = client_failures.outUntil(from, now) ?? (await client_failures.count(from, now))
  return until === undefined ? undefined : tooManyFailures(until - now)
}

/** What is longer is no client's id, and not worth remembering. */
const LONGEST_ID = 256

const whose = (server: Server, exchange: BackChannel, client_id: string): string =>
  `${addressOf(server, exchange) ?? '-'} ${client_id.length > LONGEST_ID ? '' : client_id}`

const tooManyFailures = (seconds: number): OAuthError =>
  tooMany('too many failed authentications of this client from this address', seconds)
