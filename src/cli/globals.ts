import { shownDefault } from '../protocol/settings.ts'
import { misused } from './failure.ts'
import { type RawValue, readFileName } from './flag.ts'

/**
 * How a command answers: for people; one JSON document; `KEY=value` lines; ids only.
 * Whatever is not for people never asks a question: a script would wait for ever.
 */
export type Mode = 'human' | 'json' | 'env' | 'quiet'

/** The flags that every command takes, before or after its name. */
export interface GlobalFlag {
  readonly short?: string
  readonly placeholder?: string
  readonly help: string
}

export const GLOBAL_FLAGS: Readonly<Record<string, GlobalFlag>> = {
  db: { placeholder: '<FILE>', help: `database (default ${shownDefault('db')}, env OAUTHD_DB)` },
  config: {
    placeholder: '<FILE>',
    help: 'settings in TOML (default ./oauthd.toml if it is there, env OAUTHD_CONFIG)',
  },
  json: { help: 'one JSON document on stdout and nothing else there' },
  quiet: { short: '-q', help: 'ids only, one a line' },
  env: { placeholder: '[PREFIX]', help: 'KEY=value lines; PREFIX in capitals (default OAUTH)' },
  yes: { help: 'do it without asking' },
  no_input: { help: 'never ask (env OAUTHD_NO_INPUT, CI)' },
  no_color: { help: 'no colours (env NO_COLOR)' },
  verbose: { help: 'stack traces of errors' },
  help: { short: '-h', help: 'help for oauthd or for a command' },
  version: { help: 'versions of oauthd, Node and SQLite' },
}

/** What the global flags and the environment said. */
export interface Globals {
  readonly db: string | undefined
  readonly config: string | undefined
  readonly mode: Mode
  /** Ends in `_`. */
  readonly env_prefix: string
  readonly yes: boolean
  /** A question may be asked: nothing forbids it, and stdin and stderr are terminals. */
  readonly interactive: boolean
  readonly color: boolean
  readonly verbose: boolean
  readonly help: boolean
  readonly version: boolean
}

/** The parts of the process that decide whether somebody is there to be asked. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdin: { readonly isTTY?: boolean }
  readonly stderr: { readonly isTTY?: boolean }
}

/**
 * @param raw by the name of the flag; `input` and `color` are false when `--no-input`, `--no-color` were given
 * @throws {Failure} exit 2, when two output modes were asked for at once
 */
export const readGlobals = (
  raw: Readonly<Record<string, RawValue>>,
  { env, stdin, stderr }: Surroundings,
): Globals => {
  const mode = readMode(raw)
  const silenced = raw['input'] === false || isOn(env['OAUTHD_NO_INPUT']) || isOn(env['CI'])
  return {
    db: readFileName(raw['db'], '--db'),
    config: readFileName(raw['config'], '--config'),
    mode,
    env_prefix: readPrefix(raw['env']),
    yes: raw['yes'] === true,
    interactive: mode === 'human' && !silenced && stdin.isTTY === true && stderr.isTTY === true,
    color: raw['color'] !== false,
    verbose: raw['verbose'] === true,
    help: raw['help'] === true,
    version: raw['version'] === true,
  }
}

const readMode = (raw: Readonly<Record<string, RawValue>>): Mode => {
  const asked = (['json', 'env', 'quiet'] as const).filter(
    (mode) => raw[mode] !== undefined && raw[mode] !== false,
  )
  if (asked.length > 1) {
    throw misused(
      `--${asked[0]} and --${asked[1]} exclude each other`,
      'one of --json, --env and --quiet at a time',
    )
  }
  return asked[0] ?? 'human'
}

const readPrefix = (raw: RawValue): string => {
  if (typeof raw !== 'string' || raw === '') return 'OAUTH_'
  if (!/^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(raw))
    throw misused('--env takes letters, digits and underscores, 64 at most', '--env=ACME')
  return raw.endsWith('_') ? raw : `${raw}_`
}

/** A variable that switches something on: there, and not a word for no. */
const isOn = (value: string | undefined): boolean =>
  value !== undefined && !['', '0', 'false', 'no', 'off'].includes(value.toLowerCase())
