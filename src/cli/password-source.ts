import { generatePassword } from '../crypto/password.ts'
import { passwordProblem } from '../protocol/password-rules.ts'
import type { Asker } from './ask.ts'
import { misused } from './failure.ts'
import { type Flag, type FlagValues, text, toggle } from './flag.ts'
import type { Mode } from './globals.ts'
import { readSecretFromFile, readSecretFromStdin } from './read-secret.ts'

/** Where a new password comes from; never an argument, which `ps` shows. */
export type PasswordFlags = {
  readonly password_stdin: Flag<boolean>
  readonly password_file: Flag<string | undefined>
  readonly generate: Flag<boolean>
}

export const PASSWORD_FLAGS: PasswordFlags = {
  password_stdin: toggle('take the password from stdin'),
  password_file: text('FILE', 'take the password from a file'),
  generate: toggle('make a password, which is shown this once'),
}

/** A new password, judged. */
export interface GivenPassword {
  readonly password: string
  /** It was made here, so nobody knows it yet. */
  readonly isGenerated: boolean
}

/** What the flags say against each other, before anything is read or asked. @throws {Failure} exit 2 */
export const refusePasswordMisuse = (
  { password_stdin, password_file, generate }: FlagValues<PasswordFlags>,
  mode: Mode,
): void => {
  if ([password_stdin, password_file !== undefined, generate].filter(Boolean).length > 1) {
    throw misused('--password-stdin, --password-file and --generate exclude each other', 'leave one of them')
  }
  if (generate && mode === 'quiet') {
    throw misused('--generate and -q exclude each other: nobody would know the password', 'use --json')
  }
}

/**
 * The password from where the flags say; on a terminal it is asked for, unseen.
 *
 * @throws {Failure} exit 2 for a password that is refused, or for none where nobody can be asked
 */
export const readPassword = async (
  { password_stdin, password_file, generate }: FlagValues<PasswordFlags>,
  ask: Asker,
  username: string,
): Promise<GivenPassword> => {
  if (generate) return { password: generatePassword(), isGenerated: true }
  const problemWith = (password: string): string | undefined => passwordProblem(password, username)
  const isPiped = password_stdin && !(process.stdin.isTTY && ask.interactive)
  const password =
    password_file !== undefined
      ? await readSecretFromFile(password_file, 'password')
      : isPiped
        ? await readSecretFromStdin({ what: 'password', ask })
        : await askFor(ask, problemWith)
  const problem = problemWith(password)
  if (problem !== undefined) throw misused(`the password ${problem}`, 'choose another, or use --generate')
  return { password, isGenerated: false }
}

const askFor = (ask: Asker, problemWith: (password: string) => string | undefined): Promise<string> =>
  ask.secret({
    flag: '--password-stdin',
    message: 'Password:',
    check: (answer) => {
      const problem = problemWith(answer)
      return problem === undefined ? undefined : `it ${problem}`
    },
  })
