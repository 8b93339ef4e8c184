import { basicChallenge } from '../protocol/bearer.ts'
import { OAuthError } from '../protocol/error.ts'
import type { Log } from '../server.ts'
import { StoreError } from '../store/store-error.ts'
import { type Answer, type Exchange, json } from './answer.ts'
import { tellFault } from './faults.ts'

/**
 * The one error map of the JSON endpoints: a refusal is what it says; anything else thrown is a
 * fault of ours, told to the log and hidden from the caller (HTTP-18).
 */
export const refuse = (log: Log, exchange: Exchange, thrown: unknown): Answer => {
  const error = toldRefusal(log, exchange, thrown)
  const { error: code, error_description } = error
  return json({ error: code, error_description }, error.status, refusalHeaders(exchange, error))
}

/** What was thrown as a refusal, told to the log. */
export const toldRefusal = (log: Log, exchange: Exchange, thrown: unknown): OAuthError => {
  const error = refusal(log, exchange, thrown)
  exchange.note['error'] = error.error
  const { cause } = error
  if (typeof cause === 'string') exchange.note['reason'] = cause
  if (cause instanceof Error) exchange.note['reason'] = cause.message
  return error
}

const refusal = (log: Log, exchange: Exchange, thrown: unknown): OAuthError => {
  if (thrown instanceof OAuthError) return thrown
  tellFault(log, exchange, thrown)
  if (thrown instanceof StoreError) {
    return new OAuthError('temporarily_unavailable', 'try again in a moment', { cause: thrown.code })
  }
  return new OAuthError('server_error', 'something went wrong here; the request id finds it in the log')
}

/** The headers that a refusal needs, whoever reads it. */
export const refusalHeaders = (
  { request }: Exchange,
  error: OAuthError,
): Record<string, string> | undefined => {
  // RL-01, ERR-10: a client waits a whole second or more.
  if (error.retry_after !== undefined) return { 'retry-after': String(error.retry_after) }
  if (error.status === 503) return { 'retry-after': '1' }
  if (error.retry_after !== undefined) return { 'retry-after': String(error.retry_after) }
  // The rest of the body stays unread, so the connection cannot be used again (HTTP-09).
  if (error.status === 413) return { connection: 'close' }
  const challenge = error.challenge === undefined ? undefined : { 'www-authenticate': error.challenge }
  if (error.dpop_nonce !== undefined) return { ...challenge, 'dpop-nonce': error.dpop_nonce }
  if (challenge !== undefined) return challenge
  // Decision 7: a challenge only for who came with an Authorization header.
  const challenged = error.error === 'invalid_client' && request.headers.get('authorization') !== null
  return challenged ? { 'www-authenticate': basicChallenge() } : undefined
}
