import { whyInactive } from '../protocol/access-token.ts'
import { type ListedToken, listAccessTokens } from '../store/token-list.ts'
import { findOrSuggest } from './client-find.ts'
import { type Command, defineCommand } from './command.ts'
import { count, text, toggle } from './flag.ts'
import { withServer } from './open.ts'
import { printPage } from './page.ts'
import { namedPerson } from './token-user.ts'
import { iso, relative } from './words.ts'

/** `oauthd token:list`: never prints a token. */
export const tokenList: Command = defineCommand({
  name: 'token:list',
  modes: ['json', 'quiet'],
  flags: {
    client: text('ID', 'only tokens of this client'),
    user: text('SUB', 'only tokens of this user, by name or sub'),
    active: toggle('only tokens that are active'),
    limit: count('at most so many (default 100)', 1, 10_000),
    after: text('ID', 'go on behind the token with this id: older ones'),
  },
  operands: {},
  settings: [],
  examples: [
    ['The newest', 'oauthd token:list'],
    ['What a client may use now', 'oauthd token:list --client cl_7f3k2q9x8m4n5p6r --active'],
  ],
  output: [
    'A table, newest first, without the tokens themselves.',
    '--json  a list of objects',
    '-q      the ids (jti)',
  ],
  exit: [1, 3, 5],
  see: ['token:introspect', 'token:revoke'],
  run: async (call) => {
    const { flags, print } = call
    const { client: client_id, active, limit = 100, after } = flags
    await withServer(call, 'existing', async (server, now) => {
      if (client_id !== undefined) await findOrSuggest(server, client_id)
      const sub = flags.user === undefined ? undefined : (await namedPerson(server, flags.user)).sub
      const filter = { client_id, sub, live_at: active ? now : undefined, before: after, limit: limit + 1 }
      const statusOf = (token: ListedToken): string => whyInactive(token, now)?.reason ?? 'active'
      await printPage(print, {
        rows: await server.store.read(listAccessTokens(filter)),
        limit,
        json: (token) => ({
          jti: token.jti,
          type: 'access_token',
          client_id: token.client_id,
          sub: token.sub,
          grant_type: token.grant_type,
          scope: token.scope,
          status: statusOf(token),
          created_at: iso(token.iat),
          expires_at: iso(token.exp),
        }),
        id: ({ jti }) => jti,
        columns: [
          { head: 'ID', cell: ({ jti }) => jti },
          { head: 'CLIENT', cell: (token) => token.client_id },
          { head: 'USER', cell: (token) => (token.authorization_id === null ? '' : token.sub) },
          { head: 'SCOPE', cell: ({ scope }) => scope },
          { head: 'STATUS', cell: statusOf },
          { head: 'EXPIRES', cell: ({ exp }) => relative(exp, now) },
        ],
        empty: 'No such tokens. Mint one: oauthd token:create --client ID',
      })
    })
  },
})
