/**
 * A terminal session as text, in the manner of age's: anyone can read it and type it again.
 *
 *   # contract, exit codes: an unknown command suggests the nearest      the title, first line
 *   $ oauthd client:craete                                               a command, run by sh
 *   > what it wrote to stdout
 *   ! what it wrote to stderr
 *   = 2                                                                  its exit code, when it is not 0
 *   -- oauthd.toml --                                                    a file of the session, at the foot
 *
 * `{*}` stands for anything on a line, a line of `{...}` for any lines. `{client_id}` stands for a
 * word; where it comes again, also in a command, it is that same word.
 */
import { chmod, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { cleanEnvironment, type Ended, LAUNCHER, run } from '../_process.ts'

interface Step {
  readonly command: string
  readonly stdout: readonly string[]
  readonly stderr: readonly string[]
  readonly code: number
}

export interface Transcript {
  readonly title: string
  readonly steps: readonly Step[]
  readonly files: ReadonlyMap<string, string>
}

export const parseTranscript = (text: string): Transcript => {
  const [session = '', ...rest] = text.split(/^-- (.+) --\n/m)
  const files = new Map<string, string>()
  for (let i = 0; i + 1 < rest.length; i += 2) files.set(rest[i] ?? '', rest[i + 1] ?? '')
  const [head = '', ...blocks] = session.split(/^\$ /m)
  return { title: head.split('\n')[0]?.replace(/^# /, '') ?? '', steps: blocks.map(parseStep), files }
}

const parseStep = (block: string): Step => {
  const [command = '', ...lines] = block.split('\n')
  const marked = (mark: string): readonly string[] =>
    lines.filter((line) => line.startsWith(mark)).map((line) => line.slice(2))
  const stray = lines.find((line) => line !== '' && !/^([>!=#]|$)/.test(line))
  if (stray !== undefined) throw new Error(`no line of a transcript: ${stray}`)
  return { command, stdout: marked('>'), stderr: marked('!'), code: Number(marked('=')[0] ?? 0) }
}

export interface Played {
  readonly wanted: string
  readonly got: string
}

/** Runs a session in a folder; where all is as written, `got` is `wanted`. */
export const play = async ({ steps, files }: Transcript, folder: string): Promise<Played> => {
  const program = join(folder, '.bin-oauthd')
  await run('mkdir', ['-p', program])
  await writeFile(join(program, 'oauthd'), `#!/bin/sh\nexec '${process.execPath}' '${LAUNCHER}' "$@"\n`)
  await chmod(join(program, 'oauthd'), 0o755)
  await Promise.all([...files].map(([name, text]) => writeFile(join(folder, name), text)))
  const path = [program, cleanEnvironment()['PATH']].join(delimiter)
  const words = new Map<string, string>()
  const wanted: string[] = []
  const got: string[] = []
  for (const step of steps) {
    const command = step.command.replace(/\{([a-z_]+)\}/g, (whole, name: string) => words.get(name) ?? whole)
    const ended = await run('sh', ['-c', command], { cwd: folder, env: { PATH: path } })
    wanted.push(show(step, { stdout: step.stdout, stderr: step.stderr, code: step.code }))
    got.push(
      show(step, {
        stdout: agree(step.stdout, linesOf(ended.stdout), words),
        stderr: agree(step.stderr, linesOf(ended.stderr), words),
        code: codeOf(ended),
      }),
    )
  }
  return { wanted: wanted.join('\n'), got: got.join('\n') }
}

const codeOf = ({ code, signal }: Ended): number | string => code ?? signal ?? 'none'

const linesOf = (text: string): readonly string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'))

const show = (
  { command }: Step,
  { stdout, stderr, code }: { stdout: readonly string[]; stderr: readonly string[]; code: number | string },
): string =>
  [
    `$ ${command}`,
    ...stdout.map((line) => `> ${line}`),
    ...stderr.map((line) => `! ${line}`),
    `= ${code}`,
  ].join('\n')

/** The lines that came, written as they were wanted wherever they are what was wanted. */
const agree = (
  wanted: readonly string[],
  got: readonly string[],
  words: Map<string, string>,
): readonly string[] => {
  const gap = wanted.indexOf('{...}')
  if (gap === -1) return got.map((line, index) => agreeLine(wanted[index], line, words))
  const after = wanted.slice(gap + 1)
  if (got.length < gap + after.length) return got
  const from = got.length - after.length
  return [
    ...got.slice(0, gap).map((line, index) => agreeLine(wanted[index], line, words)),
    '{...}',
    ...got.slice(from).map((line, index) => agreeLine(after[index], line, words)),
  ]
}

const agreeLine = (wanted: string | undefined, got: string, words: Map<string, string>): string => {
  if (wanted === undefined) return got
  const names: string[] = []
  const pattern = wanted
    .split(/(\{\*\}|\{[a-z_]+\})/)
    .map((part) => {
      const name = /^\{([a-z_]+)\}$/.exec(part)?.[1]
      if (part === '{*}') return '.*'
      if (name === undefined) return literal(part)
      const known = words.get(name)
      if (known !== undefined) return literal(known)
      names.push(name)
      return '(\\S+?)'
    })
    .join('')
  const match = new RegExp(`^${pattern}$`).exec(got)
  if (match === null) return got
  for (const [index, name] of names.entries()) words.set(name, match[index + 1] ?? '')
  return wanted
}

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
