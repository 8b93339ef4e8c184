import { isLongEnough, SECRET_MIN_LENGTH } from '../crypto/seal.ts'
import { issuerProblem } from '../protocol/issuer.ts'
import { refuseUnknown } from '../protocol/nearest.ts'

/** The database file of a server on this machine, opened read-only. */
export interface FileOptions {
  readonly db: string
  /** The master secret, 32 characters or more. Default: `OAUTHD_SECRET`, else the file `<db>.key`. */
  readonly secret?: string | undefined
  /** What a token without a resource is for. Default: what the server recorded. */
  readonly issuer?: string | undefined
}

/** RFC 7662: asks the server about each token. */
export interface IntrospectionOptions {
  readonly introspection: {
    /** Whose metadata names the endpoint (RFC 8414): https, or http on loopback. */
    readonly issuer: string
    readonly client_id: string
    readonly client_secret: string
    /** How long a yes may be repeated: the longest time for which a revocation goes unseen. 0 to 3600, default 0. */
    readonly cache_seconds?: number | undefined
  }
}

/** RFC 9068: checks signed tokens by the server's public keys, and asks nobody. */
export interface JwksOptions {
  readonly jwks: {
    /** Whose metadata names the keys (RFC 8414), and who must have issued the token. */
    readonly issuer: string
    /** Whom the token must be for; of several, one. */
    readonly audience: string | readonly string[]
  }
}

export type VerifierOptions = FileOptions | IntrospectionOptions | JwksOptions

/** The options as one kind, checked. */
export type CheckedOptions =
  | { readonly kind: 'db'; readonly options: FileOptions }
  | { readonly kind: 'introspection'; readonly options: IntrospectionOptions['introspection'] }
  | { readonly kind: 'jwks'; readonly options: JwksOptions['jwks'] }

const KINDS = ['db', 'introspection', 'jwks'] as const
const BESIDE_DB = ['secret', 'issuer']
const INTROSPECTION = ['issuer', 'client_id', 'client_secret', 'cache_seconds']
const JWKS = ['issuer', 'audience']
const OPTION = 'an option of createVerifier'

const LONGEST_CACHE = 3600

/** @throws {TypeError} naming the option that is unknown, missing or wrong, and the right one */
export const checkedOptions = (given: unknown): CheckedOptions => {
  const options = record(given, 'the options of createVerifier')
  refuseUnknown(options, [...KINDS, ...BESIDE_DB], OPTION)
  const named = KINDS.filter((kind) => options[kind] !== undefined)
  const [kind] = named
  if (kind === undefined) throw new TypeError(`createVerifier needs one of ${KINDS.join(', ')}`)
  if (named.length > 1) {
    throw new TypeError(`createVerifier takes one of ${KINDS.join(', ')}, not ${named.join(' and ')}`)
  }
  if (kind === 'db') return { kind, options: fileOptions(options) }
  for (const name of BESIDE_DB) {
    if (options[name] === undefined) continue
    throw new TypeError(`${name} goes with db; ${kind} has ${kind}.issuer`)
  }
  const inner = record(options[kind], kind)
  return kind === 'jwks'
    ? { kind, options: jwksOptions(inner) }
    : { kind, options: introspectionOptions(inner) }
}

type Given = Readonly<Record<string, unknown>>

const fileOptions = (options: Given): FileOptions => {
  const { secret, issuer } = options
  const db = text(options['db'], 'db')
  // It may hold a password, which no message may repeat.
  if (/^[a-z][a-z0-9+]+:\/\//i.test(db))
    throw new TypeError('db must be the name of an SQLite file, not a URL')
  if (secret !== undefined && !(typeof secret === 'string' && isLongEnough(secret))) {
    throw new TypeError(`secret must be a string of at least ${SECRET_MIN_LENGTH} characters`)
  }
  return { db, secret, issuer: issuer === undefined ? undefined : issuerOf(issuer, 'issuer') }
}

const introspectionOptions = (options: Given): IntrospectionOptions['introspection'] => {
  refuseUnknown(options, INTROSPECTION, OPTION, 'introspection.')
  const { cache_seconds = 0 } = options
  if (
    typeof cache_seconds !== 'number' ||
    !Number.isInteger(cache_seconds) ||
    cache_seconds < 0 ||
    cache_seconds > LONGEST_CACHE
  ) {
    throw new TypeError(`introspection.cache_seconds must be a whole number from 0 to ${LONGEST_CACHE}`)
  }
  return {
    issuer: issuerOf(options['issuer'], 'introspection.issuer'),
    client_id: text(options['client_id'], 'introspection.client_id'),
    client_secret: text(options['client_secret'], 'introspection.client_secret'),
    cache_seconds,
  }
}

const jwksOptions = (options: Given): JwksOptions['jwks'] => {
  refuseUnknown(options, JWKS, OPTION, 'jwks.')
  const { audience } = options
  const several: readonly unknown[] = Array.isArray(audience) ? audience : [audience]
  if (several.length === 0) throw new TypeError('jwks.audience must name one audience or more')
  return {
    issuer: issuerOf(options['issuer'], 'jwks.issuer'),
    audience: several.map((one) => text(one, 'jwks.audience')),
  }
}

const record = (given: unknown, name: string): Given => {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new TypeError(`${name} must be an object`)
  }
  return { ...given }
}

const text = (given: unknown, name: string): string => {
  if (typeof given === 'string' && given !== '') return given
  throw new TypeError(`${name} must be a string that is not empty`)
}

const issuerOf = (given: unknown, name: string): string => {
  const issuer = text(given, name)
  const problem = issuerProblem(issuer)
  if (problem !== undefined) throw new TypeError(`${name} ${problem}`)
  return issuer
}
