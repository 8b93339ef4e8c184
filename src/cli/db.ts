import { statSync } from 'node:fs'
import { countPurgeable, type Purged, purgeSome } from '../actions/purge.ts'
import { engineVersion } from '../store/engine-version.ts'
import { latestVersion, steps } from '../store/migrate.ts'
import { openStore, pendingSteps } from '../store/open.ts'
import { StoreError } from '../store/store-error.ts'
import type { Store } from '../store/work.ts'
import { type Command, type Context, defineCommand } from './command.ts'
import { count, duration, toggle } from './flag.ts'
import { openForCommand, withServer } from './open.ts'
import { counted } from './words.ts'

interface Status {
  readonly schema: number
  readonly latest: number
  /** The steps that `db:migrate` would run. */
  readonly pending: readonly string[]
  readonly driver: 'sqlite'
  readonly engine_version: string
  readonly bytes: number
  readonly wal_bytes: number
}

/** `oauthd db:status`: needs no master secret. */
export const dbStatus: Command = defineCommand({
  name: 'db:status',
  modes: ['json'],
  flags: { exit_code: toggle('exit 5 when a migration is pending') },
  operands: {},
  settings: [],
  examples: [
    ['Schema and size', 'oauthd db:status'],
    ['Before a deployment', 'oauthd db:status --exit-code'],
  ],
  output: [
    'Schema, engine and size.',
    '--json  {"schema","latest","pending","driver","engine_version","bytes","wal_bytes"}',
  ],
  exit: [1, 5],
  see: ['db:migrate', 'db:prune'],
  run: async ({ config, flags, print }) => {
    const { settings } = await config()
    const status = await readStatus(settings.db, print)
    const { schema, pending, driver, engine_version, bytes, wal_bytes } = status
    print.result({
      json: () => status,
      fields: [
        ['schema', pending.length === 0 ? `${schema} (latest)` : `${schema}, pending: ${pending.join(', ')}`],
        ['engine', `${driver} ${engine_version}`],
        ['size', `${bytes} bytes, and ${wal_bytes} in the write-ahead log`],
      ],
    })
    if (pending.length === 0) return undefined
    print.note('hint: oauthd db:migrate')
    return flags.exit_code ? 5 : undefined
  },
})

const readStatus = async (db: string, print: Context['print']): Promise<Status> => {
  try {
    const onWarning = ({ message }: { message: string }): void => print.warn(message)
    const store = await openStore(db, { mode: 'existing', now: 0, onWarning })
    const { schema_version: schema, latest_version: latest, ...rest } = store.status()
    await store.close()
    const { driver, engine_version, bytes, wal_bytes } = rest
    return { schema, latest, pending: [], driver, engine_version, bytes, wal_bytes }
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'database_outdated') throw error
  }
  const latest = latestVersion(steps)
  const pending = await pendingNames(db)
  return {
    schema: latest - pending.length,
    latest,
    pending,
    driver: 'sqlite',
    engine_version: engineVersion(),
    bytes: sizeOf(db),
    wal_bytes: sizeOf(`${db}-wal`),
  }
}

const pendingNames = async (db: string): Promise<readonly string[]> =>
  (await pendingSteps(db)).map(({ version, name }) => `${version}_${name}`)

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0

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
  output: ['The migrations that were applied.', '--json  {"applied":[…],"pending":[…]}'],
  exit: [1, 5],
  see: ['db:status'],
  run: async (call) => {
    const { config, flags, print } = call
    const { settings } = await config()
    const pending = await pendingNames(settings.db)
    if (!flags.dry_run) await (await openForCommand(call, 'create')).close()
    const verb = flags.dry_run ? 'Would apply' : 'Applied'
    print.result({
      json: () => (flags.dry_run ? { applied: [], pending } : { applied: pending, pending: [] }),
      title: pending.length === 0 ? 'Nothing to migrate' : `${verb} ${pending.join(', ')}`,
    })
  },
})

/** `oauthd db:prune`: removes what has expired, in small transactions while the server runs. */
export const dbPrune: Command = defineCommand({
  name: 'db:prune',
  modes: ['json'],
  flags: {
    older_than: duration('only what expired longer ago than this (default 0)'),
    batch: count('rows a transaction (default 1000)', 1, 10_000),
    dry_run: toggle('say what would be removed, and do nothing'),
  },
  operands: {},
  settings: [],
  examples: [
    ['Everything that has expired', 'oauthd db:prune'],
    ['Keep a month to look at', 'oauthd db:prune --older-than 30d'],
  ],
  output: ['What was removed.', '--json  {"removed":{"access_tokens","client_secrets"}}'],
  exit: [1, 5],
  see: ['db:status', 'token:list'],
  run: async (call) => {
    const { flags, print } = call
    const { older_than = 0, batch = 1000, dry_run } = flags
    await withServer(call, 'existing', async ({ store }, now) => {
      const before = now - older_than
      const purged = dry_run ? await store.read(countPurgeable(before)) : await purgeAll(store, before, batch)
      const { access_tokens, client_secrets } = purged
      const what = `${counted(access_tokens, 'access token')} and ${counted(client_secrets, 'client secret')}`
      print.result({
        json: () => (dry_run ? { dry_run, would_remove: purged } : { removed: purged }),
        title: `${dry_run ? 'Would remove' : 'Removed'} ${what}`,
      })
    })
  },
})

/** One small transaction after another, so that the server writes between them. */
const purgeAll = async (store: Store, before: number, batch: number): Promise<Purged> => {
  let [access_tokens, client_secrets] = [0, 0]
  for (;;) {
    const some = await store.write(() => purgeSome(before, batch))
    access_tokens += some.access_tokens
    client_secrets += some.client_secrets
    if (some.access_tokens < batch && some.client_secrets < batch) return { access_tokens, client_secrets }
  }
}
