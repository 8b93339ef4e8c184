/** `oauthd help TOPIC`: what belongs to no single command. The tables are those that the program uses. */
import { SETTING_NAMES, SETTINGS, shownDefault, variableOf } from '../protocol/settings.ts'
import { EXIT_CODES } from './failure.ts'
import { columns } from './help-layout.ts'

const environment = (): string =>
  [
    'Every setting has a variable; a flag beats it, it beats the configuration file.',
    '',
    ...columns([
      ...SETTING_NAMES.map(
        (name) => [variableOf(name), `${SETTINGS[name].help} (default ${shownDefault(name)})`] as const,
      ),
      [
        'OAUTHD_SECRET',
        'the master secret, at least 32 characters; several separated by commas, newest first',
      ],
      ['OAUTHD_CONFIG', 'the configuration file (default ./oauthd.toml if it is there)'],
      ['OAUTH_CLIENT_SECRET', 'the secret of the client that flow:code and flow:client-credentials ask as'],
      ['OAUTHD_NO_INPUT, CI', 'never ask a question'],
      ['NO_COLOR', 'no colours'],
      ['GITHUB_ACTIONS', 'when true, secrets are masked in the log before they are printed'],
    ]),
    '',
    'Without OAUTHD_SECRET the master secret is in the file DATABASE.key beside the database.',
  ].join('\n')

const exitCodes = (): string =>
  ['Every command exits with one of these.', '', ...columns(Object.entries(EXIT_CODES))].join('\n')

const output = (): string =>
  [
    'stdout is data, stderr is talk.',
    '',
    ...columns([
      ['--json', 'one JSON document on stdout; RFC names keep RFC units (seconds), other times are ISO 8601'],
      ['-q, --quiet', 'ids only, one a line'],
      [
        '--env [PREFIX]',
        'PREFIX_CLIENT_ID=value lines, for a shell or a .env file; PREFIX is OAUTH if not given',
      ],
      ['no mode', 'text for people; a piped list is tab-separated, without a header'],
    ]),
    '',
    'One mode at a time. None of the three ever asks a question. An empty list is [] and exit 0.',
    'With --json an error is one line on stderr: {"error":{"code","message","hint"}}.',
  ].join('\n')

const config = (): string =>
  [
    'The settings come from flags, then the environment, then the file, then the default.',
    'The file is --config FILE, else OAUTHD_CONFIG, else ./oauthd.toml if it is there. It is TOML:',
    '',
    ...columns(
      SETTING_NAMES.map((name) => {
        const { fallback, help } = SETTINGS[name]
        const value = fallback({ port: 6749, scheme: 'http', access_token_format: 'opaque' })
        return [`${name} = ${typeof value === 'string' ? `"${value}"` : value}`, `# ${help}`] as const
      }),
    ),
    '',
    'A time is a number of seconds or a string such as "30m", "24h", "7d". A file name is relative to',
    'the working directory. The master secret is never in this file.',
    'oauthd config:show --sources tells where each value came from.',
  ].join('\n')

/** In the order of help. */
export const TOPICS: Readonly<Record<string, () => string>> = {
  environment,
  'exit-codes': exitCodes,
  output,
  config,
}
