/**
 * Every refusal the protocol knows, with the HTTP status of each.
 * OAuth 2.1 section 3.2.4 unless said otherwise.
 */
const STATUS = {
  invalid_request: 400,
  invalid_client: 401,
  invalid_grant: 400,
  unauthorized_client: 400,
  unsupported_grant_type: 400,
  invalid_scope: 400,
  /** RFC 8707 section 2. */
  invalid_target: 400,
  /** RFC 6750 section 3.1. */
  invalid_token: 401,
  insufficient_scope: 403,
  /** RFC 7591 section 3.2.2. */
  invalid_redirect_uri: 400,
  invalid_client_metadata: 400,
  /** RFC 6749 section 4.1.2.1. */
  unsupported_response_type: 400,
  access_denied: 403,
  server_error: 500,
  temporarily_unavailable: 503,
  /** OpenID Connect Core 1.0 section 3.1.2.6. */
  login_required: 400,
  consent_required: 400,
  interaction_required: 400,
  request_not_supported: 400,
  request_uri_not_supported: 400,
  /** RFC 9101 section 7. */
  invalid_request_object: 400,
  invalid_request_uri: 400,
  /** RFC 9396 section 5. */
  invalid_authorization_details: 400,
  /** RFC 9449 sections 5 and 8; 401 at a protected resource (section 7.1). */
  invalid_dpop_proof: 400,
  use_dpop_nonce: 400,
} as const

/**
 * The error codes of a refusal: RFC 6749 sections 4.1.2.1 and 5.2, RFC 6750 section 3.1, RFC 7591 section
 * 3.2.2, RFC 8707 section 2, RFC 9449 section 12.2, OpenID Connect Core section 3.1.2.6.
 */
export type ErrorCode = keyof typeof STATUS

/** All of them. */
export const ERROR_CODES: readonly string[] = Object.keys(STATUS)

/** What a refusal is to a person, where one reads it: which of the error pages. */
export type PageKind =
  /** The client is unknown, or not one that sends people here. */
  | 'client'
  /** The redirect URI is not one of the client's. */
  | 'redirect'
  /** The request cannot be understood, and there is nowhere to say so but here. */
  | 'request'
  /** A pending request that is over, or another browser's. */
  | 'expired'
  /** A form that did not come from a page of ours (PG-03). */
  | 'forged'
  | 'limited'
  | 'busy'
  | 'fault'
  | 'missing'

/** What the browser itself sent: the only things that an error page repeats (RU-06). */
export interface Sent {
  readonly client_id?: string | undefined
  readonly redirect_uri?: string | undefined
}

/** What an error page says beside the refusal. */
export interface Told {
  /** Of the client, when it is known. */
  readonly client_name?: string | undefined
  /** Where it is not in the query. */
  readonly sent?: Sent | undefined
}

/**
 * A refusal in the protocol's own words. `error_description` is always safe to show; what is
 * not goes into `cause`, which only the log sees.
 *
 * @param error an error code registered for OAuth (RFC 6749 section 11.4)
 * @param error_description for the developer; printable ASCII without `"` and `\`
 * @param options `status` where the code's usual one does not fit (413, 405); `cause` for the log;
 *   `challenge` is WWW-Authenticate, where a bearer token is refused (RFC 6750 section 3); `page` and
 *   `told` where a person reads it; `redirect_to` where the client may be told; `dpop_nonce` for its next proof;
 *   `retry_after` for how many seconds asking again is useless
 */
export class OAuthError extends Error {
  readonly error: ErrorCode
  readonly error_description: string
  readonly status: number
  readonly challenge: string | undefined
  readonly page: PageKind | undefined
  readonly told: Told | undefined
  /** Where to send the browser so that the client is told; `undefined` when only the person may be. */
  readonly redirect_to: string | undefined
  /** The value of the header DPoP-Nonce that goes with it (RFC 9449 section 8). */
  readonly dpop_nonce: string | undefined
  /** RFC 9110 section 10.2.3. Whole seconds, 1 or more. */
  readonly retry_after: number | undefined

  constructor(
    error: ErrorCode,
    error_description: string,
    options: {
      status?: number
      cause?: unknown
      challenge?: string
      page?: PageKind
      told?: Told
      redirect_to?: string
      dpop_nonce?: string
      retry_after?: number
    } = {},
  ) {
    super(error_description, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'OAuthError'
    this.error = error
    this.error_description = showable(error_description)
    this.status = options.status ?? STATUS[error]
    this.challenge = options.challenge
    this.page = options.page
    this.told = options.told
    this.redirect_to = options.redirect_to
    this.dpop_nonce = options.dpop_nonce
    this.retry_after = options.retry_after
  }
}

/**
 * RL-01: who asks too often is told so in words on which no client throws away what it holds (HTTP-18).
 *
 * @param seconds until it may go on
 */
export const tooMany = (error_description: string, seconds: number): OAuthError =>
  new OAuthError('temporarily_unavailable', error_description, {
    status: 429,
    retry_after: Math.max(1, Math.ceil(seconds)),
    cause: 'over the limit',
  })

/** OAuth 2.1 section 3.2.4: only %x20-21, %x23-5B and %x5D-7E may stand in an error_description. */
const showable = (text: string): string => text.replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '?')
