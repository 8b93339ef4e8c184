import { listConsents } from '../consents.ts'
import { type Command, defineCommand } from './command.ts'
import { misused } from './failure.ts'
import { count, text } from './flag.ts'
import { withServer } from './open.ts'
import { printPage } from './page.ts'
import { namedPerson } from './token-user.ts'
import { iso, isoOrNull, relative } from './words.ts'

/** `oauthd consent:list`: who has allowed which client what, remembered or not. */
export const consentList: Command = defineCommand({
  name: 'consent:list',
  modes: ['json', 'quiet'],
  flags: {
    user: text('NAME|SUB', 'only what this person has allowed'),
    client: text('ID', 'only what this client was allowed'),
    limit: count('at most so many (default 100)', 1, 10_000),
    after: text('"SUB ID"', 'go on behind this sub and client_id'),
  },
  operands: {},
  settings: [],
  examples: [
    ['All', 'oauthd consent:list'],
    ['Of one person', 'oauthd consent:list --user ana --json'],
    ['Of one client', 'oauthd consent:list --client cl_7f3k2q9x8m4n5p6r'],
  ],
  output: [
    'A table in the order of sub and client.',
    '--json  a list of {"sub","username","client_id","client_name","scope","resource","remembered","granted_at","last_used_at"}',
    '-q      sub and client_id, one pair a line',
  ],
  exit: [1, 5],
  see: ['consent:revoke', 'token:list', 'client:list'],
  run: async (call) => {
    const { flags, print } = call
    const { user, client: client_id, limit = 100 } = flags
    const after = flags.after === undefined ? undefined : readPair(flags.after)
    await withServer(call, 'existing', async (server, now) => {
      const sub = user === undefined ? undefined : (await namedPerson(server, user)).sub
      await printPage(print, {
        rows: await listConsents(server, { sub, client_id, after, limit: limit + 1 }),
        limit,
        json: ({ granted_at, last_used_at, ...consent }) => ({
          ...consent,
          granted_at: iso(granted_at),
          last_used_at: isoOrNull(last_used_at),
        }),
        id: (consent) => `${consent.sub} ${consent.client_id}`,
        columns: [
          { head: 'USER', cell: (consent) => consent.username ?? consent.sub },
          { head: 'CLIENT', cell: (consent) => consent.client_name ?? consent.client_id },
          { head: 'CLIENT ID', cell: (consent) => consent.client_id },
          { head: 'SCOPE', cell: ({ scope }) => scope },
          { head: 'SINCE', cell: ({ granted_at }) => relative(granted_at, now) },
          {
            head: 'LAST USED',
            cell: ({ last_used_at }) => (last_used_at === null ? '' : relative(last_used_at, now)),
          },
          { head: 'ASKS', cell: ({ remembered }) => (remembered ? 'no' : 'yes') },
        ],
        empty: 'Nobody has allowed anything',
      })
    })
  },
})

/** Neither a sub nor a client_id has a space in it. */
const readPair = (given: string): { readonly sub: string; readonly client_id: string } => {
  const [sub, client_id, ...more] = given.split(' ')
  if (sub !== undefined && client_id !== undefined && more.length === 0) return { sub, client_id }
  throw misused('--after must be a sub and a client_id with a space between', 'oauthd consent:list -q')
}
