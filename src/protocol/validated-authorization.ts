import type { AuthorizationRequest } from './authorization-request.ts'
import { type ClientInformation, clientInformation } from './client-information.ts'
import type { Client } from './client-metadata.ts'
import type { Form } from './form.ts'
import type { GivenConsent } from './given-consent.ts'
import { type Asked, askedOf, type DescribedScope } from './interaction.ts'

/**
 * An authorization request that was found sound, as the app asks its person about it: a plain object,
 * which may be kept as JSON in a session. Whoever approves it examines it again, so nothing here need be
 * believed.
 */
export interface ValidatedAuthorization extends Asked {
  readonly client_id: string
  /** The registration, without its secret. */
  readonly client: ClientInformation
  /** Where the answer goes: as presented, or the only registered one. */
  readonly redirect_uri: string
  /** Absent when the client sent none. */
  readonly state?: string
  /** RFC 7636, S256. */
  readonly code_challenge: string
  /** The thumbprint of the key that alone may redeem the code (RFC 9449 section 10). */
  readonly dpop_jkt?: string
  /** What the client pushed (RFC 9126): it stays open until its person has answered. */
  readonly request_uri?: string
  /** What the client signed (RFC 9101). */
  readonly request?: string
}

/** Where parameters stand that are not in the URL. */
const SOURCES = ['request_uri', 'request'] as const

type Source = Pick<ValidatedAuthorization, (typeof SOURCES)[number]>

/** Where the parameters of a sound request stand (RFC 9101 section 5, RFC 9126 section 4). */
export const sourceOf = ({ values }: Form): Source =>
  Object.fromEntries([...values].filter(([name]) => SOURCES.some((source) => source === name)))

/**
 * @param described the scopes that have words
 * @param consent what the person whom the app named has allowed so far
 * @param source where its parameters stand, if not in the URL
 */
export const validatedAuthorization = (
  request: AuthorizationRequest,
  client: Client,
  described: readonly DescribedScope[],
  consent: GivenConsent | undefined,
  source: Source = {},
): ValidatedAuthorization => ({
  client_id: client.client_id,
  client: clientInformation(client),
  redirect_uri: request.redirect_uri,
  ...askedOf(request, client, described, consent),
  ...(request.state === null ? {} : { state: request.state }),
  code_challenge: request.code_challenge,
  ...(request.dpop_jkt === null ? {} : { dpop_jkt: request.dpop_jkt }),
  ...source,
})

const TEXTS = [
  'client_id',
  'redirect_uri',
  'scope',
  'state',
  'code_challenge',
  'dpop_jkt',
  'prompt',
  'login_hint',
  'ui_locales',
]

/**
 * What came back from the app as the parameters it began with, so that it goes through the same
 * examination as they did.
 *
 * @throws {TypeError} naming a member that is of another kind than it was
 */
export const parametersAgain = (authorization: Readonly<Record<string, unknown>>): URLSearchParams => {
  for (const source of SOURCES) {
    const { client_id, [source]: value } = authorization
    if (value === undefined) continue
    if (typeof client_id !== 'string' || typeof value !== 'string') throw wrong(source, 'a string')
    return new URLSearchParams({ client_id, [source]: value })
  }
  const parameters = new URLSearchParams({ response_type: 'code', code_challenge_method: 'S256' })
  for (const name of TEXTS) {
    const value = authorization[name]
    if (value === undefined && !REQUIRED.has(name)) continue
    if (typeof value !== 'string') throw wrong(name, 'a string')
    parameters.append(name, value)
  }
  const { max_age, resource, authorization_details } = authorization
  if (max_age !== undefined) {
    if (typeof max_age !== 'number') throw wrong('max_age', 'a number')
    parameters.append('max_age', String(max_age))
  }
  if (authorization_details !== undefined) {
    if (!Array.isArray(authorization_details)) throw wrong('authorization_details', 'a list of objects')
    parameters.append('authorization_details', JSON.stringify(authorization_details))
  }
  if (!Array.isArray(resource)) throw wrong('resource', 'a list of strings')
  for (const one of resource) {
    if (typeof one !== 'string') throw wrong('resource', 'a list of strings')
    parameters.append('resource', one)
  }
  return parameters
}

const REQUIRED: ReadonlySet<string> = new Set(['client_id', 'redirect_uri', 'scope', 'code_challenge'])

const wrong = (name: string, kind: string): TypeError =>
  new TypeError(`authorization.${name} must be ${kind}: hand in what validateAuthorizationRequest gave`)
