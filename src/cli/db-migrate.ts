import { pendingSteps } from '../store/open.ts'
import { type Command, type Context, defineCommand } from './command.ts'
import { toggle } from './flag.ts'
import { openForCommand } from './open.ts'

/** `oauthd db:migrate`: brings the database up to date, or makes it. */
export const dbMigrate: Command = defineCommand({
  name: 'db:migrate',
  modes: ['json'],
  flags: { dry_run: toggle('say what would be applied, and do nothing') },
  operands: {},
  settings: [],
  examples: [
    ['After an update of oauthd', 'oauthd db:migrate'],
    ['What would it do?', 'oauthd db:migrate --dry-run'],
  ],
  output: [
    'The migrations that were applied.',
    '--json  {"applied":[…],"pending":[…]}, and "copy": the older database as it was',
  ],
  exit: [1, 5],
  see: ['db:status'],
  run: async (call) => {
    const { config, flags, print } = call
    const { settings } = await config()
    const pending = await pendingNames(settings.db)
    const copied = flags.dry_run ? undefined : await migrate(call)
    const verb = flags.dry_run ? 'Would apply' : 'Applied'
    print.result({
      json: () => ({
        ...(flags.dry_run ? { applied: [], pending } : { applied: pending, pending: [] }),
        ...(copied === undefined ? {} : { copy: copied }),
      }),
      title: pending.length === 0 ? 'Nothing to migrate' : `${verb} ${pending.join(', ')}`,
    })
  },
})

/** The copy that was made of an older database. */
const migrate = async (context: Pick<Context, 'config' | 'print'>): Promise<string | undefined> => {
  const { copied, close } = await openForCommand(context, 'create')
  await close()
  return copied
}

/** The steps that are not applied yet: `1_initial`. */
export const pendingNames = async (db: string): Promise<readonly string[]> =>
  (await pendingSteps(db)).map(({ version, name }) => `${version}_${name}`)
