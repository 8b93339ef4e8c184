/** One object of `authorization_details` (RFC 9396 section 2): its `type` says what the other members mean. */
export interface AuthorizationDetail {
  readonly type: string
  readonly [member: string]: unknown
}
