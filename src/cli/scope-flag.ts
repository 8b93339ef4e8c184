import { OAuthError } from '../protocol/error.ts'
import { parseScope } from '../protocol/scope.ts'
import type { Flag } from './flag.ts'

/** `--scope "a b" --scope c`: one scope, '' when it was given empty. What is repeated adds up: none is passed over. */
export const scopes = (help: string): Flag<string | undefined> => ({
  placeholder: '"A B"',
  help,
  many: true,
  read: (raw, flag) => {
    if (!Array.isArray(raw)) return undefined
    const scope = raw.filter((words) => words !== '').join(' ')
    const words = parseScope(scope)
    if (words !== undefined) return words.join(' ')
    throw new OAuthError('invalid_scope', `${flag} must be printable words with one space between two`)
  },
})
