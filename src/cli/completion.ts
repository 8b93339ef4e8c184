/**
 * `oauthd completion SHELL`: a script made from the command tree, so that it never knows more or
 * less than the program. Written here rather than by a package: theirs split `client:create` at the
 * colon. What a value is, is told by its list of words, by the placeholder FILE, or by its name: `--client`, and `id` of a client command.
 */
import { flagOf, SETTINGS } from '../protocol/settings.ts'
import { type Command, type CommandFace, defineCommand } from './command.ts'
import { COMMANDS } from './commands.ts'
import { bashScript } from './completion-bash.ts'
import { fishScript } from './completion-fish.ts'
import { powershellScript } from './completion-powershell.ts'
import { zshScript } from './completion-zsh.ts'
import { operand } from './flag.ts'
import { GLOBAL_FLAGS } from './globals.ts'

/** What may stand somewhere: a file, the id of a client, one of some words, anything, or nothing at all. */
export type Filling =
  | { readonly kind: 'file' | 'client' | 'any' | 'none' }
  | { readonly kind: 'words'; readonly words: readonly string[] }

export interface TreeFlag {
  readonly flag: string
  readonly short?: string
  readonly help: string
  readonly value: Filling
}

export interface TreeCommand {
  readonly name: string
  readonly summary: string
  readonly flags: readonly TreeFlag[]
  readonly operands: readonly Filling[]
}

export interface Tree {
  readonly globals: readonly TreeFlag[]
  readonly commands: readonly TreeCommand[]
}

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript, powershell: powershellScript } as const

export const completion: Command = defineCommand({
  name: 'completion',
  modes: [],
  flags: {},
  operands: { shell: operand('SHELL', 'the shell that is to complete', Object.keys(SCRIPTS)) },
  settings: [],
  examples: [
    ['bash', 'oauthd completion bash > ~/.local/share/bash-completion/completions/oauthd'],
    ['zsh, with ~/.zfunc in fpath', 'oauthd completion zsh > ~/.zfunc/_oauthd'],
    ['fish', 'oauthd completion fish > ~/.config/fish/completions/oauthd.fish'],
    ['PowerShell', 'oauthd completion powershell >> $PROFILE'],
  ],
  output: ['The script.'],
  exit: [],
  see: ['help'],
  run: async ({ operands, print }) => {
    const write = Object.entries(SCRIPTS).find(([shell]) => shell === operands.shell)?.[1]
    if (write !== undefined) print.raw(write(await readTree()))
  },
})

/** Every command with what it takes; loads all of them. */
export const readTree = async (): Promise<Tree> => {
  const commands = await Promise.all(
    COMMANDS.map(async ({ name, summary, load }) => {
      const { flags, settings, operands } = await load()
      return {
        name,
        summary,
        flags: flagsOf({ flags, settings }),
        operands: Object.entries(operands).map(([own, operand]) =>
          name.startsWith('client:') && own === 'id' ? CLIENT : fillingOf(operand),
        ),
      }
    }),
  )
  const globals = Object.entries(GLOBAL_FLAGS).map(([name, { short, placeholder, help }]) => ({
    flag: flagOf(name),
    ...(short === undefined ? {} : { short }),
    help,
    value: fillingOf({
      placeholder: placeholder?.startsWith('[') ? undefined : placeholder?.replace(/[<>]/g, ''),
    }),
  }))
  return { globals, commands }
}

const CLIENT: Filling = { kind: 'client' }

const flagsOf = ({ flags, settings }: Pick<CommandFace, 'flags' | 'settings'>): readonly TreeFlag[] => [
  ...Object.entries(flags).map(([name, flag]) => ({
    flag: flagOf(name),
    help: flag.help,
    value: name === 'client' ? CLIENT : fillingOf(flag),
  })),
  ...settings.map((name) => ({
    flag: flagOf(name),
    help: SETTINGS[name].help,
    value: fillingOf(SETTINGS[name]),
  })),
]

const fillingOf = ({
  placeholder,
  choices,
}: {
  readonly placeholder?: string | undefined
  readonly choices?: readonly string[]
}): Filling => {
  if (choices !== undefined) return { kind: 'words', words: choices }
  if (placeholder === undefined) return { kind: 'none' }
  if (placeholder === 'FILE') return { kind: 'file' }
  return { kind: 'any' }
}
