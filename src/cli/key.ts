import type { ListedKey } from '../keyring.ts'
import { dropsAt } from '../protocol/key-state.ts'
import { type Command, defineCommand } from './command.ts'
import { misused } from './failure.ts'
import { toggle } from './flag.ts'
import { withServer } from './open.ts'
import { iso, isoOrNull, relative } from './words.ts'

/** `oauthd key:list`: the signing keys, without their private halves. */
export const keyList: Command = defineCommand({
  name: 'key:list',
  modes: ['json', 'quiet'],
  flags: { jwks: toggle('print the JWK set that the server publishes') },
  operands: {},
  settings: [],
  examples: [
    ['The keys and their states', 'oauthd key:list'],
    ['What GET /oauth/jwks answers', 'oauthd key:list --jwks'],
  ],
  output: [
    'A table, newest first.',
    '--json  [{"kid","alg","state","created_at","activates_at","not_after"}]',
    '-q      the kids',
  ],
  exit: [1, 5],
  see: ['key:rotate', 'key:revoke'],
  run: async (call) => {
    const { flags, print } = call
    if (flags.jwks && print.mode === 'quiet')
      throw misused('--jwks and --quiet exclude each other', 'leave one of them out')
    await withServer(call, 'existing', async (server, now) => {
      const keys = await server.keys.list(now)
      if (flags.jwks) {
        const published = keys.filter(({ state }) => state !== 'revoked')
        const set = { keys: published.map(({ public_jwk }) => JSON.parse(public_jwk) as object) }
        return print.raw(JSON.stringify(set, null, print.mode === 'json' ? 0 : 2))
      }
      return print.list({
        rows: keys,
        json: (key) => ({
          kid: key.kid,
          alg: key.alg,
          state: key.state,
          created_at: iso(key.created_at),
          activates_at: iso(key.activates_at),
          not_after: key.state === 'retiring' ? iso(dropsAt(key)) : isoOrNull(key.revoked_at),
        }),
        id: ({ kid }) => kid,
        columns: [
          { head: 'KID', cell: ({ kid }) => kid },
          { head: 'ALG', cell: ({ alg }) => alg },
          { head: 'STATE', cell: ({ state }) => state },
          { head: 'CREATED', cell: (key) => createdAnd(key, now) },
        ],
        empty: 'No signing key yet. The first is made by oauthd serve',
      })
    })
  },
})

/** When it was made, and what comes next. */
const createdAnd = (key: ListedKey, now: number): string => {
  const created = relative(key.created_at, now)
  switch (key.state) {
    case 'pending':
      return `${created}, signs ${relative(key.activates_at, now)}`
    case 'retiring':
      return `${created}, drops ${relative(dropsAt(key), now)}`
    default:
      return created
  }
}
