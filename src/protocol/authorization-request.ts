import { type AuthorizationDetail, readDetails } from './authorization-details.ts'
import type { Client } from './client-metadata.ts'
import { readDpopJkt } from './dpop.ts'
import { OAuthError } from './error.ts'
import { isFapi } from './fapi.ts'
import type { LooseForm } from './loose-form.ts'
import { readCodeChallenge } from './pkce.ts'
import { readPrompt } from './prompt.ts'
import { isLoopbackRedirectUri, matchesRedirectUri } from './redirect-uri.ts'
import { hasManner } from './request-manner.ts'
import { readResources } from './resource.ts'
import { covers, grantScope } from './scope.ts'

/** The two that are sound before a client is told anything: who asks, and where the answer goes. */
export interface Identified {
  readonly client: Client
  /** As presented, or the only registered one (AZ-09). */
  readonly redirect_uri: string
}

/** What a client asks a person for, examined. Members are named and spelled as the row that keeps it. */
export interface AuthorizationRequest {
  readonly client_id: string
  readonly redirect_uri: string
  readonly state: string | null
  /** What would be granted; may be empty. */
  readonly scope: string
  readonly resource: readonly string[]
  readonly authorization_details: readonly AuthorizationDetail[] | null
  readonly code_challenge: string
  /** The thumbprint of the key that alone may redeem the code (RFC 9449 section 10). */
  readonly dpop_jkt: string | null
  /** Space-separated; may be empty. */
  readonly prompt: string
  readonly max_age: number | null
  readonly login_hint: string | null
  readonly ui_locales: string | null
}

/**
 * The client_id to look for; of a client that is not there nobody is told but the person (AZ-02).
 *
 * @throws {OAuthError} shown as a page
 */
export const readClientId = (form: LooseForm): string => {
  const client_id = form.values.get('client_id')
  if (client_id !== undefined) return client_id
  throw onPage('client', form.faults.get('client_id')?.error_description ?? 'client_id is missing', form)
}

/**
 * OAuth 2.1 section 4.1.2.1: who asks and where the answer goes. Until both are sound nothing is sent
 * anywhere: a redirect to an address that is not registered would help whoever made the link.
 *
 * @param client what the registry has under {@link readClientId}
 * @throws {OAuthError} shown as a page, never a redirect (AZ-02, CA-11)
 */
export const identify = (form: LooseForm, client: Client | undefined): Identified => {
  if (client === undefined) throw onPage('client', 'client_id is not known here', form)
  if (client.revoked_at !== null) throw onPage('client', 'client_id is not known here', form)
  const fault = form.faults.get('redirect_uri')
  if (fault !== undefined) throw onPage('redirect', fault.error_description, form, client)
  const presented = form.values.get('redirect_uri')
  if (presented === undefined) return { client, redirect_uri: onlyRedirectUri(form, client) }
  // RU-06: the page shows what was presented, as text; the description never does.
  if (!client.redirect_uris.some((registered) => matchesRedirectUri(registered, presented))) {
    throw onPage('redirect', 'redirect_uri is not registered for this client', form, client)
  }
  return { client, redirect_uri: presented }
}

/** AZ-09: left out where there is no doubt. A loopback URI says nothing of the port in use. */
const onlyRedirectUri = (form: LooseForm, client: Client): string => {
  const [only, ...others] = client.redirect_uris
  const asksOpenId = form.values.get('scope')?.split(' ').includes('openid') ?? false
  // FA-02: there it is never left out.
  if (
    only === undefined ||
    others.length > 0 ||
    isLoopbackRedirectUri(only) ||
    asksOpenId ||
    isFapi(client)
  ) {
    throw onPage('redirect', 'redirect_uri is missing', form, client)
  }
  return only
}

/**
 * Everything else that is asked for (OAuth 2.1 section 4.1.1). What is wrong here the client is told,
 * with its state and our issuer.
 *
 * @param defaults the scopes that the operator marked default
 * @throws {OAuthError} sent to the redirect_uri
 */
export const examine = (
  form: LooseForm,
  { client, redirect_uri }: Identified,
  defaults: readonly string[],
): AuthorizationRequest => {
  const { values } = form
  if (!client.grant_types.includes('authorization_code')) {
    throw new OAuthError('unauthorized_client', 'this client is not registered for authorization_code')
  }
  for (const fault of form.faults.values()) throw fault
  refuseUnsupported(values)
  const code_challenge = readCodeChallenge(values)
  const resource = readResources(form.resource)
  const scope = grantScope(values.get('scope'), client, defaults, 'authorization_code')
  if (scope instanceof OAuthError) throw scope
  return {
    client_id: client.client_id,
    redirect_uri,
    state: values.get('state') ?? null,
    scope,
    resource,
    authorization_details: readDetails(values.get('authorization_details')),
    code_challenge,
    dpop_jkt: readDpopJkt(values.get('dpop_jkt')),
    prompt: readPrompt(values.get('prompt')),
    max_age: readMaxAge(values.get('max_age')),
    login_hint: readHint(values.get('login_hint')),
    ui_locales: readHint(values.get('ui_locales')),
  }
}

/**
 * Whether what was examined then would be granted now: the client may have been changed since. How it came is not
 * kept, so who has to push or to sign since a change begins again (FA-02).
 */
export const stillStands = (
  client: Client,
  request: AuthorizationRequest & { readonly created_at: number },
): boolean =>
  client.revoked_at === null &&
  (client.updated_at <= request.created_at || !hasManner(client)) &&
  client.grant_types.includes('authorization_code') &&
  client.redirect_uris.some((registered) => matchesRedirectUri(registered, request.redirect_uri)) &&
  covers(client.scope, request.scope) &&
  (request.authorization_details ?? []).every(({ type }) => client.authorization_details_types.includes(type))

/** AZ-01, AZ-13, AZ-14. An object of the client's own could say anything else anew, so it comes first. */
const refuseUnsupported = (values: ReadonlyMap<string, string>): void => {
  if (values.has('request')) {
    throw new OAuthError('request_not_supported', 'request objects are not supported')
  }
  if (values.has('request_uri')) {
    throw new OAuthError('request_uri_not_supported', 'request_uri is not supported')
  }
  const response_mode = values.get('response_mode')
  if (response_mode !== undefined && response_mode !== 'query') {
    throw new OAuthError('invalid_request', 'response_mode must be query')
  }
  const response_type = values.get('response_type')
  if (response_type === undefined) throw new OAuthError('invalid_request', 'response_type is missing')
  if (response_type !== 'code') {
    throw new OAuthError('unsupported_response_type', 'response_type must be code')
  }
}

/** OpenID Connect Core section 3.1.2.1: seconds since the person last signed in; 0 asks for it now. */
const readMaxAge = (max_age: string | undefined): number | null => {
  if (max_age === undefined) return null
  if (/^\d{1,9}$/.test(max_age)) return Number(max_age)
  throw new OAuthError('invalid_request', 'max_age must be a whole number of seconds')
}

/** Longest hint that is kept. Bytes. */
const LONGEST_HINT = 256

/** OpenID Connect Core section 3.1.2.1: a hint is no demand, so one that nobody could use is left out. */
const readHint = (hint: string | undefined): string | null =>
  hint === undefined || Buffer.byteLength(hint) > LONGEST_HINT ? null : hint

/** AZ-02: 400 whatever the code's own status, since nobody was to authenticate. */
const onPage = (
  page: 'client' | 'redirect',
  problem: string,
  { values }: LooseForm,
  client?: Client,
): OAuthError => {
  const sent = { client_id: values.get('client_id'), redirect_uri: values.get('redirect_uri') }
  return new OAuthError('invalid_request', problem, {
    page,
    told: { client_name: client?.client_name, sent },
  })
}
