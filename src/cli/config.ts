/**
 * Where the settings come from: flags, then environment, then file, then default. The file is
 * `--config FILE`, else OAUTHD_CONFIG, else ./oauthd.toml if it is there. Paths in it are relative to
 * the working directory, as they are in a flag.
 */

import { readDetailTypes } from '../protocol/detail-types.ts'
import { nearest } from '../protocol/nearest.ts'
import { readPagesSettings } from '../protocol/pages-settings.ts'
import {
  completeSettings,
  flagOf,
  type GivenSettings,
  SETTING_NAMES,
  SETTINGS,
  type SettingName,
  type Settings,
  variableOf,
} from '../protocol/settings.ts'
import { readConfigFile, unusable } from './config-file.ts'
import { misused } from './failure.ts'

/** Where a value came from: `flag:--port`, `env:OAUTHD_PORT`, `file:./oauthd.toml`, `default`. */
export type Source = `flag:${string}` | `env:${string}` | `file:${string}` | 'default'

export interface Configuration {
  readonly settings: Settings
  readonly sources: Readonly<Record<SettingName, Source>>
  /** What was given, without the defaults: the issuer of a client command falls back on the recorded one. */
  readonly given: GivenSettings
  /** The file that was read. */
  readonly file: string | undefined
}

export type Environment = Readonly<Record<string, string | undefined>>

export const DEFAULT_FILE = './oauthd.toml'

/** The configuration file that was named, if one was. */
export const namedFile = (config: string | undefined, env: Environment): string | undefined =>
  config ?? (env['OAUTHD_CONFIG'] || undefined)

/**
 * @param flags the settings given as flags, raw
 * @param config the file named by --config; `null` reads none, not even the default one
 * @throws {Failure} exit 2 for a value that cannot be, naming where it came from; exit 1 for a file that cannot be read
 */
export const readConfiguration = async (
  flags: GivenSettings,
  config: string | null | undefined,
  env: Environment,
): Promise<Configuration> => {
  const named = config === null ? undefined : namedFile(config, env)
  const text = config === null ? undefined : await readText(named ?? DEFAULT_FILE, named !== undefined)
  const file = text === undefined ? undefined : (named ?? DEFAULT_FILE)
  const table = text === undefined || file === undefined ? {} : await parseToml(text, file)

  const found = SETTING_NAMES.map((name) => {
    const { value, source } = lookUp(name, flags, env, table, file)
    if (value !== undefined) check(name, value, source)
    return { name, value, source }
  })
  const { pages, authorization_details } = table
  if (file !== undefined) checkTables({ pages, authorization_details }, file)
  const given: GivenSettings = Object.fromEntries(
    found.filter(({ value }) => value !== undefined).map(({ name, value }) => [name, value]),
  )
  const sourceOf = (name: SettingName): Source => found.find((one) => one.name === name)?.source ?? 'default'
  return {
    settings: completed({ ...given, pages, authorization_details }),
    sources: {
      db: sourceOf('db'),
      host: sourceOf('host'),
      port: sourceOf('port'),
      metrics_port: sourceOf('metrics_port'),
      issuer: sourceOf('issuer'),
      prefix: sourceOf('prefix'),
      access_token_ttl: sourceOf('access_token_ttl'),
      access_token_format: sourceOf('access_token_format'),
      code_ttl: sourceOf('code_ttl'),
      refresh_ttl: sourceOf('refresh_ttl'),
      refresh_idle_ttl: sourceOf('refresh_idle_ttl'),
      refresh_grace: sourceOf('refresh_grace'),
      session_ttl: sourceOf('session_ttl'),
      interaction_url: sourceOf('interaction_url'),
      require_pushed_authorization_requests: sourceOf('require_pushed_authorization_requests'),
      require_signed_request_object: sourceOf('require_signed_request_object'),
      tls_cert: sourceOf('tls_cert'),
      tls_key: sourceOf('tls_key'),
      tls_client_ca: sourceOf('tls_client_ca'),
      trust_proxy: sourceOf('trust_proxy'),
      client_cert_header: sourceOf('client_cert_header'),
      mtls_url: sourceOf('mtls_url'),
      rate_limits: sourceOf('rate_limits'),
      profile: sourceOf('profile'),
      dpop_nonce: sourceOf('dpop_nonce'),
    },
    given,
    file,
  }
}

/** Each value can be; what they mean together may not. */
const completed = (given: GivenSettings): Settings => {
  try {
    return completeSettings(given)
  } catch (error) {
    throw error instanceof TypeError ? misused(error.message, 'oauthd help config') : error
  }
}

const lookUp = (
  name: SettingName,
  flags: GivenSettings,
  env: Environment,
  table: Readonly<Record<string, unknown>>,
  file: string | undefined,
): { value: unknown; source: Source } => {
  const flag = flags[name]
  if (flag !== undefined) return { value: flag, source: `flag:${flagOf(name)}` }
  const variable = env[variableOf(name)]
  if (variable !== undefined && variable !== '') return { value: variable, source: `env:${variableOf(name)}` }
  if (table[name] !== undefined) return { value: table[name], source: `file:${file ?? DEFAULT_FILE}` }
  return { value: undefined, source: 'default' }
}

const check = (name: SettingName, value: unknown, source: Source): void => {
  try {
    SETTINGS[name].read(value)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    const [kind, ...rest] = source.split(':')
    const where = rest.join(':')
    throw misused(`${kind === 'file' ? `${name} in ${where}` : where} ${error.message}`, 'oauthd help config')
  }
}

/** The settings that are tables have no flag and no variable. */
const TABLES: readonly string[] = ['pages', 'authorization_details']

const checkTables = (
  { pages, authorization_details }: Pick<GivenSettings, 'pages' | 'authorization_details'>,
  file: string,
): void => {
  try {
    readPagesSettings(pages)
    readDetailTypes(authorization_details)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw misused(`${error.message} (${file})`, 'oauthd help config')
  }
}

const readText = async (file: string, mustBe: boolean): Promise<string | undefined> => {
  const text = await readConfigFile(file)
  if (text === undefined && mustBe) throw unusable(file, 'not found')
  return text
}

const parseToml = async (text: string, file: string): Promise<Readonly<Record<string, unknown>>> => {
  const { parse, TomlError } = await import('smol-toml')
  let table: Readonly<Record<string, unknown>>
  try {
    table = parse(text)
  } catch (error) {
    if (!(error instanceof TomlError)) throw error
    throw misused(`${file} is not TOML: line ${error.line}, column ${error.column}`, 'oauthd help config')
  }
  for (const key of Object.keys(table)) refuseUnknown(key, file)
  return table
}

const refuseUnknown = (key: string, file: string): void => {
  if (TABLES.includes(key) || SETTING_NAMES.some((name) => name === key)) return
  if (key === 'secret') {
    throw misused(
      `${file} must not hold the master secret`,
      'put it into OAUTHD_SECRET, or leave it to the key file',
    )
  }
  const meant = nearest(key, SETTING_NAMES)
  throw misused(`unknown setting in ${file}: ${key}`, meant ? `did you mean ${meant}?` : 'oauthd help config')
}
