import type { OAuthError } from './error.ts'
import { type Form, inUrl, readParameters, repeated, SECRET } from './form.ts'

/**
 * The parameters of an authorization request, the faulty ones apart: with a sound client_id and
 * redirect_uri the client is told of the others, else only the person (OAuth 2.1 section 4.1.2.1).
 */
export interface LooseForm extends Form {
  /** By name: repeated, broken, too long, or a secret. What stands here is not among the values. */
  readonly faults: ReadonlyMap<string, OAuthError>
}

/**
 * Reads the parameters of an authorization request; a leading `?` is allowed.
 *
 * @throws {OAuthError} invalid_request when they are so broken that nothing can be told apart
 */
export const parseLoosely = (text: string): LooseForm => {
  const faults = new Map<string, OAuthError>()
  const { values, resource } = readParameters(text.startsWith('?') ? text.slice(1) : text, (name, fault) => {
    faults.set(name, fault)
  })
  // HTTP-04: whatever came through a browser is in its history.
  for (const name of SECRET) if (values.has(name)) faults.set(name, inUrl(name))
  return { values: without(values, faults), resource, faults }
}

/**
 * The parameters of a POST whose URL has a query too: what both say is repeated (HTTP-05), a secret is
 * refused (HTTP-04), the rest of the query is ignored.
 *
 * @throws {OAuthError} invalid_request as {@link parseLoosely}
 */
export const withQuery = (body: LooseForm, query: string): LooseForm => {
  if (query === '' || query === '?') return body
  const { values, resource, faults: wrong } = parseLoosely(query)
  const faults = new Map(body.faults)
  for (const name of [...values.keys(), ...wrong.keys()]) {
    if (body.values.has(name) || body.faults.has(name)) faults.set(name, repeated(name))
    else if (SECRET.includes(name)) faults.set(name, inUrl(name))
  }
  if (resource.length > 0 && body.resource.length > 0) faults.set('resource', repeated('resource'))
  return { values: without(body.values, faults), resource: body.resource, faults }
}

const without = (
  values: ReadonlyMap<string, string>,
  faults: ReadonlyMap<string, OAuthError>,
): ReadonlyMap<string, string> =>
  faults.size === 0 ? values : new Map([...values].filter(([name]) => !faults.has(name)))
