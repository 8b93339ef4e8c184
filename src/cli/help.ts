/** `oauthd help`, `oauthd help TOPIC`, `oauthd COMMAND --help`; with --json the tree of commands. */
import { nearest } from '../protocol/nearest.ts'
import { type Command, defineCommand } from './command.ts'
import { COMMANDS, type Entry, findEntry } from './commands.ts'
import { misused } from './failure.ts'
import { optionalOperand } from './flag.ts'
import { commandHelp, describe, programHelp } from './help-layout.ts'
import type { Printer } from './print.ts'
import { TOPICS } from './topics.ts'
import { ownVersion } from './version.ts'

/** The command as a command, so that it has help and completion like the others. */
export const help: Command = defineCommand({
  name: 'help',
  modes: ['json'],
  flags: {},
  operands: {
    topic: optionalOperand('TOPIC', `a command, or one of ${Object.keys(TOPICS).join(', ')}`, [
      ...Object.keys(TOPICS),
      ...COMMANDS.map(({ name }) => name),
    ]),
  },
  settings: [],
  examples: [
    ['Every command', 'oauthd help'],
    ['What the exit codes say', 'oauthd help exit-codes'],
  ],
  output: ['Text; with --json the command, or all of them, as a document.'],
  exit: [],
  see: [],
  run: ({ operands, print }) => showHelp(print, operands.topic),
})

/**
 * Prints the help of a command or topic, or of the program when none is named.
 *
 * @throws {Failure} exit 2 when there is no such command or topic
 */
export const showHelp = async (print: Printer, wanted: string | undefined): Promise<void> => {
  // `constructor` is no topic of ours.
  const topic = wanted !== undefined && Object.hasOwn(TOPICS, wanted) ? TOPICS[wanted] : undefined
  if (topic !== undefined)
    return print.raw(print.mode === 'json' ? JSON.stringify({ topic: wanted, text: topic() }) : topic())
  const entry = wanted === undefined ? undefined : findEntry(wanted)
  if (wanted !== undefined && entry === undefined) {
    const meant = nearest(wanted, [...Object.keys(TOPICS), ...COMMANDS.map(({ name }) => name)])
    throw misused(
      `no help for ${wanted}`,
      meant === undefined ? 'oauthd help' : `did you mean oauthd help ${meant}?`,
    )
  }
  if (print.mode === 'json') return print.result({ json: await treeOf(entry) })
  if (entry === undefined) return print.raw(programHelp(COMMANDS, Object.keys(TOPICS)))
  return print.raw(commandHelp(await entry.load(), entry.summary))
}

const treeOf = async (entry: Entry | undefined): Promise<() => unknown> => {
  const shown = entry === undefined ? COMMANDS : [entry]
  const commands = await Promise.all(shown.map(async ({ load, summary }) => describe(await load(), summary)))
  return () => (entry === undefined ? { name: 'oauthd', version: ownVersion(), commands } : commands[0])
}
