import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs'
import { keyFile } from '../master-secret.ts'
import { SETTINGS } from '../protocol/settings.ts'
import { openServer } from '../server.ts'
import { type Command, defineCommand } from './command.ts'
import { conflicting, failed } from './failure.ts'

const DEFAULT_FILE = './oauthd.toml'

/** `oauthd init`: a configuration file, a database and its master secret. */
export const init: Command = defineCommand({
  name: 'init',
  modes: ['json'],
  flags: {},
  operands: {},
  settings: ['issuer'],
  examples: [
    ['On this machine', 'oauthd init'],
    ['For a server, without questions', 'oauthd init --issuer https://id.example --no-input'],
  ],
  output: ['The files that were made.', '--json  {"config","db","key_file"}'],
  exit: [1, 4, 5],
  see: ['serve', 'config:show', 'oauthd help config'],
  run: async ({ config, globals, ask, print }) => {
    const { settings, given } = await config()
    const file = globals.config ?? DEFAULT_FILE
    const issuer =
      given.issuer === undefined && ask.interactive ? await askIssuer(ask, settings.issuer) : settings.issuer
    const handle = create(file)
    try {
      const db = given.db === undefined ? '' : `db = ${JSON.stringify(settings.db)}\n`
      writeSync(handle, `# oauthd help config lists every setting\nissuer = ${JSON.stringify(issuer)}\n${db}`)
      const secret = process.env['OAUTHD_SECRET']
      const server = await openServer({
        db: settings.db,
        mode: 'create',
        settings: { ...settings, issuer },
        secret,
      })
      await server.close()
      const key_file = server.secret_source === keyFile(settings.db) ? server.secret_source : null
      const made = [file, settings.db, ...(key_file === null ? [] : [key_file])]
      print.result({
        json: () => ({ config: file, db: settings.db, key_file }),
        title: `Wrote ${made.join(', ')}`,
      })
      print.note('Start with: oauthd serve')
    } catch (error) {
      unlinkSync(file)
      throw error
    } finally {
      closeSync(handle)
    }
  },
})

const askIssuer = (ask: Parameters<typeof init.run>[1]['ask'], fallback: string): Promise<string> =>
  ask.text({
    flag: '--issuer URL',
    message: 'Public address (issuer)',
    fallback,
    check: (answer) => {
      try {
        SETTINGS.issuer.read(answer)
        return undefined
      } catch (error) {
        return error instanceof TypeError ? `it ${error.message}` : 'it cannot be used'
      }
    },
  })

const create = (file: string): number => {
  try {
    return openSync(file, 'wx')
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST'
    if (exists)
      throw conflicting('config_exists', `${file} exists already`, 'edit it, or name another --config')
    throw failed('file_unwritable', `cannot write ${file}`, 'check the folder and who may write there', error)
  }
}
