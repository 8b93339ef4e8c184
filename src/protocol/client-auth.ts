import { showsCertificate } from './auth-method.ts'
import type { Client } from './client-metadata.ts'
import { OAuthError } from './error.ts'
import { FAPI_METHODS, isFapi } from './fapi.ts'
import { type Form, formDecode } from './form.ts'

/** The one way in which a request tries to say which client it comes from. */
export type Attempt =
  | { readonly kind: 'basic'; readonly client_id: string; readonly client_secret: string }
  | { readonly kind: 'post'; readonly client_id: string; readonly client_secret: string }
  /** RFC 7523 section 2.2; `client_id` may be left to the assertion. */
  | {
      readonly kind: 'assertion'
      readonly client_id: string | undefined
      readonly client_assertion: string
      readonly client_assertion_type: string
    }
  /** Named, not authenticated: what a public client does. */
  | { readonly kind: 'none'; readonly client_id: string }
  | { readonly kind: 'nothing' }

const NOTHING: Attempt = { kind: 'nothing' }

/** RFC 7617 section 2: the scheme in any case, then token68. */
const BASIC = /^basic +([A-Za-z0-9+/]+={0,2})$/i
const IS_BASIC = /^basic(?: |$)/i

/** RFC 6749 appendix A: VSCHAR and beyond, never a control. U+FFFD is where bytes were not UTF-8. */
const UNSAFE = /[\p{Cc}\ufffd]/u

/**
 * Which authentication a back-channel request attempts. Nothing is checked but its form.
 *
 * @param authorization the Authorization header; `null` when there is none
 * @throws {OAuthError} invalid_request: malformed, more than one mechanism (CA-04), or two different
 *   client_ids (CA-05); invalid_client: a scheme that is not Basic
 */
export const attemptedAuthentication = (authorization: string | null, form: Form): Attempt => {
  const header = authorization === '' ? null : authorization
  const client_id = form.values.get('client_id')
  const client_secret = form.values.get('client_secret')
  const client_assertion = form.values.get('client_assertion')
  const client_assertion_type = form.values.get('client_assertion_type')
  // JA-01, RFC 7521 section 4.2: one without the other says nothing.
  if ((client_assertion === undefined) !== (client_assertion_type === undefined)) {
    throw new OAuthError('invalid_request', 'client_assertion and client_assertion_type go together')
  }
  // OAuth 2.1 section 2.4: a client MUST NOT use more than one method in each request.
  const mechanisms = [header, client_secret, client_assertion].filter(
    (sent) => sent !== null && sent !== undefined,
  )
  if (mechanisms.length > 1) {
    throw new OAuthError('invalid_request', 'the request authenticates the client in more than one way')
  }
  if (header !== null) return basicAttempt(header, client_id)
  if (client_assertion !== undefined && client_assertion_type !== undefined) {
    return { kind: 'assertion', client_id, client_assertion, client_assertion_type }
  }
  if (client_secret === undefined) return client_id === undefined ? NOTHING : { kind: 'none', client_id }
  if (client_id === undefined) {
    throw new OAuthError('invalid_request', 'client_secret is sent without client_id')
  }
  return { kind: 'post', client_id, client_secret }
}

/**
 * Whether the client may authenticate as it attempts to: a method named at registration is enforced
 * exactly (CA-07); none named takes basic and post; only a public client may merely say
 * who it is, and may do nothing else (CA-06), and one whose certificate says the rest.
 */
export const allowsMethod = (
  client: Pick<Client, 'token_endpoint_auth_method' | 'profile'>,
  attempt: Attempt,
): boolean => {
  const method = client.token_endpoint_auth_method
  // FA-01: a secret, or nothing, is not enough there.
  if (isFapi(client) && (method === null || !FAPI_METHODS.includes(method))) return false
  switch (attempt.kind) {
    case 'basic':
      return method === null || method === 'client_secret_basic'
    case 'post':
      return method === null || method === 'client_secret_post'
    case 'none':
      return method === 'none' || showsCertificate(client)
    case 'assertion':
      return method === 'private_key_jwt'
    case 'nothing':
      return false
  }
}

/** RFC 6749 section 2.3.1: id and secret are form-encoded, joined by a colon, then base64. */
const basicAttempt = (header: string, body_client_id: string | undefined): Attempt => {
  if (!IS_BASIC.test(header)) {
    throw new OAuthError('invalid_client', 'the Authorization scheme is not supported here')
  }
  const [, base64] = BASIC.exec(header) ?? []
  if (base64 === undefined) throw malformed()
  const bytes = Buffer.from(base64, 'base64')
  // Node's decoder skips what is not base64; only what it would write itself is taken.
  if (bytes.toString('base64') !== base64) throw malformed()
  const text = bytes.toString('utf8')
  const colon = text.indexOf(':')
  if (UNSAFE.test(text) || colon < 1) throw malformed()
  const client_id = formDecode(text.slice(0, colon))
  const client_secret = formDecode(text.slice(colon + 1))
  if (UNSAFE.test(client_id) || UNSAFE.test(client_secret)) throw malformed()
  if (body_client_id !== undefined && body_client_id !== client_id) {
    throw new OAuthError('invalid_request', 'client_id is not the one that authenticates')
  }
  // RFC 6749 section 2.3.1: an empty secret may as well be left out, and only a public client has one.
  return client_secret === '' ? { kind: 'none', client_id } : { kind: 'basic', client_id, client_secret }
}

const malformed = (): OAuthError =>
  new OAuthError('invalid_request', 'the Authorization header is not well formed')
