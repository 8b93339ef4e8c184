import type { AuthorizationDetail } from './authorization-details.ts'
import type { AuthorizationRequest } from './authorization-request.ts'
import type { Client } from './client-metadata.ts'
import { type Destination, destinationOf } from './destination.ts'
import { type GivenConsent, isRemembered, newScopes } from './given-consent.ts'
import { maySpare } from './next-step.ts'
import { asksFor } from './prompt.ts'
import { parseScope } from './scope.ts'

/** What a person is asked, whoever asks it. */
export interface Asked {
  /** What would be granted; may be empty. */
  readonly scope: string
  /** The same, one by one, in the operator's words. */
  readonly scopes: readonly DescribedScope[]
  /** What of it the person has not allowed this client before. */
  readonly new_scope: string
  /** Whether the person need not be asked again. */
  readonly consented: boolean
  readonly resource: readonly string[]
  /** What is asked for beside scopes (RFC 9396), which the app shows to the person too. */
  readonly authorization_details?: readonly AuthorizationDetail[]
  /** Where the answer goes. */
  readonly destination: Destination
  readonly prompt?: string
  readonly max_age?: number
  readonly login_hint?: string
  readonly ui_locales?: string
}

/** A pending request, as the app that signs people in is told of it. Times are epoch seconds. */
export interface Interaction extends Asked {
  readonly interaction: string
  readonly client_id: string
  readonly client: {
    readonly client_id: string
    readonly client_name: string
    readonly owner?: string
    readonly first_party: boolean
    /** With `refresh_token` among them, access lasts until it is taken back. */
    readonly grant_types: readonly string[]
  }
  readonly created_at: number
  readonly expires_at: number
}

/** A scope in the operator's words; `null` where there are none. */
export interface DescribedScope {
  readonly scope: string
  readonly title: string | null
  readonly description: string | null
  readonly is_sensitive: boolean
}

type Kept = AuthorizationRequest & {
  readonly request_id: string
  readonly created_at: number
  readonly expires_at: number
}

/**
 * What the app is told. The client's state and code_challenge are between the client and us, and what
 * binds the request to its browser is nobody's.
 *
 * @param described the scopes that have words
 * @param consent what the person whom the app named has allowed so far
 */
export const interactionOf = (
  request: Kept,
  client: Client,
  described: readonly DescribedScope[],
  consent: GivenConsent | undefined,
): Interaction => {
  const { client_id, client_name, owner, first_party, grant_types } = client
  return {
    interaction: request.request_id,
    client_id,
    client: { client_id, client_name, ...(owner === null ? {} : { owner }), first_party, grant_types },
    ...askedOf(request, client, described, consent),
    created_at: request.created_at,
    expires_at: request.expires_at,
  }
}

/** As {@link interactionOf}, without what only a request has that is kept. */
export const askedOf = (
  request: AuthorizationRequest,
  client: Client,
  described: readonly DescribedScope[],
  consent: GivenConsent | undefined,
): Asked => {
  const { authorization_details, prompt, max_age, login_hint, ui_locales } = request
  return {
    scope: request.scope,
    scopes: (parseScope(request.scope) ?? []).map((scope) => inWords(described, scope)),
    new_scope: newScopes(consent, request).join(' '),
    consented: isConsented(request, client, consent),
    resource: request.resource,
    ...(authorization_details === null ? {} : { authorization_details }),
    destination: destinationOf(request.redirect_uri),
    ...(prompt === '' ? {} : { prompt }),
    ...(max_age === null ? {} : { max_age }),
    ...(login_hint === null ? {} : { login_hint }),
    ...(ui_locales === null ? {} : { ui_locales }),
  }
}

const inWords = (described: readonly DescribedScope[], scope: string): DescribedScope => {
  const found = described.find((one) => one.scope === scope)
  const { title = null, description = null, is_sensitive = false } = found ?? {}
  return { scope, title, description, is_sensitive }
}

/** AZ-12, decision 13: remembered, of a client that can be told from others, and not asked for anew. */
const isConsented = (
  request: AuthorizationRequest,
  client: Client,
  consent: GivenConsent | undefined,
): boolean =>
  isRemembered(consent, request) &&
  maySpare(client, request.redirect_uri) &&
  !asksFor(request.prompt, 'consent')
