import { type Attempt, allowsMethod, attemptedAuthentication } from '../protocol/client-auth.ts'
import type { Client } from '../protocol/client-metadata.ts'
import { OAuthError } from '../protocol/error.ts'
import type { Form } from '../protocol/form.ts'
import type { Server } from '../server.ts'
import type { Registered, RegisteredClient } from '../store/registry.ts'
import type { Exchange } from './answer.ts'

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
  exchange: Exchange,
  form: Form,
): Promise<Client> => {
  const attempt = attemptedAuthentication(exchange.request.headers.get('authorization'), form)
  if (attempt.kind === 'nothing') throw refused('no client authentication')
  if (attempt.kind === 'assertion') throw refused('client assertions are not supported')
  const found = registered.client(attempt.client_id)
  const known = found instanceof Promise ? await found : found
  const reason = whyRefused(server, known, attempt, exchange.now)
  if (known === undefined || reason !== undefined) {
    // ERR-04: an unknown client has cost a read; one that is remembered must not be refused sooner.
    if (found === known) await server.store.turn()
    throw refused(reason ?? 'unknown client')
  }
  exchange.note['client_id'] = known.client.client_id
  return known.client
}

const whyRefused = (
  server: Server,
  registered: RegisteredClient | undefined,
  attempt: Exclude<Attempt, { kind: 'nothing' | 'assertion' }>,
  now: number,
): string | undefined => {
  const presented = 'client_secret' in attempt ? attempt.client_secret : undefined
  const matches = presented !== undefined && matchesSecret(server, registered, presented, now)
  if (registered === undefined) return 'unknown client'
  if (registered.client.revoked_at !== null) return 'revoked client'
  if (!allowsMethod(registered.client, attempt)) return `${attempt.kind} is not how this client authenticates`
  return presented === undefined || matches ? undefined : 'wrong secret'
}

const matchesSecret = (
  { secrets }: Server,
  registered: RegisteredClient | undefined,
  presented: string,
  now: number,
): boolean => {
  const live = registered?.secrets.filter(({ expires_at }) => expires_at === null || expires_at > now) ?? []
  if (live.length === 0) return secrets.pretendToMatch(presented)
  // The newest first: it is the one in use. SEC-02: an expired secret is no secret.
  return live.reverse().some((stored) => secrets.matchesClientSecret(presented, stored))
}

const refused = (reason: string): OAuthError =>
  new OAuthError('invalid_client', 'client authentication failed', { cause: reason })
