/**
 * The shell blocks of a document, read and run.
 *
 * - A block fenced as `sh` is run as it stands; every command must succeed.
 * - A block fenced as `console` holds commands after `$ ` (continued by a backslash) and what they
 *   print. `…` stands for anything; digits, and what follows the prefix of an identifier of ours, may
 *   differ; an identifier that was printed is put in its place in later commands.
 * - A second word after the fence, as in `sh not run`, leaves the block out.
 */
import { once } from 'node:events'
import { start } from './_process.ts'

export interface Step {
  readonly command: string
  /** What the document says is printed; `undefined` where it says nothing about it. */
  readonly printed?: readonly string[]
}

const FENCE = /^```(sh|console)[ \t]*(.*)\n([\s\S]*?)^```$/gm

/** The commands of a document, in order. */
export const stepsOf = (markdown: string): readonly Step[] =>
  [...markdown.matchAll(FENCE)]
    .filter(([, , words]) => words === '')
    .flatMap(([, kind, , body]) => (kind === 'sh' ? [{ command: (body ?? '').trim() }] : session(body ?? '')))

/** A console block: each `$ ` begins a command, and what follows is what it prints. */
const session = (body: string): readonly Step[] =>
  body
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [, command = '', rest = ''] = /^((?:[^\n]*\\\n)*[^\n]*)\n?([\s\S]*)$/.exec(part) ?? []
      return { command, printed: rest.split('\n').filter((line) => line.trim() !== '') }
    })

const IDENTIFIER = /\b(cl|cs|hk|oat|ort|ocs)_[A-Za-z0-9_-]{8,}/g

/** Identifiers as the document has them, and as they came out in this run. */
export type Known = Map<string, string>

export const withKnown = (text: string, known: Known): string =>
  text.replace(IDENTIFIER, (word) => known.get(word) ?? word)

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')

/** Whether a printed line is one that the document shows; what it learns about identifiers it remembers. */
export const isShown = (shown: string, printed: string, known: Known): boolean => {
  const fresh: string[] = []
  const pattern = withKnown(shown, known)
    .trim()
    .split(/(…|\d+|\s+|\b(?:cl|cs|hk|oat|ort|ocs)_[A-Za-z0-9_-]{8,})/)
    .map((part) => {
      if (part === '…') return '.*'
      if (/^\d+$/.test(part)) return '\\d+'
      if (/^\s+$/.test(part)) return '\\s+'
      const prefix = /^(cl|cs|hk|oat|ort|ocs)_.{8,}$/.exec(part)?.[1]
      if (prefix === undefined || [...known.values()].includes(part)) return escaped(part)
      fresh.push(part)
      return `(${prefix}_[A-Za-z0-9_-]+)`
    })
    .join('')
  const found = new RegExp(`^${pattern}$`).exec(printed.trim())
  fresh.forEach((word, index) => {
    const actual = found?.[index + 1]
    if (actual !== undefined) known.set(word, actual)
  })
  return found !== null
}

/**
 * What of the shown lines was not printed, and what of standard output is not shown, in order. A line
 * `…` leaves out any lines. A shown line may also be one of standard error, where talk goes.
 */
export const differences = (
  shown: readonly string[],
  output: { readonly stdout: string; readonly stderr: string },
  known: Known,
): readonly string[] => {
  const rest = output.stdout.split('\n').filter((line) => line.trim() !== '')
  const talk = output.stderr.split('\n')
  const missing: string[] = []
  let leftOut = false
  for (const line of shown) {
    if (line.trim() === '…') {
      leftOut = true
      continue
    }
    const at = rest.slice(0, leftOut ? undefined : 1).findIndex((printed) => isShown(line, printed, known))
    if (at >= 0) {
      rest.splice(0, at + 1)
      leftOut = false
    } else if (!talk.some((printed) => isShown(line, printed, known))) missing.push(`not printed: ${line}`)
  }
  return [...missing, ...(leftOut ? [] : rest.map((line) => `not shown: ${line}`))]
}

/**
 * A server in the foreground would keep the shell: a reader opens a second one, we put it in the
 * background. What a job says goes to standard error, beside what the next command prints.
 */
export const inBackground = (command: string): string => {
  const [, job = command] = /^([\s\S]*[^&])&$/.exec(command.trim()) ?? []
  return job !== command || /\b(npm start|oauthd serve)\b[^&|;]*$/.test(command)
    ? `${job.trim()} >&2 &`
    : command
}

export interface Output {
  readonly stdout: string
  readonly stderr: string
}

/** A shell that keeps its variables, its folder and its jobs from one command to the next. */
export interface Shell {
  /** Rejects with what was said when the command fails: the shell stops at the first failure. */
  readonly run: (command: string) => Promise<Output>
  /** All that it and its jobs have said on standard error. */
  readonly said: () => string
  /** Resolves when it, or a job of its, says something more. */
  readonly saysMore: () => Promise<unknown>
  readonly stop: () => Promise<unknown>
}

const MARK = '\u001e'
const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

export const openShell = (cwd: string, env: Readonly<Record<string, string>>): Shell => {
  const shell = start('bash', ['--norc', '--noprofile', '-euo', 'pipefail'], { cwd, env })
  const { stdin, stdout, stderr } = shell.child
  if (stdin === null || stdout === null || stderr === null) throw new Error('the shell has no pipes')
  const exited = once(shell.child, 'exit').then(([code]) => {
    throw new Error(`exit ${code}`)
  })
  exited.catch(() => {}) // Told to whoever waits for a command then.
  const marked = { stdout: 0, stderr: 0 }

  /** What a stream said since the last command, once its mark is there. */
  const untilMark = async (name: 'stdout' | 'stderr'): Promise<string> => {
    const from = marked[name]
    const stream = name === 'stdout' ? stdout : stderr
    while (!shell[name]().includes(MARK, from)) await Promise.race([once(stream, 'data'), exited])
    const end = shell[name]().indexOf(MARK, from)
    marked[name] = end + 1
    return shell[name]().slice(from, end)
  }
  return {
    run: async (command) => {
      const from = marked.stderr
      stdin.write(`eval ${quoted(command)} </dev/null\nprintf '${MARK}'; printf '${MARK}' >&2\n`)
      try {
        const [out, err] = await Promise.all([untilMark('stdout'), untilMark('stderr')])
        return { stdout: out, stderr: err }
      } catch (cause) {
        throw new Error(`${command}\n${cause}: ${shell.stderr().slice(from)}`, { cause })
      }
    },
    said: () => shell.stderr(),
    saysMore: () => Promise.race([once(stdout, 'data'), once(stderr, 'data'), exited]),
    stop: () => shell.stop('SIGKILL'),
  }
}
