import { OAuthError } from './error.ts'

/** OAuth 2.1 section 4.1.2: the client gets a code, and its own state back. */
export interface SuccessResponse {
  readonly code: string
  readonly state: string | null
  /** RFC 9207 section 2: the issuer, byte for byte. */
  readonly iss: string
}

/** OAuth 2.1 section 4.1.2.1. */
export interface ErrorResponse {
  readonly error: string
  readonly error_description?: string | undefined
  readonly state: string | null
  readonly iss: string
}

/**
 * Where the browser is sent back to: the redirect URI with its own query kept and ours behind it, in
 * the order code, state, iss (AZ-04 to AZ-06). Percent-encoded, a space as %20: every decoder undoes that.
 */
export const authorizationResponse = (
  redirect_uri: string,
  response: SuccessResponse | ErrorResponse,
): string => {
  const { state, iss } = response
  const outcome =
    'code' in response
      ? { code: response.code }
      : { error: response.error, error_description: response.error_description }
  const pairs = Object.entries({ ...outcome, state: state ?? undefined, iss }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  )
  return `${redirect_uri}${separator(redirect_uri)}${pairs.join('&')}`
}

/** The same refusal, with where the browser is sent so that the client is told of it. */
export const toldByRedirect = (
  { error, error_description, status, cause }: OAuthError,
  { redirect_uri, state, iss }: { redirect_uri: string; state: string | null; iss: string },
): OAuthError => {
  const redirect_to = authorizationResponse(redirect_uri, { error, error_description, state, iss })
  return new OAuthError(error, error_description, { status, cause, redirect_to })
}

const separator = (redirect_uri: string): string => {
  if (!redirect_uri.includes('?')) return '?'
  return /[?&]$/.test(redirect_uri) ? '' : '&'
}
