/**
 * The one map from an error to what the person at the terminal is told and the exit code that
 * scripts rely on.
 */
import { styleText } from 'node:util'
import { SecretError } from '../master-secret.ts'
import { OAuthError } from '../protocol/error.ts'
import { StoreError, type StoreErrorCode } from '../store/store-error.ts'
import { type ExitCode, Failure } from './failure.ts'
import { redact } from './visible.ts'

export interface Problem {
  readonly code: string
  readonly message: string
  readonly hint: string | undefined
  readonly exit: ExitCode
}

/** Exit 5: wait, or migrate. Neither helps where the database is newer than the program. */
const BUSY: readonly StoreErrorCode[] = ['database_busy', 'database_outdated']

/** A value refused as one of these was given on the command line: exit 2. */
const REFUSED_VALUES: readonly string[] = [
  'invalid_redirect_uri',
  'invalid_client_metadata',
  'invalid_scope',
  'invalid_target',
]

/** Whatever was thrown, as a problem. What is no known error is a bug: it says so and tells nothing else. */
export const problemOf = (error: unknown): Problem => {
  if (error instanceof Failure) return problem(error.code, error.message, error.hint, error.exit)
  if (error instanceof StoreError)
    return problem(error.code, error.message, error.hint, BUSY.includes(error.code) ? 5 : 1)
  if (error instanceof SecretError) return problem(error.code, error.message, error.hint, 1)
  if (error instanceof OAuthError) {
    return problem(
      error.error,
      error.error_description,
      undefined,
      REFUSED_VALUES.includes(error.error) ? 2 : 1,
    )
  }
  return problem(
    'internal_error',
    'something went wrong inside oauthd: this is a bug',
    'run it again with --verbose and report what it says',
    1,
  )
}

const problem = (code: string, message: string, hint: string | undefined, exit: ExitCode): Problem => ({
  code,
  message: redact(message),
  hint: hint === undefined ? undefined : redact(hint),
  exit,
})

export interface ReportOptions {
  readonly json: boolean
  readonly verbose: boolean
  readonly stderr: NodeJS.WriteStream
  /** What was run; its help is the hint where there is no nearer one. */
  readonly command?: string | undefined
}

/** Tells the problem on stderr; with `--json` as one line, and stdout stays empty. */
export const report = (error: unknown, { json, verbose, stderr, command }: ReportOptions): ExitCode => {
  const { code, message, exit, ...problem } = problemOf(error)
  const help = `oauthd ${command === undefined ? '' : `${command} `}--help`
  const hint = problem.hint ?? (exit === 130 ? undefined : help)
  if (json) {
    stderr.write(`${JSON.stringify({ error: { code, message, ...(hint === undefined ? {} : { hint }) } })}\n`)
    return exit
  }
  stderr.write(`${styleText('red', 'error:', { stream: stderr })} ${message}\n`)
  if (hint !== undefined) stderr.write(`${styleText('cyan', 'hint:', { stream: stderr })} ${hint}\n`)
  if (verbose) stderr.write(`${stackOf(error)}\n`)
  return exit
}

const stackOf = (error: unknown): string => {
  if (!(error instanceof Error)) return `thrown: ${typeof error}`
  const own = (error.stack ?? String(error)).split('\n').map(redact).join('\n')
  return error.cause === undefined ? own : `${own}\ncaused by: ${stackOf(error.cause)}`
}
