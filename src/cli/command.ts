/**
 * What a command is. A command is one value: its words for help, what it takes, how it answers, and
 * `run`. `defineCommand` keeps the types of its flags and operands for `run`, and hands the rest of
 * the program a `Command` whose words are still raw.
 *
 * A new command: one `defineCommand` in the file of its noun, and one line in `commands.ts`.
 */
import { flagOf, type SettingName } from '../protocol/settings.ts'
import type { Asker } from './ask.ts'
import type { Configuration } from './config.ts'
import { type ExitCode, misused } from './failure.ts'
import type { Flags, FlagValues, Operands, OperandValues, RawValue } from './flag.ts'
import type { Globals, Mode } from './globals.ts'
import type { Printer } from './print.ts'
import type { Stop } from './stop.ts'

/** What every command is handed, whatever it takes. */
export interface Context {
  readonly globals: Globals
  readonly print: Printer
  readonly ask: Asker
  /** The settings: flags, environment, file, default, in this order. Read when first asked for. */
  readonly config: () => Promise<Configuration>
  /** Signals ask to stop from now on, and end nothing; for a command that `commands.ts` says drains, from the start. */
  readonly stop: () => Stop
}

export interface Call<F extends Flags, O extends Operands> extends Context {
  readonly flags: FlagValues<F>
  readonly operands: OperandValues<O>
}

/** The words of a command for people; everything `help` and `completion` need. */
export interface CommandFace {
  /** `client:create` */
  readonly name: string
  /** The output modes beside the one for people. */
  readonly modes: readonly Exclude<Mode, 'human'>[]
  readonly flags: Flags
  readonly operands: Operands
  /** The settings that this command takes as flags; `db` is taken by every command. */
  readonly settings: readonly Exclude<SettingName, 'db'>[]
  /** What it is for, and the command line for it: each must work when pasted. */
  readonly examples: readonly (readonly [purpose: string, line: string])[]
  /** What is printed, one line a mode. */
  readonly output: readonly string[]
  /** Exit codes beside 0 and 2. */
  readonly exit: readonly ExitCode[]
  /** Commands and help topics to read next. */
  readonly see: readonly string[]
  /** It makes the configuration file, so none is read. */
  readonly writesConfig?: boolean
}

export interface RawWords {
  readonly flags: Readonly<Record<string, RawValue>>
  readonly operands: readonly (string | undefined)[]
}

export interface Command extends CommandFace {
  readonly run: (words: RawWords, context: Context) => Promise<ExitCode>
}

export interface CommandSpec<F extends Flags, O extends Operands> extends CommandFace {
  readonly flags: F
  readonly operands: O
  /** Returns nothing when all is done, or 3 when the answer is no; everything else is thrown. */
  readonly run: (call: Call<F, O>) => Promise<ExitCode | undefined> | Promise<void>
}

export const defineCommand = <F extends Flags, O extends Operands>(spec: CommandSpec<F, O>): Command => ({
  ...spec,
  run: async (words, context) => {
    refuseMode(spec, context.globals.mode)
    const known = [...Object.keys(spec.flags), ...spec.settings, 'db', 'config'].map(flagOf)
    const flags = Object.entries(spec.flags).map(([name, flag]) => {
      const raw = words.flags[name]
      if ([raw].flat().some((given) => known.some((flag) => flag === given)))
        throw misused(`${flagOf(name)} needs a value`)
      return [name, flag.read(raw, flagOf(name))] as const
    })
    const operands = Object.entries(spec.operands).map(([name, operand], index) => {
      return [name, operand.read(words.operands[index])] as const
    })
    const call = {
      ...context,
      // The words of the terminal enter here: each was read by the flag or operand of its name.
      flags: Object.fromEntries(flags) as FlagValues<F>,
      operands: Object.fromEntries(operands) as OperandValues<O>,
    }
    return (await spec.run(call)) ?? 0
  },
})

const refuseMode = (spec: CommandFace, mode: Mode): void => {
  if (mode === 'human' || spec.modes.includes(mode)) return
  throw misused(`${spec.name} has no --${mode}`, `oauthd ${spec.name} --help`)
}
