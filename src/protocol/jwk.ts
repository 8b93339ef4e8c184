/** RFC 7518 section 3.3, FAPI 2.0 section 5.4.1. Bits. */
const LEAST_RSA = 2048
/** Nobody signs with more, and whoever checks it pays for it. */
const MOST_RSA = 16_384

/** RFC 7518 sections 6.2.2, 6.3.2, RFC 8037 section 2: what only the owner of a key may have. */
const PRIVATE: readonly string[] = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'priv']

/** What each type of key is made of, without which it is none. */
const PUBLIC: ReadonlyMap<string, readonly string[]> = new Map([
  ['RSA', ['n', 'e']],
  ['EC', ['crv', 'x', 'y']],
  ['OKP', ['crv', 'x']],
])

/** Which key an algorithm signs with (RFC 7518 section 3.1, RFC 8037 section 3.1, RFC 9864). */
const FITS: ReadonlyMap<string, { readonly kty: string; readonly crv?: string }> = new Map([
  ['RS256', { kty: 'RSA' }],
  ['PS256', { kty: 'RSA' }],
  ['ES256', { kty: 'EC', crv: 'P-256' }],
  ['EdDSA', { kty: 'OKP', crv: 'Ed25519' }],
  ['Ed25519', { kty: 'OKP', crv: 'Ed25519' }],
])

/** A JSON Web Key as it was given: any member may be anything. */
export type GivenJwk = Readonly<Record<string, unknown>>

/**
 * What keeps a JSON Web Key from being a public key of a strength that is taken; `undefined` when nothing
 * does. Words to follow the name of the thing; no member of it is echoed.
 */
export const publicJwkProblem = (jwk: GivenJwk): string | undefined => {
  const { kty } = jwk
  if (kty === 'oct' || 'k' in jwk) return 'is a shared secret and no public key'
  if (PRIVATE.some((member) => member in jwk)) return 'holds a private key; leave only the public half'
  const members = typeof kty === 'string' ? PUBLIC.get(kty) : undefined
  if (members === undefined) return 'must have kty RSA, EC or OKP'
  const absent = members.find((member) => typeof jwk[member] !== 'string' || jwk[member] === '')
  if (absent !== undefined) return `is without ${absent}`
  const bits = kty === 'RSA' ? bitsOf(String(jwk['n'])) : LEAST_RSA
  if (bits < LEAST_RSA) return `has ${bits} bits; RSA needs ${LEAST_RSA}`
  return bits > MOST_RSA ? `has more than ${MOST_RSA} bits` : undefined
}

/** Whether a signature by `alg` may be of this key: of its type, and not set apart for something else. */
export const signsWith = (jwk: GivenJwk, alg: string): boolean => {
  const fits = FITS.get(alg)
  if (fits === undefined || jwk['kty'] !== fits.kty) return false
  if (fits.crv !== undefined && jwk['crv'] !== fits.crv) return false
  if (jwk['use'] !== undefined && jwk['use'] !== 'sig') return false
  return jwk['alg'] === undefined || jwk['alg'] === alg
}

/** Of a number in base64url: leading zeros do not count. */
const bitsOf = (base64url: string): number => {
  const bytes = Buffer.from(base64url, 'base64url')
  const first = bytes.findIndex((byte) => byte !== 0)
  if (first === -1) return 0
  return (bytes.length - first) * 8 - (Math.clz32(bytes[first] ?? 0) - 24)
}
