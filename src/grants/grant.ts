import type { FreshToken, Issued } from '../actions/issue.ts'
import type { Client } from '../protocol/client-metadata.ts'
import type { OAuthError } from '../protocol/error.ts'
import type { Form } from '../protocol/form.ts'
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

/** A grant type: one file, one line in registry.ts. */
export interface Grant {
  readonly grant_type: string
  /**
   * Reads what this grant needs from the form, before the client's transaction.
   * @throws {OAuthError} when the form's shape is wrong
   */
  prepare(form: Form): (attempt: Attempt) => Work<Issued | OAuthError>
}
