import { PAGES_SETTING_NAMES } from '../protocol/pages-settings.ts'
import { SETTING_NAMES } from '../protocol/settings.ts'
import { type Command, defineCommand } from './command.ts'
import type { Source } from './config.ts'
import { toggle } from './flag.ts'

/** `oauthd config:show`: the settings as a command started here would have them. */
export const configShow: Command = defineCommand({
  name: 'config:show',
  modes: ['json'],
  flags: { sources: toggle('where each value comes from') },
  operands: {},
  settings: [],
  examples: [
    ['What would serve use here?', 'oauthd config:show'],
    ['And where does it come from?', 'oauthd config:show --sources'],
    ['In a script', 'oauthd config:show --json'],
  ],
  output: [
    'One setting a line, those of [pages] where they are set; the master secret is shown as set or not, never itself.',
    '--json  {"issuer":{"value","source"},…,"secret":{"set","source"}}',
  ],
  exit: [1],
  see: ['oauthd help config', 'oauthd help environment'],
  run: async ({ flags, config, print }) => {
    const { settings, sources, file } = await config()
    // The table [pages] stands in the file and nowhere else.
    const sourceOfPages = (value: string | undefined): Source =>
      value === undefined || file === undefined ? 'default' : `file:${file}`
    const secret = await findSecret(settings.db)
    const shown = [
      ...SETTING_NAMES.map((name) => ({
        name,
        value: withoutPassword(String(settings[name] ?? '') || '(not set)'),
        source: sources[name],
      })),
      ...PAGES_SETTING_NAMES.flatMap((name) => {
        const value = settings.pages[name]
        return value === undefined ? [] : [{ name: `pages.${name}`, value, source: sourceOfPages(value) }]
      }),
      { name: 'secret', value: secret === undefined ? '(not set)' : '(set)', source: secret ?? 'default' },
    ] as const
    const width = Math.max(...shown.map(({ value }) => value.length))
    print.result({
      json: () => ({
        ...Object.fromEntries(
          SETTING_NAMES.map((name) => {
            const value = settings[name]
            return [
              name,
              {
                value: typeof value === 'string' ? withoutPassword(value) : (value ?? null),
                source: sources[name],
              },
            ]
          }),
        ),
        pages: Object.fromEntries(
          PAGES_SETTING_NAMES.map((name) => [
            name,
            { value: settings.pages[name] ?? null, source: sourceOfPages(settings.pages[name]) },
          ]),
        ),
        secret: { set: secret !== undefined, source: secret ?? null },
      }),
      fields: shown.map(({ name, value, source }) =>
        flags.sources ? [name, `${value.padEnd(width)}  ${sourceText(source)}`] : [name, value],
      ),
    })
  },
})

/** Where the master secret of a database would come from; the key file is looked for, not read. */
const findSecret = async (db: string): Promise<Source | undefined> => {
  const given = process.env['OAUTHD_SECRET']
  if (given !== undefined && given !== '') return 'env:OAUTHD_SECRET'
  const { existsSync } = await import('node:fs')
  const { keyFile } = await import('../master-secret.ts')
  const file = keyFile(db)
  return existsSync(file) ? `file:${file}` : undefined
}

/** `env:OAUTHD_PORT` is `env OAUTHD_PORT` to people. */
const sourceText = (source: Source): string => source.replace(':', ' ')

/** The address of a database may hold a password, before its host or in its query. */
const withoutPassword = (value: string): string =>
  /^\w+:\/\//.test(value) ? value.replace(/\/\/.*@/s, '//***@').replace(/[?#].*$/s, '?***') : value
