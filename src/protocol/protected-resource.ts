import { OAuthError } from './error.ts'
import { SIGNING_ALGS, type SigningAlg } from './key-state.ts'
import { LONGEST_JWT_LIFETIME } from './lifetime.ts'
import { badMetadata, readChoice, readFlag, readName, readScope, readSeconds } from './metadata-member.ts'
import { resourceKey, resourceProblem } from './resource.ts'
import { isAdvertised, parseScope } from './scope.ts'

/** What an access token is: a string to ask about, or one that says what it stands for (RFC 9068). */
export type AccessTokenFormat = 'opaque' | 'jwt'

export const ACCESS_TOKEN_FORMATS: readonly AccessTokenFormat[] = ['opaque', 'jwt']

/** A resource that the operator has registered: what tokens for it look like. Members are named as the row. */
export interface ProtectedResource {
  /** As it is registered, and so as `aud` spells it (RI-03). */
  readonly resource: string
  /** RFC 9728 section 2: what people call it. */
  readonly resource_name: string | null
  /** `null`: as the server says; so are the next two. */
  readonly access_token_format: AccessTokenFormat | null
  readonly signing_alg: SigningAlg | null
  /** Seconds. */
  readonly access_token_ttl: number | null
  /** The scopes it knows, space-separated; may be empty. */
  readonly scope: string
  /** Whether the metadata of this server names it (RFC 9728 section 4). */
  readonly is_advertised: boolean
  /** Epoch seconds. */
  readonly created_at: number
}

/** As long as a redirect URI may be. */
const MAX_RESOURCE = 2048

/**
 * A resource as it is registered when `given` is asked for; what is not given is the server's to say.
 *
 * @throws {OAuthError} invalid_target, invalid_scope or invalid_client_metadata, naming the member
 */
export const registrableResource = (
  given: Readonly<Record<string, unknown>>,
): Omit<ProtectedResource, 'created_at'> => {
  const { resource_name, access_token_format, signing_alg } = given
  const made = {
    resource: readResource(given['resource']),
    resource_name: resource_name === undefined ? null : readName('resource_name', resource_name),
    access_token_format:
      access_token_format === undefined
        ? null
        : readChoice('access_token_format', access_token_format, ACCESS_TOKEN_FORMATS),
    signing_alg: signing_alg === undefined ? null : readChoice('signing_alg', signing_alg, SIGNING_ALGS),
    access_token_ttl: readSeconds('access_token_ttl', given['access_token_ttl']),
    scope: readScope('scope', given['scope']),
    is_advertised: readFlag('is_advertised', given['is_advertised']),
  }
  if (made.access_token_format === 'opaque' && made.signing_alg !== null) {
    throw badMetadata('signing_alg', 'an opaque token is not signed')
  }
  // RV-06: where nothing is said, the server may say jwt tomorrow.
  if (made.access_token_format !== 'opaque' && (made.access_token_ttl ?? 0) > LONGEST_JWT_LIFETIME) {
    throw badMetadata('access_token_ttl', 'a day at the most, unless its tokens are opaque')
  }
  // PR-05: clients would ask for it at once; and what is a power over oauthd is none over a resource.
  if (!(parseScope(made.scope) ?? []).every(isAdvertised)) {
    throw new OAuthError('invalid_scope', 'scope: offline_access, introspect and oauthd: are of no resource')
  }
  return made
}

/** @throws {OAuthError} invalid_target (RFC 8707 section 2) */
const readResource = (given: unknown): string => {
  const uri = typeof given === 'string' ? given : ''
  const problem =
    uri.length > MAX_RESOURCE ? `is longer than ${MAX_RESOURCE} characters` : resourceProblem(uri)
  if (problem !== undefined) throw new OAuthError('invalid_target', `resource ${problem}`)
  return uri
}

/** Every registered resource, by its {@link resourceKey}. */
export type Resources = ReadonlyMap<string, ProtectedResource>

/**
 * RI-01: the resources that a request names, as they are registered. While none is registered, every one that is
 * well formed is a resource (MC-03); from the first on, others are not.
 *
 * @param requested each once
 */
export const knownResources = (
  registered: Resources,
  requested: readonly string[],
): readonly string[] | OAuthError => {
  if (registered.size === 0 || requested.length === 0) return requested
  const known: string[] = []
  for (const uri of requested) {
    const found = registered.get(resourceKey(uri))
    if (found === undefined) return new OAuthError('invalid_target', 'resource is not known here')
    known.push(found.resource)
  }
  return known
}
