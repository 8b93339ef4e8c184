/**
 * The command line: `oauthd COMMAND [options]`. From here a command is found, loaded and run, and
 * what came of it becomes an exit code. Nothing ends the process midway but Ctrl-C.
 *
 * Nothing is imported here that `--version` does not need: every command loads its own.
 */
import { nearest } from '../protocol/nearest.ts'
import type { GivenSettings } from '../protocol/settings.ts'
import { cancelled, createAsker } from './ask.ts'
import type { Command, Context, RawWords } from './command.ts'
import { COMMANDS, type Entry, findEntry } from './commands.ts'
import { type ExitCode, misused } from './failure.ts'
import { type Globals, readGlobals } from './globals.ts'
import type { FirstLook } from './parse.ts'
import { createPrinter } from './print.ts'
import { type Stop, stopSignals } from './stop.ts'

/**
 * Runs one command line and gives its exit code. Never rejects.
 *
 * @param argv the words after the program's name
 */
export const main = async (argv: readonly string[]): Promise<ExitCode> => {
  outliveClosedPipes()
  if (argv.includes('--no-color')) {
    process.env['NO_COLOR'] = '1'
    delete process.env['FORCE_COLOR']
  }
  process.once('SIGINT', interrupted)
  process.once('beforeExit', unanswered)
  try {
    return await leaving(await run(argv))
  } catch (error) {
    return await leaving(await tell(error, argv))
  } finally {
    process.off('beforeExit', unanswered)
  }
}

/** How long the end waits for a standard error that nobody reads. Milliseconds. */
const PATIENCE = 1_000

/** What standard error has not taken by then is lost, and the process ends nevertheless. */
const leaving = async (code: ExitCode): Promise<ExitCode> => {
  const { stderr } = process
  if (stderr.writableLength === 0) return code
  const waiting = Promise.withResolvers<void>()
  const patience = setTimeout(waiting.resolve, PATIENCE)
  stderr.write('', () => waiting.resolve())
  await waiting.promise
  clearTimeout(patience)
  if (stderr.writableLength > 0) process.exit(code)
  return code
}

const run = async (argv: readonly string[]): Promise<ExitCode> => {
  const { globals: raw, words } = isVersionAlone(argv)
    ? VERSION_ALONE
    : (await import('./parse.ts')).lookFirst(argv)
  const globals = readGlobals(raw, process)
  const print = createPrinter(globals, process)
  const [name] = words
  if (globals.version) {
    const { formatVersions, readVersions } = await import('./version.ts')
    const versions = await readVersions()
    if (print.mode === 'json') print.result({ json: () => versions })
    else print.raw(formatVersions(versions))
    await print.heard()
    return 0
  }
  if (globals.help || name === undefined) {
    const { showHelp } = await import('./help.ts')
    await showHelp(print, name)
    await print.heard()
    return 0
  }
  const entry = findCommand(words)
  let taken: Stop | undefined
  const stop = (): Stop => {
    taken ??= stopSignals()
    process.off('SIGINT', interrupted)
    return taken
  }
  if (entry.drains) stop()
  const command = await entry.load()
  const { parseCommand } = await import('./parse.ts')
  const given = parseCommand(argv, command)
  const context: Context = {
    globals,
    print,
    ask: createAsker(globals),
    config: configOf(command, given, globals),
    stop,
  }
  const code = await command.run(given, context)
  await print.heard()
  return code
}

/** What scripts ask first: commander alone would take a third of the time. */
const isVersionAlone = (argv: readonly string[]): boolean => argv.length === 1 && argv[0] === '--version'

const VERSION_ALONE: FirstLook = { globals: { version: true }, words: [] }

/** @throws {Failure} exit 2 for an unknown command, with the nearest one */
const findCommand = (words: readonly string[]): Entry => {
  const [name = '', next] = words
  const found = findEntry(name)
  if (found !== undefined) return found
  const apart = findEntry(`${name}:${next}`)
  const family = COMMANDS.filter((entry) => entry.name.startsWith(`${name}:`)).map((entry) => entry.name)
  const meant =
    apart?.name ??
    nearest(
      name,
      COMMANDS.map((entry) => entry.name),
    )
  if (apart === undefined && family.length > 0)
    throw misused(`${name} is not a command`, `one of ${family.join(', ')}`)
  throw misused(
    `unknown command ${name}`,
    meant === undefined ? 'oauthd help' : `did you mean oauthd ${meant}?`,
  )
}

/** The configuration, read once and only when a command asks for it. */
const configOf = (command: Command, { flags }: RawWords, globals: Globals): Context['config'] => {
  let reading: ReturnType<Context['config']> | undefined
  const given: GivenSettings = {
    ...Object.fromEntries(command.settings.map((name) => [name, flags[name]])),
    db: globals.db,
  }
  const read = async (): ReturnType<Context['config']> => {
    const { readConfiguration } = await import('./config.ts')
    return readConfiguration(given, command.writesConfig ? null : globals.config, process.env)
  }
  return () => {
    reading ??= read()
    return reading
  }
}

const tell = async (error: unknown, argv: readonly string[]): Promise<ExitCode> => {
  const { report } = await import('./report.ts')
  const own = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv
  return report(error, {
    json: own.includes('--json'),
    verbose: own.includes('--verbose'),
    stderr: process.stderr,
    command: own.find((word) => findEntry(word) !== undefined),
  })
}

/** Ctrl-C is 130, as shells have it: 128 and the number of SIGINT. At a prompt the terminal is raw and inquirer tells; elsewhere the signal comes here. */
const interrupted = (): void => {
  process.exit(130)
}

/** Nothing is left to wait for and the command has not ended: a question lost its terminal. */
const unanswered = (): void => {
  process.exit(cancelled().exit)
}

/** What stdout does not take is told by `Printer.heard`; what is said on stderr changes nothing, heard or not. */
const outliveClosedPipes = (): void => {
  process.stdout.on('error', () => {})
  process.stderr.on('error', () => {})
}
