/**
 * Questions. inquirer is imported only here, and only when a question is really asked: it costs 40 ms.
 *
 * A question is asked only of a terminal (stdin and stderr both), never with --json, --env, -q,
 * --no-input, OAUTHD_NO_INPUT or CI; otherwise the missing flag is named and the exit code is 2.
 * Prompts go to stderr: inquirer writes to stdout unless told.
 */
import { Failure, misused } from './failure.ts'

export interface Question {
  /** What to pass instead of answering: `--name N`. */
  readonly flag: string
  /** `Name` */
  readonly message: string
  readonly fallback?: string
  /** What is wrong with an answer, or `undefined`. */
  readonly check?: (answer: string) => string | undefined
}

export interface Asker {
  /** Somebody is there to be asked. */
  readonly interactive: boolean
  readonly text: (question: Question) => Promise<string>
  /** Not echoed. */
  readonly secret: (question: Question) => Promise<string>
  /**
   * Returns when it may be done: `--yes` was given, or the answer was yes; the answer to Enter is no.
   *
   * @param question.loss what is lost, with counts: `Shop: 12 active tokens stop working`; made only to be said
   * @param question.verb what to do: `revoke`
   */
  readonly confirm: (question: {
    readonly loss: () => Promise<string>
    readonly verb: string
  }) => Promise<void>
}

export const createAsker = ({ interactive, yes }: { interactive: boolean; yes: boolean }): Asker => ({
  interactive,
  text: (question) => (interactive ? ask('input', question) : Promise.reject(missing(question))),
  secret: (question) => (interactive ? ask('password', question) : Promise.reject(missing(question))),
  confirm: async ({ loss: tell, verb }) => {
    if (yes) return
    const loss = await tell()
    if (!interactive) throw misused(`${loss}: --yes is required`, 'add --yes to do it without being asked')
    const prompt = await createPrompt()
    const message = `${loss}. ${verb.charAt(0).toUpperCase()}${verb.slice(1)}?`
    const { answer } = await cancellable(
      prompt([{ type: 'confirm', name: 'answer', message, default: false }]),
    )
    if (!answer) {
      throw new Failure(1, 'declined', `nothing was done: ${verb} was declined`, {
        hint: 'answer y, or add --yes',
      })
    }
  },
})

const missing = ({ flag }: Question): Failure =>
  misused(`${flag.split(' ')[0]} is required`, `add ${flag}; it is asked for only on a terminal`)

const ask = async (type: 'input' | 'password', { message, fallback, check }: Question): Promise<string> => {
  const prompt = await createPrompt()
  const validate = (answer: string): true | string =>
    check?.(answer) ?? (answer === '' ? 'it is needed' : true)
  const question = { name: 'answer', message, validate } as const
  const { answer } = await cancellable(
    type === 'password'
      ? prompt([{ ...question, type, mask: '*' }])
      : prompt([{ ...question, type, ...(fallback === undefined ? {} : { default: fallback }) }]),
  )
  return answer
}

const createPrompt = async () =>
  (await import('inquirer')).default.createPromptModule({ output: process.stderr })

/** Ctrl-C at a prompt is Ctrl-C. */
const cancellable = async <T>(answer: Promise<T>): Promise<T> => {
  try {
    return await answer
  } catch (error) {
    if (error instanceof Error && error.name === 'ExitPromptError') throw cancelled()
    throw error
  }
}

/** Exit 130. */
export const cancelled = (): Failure => new Failure(130, 'cancelled', 'cancelled')
