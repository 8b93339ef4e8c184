/** A password hash as it rests: algorithm, its parameters, salt and hash (the PHC string format). */
export interface PasswordHash {
  readonly algorithm: string
  readonly parameters: Readonly<Record<string, number>>
  readonly salt: Uint8Array
  readonly hash: Uint8Array
}

const PHC =
  /^\$([a-z0-9-]{1,32})(?:\$v=(\d{1,3}))?\$([a-z]+=\d{1,9}(?:,[a-z]+=\d{1,9})*)\$([\w+/]+)\$([\w+/]+)$/

const SALT_MIN_BYTES = 8
const HASH_MIN_BYTES = 16

/** The one version of argon2 there is in use (RFC 9106 section 3.1): 0x13. */
const ARGON2_VERSION = '19'

/** `$argon2id$v=19$m=19456,t=2,p=1$salt$hash`: base64 without padding. */
export const writePhc = ({ algorithm, parameters, salt, hash }: PasswordHash): string => {
  const version = algorithm.startsWith('argon2') ? `$v=${ARGON2_VERSION}` : ''
  const words = Object.entries(parameters).map(([name, value]) => `${name}=${value}`)
  return `$${algorithm}${version}$${words.join(',')}$${base64(salt)}$${base64(hash)}`
}

/** Reads a PHC string; `undefined` for what is none, or of another version of argon2. */
export const readPhc = (text: string): PasswordHash | undefined => {
  const [, algorithm, version, words, salt, hash] = PHC.exec(text) ?? []
  if (algorithm === undefined || words === undefined || salt === undefined || hash === undefined)
    return undefined
  if (algorithm.startsWith('argon2') ? version !== ARGON2_VERSION : version !== undefined) return undefined
  const [salted, hashed] = [Buffer.from(salt, 'base64'), Buffer.from(hash, 'base64')]
  // A cut hash is none: the shorter it is, the more passwords it fits.
  if (salted.length < SALT_MIN_BYTES || hashed.length < HASH_MIN_BYTES) return undefined
  const pairs = words.split(',').map((pair): [string, number] => {
    const [name = '', value] = pair.split('=')
    return [name, Number(value)]
  })
  return {
    algorithm,
    parameters: Object.fromEntries(pairs),
    salt: salted,
    hash: hashed,
  }
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64').replace(/=+$/, '')
