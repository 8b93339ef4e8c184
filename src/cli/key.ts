import { listSigningKeys } from '../store/signing-key.ts'
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
  output: ['A table, newest first.', '--json  [{"kid","alg","state","created_at",…}]', '-q      the kids'],
  exit: [1, 5],
  see: ['serve'],
  run: async (call) => {
    const { flags, print } = call
    if (flags.jwks && print.mode === 'quiet')
      throw misused('--jwks and --quiet exclude each other', 'leave one of them out')
    await withServer(call, 'existing', async (server, now) => {
      const keys = await server.store.read(listSigningKeys())
      if (flags.jwks) {
        const set = { keys: keys.map(({ public_jwk }) => JSON.parse(public_jwk) as object) }
        return print.raw(JSON.stringify(set, null, print.mode === 'json' ? 0 : 2))
      }
      return print.list({
        rows: keys,
        json: ({ kid, alg, state, created_at, activates_at, retires_at }) => ({
          kid,
          alg,
          state,
          created_at: iso(created_at),
          activates_at: iso(activates_at),
          retires_at: isoOrNull(retires_at),
        }),
        id: ({ kid }) => kid,
        columns: [
          { head: 'KID', cell: ({ kid }) => kid },
          { head: 'ALG', cell: ({ alg }) => alg },
          { head: 'STATE', cell: ({ state }) => state },
          { head: 'CREATED', cell: ({ created_at }) => relative(created_at, now) },
        ],
        empty: 'No signing key yet. The first is made by oauthd serve',
      })
    })
  },
})
