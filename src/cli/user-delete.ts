import type { Removed } from '../actions/user.ts'
import { deleteUser, lossOf } from '../users.ts'
import { type Command, defineCommand } from './command.ts'
import { operand, toggle } from './flag.ts'
import { withServer } from './open.ts'
import { findUser, userIsGone } from './user-find.ts'
import { counted } from './words.ts'

/** `oauthd user:delete`: for good, and from the next request on (PG-09). */
export const userDelete: Command = defineCommand({
  name: 'user:delete',
  modes: ['json', 'quiet'],
  flags: { dry_run: toggle('say what would be lost, and do nothing') },
  operands: { user: operand('NAME|SUB', 'who') },
  settings: [],
  examples: [
    ['What would be lost?', 'oauthd user:delete ana --dry-run'],
    ['On a terminal it asks', 'oauthd user:delete ana'],
    ['In a script', 'oauthd user:delete ana --yes'],
  ],
  output: [
    'What ended with the user.',
    '--json  {"sub","username","deleted":true,"removed":{"sessions","consents","authorizations"}}',
    '-q      the sub',
  ],
  exit: [1, 3, 5],
  see: ['user:list', 'session:revoke'],
  run: async (call) => {
    const { flags, operands, ask, print } = call
    await withServer(call, 'existing', async (server) => {
      const user = await findUser(server, operands.user)
      const { sub, username } = user
      if (flags.dry_run) {
        const removed = await lossOf(server, sub)
        return print.result({
          json: () => ({ sub, username, dry_run: true, would_remove: removed }),
          ids: [sub],
          title: `Would delete ${username}: ${lost(removed)}`,
        })
      }
      await ask.confirm({
        loss: async () => `${username}: ${lost(await lossOf(server, sub))} go for good`,
        verb: 'delete',
      })
      const removed = await deleteUser(server, sub)
      if (removed === undefined) throw userIsGone(user)
      return print.result({
        json: () => ({ sub, username, deleted: true, removed }),
        ids: [sub],
        title: `Deleted ${username}: ${lost(removed)}`,
      })
    })
  },
})

/** `2 sessions, 3 consents, 4 authorizations` */
const lost = ({ sessions, consents, authorizations }: Removed): string =>
  [counted(sessions, 'session'), counted(consents, 'consent'), counted(authorizations, 'authorization')].join(
    ', ',
  )
