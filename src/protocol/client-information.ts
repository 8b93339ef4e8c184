import type { AuthMethod } from './auth-method.ts'
import type { Client } from './client-metadata.ts'
import { responseTypes } from './client-metadata.ts'
import { type ClientSecurity, ownSecurity } from './client-security.ts'

/** The client information response of RFC 7591 section 3.2.1, without credentials. */
export interface ClientInformation extends Partial<ClientSecurity> {
  readonly client_id: string
  readonly client_id_issued_at: number
  readonly client_name: string
  readonly redirect_uris: readonly string[]
  readonly grant_types: readonly string[]
  readonly response_types: readonly string[]
  readonly scope?: string
  readonly token_endpoint_auth_method: AuthMethod
  readonly owner?: string
  readonly first_party?: true
  readonly introspect?: 'any'
  readonly resource?: readonly string[]
  readonly access_token_ttl?: number
  readonly code_ttl?: number
  readonly refresh_token_ttl?: number
  readonly refresh_idle_ttl?: number
  readonly refresh_grace?: number
  readonly refresh_rotate?: 'never'
}

/**
 * A client as it is shown. Our own members appear only when they say something; those of RFC 7591
 * always, since leaving one out would mean its default there (`code`, for response_types).
 */
export const clientInformation = (client: Client): ClientInformation => ({
  client_id: client.client_id,
  client_id_issued_at: client.client_id_issued_at,
  client_name: client.client_name,
  redirect_uris: client.redirect_uris,
  grant_types: client.grant_types,
  response_types: responseTypes(client),
  ...(client.scope === '' ? {} : { scope: client.scope }),
  // RFC 7591 section 2: the default of the member, and one of the two that are taken.
  token_endpoint_auth_method: client.token_endpoint_auth_method ?? 'client_secret_basic',
  ...(client.owner === null ? {} : { owner: client.owner }),
  ...(client.first_party ? { first_party: true } : {}),
  ...(client.introspect === 'any' ? { introspect: 'any' } : {}),
  ...(client.resource.length === 0 ? {} : { resource: client.resource }),
  ...lifetimes(client),
  ...(client.refresh_rotate === 'never' ? { refresh_rotate: 'never' } : {}),
  ...ownSecurity(client),
})

const LIFETIMES = [
  'access_token_ttl',
  'code_ttl',
  'refresh_token_ttl',
  'refresh_idle_ttl',
  'refresh_grace',
] as const

type Lifetimes = { readonly [K in (typeof LIFETIMES)[number]]?: number }

/** Those that are the client's own. */
const lifetimes = (client: Client): Lifetimes =>
  Object.fromEntries(LIFETIMES.flatMap((name) => (client[name] === null ? [] : [[name, client[name]]])))
