/** How help looks: headings, columns, and where each part of a command stands. */
import { flagOf, SETTINGS, type SettingName, shownDefault, variableOf } from '../protocol/settings.ts'
import type { CommandFace } from './command.ts'
import type { Entry } from './commands.ts'
import { EXIT_CODES, type ExitCode } from './failure.ts'
import { GLOBAL_FLAGS } from './globals.ts'

const WIDTH = 90

/** Two columns, the second wrapped. */
export const columns = (rows: readonly (readonly [left: string, right: string])[]): readonly string[] => {
  const width = Math.max(0, ...rows.map(([left]) => left.length))
  return rows.flatMap(([left, right]) =>
    wrap(right, WIDTH - width - 4).map(
      (line, index) => `  ${(index === 0 ? left : '').padEnd(width)}  ${line}`,
    ),
  )
}

const wrap = (text: string, width: number): readonly string[] => {
  const lines: string[] = ['']
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? ''
    if (line !== '' && line.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`
  }
  return lines
}

const HEAD = `oauthd — OAuth 2.1 server in one SQLite file.
Usage: oauthd COMMAND [options]`

/** `oauthd` alone and `oauthd --help`: every command by its full name, in groups. */
export const programHelp = (entries: readonly Entry[], topics: readonly string[]): string => {
  const groups = [...new Set(entries.map(({ group }) => group))].filter((group) => group !== undefined)
  const listed = groups.flatMap((group) => [
    '',
    group,
    ...columns(entries.filter((entry) => entry.group === group).map(({ name, summary }) => [name, summary])),
  ])
  const examples = EXAMPLES.filter(([name]) => entries.some((entry) => entry.name === name))
  return [
    HEAD,
    ...(examples.length === 0 ? [] : ['', ...examples.map(([, line]) => `  $ oauthd ${line}`)]),
    ...listed,
    '',
    `Every command: ${globalLine(['json', 'quiet', 'env'])}`,
    `More: oauthd COMMAND --help, oauthd help TOPIC (${topics.join(', ')})`,
    'Sends no telemetry.',
  ].join('\n')
}

const EXAMPLES = [
  ['serve', 'serve                              start on http://localhost:6749'],
  ['client:create', 'client:create --name cron --grant client_credentials'],
  ['token:introspect', 'token:introspect - < token.txt'],
] as const

/** `oauthd client:create --help`. */
export const commandHelp = (command: CommandFace, summary: string): string =>
  [
    [summary],
    section('EXAMPLES', exampleRows(command.examples)),
    section('USAGE', [`  ${usageOf(command)}`]),
    section('FLAGS', columns(flagRows(command))),
    section(
      'OUTPUT',
      command.output.map((line) => `  ${line}`),
    ),
    section('EXIT CODES', columns(exitRows(command.exit))),
    section('SEE ALSO', command.see.length === 0 ? [] : [`  ${command.see.join(', ')}`]),
    [`Every command: ${globalLine(command.modes)}`],
  ]
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')

/** `oauthd client:show ID [options]` */
export const usageOf = ({ name, operands }: CommandFace): string =>
  [
    `oauthd ${name}`,
    ...Object.values(operands).map(({ placeholder, optional }) =>
      optional ? `[${placeholder}]` : placeholder,
    ),
    '[options]',
  ].join(' ')

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [title, ...lines]

const flagRows = (command: CommandFace): readonly (readonly [string, string])[] => [
  ...Object.values(command.operands).map(({ placeholder, help }) => [placeholder, help] as const),
  ...Object.entries(command.flags).map(([name, { placeholder, help, many }]) => {
    const shown = placeholder === undefined ? flagOf(name) : `${flagOf(name)} ${placeholder}`
    return [shown, many ? `${help}; may be repeated` : help] as const
  }),
  ...command.settings.map((name) => {
    const { placeholder, help } = SETTINGS[name]
    return [
      placeholder === undefined ? flagOf(name) : `${flagOf(name)} ${placeholder}`,
      `${help} (default ${defaultIn(command, name)}, env ${variableOf(name)})`,
    ] as const
  }),
]

/** A command that works on a database of a server takes the issuer which that server recorded in it. */
const defaultIn = ({ settings, writesConfig }: CommandFace, name: SettingName): string =>
  name === 'issuer' && !settings.includes('port') && !writesConfig
    ? `the one that serve last used, else ${shownDefault(name)}`
    : shownDefault(name)

/** Never wrapped: an example is there to be pasted. */
const exampleRows = (examples: CommandFace['examples']): readonly string[] => {
  const width = Math.max(0, ...examples.map(([purpose]) => purpose.length))
  return examples.map(([purpose, line]) => `  ${purpose.padEnd(width)}  ${line}`)
}

const exitRows = (exits: readonly ExitCode[]): readonly (readonly [string, string])[] =>
  [...new Set<ExitCode>([0, ...exits, 2])]
    .sort((a, b) => a - b)
    .map((code) => [String(code), EXIT_CODES[code]] as const)

const globalLine = (modes: CommandFace['modes']): string =>
  [
    '--db FILE  --config FILE',
    ...(modes.includes('json') ? ['--json'] : []),
    ...(modes.includes('quiet') ? ['-q'] : []),
    ...(modes.includes('env') ? ['--env'] : []),
    '--yes  --no-input  --no-color  --verbose  -h',
  ].join('  ')

const placeholderOf = ({ placeholder }: { readonly placeholder?: string | undefined }): object =>
  placeholder === undefined ? {} : { placeholder }

/** The words of a command for a program: `oauthd client:create --help --json`. */
export const describe = (command: CommandFace, summary: string): object => ({
  name: command.name,
  summary,
  usage: usageOf(command),
  operands: Object.values(command.operands).map(({ placeholder, optional, help }) => ({
    placeholder,
    optional,
    help,
  })),
  flags: [
    ...Object.entries(command.flags).map(([name, { placeholder, help, many, choices }]) => ({
      flag: flagOf(name),
      ...placeholderOf({ placeholder }),
      help,
      ...(many ? { many } : {}),
      ...(choices === undefined ? {} : { choices }),
    })),
    ...command.settings.map((name) => ({
      flag: flagOf(name),
      ...placeholderOf(SETTINGS[name]),
      help: SETTINGS[name].help,
      env: variableOf(name),
      default: defaultIn(command, name),
    })),
  ],
  global_flags: Object.keys(GLOBAL_FLAGS).map(flagOf),
  output_modes: ['human', ...command.modes],
  exit_codes: [...new Set<ExitCode>([0, ...command.exit, 2])].sort((a, b) => a - b),
})
