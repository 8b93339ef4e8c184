import { countPurgeable, purgeSome } from '../actions/purge.ts'
import { latestVersion, steps } from '../store/migrate.ts'
import { openStore, pendingSteps } from '../store/open.ts'
import { StoreError } from '../store/store-error.ts'
import { type Command, defineCommand } from './command.ts'
import { count, duration, toggle } from './flag.ts'
import { openForCommand, withServer } from './open.ts'

const named = ({ version, name }: { version: number; name: string }): string => `${version}_${name}`

const whenOutdated = (error: unknown): undefined => {
  if (error instanceof StoreError && error.code === 'database_outdated') return undefined
  throw error
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
    const store = await openStore(settings.db, { mode: 'existing', now: 0 }).catch(whenOutdated)
    if (store === undefined) {
      const pending = await pendingSteps(settings.db)
      const schema = latestVersion(steps) - pending.length
      const names = pending.map(named)
      print.result({
        json: () => ({ schema, latest: latestVersion(steps), pending: names, driver: 'sqlite' }),
        title: `Schema ${schema}; pending: ${names.join(', ')}`,
      })
      print.note('hint: oauthd db:migrate')
      return flags.exit_code ? 5 : undefined
    }
    const {
      schema_version: schema,
      latest_version,
      driver,
      engine_version,
      bytes,
      wal_bytes,
    } = store.status()
    await store.close()
    print.result({
      json: () => ({ schema, latest: latest_version, pending: [], driver, engine_version, bytes, wal_bytes }),
      fields: [
        ['schema', `${schema} (latest)`],
        ['engine', `${driver} ${engine_version}`],
        ['size', `${bytes} bytes, and ${wal_bytes} in the write-ahead log`],
      ],
    })
    return undefined
  },
})

/** `oauthd db:migrate`: brings the database up to date, or makes it. */
export const dbMigrate: Command = defineCommand({
  name: 'db:migrate',
  modes: ['json'],
  flags: { dry_run: toggle('say what would be applied, and do nothing') },
  operands: {},
  settings: [],
  examples: [['After an update of oauthd', 'oauthd db:migrate']],
  output: ['The migrations that were applied.', '--json  {"applied":[…],"pending":[…]}'],
  exit: [1, 5],
  see: ['db:status'],
  run: async (call) => {
    const { config, flags, print } = call
    const { settings } = await config()
    const pending = (await pendingSteps(settings.db)).map(named)
    if (!flags.dry_run) await (await openForCommand(call, 'create')).close()
    const [applied, left] = flags.dry_run ? [[], pending] : [pending, []]
    const verb = flags.dry_run ? 'Would apply' : 'Applied'
    print.result({
      json: () => ({ applied, pending: left }),
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
    const limit = flags.batch ?? 1000
    await withServer(call, 'existing', async ({ store }, now) => {
      const before = now - (flags.older_than ?? 0)
      if (flags.dry_run) {
        const would_remove = await store.read(countPurgeable(before))
        const title = `Would remove ${would_remove.access_tokens} access tokens`
        return print.result({ json: () => ({ would_remove, dry_run: true }), title })
      }
      const removed = { access_tokens: 0, client_secrets: 0 }
      for (;;) {
        const some = await store.write(() => purgeSome(before, limit))
        removed.access_tokens += some.access_tokens
        removed.client_secrets += some.client_secrets
        if (some.access_tokens < limit && some.client_secrets < limit) break
      }
      const title = `Removed ${removed.access_tokens} access tokens, ${removed.client_secrets} client secrets`
      return print.result({ json: () => ({ removed }), title })
    })
  },
})
