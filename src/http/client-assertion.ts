import { clientKeys } from '../client-keys.ts'
import { signatureProblem } from '../crypto/client-jwt.ts'
import { ASSERTION_TYPE, assertionAlgorithms, judgeAssertion } from '../protocol/client-assertion.ts'
import { type Attempt, allowsMethod } from '../protocol/client-auth.ts'
import { type JwtContent, jwtContent } from '../protocol/client-jwt.ts'
import type { Client } from '../protocol/client-metadata.ts'
import { OAuthError } from '../protocol/error.ts'
import { jtiKey } from '../protocol/jti.ts'
import type { Server } from '../server.ts'
import type { Registered } from '../store/registry.ts'
import { claimJti } from '../store/used-jti.ts'
import type { BackChannel } from './answer.ts'
import { countFailure, refuseGuessing } from './client-budget.ts'
import { evenOut, refusedClient } from './refuse-client.ts'

type AssertionAttempt = Extract<Attempt, { kind: 'assertion' }>

/**
 * Authenticates a client by the JWT that it signed (RFC 7523 section 2.2), once (JA-06).
 *
 * @throws {OAuthError} `invalid_request` when the request names another client than the assertion (CA-05);
 *   `invalid_client` for everything else
 */
export const clientOfAssertion = async (
  server: Server,
  registered: Registered,
  exchange: BackChannel,
  attempt: AssertionAttempt,
): Promise<Client> => {
  const { client_assertion, client_assertion_type, client_id } = attempt
  if (client_assertion_type !== ASSERTION_TYPE)
    throw refusedClient('client_assertion_type is not that of a JWT')
  const content = jwtContent(client_assertion)
  const sub = content?.claims['sub']
  if (content === undefined || typeof sub !== 'string')
    throw refusedClient('the assertion is no JWT with a sub')
  if (client_id !== undefined && client_id !== sub) {
    throw new OAuthError('invalid_request', 'client_id is not the one that authenticates')
  }
  refuseGuessing(server, exchange, sub, NOBODY_GUESSES)
  const found = registered.client(sub)
  const known = found instanceof Promise ? await found : found
  const problem =
    known === undefined
      ? 'unknown client'
      : await whyRefused(server, exchange, known.client, attempt, content)
  if (known !== undefined && problem === undefined) return known.client
  const [limited] = await Promise.all([
    countFailure(server, exchange, sub),
    evenOut(server, known !== undefined, found === known),
  ])
  throw limited ?? refusedClient(problem ?? 'unknown client')
}

/** A signature. */
const NOBODY_GUESSES = (): boolean => false

/** What costs least is looked at first; the `jti` is taken last, by an assertion that is the client's own. */
const whyRefused = async (
  server: Server,
  exchange: BackChannel,
  client: Client,
  attempt: AssertionAttempt,
  content: JwtContent,
): Promise<string | undefined> => {
  if (client.revoked_at !== null) return 'revoked client'
  if (!allowsMethod(client, attempt)) return 'assertion is not how this client authenticates'
  const { issuer, prefix } = server.settings
  const { now, route: called } = exchange
  const assertion = judgeAssertion(content, { client, issuer, prefix, called, now })
  if (typeof assertion === 'string') return assertion
  const problem = await signatureProblem(
    attempt.client_assertion,
    clientKeys(server, client),
    assertionAlgorithms(client),
  )
  if (problem !== undefined) return problem
  const key = jtiKey('client_assertion', client.client_id, assertion.jti)
  if (!(await server.store.write(() => claimJti(key, assertion.until))))
    return 'the assertion was used before'
  // Decision 5: who still needs the switch can be found in the log.
  if (assertion.isLegacy) exchange.note['assertion_aud'] = 'legacy'
  return undefined
}
