import { introspectToken } from '../actions/token.ts'
import type { TokenFacts } from '../protocol/access-token.ts'
import { type Credential, schemesFor, tokenChallenge } from '../protocol/bearer.ts'
import type { Client } from '../protocol/client-metadata.ts'
import { OAuthError } from '../protocol/error.ts'
import { endpoint } from '../protocol/issuer.ts'
import { isSameResource } from '../protocol/resource.ts'
import { covers } from '../protocol/scope.ts'
import { type Challenged, noToken } from '../resource/refusal.ts'
import type { Server } from '../server.ts'
import { presentToken } from '../signed-tokens.ts'
import type { Registered } from '../store/registry.ts'
import { type Answer, type Exchange, NO_STORE } from './answer.ts'
import { possessionProblem, proofAlgorithms, refusedAtResource } from './holder.ts'

/** What an endpoint of ours asks of a token. */
export interface Endpoint {
  /** Its path below the prefix, as it was called. */
  readonly path: string
  /** The scope that it needs. */
  readonly scope: string
}

/** The answer to a request without a token; it names no error, and the log says why. */
export const tokenNeeded = ({ note }: Exchange, challenged: Challenged): Answer => {
  note['reason'] = 'no token'
  const refused = noToken(challenged)
  return { ...refused, headers: { ...NO_STORE, ...refused.headers } }
}

/**
 * The client that an access token speaks for at an endpoint of ours.
 *
 * @throws {OAuthError} invalid_token or insufficient_scope, with its challenge (RFC 6750 section 3); as
 *   RFC 9449 section 7.1 has it where a token is bound by DPoP
 */
export const bearerClient = async (
  server: Server,
  registered: Registered,
  exchange: Exchange,
  credential: Credential,
  { path, scope: needed }: Endpoint,
): Promise<Client> => {
  const found = presentToken(server, credential.token)
  const presented = found instanceof Promise ? await found : found
  const { issuer, prefix } = server.settings
  const at = { issuer, now: exchange.now }
  const seen = presented && (await server.store.read(introspectToken(presented, undefined, at)))
  const known = seen && (await registered.client(seen.token.client_id))
  const cnf = seen?.token.cnf ?? undefined
  const algs = proofAlgorithms(server)
  if (seen === undefined || known === undefined || seen.isRefreshToken || !isForUs(seen.token, at)) {
    const problem = new OAuthError('invalid_token', 'the access token is not valid')
    throw refusedAtResource(problem, credential, cnf, { algs })
  }
  const { client_id, scope } = seen.token
  const called = { method: exchange.request.method, url: endpoint(issuer, prefix, path) }
  const proving = possessionProblem(server, exchange, credential, { cnf, client_id }, called)
  const problem = proving && (await proving)
  if (problem !== undefined) throw refusedAtResource(problem, credential, cnf, { algs })
  exchange.note['client_id'] = client_id
  if (!covers(scope, needed)) {
    const challenge = tokenChallenge(schemesFor(credential, cnf), {
      error: 'insufficient_scope',
      scope: needed,
      algs,
    })
    throw new OAuthError('insufficient_scope', `the access token lacks the scope ${needed}`, { challenge })
  }
  return known.client
}

/** BCP 2.3: a token for another resource may have come from there. */
const isForUs = ({ aud }: TokenFacts, { issuer }: { readonly issuer: string }): boolean =>
  aud === null || aud.some((one) => isSameResource(one, issuer))
