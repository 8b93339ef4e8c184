import { OAuthError } from './error.ts'

/** RFC 3986 unreserved characters: the same text in a form, a URL and a Basic header (CA-03). */
const CHOSEN = /^[A-Za-z0-9._~-]{1,128}$/

/**
 * Why an operator may not choose `client_id`; `undefined` when it is fine.
 * That it is not a user's `sub` only the rows can say (RFC 9068 section 5: the two must not be mistaken).
 */
export const chosenClientId = (client_id: string): OAuthError | undefined => {
  if (!CHOSEN.test(client_id)) {
    return refusal('must be 1 to 128 characters of A-Z, a-z, 0-9, and . _ ~ -')
  }
  // `-x` is a flag to every program, `..` a folder.
  if (!/^[A-Za-z0-9]/.test(client_id)) return refusal('must begin with a letter or a digit')
  // DR-08: such a client_id would read as the address of a client's metadata document.
  if (/^https?/i.test(client_id)) return refusal('must not begin with http')
  return undefined
}

const refusal = (problem: string): OAuthError =>
  new OAuthError('invalid_client_metadata', `client_id: ${problem}`)
