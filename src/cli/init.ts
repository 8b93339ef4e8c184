import { keyFile } from '../master-secret.ts'
import { SETTING_NAMES, SETTINGS } from '../protocol/settings.ts'
import type { Asker } from './ask.ts'
import { type Command, defineCommand } from './command.ts'
import { type Configuration, DEFAULT_FILE, namedFile } from './config.ts'
import { conflicting } from './failure.ts'
import { prepareNew } from './new-file.ts'
import { openForCommand } from './open.ts'

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
  output: [
    'The files that were made. What was given is set in the configuration, the rest is there as a comment.',
    '--json  {"config","db","key_file"}',
  ],
  exit: [1, 4, 5],
  see: ['serve', 'config:show', 'oauthd help config'],
  writesConfig: true,
  run: async (call) => {
    const { config, globals, ask, print } = call
    const read = await config()
    const { db } = read.settings
    const file = namedFile(globals.config, process.env) ?? DEFAULT_FILE
    const exists = conflicting('config_exists', `${file} exists already`, 'edit it, or name another --config')
    const made = prepareNew(file, 0o666, exists)
    try {
      const issuer =
        read.given.issuer === undefined && ask.interactive ? await askIssuer(ask, read) : undefined
      const { secret_source, close } = await openForCommand(call, 'create')
      await close()
      made.finish(configText(read, issuer))
      const key_file = secret_source === keyFile(db) ? secret_source : null
      print.result({ json: () => ({ config: file, db, key_file }), title: `Wrote ${file}` })
      print.note('Start with: oauthd serve')
    } finally {
      made.discard()
    }
  },
})

/** The issuer that was answered, if it is another than the default, which follows the port. */
const askIssuer = async (ask: Asker, { settings }: Configuration): Promise<string | undefined> => {
  const answer = await ask.text({
    flag: '--issuer URL',
    message: 'Public address (issuer)',
    fallback: settings.issuer,
    check: problemWith,
  })
  return answer === settings.issuer ? undefined : answer
}

const problemWith = (answer: string): string | undefined => {
  try {
    SETTINGS.issuer.read(answer)
    return undefined
  } catch (error) {
    if (error instanceof TypeError) return `it ${error.message}`
    throw error
  }
}

/** Every setting, in TOML: a default stays a comment, so that it goes on following what it depends on. */
const configText = ({ settings, given }: Configuration, issuer: string | undefined): string => {
  const values = { ...settings, issuer: issuer ?? settings.issuer }
  const lines = SETTING_NAMES.map((name) => {
    const isGiven = given[name] !== undefined || (name === 'issuer' && issuer !== undefined)
    // A string of JSON is one of TOML too.
    return `${isGiven ? '' : '# '}${name} = ${JSON.stringify(values[name] ?? '')}\n`
  })
  return `# oauthd help config tells what each of these is\n${lines.join('')}`
}
