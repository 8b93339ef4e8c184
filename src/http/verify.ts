import {
  type BearerChallenge,
  type Credential,
  credentialOf,
  type Schemes,
  schemesFor,
  tokenChallenge,
} from '../protocol/bearer.ts'
import { OAuthError } from '../protocol/error.ts'
import { parseQuery } from '../protocol/form.ts'
import type { Principal } from '../protocol/principal.ts'
import { isSameResource, resourceProblem } from '../protocol/resource.ts'
import { resourceMetadataUrl } from '../protocol/resource-metadata.ts'
import { parseScope } from '../protocol/scope.ts'
import { livePrincipal } from '../resource/live-principal.ts'
import { isMet, type Need, neededScope } from '../resource/need.ts'
import { calledUrl, publicUrlProblem } from '../resource/public-url.ts'
import { tokensOf } from '../signed-tokens.ts'
import { type Exchange, empty, type Handler, NO_STORE } from './answer.ts'
import { tokenNeeded } from './bearer.ts'
import { possessionProblem, proofAlgorithms, refusedAtResource } from './holder.ts'

/**
 * GET /oauth/verify: whether the request that a proxy holds may go on: 204 with whom its token speaks
 * for, 401 or 403 with the challenge for its sender (RFC 6750 section 3). What a proxy sends along is the
 * Authorization header; a token anywhere else is none. A token bound to a key needs what {@link calledBy} says.
 */
export const verify: Handler = async (server, exchange) => {
  const asked = askedOf(exchange.search)
  const challenged = challengedOf(asked, proofAlgorithms(server))
  const credential = credentialIn(exchange, challenged)
  if (credential === undefined) return tokenNeeded(exchange, challenged)
  const { issuer } = server.settings
  const principal = await livePrincipal(tokensOf(server), credential.token, { issuer, now: exchange.now })
  const told = { ...challenged, schemes: schemesFor(credential, principal?.cnf) }
  if (principal === undefined || !isFor(principal, asked.resource)) throw invalid(told)
  exchange.note['client_id'] = principal.client_id
  const unmet = asked.needs.find((need) => !isMet(need, principal))
  if (unmet !== undefined) throw insufficient(unmet, told)
  const called = calledBy(exchange, asked.public_url)
  const proving = possessionProblem(server, exchange, credential, principal, called)
  const problem = proving && (await proving)
  if (problem !== undefined) throw refusedAtResource(problem, credential, principal.cnf, challenged)
  return empty(204, {
    ...NO_STORE,
    // All three, always: a header that is left out might be taken from the one who asks.
    'x-oauth-client-id': headerValue(principal.client_id),
    'x-oauth-sub': headerValue(principal.sub),
    'x-oauth-scope': headerValue(principal.scope),
  })
}

interface Asked {
  readonly needs: readonly Need[]
  readonly resource: readonly string[]
  readonly public_url: string | undefined
}

const PARAMETERS: ReadonlySet<string> = new Set(['scope', 'any_scope', 'client', 'resource', 'public_url'])

/**
 * What the operator wrote into the proxy's configuration. A name that is not known, or a value that came
 * empty from a variable, would guard nothing, and say nothing.
 *
 * @throws {OAuthError} invalid_request, which no proxy takes for a yes
 */
const askedOf = (search: string): Asked => {
  const { values, resource } = parseQuery(search)
  for (const [name, value] of new URLSearchParams(search)) {
    if (PARAMETERS.has(name) && value.trim() !== '') continue
    throw new OAuthError(
      'invalid_request',
      'scope, any_scope, client, resource and public_url may be asked for, not empty',
    )
  }
  for (const uri of resource) {
    const problem = resourceProblem(uri)
    if (problem !== undefined) throw new OAuthError('invalid_request', `resource ${problem}`)
  }
  const needs: Need[] = []
  const [scope, any_scope, client] = ['scope', 'any_scope', 'client'].map((name) => values.get(name))
  if (scope !== undefined) needs.push({ kind: 'scope', scope: scopesOf(scope).join(' ') })
  if (any_scope !== undefined) needs.push({ kind: 'any_scope', scopes: scopesOf(any_scope) })
  if (client !== undefined) needs.push({ kind: 'client', client_ids: client.trim().split(/ +/) })
  const public_url = values.get('public_url')
  const problem = public_url === undefined ? undefined : publicUrlProblem(public_url)
  if (problem !== undefined) throw new OAuthError('invalid_request', `public_url ${problem}`)
  return { needs, resource, public_url }
}

/**
 * The request that the proxy holds. Where it is the operator's words say; its method and path the proxy's,
 * by headers of one kind alone, as those of another kind could be its sender's. Nobody who has not said
 * `public_url` is known to set them.
 */
const calledBy = (
  { request }: Exchange,
  public_url: string | undefined,
): { readonly method: string; readonly url: string | undefined } => {
  const method = request.headers.get('x-forwarded-method')
  const path = request.headers.get('x-forwarded-uri')
  const isKnown = method !== null && path?.startsWith('/') === true
  return { method: method ?? '', url: isKnown ? calledUrl(public_url, path) : undefined }
}

const scopesOf = (text: string): readonly string[] => {
  const scopes = parseScope(text)
  if (scopes === undefined) throw new OAuthError('invalid_request', 'that is no scope (RFC 6749 section 3.3)')
  return scopes
}

type Challenged = Pick<BearerChallenge, 'scope' | 'resource_metadata' | 'algs'> & {
  readonly schemes: Schemes
}

/** PR-03: what every challenge says. Of several resources none is the one whose document would help. */
const challengedOf = ({ needs, resource }: Asked, algs: readonly string[]): Challenged => {
  const scope = needs.map(neededScope).find((one) => one !== undefined)
  const [one, ...more] = resource
  const resource_metadata = one === undefined || more.length > 0 ? undefined : resourceMetadataUrl(one)
  return { scope, resource_metadata, algs, schemes: ['Bearer'] }
}

/** RFC 6750 section 3.1 would have 400 for a malformed header, which nginx makes a fault of ours. */
const credentialIn = ({ request }: Exchange, challenged: Challenged): Credential | undefined => {
  try {
    return credentialOf(request.headers.get('authorization'))
  } catch {
    throw invalid(challenged)
  }
}

/** RFC 8707 section 2: a token for another resource opens nothing here. */
const isFor = ({ aud }: Principal, resource: readonly string[]): boolean =>
  resource.every((wanted) => aud.some((one) => isSameResource(one, wanted)))

const invalid = (challenged: Challenged): OAuthError =>
  new OAuthError('invalid_token', 'the access token is not valid', {
    challenge: tokenChallenge(challenged.schemes, { ...challenged, error: 'invalid_token' }),
  })

const insufficient = (need: Need, { resource_metadata, algs, schemes }: Challenged): OAuthError => {
  if (need.kind === 'client') {
    const challenge = tokenChallenge(schemes, { resource_metadata, algs })
    return new OAuthError('access_denied', 'this is not for the client of the access token', { challenge })
  }
  const scope = neededScope(need)
  const challenge = tokenChallenge(schemes, { error: 'insufficient_scope', scope, resource_metadata, algs })
  return new OAuthError('insufficient_scope', 'the access token lacks the scope needed', { challenge })
}

/** Printable ASCII as it is; whatever else, were it ever let in, percent-encoded: no value ends its line. */
export const headerValue = (text: string): string =>
  text.replace(/[^\x20-\x7e]/gu, (character) => encodeURIComponent(character.toWellFormed()))
