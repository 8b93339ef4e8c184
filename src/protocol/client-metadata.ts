import { AUTH_METHODS, type AuthMethod, isConfidential } from './auth-method.ts'
import { type ClientSecurity, readSecurity, SECURITY_MEMBERS } from './client-security.ts'
import { OAuthError } from './error.ts'
import { isFapi, refuseUnfitProfile, underFapi } from './fapi.ts'
import { refuseUnfitKeys } from './jwks.ts'
import { LONGEST_CODE_LIFETIME, LONGEST_GRACE } from './lifetime.ts'
import {
  badMetadata,
  inWords,
  readChoice,
  readFlag,
  readList,
  readName,
  readOwner,
  readScope,
  readSeconds,
} from './metadata-member.ts'
import { nearest } from './nearest.ts'
import { registrableRedirectUri } from './redirect-uri.ts'
import { refuseUnfitManner } from './request-manner.ts'
import { distinctResources, resourceProblem } from './resource.ts'
import { isReserved } from './scope.ts'
import { refuseOddTlsClient } from './tls-client-auth.ts'

/** RFC 7591 section 2, so far as this server knows it, and our own members beside it. */
export interface ClientMetadata extends ClientSecurity {
  readonly client_name: string
  readonly redirect_uris: readonly string[]
  readonly grant_types: readonly string[]
  /** Space-separated, in the order registered; may be empty. */
  readonly scope: string
  /** `null`: never named, so basic and post are both taken. */
  readonly token_endpoint_auth_method: AuthMethod | null
  /** The operator's own app: its consent page may be spared. */
  readonly first_party: boolean
  /** `TYPE:ID`, the app's own words. */
  readonly owner: string | null
  /** What it may introspect: tokens meant for it or issued to it, or all (IN-05). */
  readonly introspect: 'own' | 'any'
  /** The resources it serves (RFC 8707), as `aud` spells them. */
  readonly resource: readonly string[]
  /** Seconds; `null`: the server's. So are the next four. */
  readonly access_token_ttl: number | null
  readonly code_ttl: number | null
  readonly refresh_token_ttl: number | null
  readonly refresh_idle_ttl: number | null
  readonly refresh_grace: number | null
  /** Whether each refresh gives a new refresh token (RT-05, RT-16). */
  readonly refresh_rotate: 'always' | 'never'
}

/** A registered client. Times are epoch seconds. */
export interface Client extends ClientMetadata {
  readonly client_id: string
  readonly client_id_issued_at: number
  readonly updated_at: number
  readonly revoked_at: number | null
}

/** What a client may be registered for. Which of them the server offers is discovery's to say. */
export const REGISTRABLE_GRANT_TYPES: readonly string[] = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
]

/** Every member that may be given. `response_types` follows from grant_types and is only compared. */
const MEMBERS: readonly string[] = [
  'client_name',
  'redirect_uris',
  'grant_types',
  'response_types',
  'scope',
  'token_endpoint_auth_method',
  'first_party',
  'owner',
  'introspect',
  'resource',
  'access_token_ttl',
  'code_ttl',
  'refresh_token_ttl',
  'refresh_idle_ttl',
  'refresh_grace',
  'refresh_rotate',
  ...SECURITY_MEMBERS,
]

/** Words from the command line and from other servers that no edit distance finds. */
const ALSO_CALLED: ReadonlyMap<string, string> = new Map([
  ['name', 'client_name'],
  ['grants', 'grant_types'],
  ['auth_method', 'token_endpoint_auth_method'],
  ['public', 'token_endpoint_auth_method'],
])

/** What is given to register or change a client; a member that is `undefined` is not given. */
export type GivenMetadata = Readonly<Record<string, unknown>>

/**
 * What is registered when `given` is asked for: RFC 7591 defaults filled in, and all of it consistent.
 *
 * Without grant_types a client with redirect_uris gets authorization_code and refresh_token.
 *
 * @throws {OAuthError} invalid_client_metadata, invalid_redirect_uri or invalid_scope, naming the member
 */
export const registrable = (given: GivenMetadata): ClientMetadata => {
  refuseUnknown(given)
  const token_endpoint_auth_method = readAuthMethod(given['token_endpoint_auth_method'])
  const redirect_uris = readRedirectUris(given['redirect_uris'], token_endpoint_auth_method === 'none')
  const asked: ClientMetadata = {
    client_name: readName('client_name', given['client_name']),
    redirect_uris,
    grant_types: readGrantTypes(given['grant_types'], redirect_uris),
    scope: readScope('scope', given['scope']),
    token_endpoint_auth_method,
    first_party: readFlag('first_party', given['first_party']),
    owner: readOwner('owner', given['owner']),
    introspect: readChoice('introspect', given['introspect'] ?? 'own', ['own', 'any']),
    resource: readResource(given['resource']),
    access_token_ttl: readSeconds('access_token_ttl', given['access_token_ttl']),
    code_ttl: readSeconds('code_ttl', given['code_ttl'], { most: LONGEST_CODE_LIFETIME }),
    refresh_token_ttl: readSeconds('refresh_token_ttl', given['refresh_token_ttl']),
    refresh_idle_ttl: readSeconds('refresh_idle_ttl', given['refresh_idle_ttl']),
    refresh_grace: readSeconds('refresh_grace', given['refresh_grace'], { least: 0, most: LONGEST_GRACE }),
    refresh_rotate: readChoice('refresh_rotate', given['refresh_rotate'] ?? 'always', ['always', 'never']),
    ...readSecurity(given),
  }
  const metadata = isFapi(asked) ? underFapi(asked) : asked
  refuseInconsistent(metadata)
  refuseOtherResponseTypes(given['response_types'], metadata)
  return metadata
}

/**
 * What `client` becomes when `changes` are made: the rest stays, the whole is judged anew.
 * `null` takes back an owner, a lifetime or a named authentication method.
 *
 * @throws {OAuthError} as {@link registrable}
 */
export const changedMetadata = (client: ClientMetadata, changes: GivenMetadata): ClientMetadata => {
  const members = Object.entries(client).filter(([name]) => MEMBERS.includes(name))
  const given = Object.entries(changes).filter(([, value]) => value !== undefined)
  return registrable(Object.fromEntries([...members, ...given]))
}

/** Whether whatever it is given is of no use without a key of its own. */
export const hasBoundTokens = (metadata: ClientSecurity): boolean =>
  metadata.dpop_bound_access_tokens || metadata.tls_client_certificate_bound_access_tokens

const refuseUnknown = (given: GivenMetadata): void => {
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || MEMBERS.includes(name)) continue
    const meant = ALSO_CALLED.get(name) ?? nearest(name, MEMBERS)
    const shown = /^[\w#-]{1,64}$/.test(name) ? name : 'a member'
    throw badMetadata(shown, meant === undefined ? 'is not known here' : `did you mean ${meant}?`)
  }
}

/** RFC 7591 section 2 has a default; here a method left out is one not insisted upon. */
const readAuthMethod = (given: unknown): AuthMethod | null =>
  given === undefined || given === null ? null : readChoice('token_endpoint_auth_method', given, AUTH_METHODS)

const readRedirectUris = (given: unknown, isPublic: boolean): readonly string[] => {
  const uris = readList('redirect_uris', given)
  for (const [index, uri] of uris.entries()) {
    const refusal = registrableRedirectUri(uri, { public: isPublic })
    if (refusal === undefined) continue
    throw new OAuthError(refusal.error, `redirect_uris[${index}]: ${refusal.error_description}`)
  }
  return uris
}

const readGrantTypes = (given: unknown, redirect_uris: readonly string[]): readonly string[] => {
  if (given === undefined && redirect_uris.length > 0) return ['authorization_code', 'refresh_token']
  const grant_types = readList('grant_types', given)
  const known = inWords(REGISTRABLE_GRANT_TYPES, 'or')
  if (grant_types.length === 0) throw badMetadata('grant_types', `needs at least one of ${known}`)
  if (!grant_types.every((grant_type) => REGISTRABLE_GRANT_TYPES.includes(grant_type))) {
    throw badMetadata('grant_types', `must be ${known}`)
  }
  return grant_types
}

/** As long as a redirect URI may be. */
const MAX_RESOURCE = 2048

const readResource = (given: unknown): readonly string[] => {
  const uris = readList('resource', given)
  for (const [index, uri] of uris.entries()) {
    const problem =
      uri.length > MAX_RESOURCE ? `is longer than ${MAX_RESOURCE} characters` : resourceProblem(uri)
    if (problem !== undefined) throw badMetadata(`resource[${index}]`, problem)
  }
  return distinctResources(uris)
}

/** RFC 7591 section 2.1, and what each of our own members needs to mean anything. */
const refuseInconsistent = (metadata: ClientMetadata): void => {
  const has = (grant_type: string): boolean => metadata.grant_types.includes(grant_type)
  const redirects = metadata.redirect_uris.length > 0
  if (has('authorization_code') && !redirects) {
    throw badMetadata('redirect_uris', 'authorization_code needs at least one')
  }
  if (redirects && !has('authorization_code')) {
    throw badMetadata('redirect_uris', 'only authorization_code uses them, and grant_types is without it')
  }
  if (has('refresh_token') && !has('authorization_code')) {
    throw badMetadata('grant_types', 'refresh_token needs authorization_code beside it')
  }
  if (has('client_credentials') && !isConfidential(metadata)) {
    throw badMetadata('grant_types', 'client_credentials is not for a public client')
  }
  // RT-05, decision 3: without a key a public client shows nothing but the refresh token itself, so each works once.
  if (metadata.refresh_rotate === 'never' && !isConfidential(metadata) && !hasBoundTokens(metadata)) {
    throw badMetadata('refresh_rotate', 'never is not for a public client without bound tokens')
  }
  if (metadata.introspect === 'any' && !isConfidential(metadata)) {
    throw badMetadata('introspect', 'any is not for a public client')
  }
  refuseUnfitKeys(metadata)
  refuseUnfitManner(metadata)
  refuseOddTlsClient(metadata)
  refuseUnfitProfile(metadata)
  if (!has('client_credentials') && metadata.scope.split(' ').some(isReserved)) {
    throw new OAuthError('invalid_scope', 'scope: introspect and oauthd: scopes need client_credentials')
  }
}

/** RFC 7591 section 2.1: `code` goes with authorization_code; no other grant type has a response type. */
const refuseOtherResponseTypes = (given: unknown, metadata: ClientMetadata): void => {
  if (given === undefined) return
  const response_types = readList('response_types', given).join(' ')
  if (response_types === responseTypes(metadata).join(' ')) return
  throw badMetadata('response_types', 'must be code with authorization_code, and empty without it')
}

/** RFC 7591 section 2.1: what grant_types says about response_types. */
export const responseTypes = (metadata: Pick<ClientMetadata, 'grant_types'>): readonly string[] =>
  metadata.grant_types.includes('authorization_code') ? ['code'] : []
