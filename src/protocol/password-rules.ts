/** NIST SP 800-63B section 3.1.1.2: length is what counts. Characters. */
export const PASSWORD_MIN_LENGTH = 8

/** Longer than any manager makes; what is hashed must have an end. Bytes. */
export const PASSWORD_MAX_BYTES = 1024

/**
 * A password as it is hashed: what two keyboards type differently for one character is one (RFC 8265
 * section 4.2.2, OpaqueString). Nothing is trimmed and case counts.
 */
export const preparePassword = (password: string): string =>
  password.replace(/\p{Zs}/gu, ' ').normalize('NFC')

/** What is guessed first, of those that are long enough. */
const GUESSED_FIRST: ReadonlySet<string> = new Set([
  'password',
  'password1',
  'password12',
  'password123',
  'passw0rd',
  'p@ssw0rd',
  'qwertyui',
  'qwertyuiop',
  'qwerty123',
  '1q2w3e4r',
  '1qaz2wsx',
  'iloveyou',
  'letmein1',
  'changeme',
  'welcome1',
  'welcome123',
  'admin123',
  'administrator',
])

/** One character over and over, and digits in a row. */
const NO_CHOICE = /^(.)\1*$|^0?123456789?0?$|^0?12345678$|^987654321?0?$/su

/**
 * Why a new password is refused; `undefined` when it is fine. No rule about kinds of characters: such
 * rules make passwords worse (NIST SP 800-63B section 3.1.1.2).
 */
export const passwordProblem = (password: string, username: string): string | undefined => {
  const prepared = preparePassword(password)
  if (!prepared.isWellFormed() || /[\p{Cc}\p{Zl}\p{Zp}]/u.test(prepared)) {
    return 'must be one line without control characters'
  }
  if ([...prepared].length < PASSWORD_MIN_LENGTH) {
    return `must have ${PASSWORD_MIN_LENGTH} characters or more`
  }
  if (Buffer.byteLength(prepared) > PASSWORD_MAX_BYTES) {
    return `must have ${PASSWORD_MAX_BYTES} bytes at the most`
  }
  const lower = prepared.toLowerCase()
  if (lower === username.normalize('NFC').toLowerCase()) return 'must not be the user name'
  return GUESSED_FIRST.has(lower) || NO_CHOICE.test(lower) ? 'is one of the first to be guessed' : undefined
}
