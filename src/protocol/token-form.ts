import { hash } from 'node:crypto'

/** What each kind of string begins with, so that a reader and a leak scanner can tell them apart. */
export const PREFIX = {
  access_token: 'oat_',
  refresh_token: 'ort_',
  authorization_code: 'oac_',
  session: 'ose_',
  pushed_request: 'opr_',
  client_secret: 'ocs_',
  client: 'cl_',
  user: 'us_',
  client_secret_id: 'cs_',
  hash_key: 'hk_',
  authorization: 'au_',
  authorization_request: 'ar_',
} as const

/** Crockford's base32 in lower case: it sorts as the number does, and has no i, l, o, u to misread. */
const BASE32 = '0123456789abcdefghjkmnpqrstvwxyz'

/** 48 bits of time and 80 random ones. */
export const ID_LENGTH = 26
/** The random part of an id, and what a generated client_id is made of: 80 bits. */
export const ID_RANDOM_BYTES = 10
/** 256 bits in base64url, where TK-10 asks for 128. */
export const SECRET_LENGTH = 43
export const CHECKSUM_LENGTH = 6

/** What may be presented to us that has a row of its own. */
export type TokenKind = 'access_token' | 'refresh_token' | 'authorization_code' | 'session' | 'pushed_request'

/** Each kind by its prefix; all are of one length. */
const TOKENS: ReadonlyMap<string, TokenKind> = new Map([
  [PREFIX.access_token, 'access_token'],
  [PREFIX.refresh_token, 'refresh_token'],
  [PREFIX.authorization_code, 'authorization_code'],
  [PREFIX.session, 'session'],
  [PREFIX.pushed_request, 'pushed_request'],
])

/** 48 bits need 10 digits, which hold 50. */
const TIME_DIGITS = 10
const PREFIX_LENGTH = PREFIX.access_token.length
const TOKEN_LENGTH = PREFIX_LENGTH + ID_LENGTH + SECRET_LENGTH + CHECKSUM_LENGTH
/** The first digit holds only three bits of the time. */
const TOKEN_BODY = /^[0-7][0-9a-hjkmnp-tv-z]{25}[\w-]{49}$/

const GENERATED_SECRET = /^ocs_[\w-]{49}$/
/** RFC 6749 appendix A.2 allows these, and a space, which a pipe or an editor loses. */
const CHOSEN_SECRET = /^[\x21-\x7e]{16,256}$/

export interface ParsedToken {
  readonly kind: TokenKind
  /** The public half, and the primary key of its row. */
  readonly id: string
}

/** A string of ours: prefix, id (a client secret has none), secret, checksum. */
export const assemble = (prefix: string, id: string, secret: string): string => {
  const body = prefix + id + secret
  return body + checksum(body)
}

/**
 * What a presented token would be, if it exists. A typo, a cut or a foreign token ends here, without
 * a database read. Lengths are fixed, since `_` and `-` occur inside.
 */
export const parseToken = (text: string): ParsedToken | undefined => {
  if (text.length !== TOKEN_LENGTH) return undefined
  const kind = TOKENS.get(text.slice(0, PREFIX_LENGTH))
  if (kind === undefined) return undefined
  if (!TOKEN_BODY.test(text.slice(PREFIX_LENGTH))) return undefined
  if (!hasChecksum(text)) return undefined
  return { kind, id: text.slice(PREFIX_LENGTH, PREFIX_LENGTH + ID_LENGTH) }
}

/** Whether `text` may be a client secret at all: one of ours, whole, or one an operator may choose. */
export const looksLikeSecret = (text: string): boolean => {
  if (!CHOSEN_SECRET.test(text)) return false
  if (!text.startsWith(PREFIX.client_secret)) return true
  return GENERATED_SECRET.test(text) && hasChecksum(text)
}

/** Whether a client secret is one of ours: 256 bits, which nobody guesses. */
export const isGenerated = (secret: string): boolean =>
  secret.startsWith(PREFIX.client_secret) && looksLikeSecret(secret)

/** The first characters of SHA-256: no secret, so that a scanner can tell a leak from a lookalike. */
export const checksum = (text: string): string => hash('sha256', text, 'base64url').slice(0, CHECKSUM_LENGTH)

/**
 * An id that sorts by time, so that rows made together lie together.
 *
 * @param ms epoch milliseconds
 * @param bytes {@link ID_RANDOM_BYTES} random ones
 */
export const timeOrderedId = (ms: number, bytes: Uint8Array): string => {
  let time = ''
  for (let rest = ms, digit = 0; digit < TIME_DIGITS; digit += 1) {
    time = BASE32.charAt(rest % 32) + time
    rest = Math.floor(rest / 32)
  }
  return time + base32(bytes)
}

/** Five bits a digit, the first bits first. */
export const base32 = (bytes: Uint8Array): string => {
  let text = ''
  let bits = 0
  let held = 0
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += BASE32.charAt((held >>> bits) & 31)
    }
  }
  return text
}

/**
 * Enough to tell two generated secrets apart, too little to guess from. A chosen secret may be weak,
 * so nothing of it is shown (SEC-01).
 */
export const preview = (secret: string): string =>
  isGenerated(secret) ? `${secret.slice(0, 8)}…${secret.slice(-2)}` : 'chosen'

const hasChecksum = (text: string): boolean =>
  checksum(text.slice(0, -CHECKSUM_LENGTH)) === text.slice(-CHECKSUM_LENGTH)
