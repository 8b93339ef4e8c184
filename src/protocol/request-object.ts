/** Authorization requests by value: `request` is a JWT whose claims are the parameters (RFC 9101). */
import { isAuthorizationParameter } from './authorization-parameters.ts'
import { type JwtContent, timeProblem, typOf } from './client-jwt.ts'
import { OAuthError } from './error.ts'
import { type LooseForm, parseLoosely } from './loose-form.ts'

/** Who sends it, to whom, and when. */
export interface ExpectedObject {
  readonly client_id: string
  readonly issuer: string
  /** Epoch seconds. */
  readonly now: number
  /** How long ago it may have ended: longer where it was seen before. Seconds. */
  readonly late?: number | undefined
}

/**
 * The parameters of a request object whose signature is the client's. Only they count (JAR-03).
 *
 * @throws {OAuthError} invalid_request_object: shown as a page, since nothing says where else
 */
export const readRequestObject = (content: JwtContent, expected: ExpectedObject): LooseForm => {
  const problem = problemOf(content, expected)
  if (problem !== undefined) throw badObject(problem)
  return parseLoosely(parametersOf(content.claims).toString())
}

/** JAR-02, JAR-04: of the right kind, from this client, for us, now. */
const problemOf = (
  content: JwtContent,
  { client_id, issuer, now, late }: ExpectedObject,
): string | undefined => {
  const { claims } = content
  const typ = typOf(content)
  // Section 10.8: what was signed to be something else is no request.
  if (typ !== undefined && typ !== 'oauth-authz-req+jwt') return 'typ must be oauth-authz-req+jwt'
  if (claims['client_id'] !== client_id) return 'client_id must be that of the client'
  if (claims['iss'] !== client_id) return 'iss must be the client_id'
  // Section 10.8 again: with this, it would be a client assertion too (RFC 7523).
  if (claims['sub'] === client_id) return 'sub must not be the client_id'
  if (![claims['aud']].flat().includes(issuer)) return 'aud must be the issuer of this server'
  // Section 4: no object within the object.
  if ('request' in claims || 'request_uri' in claims) return 'request and request_uri must not be in it'
  return timeProblem(claims, now, late)
}

/** Section 4: text as it is, a number as in a query, anything else as JSON. */
const parametersOf = (claims: JwtContent['claims']): URLSearchParams => {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(claims)) {
    if (isAuthorizationParameter(name)) parameters.append(name, textOf(name, value))
  }
  const resource = claims['resource'] ?? []
  for (const uri of [resource].flat()) {
    if (typeof uri !== 'string') throw badObject('resource must be text, or a list of texts')
    parameters.append('resource', uri)
  }
  return parameters
}

const textOf = (name: string, value: unknown): string => {
  if (typeof value === 'string') return value
  if (typeof value === 'number' && name === 'max_age') return String(value)
  if (Array.isArray(value) && name === 'authorization_details') return JSON.stringify(value)
  throw badObject(`${name} is not of the kind it is as a parameter`)
}

/** @param cause for the log */
export const badObject = (problem: string, cause?: string): OAuthError =>
  new OAuthError('invalid_request_object', `the request object is refused: ${problem}`, {
    page: 'request',
    cause: cause ?? problem,
  })
