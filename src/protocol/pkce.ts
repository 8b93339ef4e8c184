import { hash, timingSafeEqual } from 'node:crypto'
import { OAuthError } from './error.ts'

/** SHA-256 in base64url without padding, the last of 43 characters holding four bits. */
const SHA256 = /^[\w-]{42}[AEIMQUYcgkosw048]$/

/** RFC 7636 section 4.1: 43 to 128 unreserved characters. */
const VERIFIER = /^[\w.~-]{43,128}$/

/**
 * The challenge of an authorization request (AZ-03). `plain` does not exist here: it is what a request
 * without code_challenge_method means (RFC 7636 section 4.3).
 *
 * @throws {OAuthError} invalid_request (RFC 7636 section 4.4.1)
 */
export const readCodeChallenge = (values: ReadonlyMap<string, string>): string => {
  const code_challenge = values.get('code_challenge')
  if (code_challenge === undefined) {
    throw refused('code_challenge is required: this server has no flow without PKCE')
  }
  if (values.get('code_challenge_method') !== 'S256') throw refused('code_challenge_method must be S256')
  if (!isSha256Text(code_challenge)) {
    throw refused('code_challenge must be a SHA-256 in base64url, 43 characters without padding')
  }
  return code_challenge
}

/** Whether a text could be a SHA-256 as the protocol writes them (RFC 7636 section 4.2, RFC 7638 section 3). */
export const isSha256Text = (text: string): boolean => SHA256.test(text)

/** Whether `code_verifier` could be one at all. */
export const isCodeVerifier = (code_verifier: string): boolean => VERIFIER.test(code_verifier)

/** RFC 7636 section 4.6: whether the challenge was made from this verifier. */
export const matchesChallenge = (code_challenge: string, code_verifier: string): boolean => {
  if (!isCodeVerifier(code_verifier)) return false
  const made = Buffer.from(hash('sha256', code_verifier, 'base64url'))
  const kept = Buffer.from(code_challenge)
  return made.length === kept.length && timingSafeEqual(made, kept)
}

const refused = (problem: string): OAuthError => new OAuthError('invalid_request', problem)
