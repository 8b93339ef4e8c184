/** What scripts rely on. 130 is Ctrl-C. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5 | 130

/** What each exit code says, for help. */
export const EXIT_CODES: Readonly<Record<ExitCode, string>> = {
  0: 'done',
  1: 'failed',
  2: 'wrong usage, or a value that is refused',
  3: 'not found, or the answer is no',
  4: 'exists already, or differs',
  5: 'the database is busy or needs migrating',
  130: 'stopped with Ctrl-C',
}

/**
 * A command that could not do what it was asked, in words for the person who asked.
 *
 * The manners: what is wrong in lower case without a final stop, and a hint that is the next
 * command to type. Both are always safe to show: no secret, no token.
 *
 * @param code a stable word for scripts: `client_not_found`
 * @param exit the exit code
 */
export class Failure extends Error {
  readonly code: string
  readonly exit: ExitCode
  readonly hint: string | undefined

  constructor(
    exit: ExitCode,
    code: string,
    message: string,
    options: { hint?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'Failure'
    this.code = code
    this.exit = exit
    this.hint = options.hint
  }
}

/** Exit 1: it was asked rightly and did not work. */
export const failed = (code: string, message: string, hint?: string, cause?: unknown): Failure =>
  new Failure(1, code, message, given({ hint, cause }))

/** Exit 2: it was asked wrongly. */
export const misused = (message: string, hint?: string): Failure =>
  new Failure(2, 'usage', message, given({ hint }))

/** Exit 3: `client cl_9x` is not there. */
export const notFound = (code: string, message: string, hint?: string): Failure =>
  new Failure(3, code, message, given({ hint }))

/** Exit 4: it exists already, or differs. */
export const conflicting = (code: string, message: string, hint?: string): Failure =>
  new Failure(4, code, message, given({ hint }))

const given = (options: {
  hint?: string | undefined
  cause?: unknown
}): { hint?: string; cause?: unknown } => ({
  ...(options.hint === undefined ? {} : { hint: options.hint }),
  ...(options.cause === undefined ? {} : { cause: options.cause }),
})
