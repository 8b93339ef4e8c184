/**
 * commander, and only here. It splits the command line; what the words mean is read by `globals.ts`
 * and by the flags of the command. Its errors (it exits 1 on wrong usage) become `Failure`s
 * that exit 2.
 */
import { Command as Commander, CommanderError, Option } from 'commander'
import { flagOf, SETTINGS } from '../protocol/settings.ts'
import type { CommandFace, RawWords } from './command.ts'
import { type Failure, misused } from './failure.ts'
import type { RawValue } from './flag.ts'
import { GLOBAL_FLAGS } from './globals.ts'

export interface FirstLook {
  readonly globals: Readonly<Record<string, RawValue>>
  /** The words before the command's own flags: its name first. */
  readonly words: readonly string[]
}

/** Reads the global flags wherever they stand, and finds the name of the command. */
export const lookFirst = (argv: readonly string[]): FirstLook =>
  asFailure('--help', () => {
    const root = createRoot()
    const { operands, unknown } = root.parseOptions(withPrefix(argv))
    const [stray] = unknown
    if (operands.length === 0 && stray !== undefined) {
      throw misused(
        `unknown option ${stray}`,
        'the flags of a command stand after its name: oauthd COMMAND --help',
      )
    }
    return { globals: root.opts(), words: operands }
  })

/** Reads what the command itself takes; the global flags have been read before. */
export const parseCommand = (argv: readonly string[], command: CommandFace): RawWords =>
  asFailure(
    `${command.name} --help`,
    () => {
      const root = createRoot()
      const parser = root.command(command.name).helpOption(false)
      const operands = Object.values(command.operands)
      for (const { optional } of operands) parser.argument(optional ? '[value]' : '<value>')
      const reads = [
        ...Object.entries(command.flags).map(([name, flag]) => addFlag(parser, name, flag)),
        ...command.settings.map((name) => {
          const { placeholder, many = false } = SETTINGS[name]
          return addFlag(parser, name, { placeholder, many, lastWins: true })
        }),
      ]
      let words: readonly (string | undefined)[] = []
      parser.action(() => {
        words = parser.processedArgs
      })
      root.parse(withPrefix(argv), { from: 'user' })
      return { flags: Object.fromEntries(reads.map((read) => read())), operands: words }
    },
    argv,
    command,
  )

const createRoot = (): Commander => {
  // exitOverride comes first: commands that are added later inherit it.
  const root = new Commander('oauthd').exitOverride().helpOption(false).helpCommand(false)
  root.configureOutput({ writeErr: () => {}, writeOut: () => {} })
  for (const [name, { short, placeholder }] of Object.entries(GLOBAL_FLAGS)) {
    const words = [short === undefined ? '' : `${short},`, flagOf(name), placeholder].filter(Boolean)
    root.addOption(new Option(words.join(' ')))
  }
  return root
}

const addFlag = (
  parser: Commander,
  name: string,
  {
    placeholder,
    many,
    lastWins,
  }: {
    readonly placeholder?: string | undefined
    readonly many?: boolean
    readonly lastWins?: boolean
  },
): (() => readonly [string, RawValue]) => {
  const option = new Option(placeholder === undefined ? flagOf(name) : `${flagOf(name)} <value>`)
  if (many) option.argParser((value: string, before: readonly string[] = []) => [...before, value])
  else if (option.required && !lastWins) option.argParser(onlyOnce(name))
  parser.addOption(option)
  return () => {
    const value = parser.getOptionValue(option.attributeName())
    // commander takes --no-open for an `open` that is true until it is given.
    return [name, option.negate ? value === false : value]
  }
}

/** Of two values one would be passed over without a word. Settings are the exception: an alias sets what a caller overrides. */
const onlyOnce =
  (name: string) =>
  (value: string, before: string | undefined): string => {
    if (before !== undefined) throw misused(`${flagOf(name)} is given twice`, 'leave one of them out')
    return value
  }

/**
 * `--env` may stand before a word that is not its prefix: `oauthd --env client:rotate-secret cl_x`.
 * Only a word in capitals is taken for one; others can be given as `--env=acme`.
 */
const withPrefix = (argv: readonly string[]): string[] => {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length
  return argv.map((word, index) => {
    const prefixed = /^[A-Z_][A-Z0-9_]*$/.test(argv[index + 1] ?? '')
    return word === '--env' && index < end && !prefixed ? '--env=' : word
  })
}

/** What was probably meant as a prefix and was not taken for one, because it is not in capitals. */
const smallPrefix = (argv: readonly string[], name: string): string | undefined => {
  const word = argv[argv.indexOf('--env') + 1] ?? ''
  return argv.includes('--env') && word !== name && /^[A-Za-z_]\w{0,31}$/.test(word) ? word : undefined
}

const asFailure = <T>(
  help: string,
  parse: () => T,
  argv: readonly string[] = [],
  command?: CommandFace,
): T => {
  try {
    return parse()
  } catch (error) {
    throw error instanceof CommanderError ? translate(error, help, argv, command) : error
  }
}

/** commander's words in ours; it quotes what was typed, which may be a token, so operands are left out. */
const translate = (
  error: CommanderError,
  help: string,
  argv: readonly string[],
  command: CommandFace | undefined,
): Failure => {
  const hint = `oauthd ${help}`
  const operands = Object.values(command?.operands ?? {})
  if (error.code === 'commander.excessArguments') {
    const most = operands.length === 0 ? 'none' : operands.map(({ placeholder }) => placeholder).join(' ')
    const prefix = command?.modes.includes('env') ? smallPrefix(argv, command.name) : undefined
    return misused(
      `too many words: ${command?.name} takes ${most}`,
      prefix === undefined ? hint : `for the prefix: --env=${prefix}`,
    )
  }
  if (error.code === 'commander.missingArgument') {
    const wanted = operands.filter(({ optional }) => !optional).map(({ placeholder }) => placeholder)
    return misused(`${command?.name} needs ${wanted.join(' and ')}`, hint)
  }
  if (error.code === 'commander.optionMissingArgument') {
    const [, flag] = /option '(?:-\w, )?(--[\w-]+)/.exec(error.message) ?? []
    return misused(`${flag} needs a value`, hint)
  }
  const [what = '', suggestion = ''] = error.message.split('\n')
  const [, meant] = /Did you mean (?:one of )?(.+)\?\)/.exec(suggestion) ?? []
  return misused(
    what.replace(/^error: /, '').replaceAll("'", ''),
    meant === undefined ? hint : `did you mean ${meant}?`,
  )
}
