import { showsCertificate } from '../protocol/auth-method.ts'
import { type Attempt, allowsMethod, attemptedAuthentication } from '../protocol/client-auth.ts'
import type { Client } from '../protocol/client-metadata.ts'
import type { Form } from '../protocol/form.ts'
import { isGenerated } from '../protocol/token-form.ts'
import type { Server } from '../server.ts'
import type { ClientSecret } from '../store/client-secret.ts'
import type { Registered, RegisteredClient } from '../store/registry.ts'
import type { BackChannel } from './answer.ts'
import { certificateProblem } from './certificate-auth.ts'
import { clientOfAssertion } from './client-assertion.ts'
import { countFailure, refuseGuessing } from './client-budget.ts'
import { evenOut, refusedClient } from './refuse-client.ts'
import { renewHash } from './renew-hash.ts'

/**
 * Authenticates the client of a back-channel request (OAuth 2.1 section 2.4). A public client is
 * identified, not authenticated; whether it may go on is for the endpoint to say.
 *
 * @throws {OAuthError} `invalid_request` for more than one mechanism (CA-04); `invalid_client` for
 *   everything else, in the same words whatever the reason (ERR-04): the reason is for the log
 */
export const authenticateClient = async (
  server: Server,
  registered: Registered,
  exchange: BackChannel,
  form: Form,
): Promise<Client> => {
  const attempt = attemptedAuthentication(exchange.request.headers.get('authorization'), form)
  if (attempt.kind === 'nothing') throw refusedClient('no client authentication')
  if (attempt.kind === 'assertion') {
    const client = await clientOfAssertion(server, registered, exchange, attempt)
    exchange.note['client_id'] = client.client_id
    return client
  }
  const presented = 'client_secret' in attempt ? attempt.client_secret : undefined
  if (presented !== undefined) {
    refuseGuessing(server, exchange, attempt.client_id, () => !isGenerated(presented))
  }
  const found = registered.client(attempt.client_id)
  const known = found instanceof Promise ? await found : found
  const live = liveSecrets(known, exchange.now)
  const match =
    presented === undefined
      ? -1
      : live.findIndex((stored) => server.secrets.matchesClientSecret(presented, stored))
  const reason =
    whyRefused(known, attempt, presented === undefined || match !== -1) ??
    (known !== undefined && showsCertificate(known.client)
      ? await certificateProblem(server, exchange, known.client)
      : undefined)
  if (known === undefined || reason !== undefined) {
    if (presented !== undefined) pretend(server, presented, match === -1 ? live.length : match + 1)
    // A right secret in a way that is not this client's guesses nothing: some libraries try both ways.
    const isFailure = presented !== undefined && match === -1
    const [limited] = await Promise.all([
      isFailure ? countFailure(server, exchange, attempt.client_id) : undefined,
      evenOut(server, known !== undefined, found === known),
    ])
    throw limited ?? refusedClient(reason ?? 'unknown client')
  }
  exchange.note['client_id'] = known.client.client_id
  const matched = live[match]
  if (presented !== undefined && matched !== undefined) renewHash(server, presented, matched)
  return known.client
}

const whyRefused = (
  registered: RegisteredClient | undefined,
  attempt: Exclude<Attempt, { kind: 'nothing' | 'assertion' }>,
  matches: boolean,
): string | undefined => {
  if (registered === undefined) return 'unknown client'
  if (registered.client.revoked_at !== null) return 'revoked client'
  if (!allowsMethod(registered.client, attempt)) return `${attempt.kind} is not how this client authenticates`
  return matches ? undefined : 'wrong secret'
}

/** The newest first: it is the one in use. SEC-02: an expired secret is no secret. */
const liveSecrets = (registered: RegisteredClient | undefined, now: number): readonly ClientSecret[] =>
  registered?.secrets.filter(({ expires_at }) => expires_at === null || expires_at > now).reverse() ?? []

/** SEC-01: a client has no more live secrets. */
const MOST_SECRETS = 2

/** ERR-04: whoever shows a secret and is refused has cost as many comparisons as a client can have secrets. */
const pretend = ({ secrets }: Server, presented: string, made: number): void => {
  for (let count = made; count < MOST_SECRETS; count += 1) secrets.pretendToMatch(presented)
}
