import { readFileSync } from 'node:fs'
import type { GivenMetadata } from '../protocol/client-metadata.ts'
import { badMetadata } from '../protocol/metadata-member.ts'
import { failed } from './failure.ts'
import { type Flag, fileName } from './flag.ts'

export const JWKS_FLAG: { readonly jwks: Flag<string | undefined> } = {
  jwks: fileName('its public keys: a JSON Web Key Set (RFC 7517) in a file'),
}

/**
 * The keys that were given, as members; `none` takes them back. They are in one place: who names another has
 * given up the one before.
 *
 * @throws {Failure} exit 1 when the file cannot be read
 * @throws {OAuthError} invalid_client_metadata for what is no JSON
 */
export const givenJwks = ({
  jwks,
  jwks_uri,
}: {
  readonly jwks: string | undefined
  readonly jwks_uri: string | undefined
}): GivenMetadata => {
  if (jwks === 'none') return { jwks: null }
  if (jwks === undefined) return jwks_uri === undefined || jwks_uri === 'none' ? {} : { jwks: null }
  return { jwks: readJwksFile(jwks), ...(jwks_uri === undefined ? { jwks_uri: null } : {}) }
}

/** As it was written, a key alone as a set of one; what is in it the registration judges. */
const readJwksFile = (file: string): unknown => {
  const jwks = parsed(textOf(file))
  const isKey = typeof jwks === 'object' && jwks !== null && 'kty' in jwks && !('keys' in jwks)
  return isKey ? { keys: [jwks] } : jwks
}

const textOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw failed('file_unreadable', `cannot read ${file}`, 'check the name and who may read it', error)
  }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw badMetadata('jwks', 'the file is no JSON')
  }
}
