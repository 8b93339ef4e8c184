import { clientInformation } from '../protocol/client-information.ts'
import { findOrSuggest } from './client-find.ts'
import { clientRecord } from './client-list.ts'
import { type Command, defineCommand } from './command.ts'
import { operand } from './flag.ts'
import { withServer } from './open.ts'
import { iso, isoOrNull, memberText, relative } from './words.ts'

/** `oauthd client:show`: also of a revoked client. */
export const clientShow: Command = defineCommand({
  name: 'client:show',
  modes: ['json', 'quiet'],
  flags: {},
  operands: { id: operand('ID', 'the client_id') },
  settings: [],
  examples: [['One client', 'oauthd client:show cl_7f3k2q9x8m4n5p6r']],
  output: [
    'Its registration, its live secrets by preview and expiry, and how many tokens are live.',
    '--json  {…,"status","created_at","secrets":[{"client_secret_id","preview","created_at","expires_at"}],"counts":{"tokens"}}',
    '-q      the client_id',
  ],
  exit: [1, 3, 5],
  see: ['client:list', 'client:update', 'client:rotate-secret'],
  run: async (call) => {
    const { operands, print } = call
    await withServer(call, 'existing', async (server, now) => {
      const { client, secrets, tokens } = await findOrSuggest(server, operands.id)
      const { client_id_issued_at, ...registered } = clientInformation(client)
      const shownSecrets = secrets.map(({ client_secret_id, preview, created_at, expires_at }) => ({
        client_secret_id,
        preview,
        created_at: iso(created_at),
        expires_at: isoOrNull(expires_at),
      }))
      print.result({
        json: () => ({ ...clientRecord(client), secrets: shownSecrets, counts: { tokens } }),
        ids: [client.client_id],
        title: client.revoked_at === null ? client.client_name : `${client.client_name} (revoked)`,
        fields: [
          ...Object.entries(registered)
            .map(([name, value]) => [name, memberText(value)] as const)
            .filter(([, shown]) => shown !== ''),
          ['created', relative(client_id_issued_at, now)],
          ...(client.revoked_at === null ? [] : [['revoked', relative(client.revoked_at, now)] as const]),
          ...secrets.map(({ preview, expires_at }) => {
            const until = expires_at === null ? '' : `  ends ${relative(expires_at, now)}`
            return ['secret', `${preview}${until}`] as const
          }),
          ['live tokens', String(tokens)],
        ],
      })
    })
  },
})
