import { introspectToken } from '../actions/token.ts'
import type { TokenFacts } from '../protocol/access-token.ts'
import { bearerChallenge } from '../protocol/bearer.ts'
import type { Client } from '../protocol/client-metadata.ts'
import { OAuthError } from '../protocol/error.ts'
import { isSameResource } from '../protocol/resource.ts'
import { covers } from '../protocol/scope.ts'
import { type Challenged, noToken } from '../resource/refusal.ts'
import type { Server } from '../server.ts'
import type { Registered } from '../store/registry.ts'
import { type Answer, type Exchange, NO_STORE } from './answer.ts'

/** The answer to a request without a token; it names no error, and the log says why. */
export const tokenNeeded = ({ note }: Exchange, challenged: Challenged): Answer => {
  note['reason'] = 'no token'
  const refused = noToken(challenged)
  return { ...refused, headers: { ...NO_STORE, ...refused.headers } }
}

/**
 * The client that a bearer token speaks for at an endpoint of ours.
 *
 * @param needed the scope that the endpoint asks for
 * @throws {OAuthError} invalid_token or insufficient_scope, with its challenge (RFC 6750 section 3)
 */
export const bearerClient = async (
  server: Server,
  registered: Registered,
  exchange: Exchange,
  bearer: string,
  needed: string,
): Promise<Client> => {
  const presented = server.secrets.present(bearer)
  const at = { issuer: server.settings.issuer, now: exchange.now }
  const seen = presented && (await server.store.read(introspectToken(presented, undefined, at)))
  const known = seen && (await registered.client(seen.token.client_id))
  if (seen === undefined || known === undefined || seen.isRefreshToken || !isForUs(seen.token, at)) {
    const challenge = bearerChallenge({ error: 'invalid_token' })
    throw new OAuthError('invalid_token', 'the access token is not valid', { challenge })
  }
  const { client_id, scope } = seen.token
  exchange.note['client_id'] = client_id
  if (!covers(scope, needed)) {
    const challenge = bearerChallenge({ error: 'insufficient_scope', scope: needed })
    throw new OAuthError('insufficient_scope', `the access token lacks the scope ${needed}`, { challenge })
  }
  return known.client
}

/** BCP 2.3: a token for another resource may have come from there. */
const isForUs = ({ aud }: TokenFacts, { issuer }: { readonly issuer: string }): boolean =>
  aud === null || aud.some((one) => isSameResource(one, issuer))
