import type { FreshRefreshToken, FreshToken, Issued } from '../actions/issue.ts'
import type { Presented } from '../actions/token.ts'
import type { Client } from '../protocol/client-metadata.ts'
import { OAuthError } from '../protocol/error.ts'
import type { Form } from '../protocol/form.ts'
import { type Authorization, findAuthorization, markAuthorizationRevoked } from '../store/authorization.ts'
import type { Work } from '../store/work.ts'

/** One try at the token endpoint: who asks, when, and the strings minted for it beforehand. */
export interface Attempt {
  readonly client: Client
  /** Epoch seconds. */
  readonly now: number
  readonly fresh: FreshToken
  /** Seconds, the server's default; a client may have its own. */
  readonly access_token_ttl: number
  /** The scopes that `scope:set --default` marked. */
  readonly default_scopes: readonly string[]
}

/** A try that takes up what a person allowed. */
export interface PersonAttempt extends Attempt {
  /** The code or refresh token that was presented; `undefined` when it is none of ours. */
  readonly presented: Presented | undefined
  readonly fresh_refresh: FreshRefreshToken
  /** The fresh refresh token, sealed for who presented this one; `null` where no answer may be repeated. */
  readonly sealed: string | null
  /** Seconds, the server's; a client may have its own. So is the next one. */
  readonly refresh_idle_ttl: number
  readonly refresh_grace: number
}

/** What was used a second time: somebody else has it too, and the authorization has ended by this. */
export interface Reuse {
  readonly event: 'code_reuse' | 'refresh_reuse'
  readonly authorization_id: string
  readonly refusal: OAuthError
}

export type Outcome = Issued | OAuthError | Reuse

/** A grant type: one file, one line in registry.ts. */
export type Grant = ClientGrant | PersonGrant

/** A grant for the client itself. */
export interface ClientGrant {
  readonly grant_type: string
  readonly takes?: undefined
  /**
   * Reads what this grant needs from the form, before the client's transaction.
   * @throws {OAuthError} when the form's shape is wrong
   */
  prepare(form: Form): (attempt: Attempt) => Work<Issued | OAuthError>
}

/** A grant that takes up a string of ours; it alone has a refresh token minted and sealed for it. */
export interface PersonGrant {
  readonly grant_type: string
  /** The parameter that carries the string. */
  readonly takes: 'code' | 'refresh_token'
  /** @throws {OAuthError} when the form's shape is wrong */
  prepare(form: Form): (attempt: PersonAttempt) => Work<Outcome>
}

/** A parameter without which the grant is no request. @throws {OAuthError} invalid_request */
export const required = (form: Form, name: string): string => {
  const value = form.values.get(name)
  if (value === undefined) throw new OAuthError('invalid_request', `${name} is missing`)
  return value
}

/** What a person allowed, while it stands; else `refused`, with the reason for the log. */
export function* standing(
  authorization_id: string,
  now: number,
  refused: (reason: string) => OAuthError,
): Work<Authorization | OAuthError> {
  const authorization = yield* findAuthorization(authorization_id)
  if (authorization === undefined || authorization.expires_at <= now) return refused('expired authorization')
  return authorization.revoked_at === null ? authorization : refused('revoked authorization')
}

/**
 * OAuth 2.1 sections 4.1.3 and 4.3.1: a second use ends the authorization with all it led to. Who comes
 * after it has ended is refused in the same words, and told to the log once.
 */
export function* endByReuse(
  event: Reuse['event'],
  authorization_id: string,
  now: number,
  refusal: OAuthError,
): Work<OAuthError | Reuse> {
  const ended = yield* markAuthorizationRevoked(authorization_id, now)
  return ended ? { event, authorization_id, refusal } : refusal
}
