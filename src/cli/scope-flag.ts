import { OAuthError } from '../protocol/error.ts'
import { parseScope } from '../protocol/scope.ts'
import { misused } from './failure.ts'
import type { Flag } from './flag.ts'

/**
 * `--scope "a b" --scope c`: one scope. What is repeated adds up: none is passed over.
 *
 * @param options.mayBeEmpty an empty one means something, and is ''
 */
export const scopes = (
  help: string,
  { mayBeEmpty = false }: { readonly mayBeEmpty?: boolean } = {},
): Flag<string | undefined> => ({
  placeholder: '"A B"',
  help,
  many: true,
  read: (raw, flag) => {
    if (!Array.isArray(raw)) return undefined
    const scope = raw.filter((words) => words !== '').join(' ')
    if (scope === '' && !mayBeEmpty) throw misused(`${flag} is empty`)
    const words = parseScope(scope)
    if (words !== undefined) return words.join(' ')
    throw new OAuthError('invalid_scope', `${flag} must be printable words with one space between two`)
  },
})
