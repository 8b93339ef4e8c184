import { OAuthError } from './error.ts'

/** OpenID Connect Core section 3.1.2.1: what the client wants the person to be asked. */
const PROMPTS: readonly string[] = ['none', 'login', 'consent', 'select_account']

/**
 * A prompt in the order sent; empty when it was not.
 *
 * @throws {OAuthError} invalid_request for a word not known, and for `none` beside another
 */
export const readPrompt = (prompt: string | undefined): string => {
  if (prompt === undefined) return ''
  const words = [...new Set(prompt.split(' '))]
  if (!words.every((word) => PROMPTS.includes(word))) {
    throw new OAuthError('invalid_request', `prompt must be of ${PROMPTS.join(', ')}`)
  }
  if (words.length > 1 && words.includes('none')) {
    throw new OAuthError('invalid_request', 'prompt none stands alone')
  }
  return words.join(' ')
}

/** Whether a prompt that was read asks for `word`. */
export const asksFor = (prompt: string, word: string): boolean => prompt.split(' ').includes(word)
