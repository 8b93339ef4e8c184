import { listSessions } from '../store/session.ts'
import { endSession, endSessionsOf } from '../users.ts'
import { type Command, defineCommand } from './command.ts'
import { misused, notFound } from './failure.ts'
import { count, optionalOperand, text } from './flag.ts'
import { withServer } from './open.ts'
import { printPage } from './page.ts'
import { findUser } from './user-find.ts'
import { counted, iso, relative } from './words.ts'

/** `oauthd session:list` */
export const sessionList: Command = defineCommand({
  name: 'session:list',
  modes: ['json', 'quiet'],
  flags: {
    user: text('NAME|SUB', 'only browsers of this person'),
    limit: count('at most so many (default 100)', 1, 10_000),
    after: text('ID', 'go on behind this session'),
  },
  operands: {},
  settings: [],
  examples: [
    ['All', 'oauthd session:list'],
    ['Of one person', 'oauthd session:list --user ana --json'],
  ],
  output: [
    'A table, the newest first.',
    '--json  a list of {"session_id","sub","username","user_agent","created_at","expires_at"}',
    '-q      the ids',
  ],
  exit: [1, 3, 5],
  see: ['session:revoke', 'user:list'],
  run: async (call) => {
    const { flags, print } = call
    const { limit = 100, after } = flags
    await withServer(call, 'existing', async (server, now) => {
      const sub = flags.user === undefined ? undefined : (await findUser(server, flags.user)).sub
      await printPage(print, {
        rows: await server.store.read(listSessions({ sub, before: after, limit: limit + 1 }, now)),
        limit,
        json: ({ auth_time, expires_at, ...session }) => ({
          ...session,
          created_at: iso(auth_time),
          expires_at: iso(expires_at),
        }),
        id: ({ session_id }) => session_id,
        columns: [
          { head: 'ID', cell: ({ session_id }) => session_id },
          { head: 'USER', cell: ({ username }) => username },
          { head: 'SIGNED IN', cell: ({ auth_time }) => relative(auth_time, now) },
          { head: 'ENDS', cell: ({ expires_at }) => relative(expires_at, now) },
          { head: 'BROWSER', cell: ({ user_agent }) => user_agent ?? '' },
        ],
        empty: 'Nobody is signed in',
      })
    })
  },
})

/** `oauthd session:revoke`: one browser, or all of a person, from the next request on. */
export const sessionRevoke: Command = defineCommand({
  name: 'session:revoke',
  modes: ['json', 'quiet'],
  flags: { user: text('NAME|SUB', 'every browser of this person') },
  operands: { id: optionalOperand('ID', 'one session') },
  settings: [],
  examples: [
    ['One browser', 'oauthd session:revoke 01kb2v8m4n5p6r7s8t9w0x1y2z'],
    ['All of a person', 'oauthd session:revoke --user ana'],
  ],
  output: ['What ended.', '--json  {"revoked":{"sessions":1}}', '-q      nothing'],
  exit: [1, 3, 5],
  see: ['session:list', 'user:set-password'],
  run: async (call) => {
    const { flags, operands, print } = call
    const { id } = operands
    const { user: name } = flags
    if ((id === undefined) === (name === undefined)) {
      throw misused('an ID or --user is required, and not both', 'oauthd session:list shows the ids')
    }
    await withServer(call, 'existing', async (server) => {
      if (id !== undefined && !(await endSession(server, id))) {
        throw notFound('session_not_found', `no session ${id}`, 'oauthd session:list shows them')
      }
      const user = name === undefined ? undefined : await findUser(server, name)
      const sessions = user === undefined ? 1 : await endSessionsOf(server, user.sub)
      print.result({
        json: () => ({ revoked: { sessions } }),
        ids: [],
        title:
          user === undefined
            ? `Signed out session ${id}`
            : `Signed ${user.username} out of ${counted(sessions, 'browser')}`,
      })
    })
  },
})
