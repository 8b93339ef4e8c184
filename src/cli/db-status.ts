import { statSync } from 'node:fs'
import { engineVersion } from '../store/engine-version.ts'
import { latestVersion, steps } from '../store/migrate.ts'
import { openStore } from '../store/open.ts'
import { StoreError } from '../store/store-error.ts'
import { type Command, type Context, defineCommand } from './command.ts'
import { pendingNames } from './db-migrate.ts'
import { toggle } from './flag.ts'

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

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0
