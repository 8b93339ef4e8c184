import { isSeen } from './visible.ts'

/** A name that somebody signs in with: as it is shown, and as it is compared. */
export interface Username {
  readonly username: string
  readonly username_key: string
}

/** Characters (code points). */
export const USERNAME_MAX_LENGTH = 64

/**
 * What nobody can see, or what is no character: controls, format characters (bidi marks, zero width),
 * lone surrogates, private use, unassigned, line ends. Two names must not look like one (PG-10).
 */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}]/u

/** Default-ignorable code points that are letters or marks to Unicode, and still show nothing. */
const IGNORABLE = /\p{Default_Ignorable_Code_Point}/u

/**
 * How a name is compared: compatibility forms and case do not count, nor do spaces at the ends, which
 * a phone's keyboard adds. Lower case of some letters is no longer normal, so it is made normal again.
 */
export const usernameKey = (name: string): string =>
  name.normalize('NFKC').trim().toLowerCase().normalize('NFKC')

/** Reads a new name; a text is why it cannot be one. */
export const readUsername = (given: string): Username | string => {
  if (!given.isWellFormed() || UNSEEN.test(given) || IGNORABLE.test(given)) {
    return 'must not have control characters or characters that cannot be seen'
  }
  // A name must show something; the mark of lost text would be in no form that a browser sends.
  if (given.includes('\ufffd') || (given.trim() !== '' && !isSeen(given))) {
    return 'must have a character that can be seen, and no U+FFFD'
  }
  const username = given.normalize('NFC')
  const username_key = usernameKey(username)
  if (username_key === '') return 'must not be empty'
  if (username.trim() !== username) return 'must not begin or end with a space'
  if ([...username].length > USERNAME_MAX_LENGTH || [...username_key].length > USERNAME_MAX_LENGTH) {
    return `must have ${USERNAME_MAX_LENGTH} characters at the most`
  }
  return { username, username_key }
}

/** OpenID Connect Core section 2: 255 ASCII characters at the most. Spaces are left out for shells and lists. */
const SUB = /^[\x21-\x7e]{1,255}$/

/**
 * Why `sub` cannot be chosen for a person; `undefined` when it can.
 * That no client has it only the rows can say (RFC 9068 section 5: the two must not be mistaken).
 */
export const chosenSubProblem = (sub: string): string | undefined => {
  if (!SUB.test(sub)) return 'must be 1 to 255 printable ASCII characters without spaces'
  // A client_id that is generated later would be mistaken for it.
  return sub.startsWith('cl_') ? 'must not begin with cl_, as client ids do' : undefined
}
