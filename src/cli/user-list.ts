import { usernameKey } from '../protocol/username.ts'
import { listUsers } from '../store/user.ts'
import { findUsersBy } from '../users.ts'
import { type Command, defineCommand } from './command.ts'
import { count, text } from './flag.ts'
import { withServer } from './open.ts'
import { printPage } from './page.ts'
import { iso, relative } from './words.ts'

/** `oauthd user:list` */
export const userList: Command = defineCommand({
  name: 'user:list',
  modes: ['json', 'quiet'],
  flags: {
    limit: count('at most so many (default 100)', 1, 10_000),
    after: text('NAME|SUB', 'go on behind this user'),
  },
  operands: {},
  settings: [],
  examples: [
    ['Everybody', 'oauthd user:list'],
    ['In a script', 'oauthd user:list --json'],
  ],
  output: [
    'A table in the order of the names.',
    '--json  a list of {"sub","username","created_at","password_changed_at"}',
    '-q      the subs',
  ],
  exit: [1, 5],
  see: ['user:create', 'session:list'],
  run: async (call) => {
    const { flags, print } = call
    const { limit = 100, after } = flags
    await withServer(call, 'existing', async (server, now) => {
      const [behind] = after === undefined ? [] : await findUsersBy(server, after)
      const from = behind?.username_key ?? usernameKey(after ?? '')
      await printPage(print, {
        rows: await server.store.read(listUsers({ after: from, limit: limit + 1 })),
        limit,
        json: ({ sub, username, created_at, password_changed_at }) => ({
          sub,
          username,
          created_at: iso(created_at),
          password_changed_at: iso(password_changed_at),
        }),
        id: ({ sub }) => sub,
        columns: [
          { head: 'NAME', cell: ({ username }) => username },
          { head: 'SUB', cell: ({ sub }) => sub },
          { head: 'CREATED', cell: ({ created_at }) => relative(created_at, now) },
        ],
        empty: after === undefined ? 'No users yet. Create one: oauthd user:create NAME' : 'No such users',
      })
    })
  },
})
