import { OAuthError } from './error.ts'

/** The parameters of a request, each at most once. */
export interface Form {
  /** Every parameter but `resource`; one with an empty value is not here. */
  readonly values: ReadonlyMap<string, string>
  /** RFC 8707 section 2: the one parameter that may be sent more than once. */
  readonly resource: readonly string[]
}

const MAX_PARAMETERS = 256
const MAX_BYTES = 4096
const MAX_BYTES_LARGE = 32_768
const LARGE: ReadonlySet<string> = new Set(['request', 'client_assertion', 'authorization_details', 'token'])

/** HTTP-04: what must never stand in a URL, where logs and histories keep it. */
export const SECRET: readonly string[] = [
  'client_secret',
  'client_assertion',
  'code',
  'code_verifier',
  'refresh_token',
  'token',
]

/** Names an answer may repeat; any other came from the caller, and ERR-02 keeps it out. */
const SHOWABLE: ReadonlySet<string> = new Set([
  ...SECRET,
  ...LARGE,
  'grant_type',
  'client_id',
  'client_assertion_type',
  'redirect_uri',
  'response_type',
  'scope',
  'state',
  'resource',
  'token_type_hint',
  'code_challenge',
  'code_challenge_method',
  'response_mode',
  'prompt',
  'max_age',
  'login_hint',
  'ui_locales',
  'request_uri',
])

/** NUL, and the character that a decoder leaves where the bytes were not UTF-8. */
const UNSAFE = /[\0\ufffd]/

const NO_RESOURCE: readonly string[] = Object.freeze([])

/**
 * Reads an application/x-www-form-urlencoded body (OAuth 2.1 appendix B).
 *
 * Strict where URLSearchParams is lenient: a repeated parameter (OAuth 2.1 section 3.2), broken
 * percent-encoding, NUL and invalid UTF-8 are refused.
 *
 * @throws {OAuthError} invalid_request
 */
export const parseForm = (text: string): Form =>
  readParameters(text, (_name, fault) => {
    throw fault
  })

/**
 * Goes through the parameters and tells of each that is repeated, broken or too long; none of the three
 * is a value to rely on.
 *
 * @throws {OAuthError} invalid_request when a name is broken, or there are too many
 */
export const readParameters = (text: string, tell: (name: string, fault: OAuthError) => void): Form => {
  if (UNSAFE.test(text)) throw malformed()
  const values = new Map<string, string>()
  let resource: string[] | undefined
  let empty: Set<string> | undefined
  let count = 0
  for (let start = 0, end = 0; start < text.length; start = end + 1) {
    end = text.indexOf('&', start)
    if (end === -1) end = text.length
    if (end === start) continue
    count += 1
    if (count > MAX_PARAMETERS) throw new OAuthError('invalid_request', 'too many parameters')
    const equals = text.indexOf('=', start)
    const hasValue = equals !== -1 && equals < end
    const name = formDecode(text.slice(start, hasValue ? equals : end))
    const value = hasValue ? decoded(text.slice(equals + 1, end)) : ''
    if (value === undefined) tell(name, malformed())
    if (isTooLong(name, value ?? '')) tell(name, tooLong(name))
    if (name === 'resource') {
      if (value !== undefined && value !== '') resource = [...(resource ?? []), value]
      continue
    }
    if (values.has(name) || empty?.has(name)) tell(name, repeated(name))
    // OAuth 2.1 section 3.2: a parameter without a value is treated as omitted.
    if (value === undefined || value === '') empty = (empty ?? new Set()).add(name)
    else values.set(name, value)
  }
  return { values, resource: resource ?? NO_RESOURCE }
}

/**
 * Reads a URL's query by the rules of a body. A leading `?` is allowed.
 *
 * @throws {OAuthError} invalid_request
 */
export const parseQuery = (query: string): Form => parseForm(query.startsWith('?') ? query.slice(1) : query)

/**
 * The query of a POST: no secret in it (OAuth 2.1 section 2.4.1) and nothing that the body says too
 * (section 3.2). Anything else there is ignored.
 *
 * @throws {OAuthError} invalid_request
 */
export const refuseSecretsInQuery = (query: string, body: Form): void => {
  if (query === '' || query === '?') return
  const { values, resource } = parseQuery(query)
  for (const name of SECRET) {
    if (values.has(name)) throw inUrl(name)
  }
  for (const name of values.keys()) {
    if (body.values.has(name)) throw repeated(name)
  }
  if (resource.length > 0 && body.resource.length > 0) throw repeated('resource')
}

/**
 * Undoes form encoding (OAuth 2.1 appendix B): `+` is a space, `%XX` an octet of UTF-8.
 *
 * @throws {OAuthError} invalid_request
 */
export const formDecode = (text: string): string => {
  const plain = decoded(text)
  if (plain === undefined) throw malformed()
  return plain
}

const decoded = (text: string): string | undefined => {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text
  if (!spaced.includes('%')) return spaced
  const plain = percentDecode(spaced)
  return plain === undefined || UNSAFE.test(plain) ? undefined : plain
}

const percentDecode = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** HTTP-09: each value has a cap of its own. Three bytes are the most that one UTF-16 unit takes. */
const isTooLong = (name: string, value: string): boolean => {
  if (name.length * 3 <= MAX_BYTES && value.length * 3 <= MAX_BYTES) return false
  const most = LARGE.has(name) ? MAX_BYTES_LARGE : MAX_BYTES
  return Buffer.byteLength(name) > MAX_BYTES || Buffer.byteLength(value) > most
}

const tooLong = (name: string): OAuthError => new OAuthError('invalid_request', `${shown(name)} is too long`)

export const repeated = (name: string): OAuthError =>
  new OAuthError('invalid_request', `${shown(name)} is sent more than once`)

export const inUrl = (name: string): OAuthError =>
  new OAuthError('invalid_request', `${name} must not be in the URL`)

const malformed = (): OAuthError => new OAuthError('invalid_request', 'the parameters are not well formed')

const shown = (name: string): string => (SHOWABLE.has(name) ? name : 'a parameter')
