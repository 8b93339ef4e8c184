import { countPurgeable, type Purged, purgeSome } from '../actions/purge.ts'
import type { Store } from '../store/work.ts'
import { type Command, defineCommand } from './command.ts'
import { count, duration, toggle } from './flag.ts'
import { withServer } from './open.ts'
import { counted } from './words.ts'

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
