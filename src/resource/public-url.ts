import { webUriProblem } from '../protocol/uri.ts'

/**
 * Where an API is for its clients: by configuration, as a request's own `Host` is anybody's to write, and a
 * proof that was made for another host would pass under its name.
 *
 * @throws {TypeError} when it is no address
 */
export const checkedPublicUrl = (public_url: unknown): string => {
  const problem = typeof public_url === 'string' ? publicUrlProblem(public_url) : 'must be a string'
  if (problem !== undefined) throw new TypeError(`public_url ${problem}`)
  return String(public_url)
}

/** Why it cannot be one; `undefined` when it can. */
export const publicUrlProblem = (public_url: string): string | undefined =>
  webUriProblem(public_url) ?? (public_url.includes('?') ? 'must have neither query nor fragment' : undefined)

/** The origin of a resource indicator; `undefined` for one that is no address, such as a URN. */
export const originOf = (resource: string | undefined): string | undefined =>
  resource !== undefined && /^https?:/i.test(resource) && URL.canParse(resource)
    ? new URL(resource).origin
    : undefined

/**
 * What a client called (RFC 9449 section 4.3: without query and fragment).
 *
 * @param target of the request: a path, or a whole address of which the path counts
 */
export const calledUrl = (public_url: string | undefined, target: string): string | undefined => {
  if (public_url === undefined) return undefined
  const path = /^(?:[a-z][a-z0-9+.-]*:\/\/[^/?#]*)?(\/[^?#]*)?/i.exec(target)?.[1] ?? '/'
  return public_url.replace(/\/$/, '') + path
}
