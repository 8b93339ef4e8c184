import type { FreshRefreshToken, FreshToken, Issued } from '../actions/issue.ts'
import type { Presented } from '../actions/token.ts'
import { isConfidential } from '../protocol/auth-method.ts'
import type { Client } from '../protocol/client-metadata.ts'
import { type Confirmation, isSameKey } from '../protocol/confirmation.ts'
import { OAuthError } from '../protocol/error.ts'
import type { Form } from '../protocol/form.ts'
import type { TokenRules } from '../protocol/token-target.ts'
import { type Authorization, findAuthorization, markAuthorizationRevoked } from '../store/authorization.ts'
import type { Work } from '../store/work.ts'

/** One try at the token endpoint: who asks, when, and the strings minted for it beforehand. */
export interface Attempt {
  readonly client: Client
  /** Epoch seconds. */
  readonly now: number
  readonly fresh: FreshToken
  /** The key that the request proved to hold; `null`: what is issued is a bearer token. */
  readonly cnf: Confirmation | null
  /** What the server says of tokens, and the resources that are registered. */
  readonly rules: TokenRules
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

/**
 * DP-06, DP-07: a refresh token of a public client is bound to the key of the first request; that of a client
 * with credentials is bound by them.
 */
export const boundTo = (client: Client, cnf: Confirmation | null): Confirmation | null =>
  isConfidential(client) ? null : cnf

/** Whether a try proves the key that what it takes up is bound to, if that is bound at all (RT-01). */
export const provesKey = (cnf: Confirmation | null, bound: Confirmation | null): boolean =>
  bound === null || isSameKey(cnf, bound)

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
