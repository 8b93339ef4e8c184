/**
 * Everything a command prints goes through here. The manners:
 *
 * - stdout is data, stderr is talk. With --json, --env and -q stdout carries nothing else.
 * - Talk is for people: a note is left out in the other modes. A warning is never left out.
 * - Results begin with a capital, as sentences do; errors and warnings are lower case. No final stop.
 * - A table is aligned and cut to the terminal; piped it is tab-separated, without a header.
 * - What came from outside (names, addresses) is shown without the characters that steer a terminal.
 * - Colour is never the only sign, and each stream decides on its own.
 */
import { styleText } from 'node:util'
import { createDelivery } from './delivery.ts'
import { failed } from './failure.ts'
import type { Globals, Mode } from './globals.ts'
import { redact, visible } from './visible.ts'
import { shellWord } from './words.ts'

/** A result in every form it may be asked for; only the one wanted is made. */
export interface Result {
  readonly json: () => unknown
  /** For -q: the ids. */
  readonly ids?: readonly string[]
  /** For --env: by name without the prefix. */
  readonly env?: Readonly<Record<string, string>>
  /** The sentence for people. */
  readonly title?: string
  /** Under the sentence, aligned. */
  readonly fields?: readonly (readonly [label: string, value: string])[]
  /** Clear secrets in this result: hidden in the logs of GitHub Actions. */
  readonly secrets?: readonly string[]
  /** Who asks knows the secrets already: nothing is lost when they cannot be shown. */
  readonly isKnown?: boolean
  /** The hint when it cannot be written: what was made, and what to do about it. */
  readonly unheard?: string
}

export interface Column<T> {
  readonly head: string
  readonly cell: (row: T) => string
}

export interface Listing<T> {
  readonly rows: readonly T[]
  readonly json: (row: T) => unknown
  readonly id: (row: T) => string
  readonly columns: readonly Column<T>[]
  /** Said to people when there is no row: `no clients yet. create one: oauthd client:create …` */
  readonly empty: string
}

export interface Printer {
  readonly mode: Mode
  readonly result: (result: Result) => void
  readonly list: <T>(listing: Listing<T>) => Promise<void>
  /** A document of its own on stdout, as it is: help, a script, a line of JSON. */
  readonly raw: (text: string) => void
  /** Talk on stderr, for people only. */
  readonly note: (text: string) => void
  /** What somebody must do now for the command to go on; goes to stderr in every mode, with --json as `event`. */
  readonly instruct: (text: string, event: object) => void
  /** Something that should be put right; goes to stderr in every mode. */
  readonly warn: (text: string, hint?: string) => void
  /** GitHub's runner reads both streams; stderr keeps stdout clean. */
  readonly mask: (secret: string) => void
  /**
   * Resolves when stdout has taken what was printed. A reader that left is an error only for what is
   * shown this once.
   * @throws {Failure} exit 1
   */
  readonly heard: () => Promise<void>
  /** Whether somebody still takes what goes on being printed, as far as was tried. */
  readonly hasReader: () => Promise<boolean>
}

/** A stream of the process, or what stands for one. */
export type Stream = NodeJS.WritableStream & {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly fd?: number
}

export interface Streams {
  readonly stdout: Stream
  readonly stderr: Stream
  readonly env: Readonly<Record<string, string | undefined>>
}

export const createPrinter = (
  { mode, env_prefix }: Pick<Globals, 'mode' | 'env_prefix'>,
  { stdout, stderr, env }: Streams,
): Printer => {
  const delivery = createDelivery(stdout)
  let isShownOnce = false
  let unheard: string | undefined
  const raw = (text: string): void => delivery.write(text.endsWith('\n') ? text : `${text}\n`)
  const talk = (text: string): void => void stderr.write(`${text}\n`)
  const json = (value: unknown): void => raw(JSON.stringify(value, null, stdout.isTTY ? 2 : 0))
  const lines = (items: readonly string[]): void => {
    if (items.length > 0) raw(items.join('\n'))
  }
  const mask = (secret: string): void => {
    isShownOnce = true
    if (env['GITHUB_ACTIONS'] === 'true') talk(`::add-mask::${secret}`)
  }

  return {
    mode,
    raw,
    mask,
    note: (text) => {
      if (mode === 'human') talk(visible(text))
    },
    instruct: (text, event) => talk(mode === 'json' ? JSON.stringify(event) : visible(text)),
    warn: (text, hint) => {
      const message = redact(text)
      if (mode === 'json') return talk(JSON.stringify({ warning: { message, ...(hint ? { hint } : {}) } }))
      const label = styleText('yellow', 'warning:', { stream: stderr })
      return talk(`${label} ${message}${hint ? `\nhint: ${hint}` : ''}`)
    },
    heard: async () => {
      const fault = (await delivery.fault()) ?? (isShownOnce && delivery.wentNowhere() ? 'EBADF' : undefined)
      // A reader that leaves has had enough; unless what is lost goes on to be valid, as a secret does.
      if (fault === undefined || (fault === 'EPIPE' && !(isShownOnce && unheard !== undefined))) return
      const hint = isShownOnce
        ? 'it is shown this once: run it again'
        : 'give stdout a place that can be written'
      throw failed('output_lost', `the result could not be written to stdout (${fault})`, unheard ?? hint)
    },
    hasReader: async () => (await delivery.fault()) === undefined,
    result: (result) => {
      unheard = result.unheard
      isShownOnce = false
      result.secrets?.forEach(mask)
      if (result.isKnown) isShownOnce = false
      if (mode === 'json') return json(result.json())
      if (mode === 'quiet') return lines(result.ids ?? [])
      if (mode === 'env') {
        return lines(Object.entries(result.env ?? {}).map(([k, v]) => `${env_prefix}${k}=${shellWord(v)}`))
      }
      const fields = result.fields ?? []
      const width = Math.max(0, ...fields.map(([label]) => label.length))
      return lines([
        ...(result.title === undefined ? [] : [visible(result.title)]),
        ...fields.map(([label, value]) => {
          const padded = styleText('dim', label.padEnd(width), { stream: stdout })
          return `${result.title === undefined ? '' : '  '}${padded}  ${visible(value)}`.trimEnd()
        }),
      ])
    },
    list: async ({ rows, json: shape, id, columns, empty }) => {
      if (mode === 'json') return json(rows.map(shape))
      if (mode !== 'human') return lines(rows.map(id))
      if (rows.length === 0) return talk(empty)
      const cells = rows.map((row) => columns.map((column) => visible(column.cell(row))))
      if (!stdout.isTTY) return lines(cells.map((row) => row.join('\t')))
      const { layTable } = await import('./table.ts')
      const heads = columns.map(({ head }) => styleText('bold', head, { stream: stdout }))
      return lines(layTable(heads, cells, stdout.columns ?? 80))
    },
  }
}
