import { countPurgeable, type Purged } from '../actions/purge.ts'
import { purgeAll, shrink } from '../housekeeping.ts'
import { type Command, defineCommand } from './command.ts'
import { count, duration, toggle } from './flag.ts'
import { withServer } from './open.ts'
import { counted } from './words.ts'

/** `oauthd db:prune`: removes what has expired, in small transactions while the server runs, and shrinks the file. */
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
  output: [
    'What was removed.',
    '--json  {"removed":{"access_tokens","refresh_tokens","authorization_codes","authorizations",…}}',
  ],
  exit: [1, 5],
  see: ['db:status', 'token:list'],
  run: async (call) => {
    const { flags, print } = call
    const { older_than = 0, batch = 1000, dry_run } = flags
    await withServer(call, 'existing', async ({ store }, now) => {
      const before = now - older_than
      const purged = dry_run ? await store.read(countPurgeable(before)) : await purgeAll(store, before, batch)
      if (!dry_run) await shrink(store, 0, pause)
      print.result({
        json: () => (dry_run ? { dry_run, would_remove: purged } : { removed: purged }),
        title: `${dry_run ? 'Would remove' : 'Removed'} ${words(purged)}`,
      })
    })
  },
})

/** Kinds of which there is none are left out. */
const words = (purged: Purged): string => {
  const some = Object.entries(purged).filter(([, count]) => count > 0)
  if (some.length === 0) return 'nothing'
  return some.map(([kind, count]) => counted(count, kind.replaceAll('_', ' ').slice(0, -1))).join(', ')
}

/** Milliseconds for the server, between two steps. */
const PAUSE = 5

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, PAUSE))
