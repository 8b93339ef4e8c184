import { record } from '../actions/audit.ts'
import type { Issued } from '../actions/issue.ts'
import { increase } from '../counters.ts'
import { openSuccessor, sealSuccessor } from '../crypto/sealed-successor.ts'
import type { Attempt, Grant, Outcome, PersonAttempt } from '../grants/grant.ts'
import type { Client } from '../protocol/client-metadata.ts'
import { OAuthError } from '../protocol/error.ts'
import type { Form } from '../protocol/form.ts'
import type { Server } from '../server.ts'
import { findAuthorization } from '../store/authorization.ts'
import type { Work } from '../store/work.ts'
import { addressOf } from './address.ts'
import type { BackChannel } from './answer.ts'
import { type Binding, confirmationOf } from './binding.ts'

/** Who asks for what, by which grant, which keys the request proves to hold, and what the operator has said. */
export interface Asked extends Pick<Attempt, 'rules' | 'default_scopes'> {
  readonly client: Client
  readonly grant: Grant
  readonly form: Form
  readonly binding: Binding
}

/**
 * A try at the token endpoint as a work: what it may need is minted and sealed here, before the
 * transaction, and only what its grant needs.
 *
 * @throws {OAuthError} when the form's shape is wrong
 */
export const tokenWork = (server: Server, exchange: BackChannel, asked: Asked): (() => Work<Outcome>) => {
  const { grant, form } = asked
  if (grant.takes === undefined) {
    const prepared = grant.prepare(form)
    const attempt = plain(server, exchange, asked)
    return () => prepared(attempt)
  }
  const prepared = grant.prepare(form)
  const text = form.values.get(grant.takes) ?? ''
  const presented = server.secrets.present(text)
  const { clear, id, hash, hash_key_id } = server.secrets.mint('refresh_token', exchange.at)
  const { refresh_idle_ttl, refresh_grace } = server.settings
  const attempt: PersonAttempt = {
    ...plain(server, exchange, asked),
    presented,
    fresh_refresh: { refresh_token: clear, refresh_token_id: id, token_hash: hash, hash_key_id },
    sealed:
      presented?.kind === 'refresh_token' && mayRepeat(server, asked.client)
        ? sealSuccessor(text, clear)
        : null,
    refresh_idle_ttl,
    refresh_grace,
  }
  return () => watched(server, exchange, asked.client, prepared(attempt))
}

/** LG-02: a reuse is written down with the end that it has made. */
function* watched(
  server: Server,
  exchange: BackChannel,
  { client_id }: Client,
  work: Work<Outcome>,
): Work<Outcome> {
  const outcome = yield* work
  if ('event' in outcome) {
    const { event: type, authorization_id } = outcome
    const sub = (yield* findAuthorization(authorization_id))?.sub
    yield* record({ type, client_id, sub, authorization_id }, server.audit(exchange))
  }
  return outcome
}

const plain = (
  server: Server,
  exchange: BackChannel,
  { client, binding, rules, default_scopes }: Asked,
): Attempt => ({
  client,
  now: exchange.now,
  fresh: server.secrets.accessToken(exchange.at),
  cnf: confirmationOf(binding),
  rules,
  default_scopes,
})

/** RT-07, RT-15, RT-16: an answer is kept for a retry only where tokens rotate and there is a grace. */
const mayRepeat = ({ settings }: Server, client: Client): boolean =>
  client.refresh_rotate !== 'never' && (client.refresh_grace ?? settings.refresh_grace) > 0

/**
 * What came of it, after the commit.
 *
 * @throws {OAuthError} the refusal; a reuse is told to the log with whence it came, never with the token (RT-10)
 */
export const issuedOf = (server: Server, exchange: BackChannel, client: Client, outcome: Outcome): Issued => {
  if (outcome instanceof OAuthError) throw outcome
  if ('event' in outcome) {
    const { event, authorization_id, refusal } = outcome
    const { request_id, now: at } = exchange
    const address = addressOf(server, exchange)
    const { client_id } = client
    const whence = address === undefined ? {} : { address }
    server.log.warn({ request_id, authorization_id, client_id, ...whence }, event)
    increase(server.counters.reused, event)
    server.events.emit({ type: 'token_revoked', at, client_id, authorization_id, reason: event })
    throw refusal
  }
  const { refresh } = outcome
  if (refresh?.kind === 'clear' && refresh.sealed_until != null) server.sealed.note(refresh.sealed_until)
  return outcome
}

/** The refresh token of an answer, in clear; one that lies sealed is opened with the one presented (RT-08). */
export const refreshTokenOf = ({ refresh }: Issued, form: Form): string | undefined => {
  if (refresh === undefined || refresh.kind === 'clear') return refresh?.refresh_token
  return openSuccessor(form.values.get('refresh_token') ?? '', refresh.sealed)
}
