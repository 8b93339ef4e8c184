import { selectClients } from '../actions/client.ts'
import { clientInformation } from '../protocol/client-information.ts'
import { type Client, isConfidential } from '../protocol/client-metadata.ts'
import { findOrSuggest } from './client-find.ts'
import { type Command, defineCommand } from './command.ts'
import { choice, count, operand, text } from './flag.ts'
import { withServer } from './open.ts'
import { iso, isoOrNull, relative } from './time.ts'

/** What the command line adds to a registration: our own times and the state. */
const shownClient = (client: Client): object => ({
  ...clientInformation(client),
  status: client.revoked_at === null ? 'active' : 'revoked',
  created_at: iso(client.client_id_issued_at),
  updated_at: iso(client.updated_at),
  ...(client.revoked_at === null ? {} : { revoked_at: iso(client.revoked_at) }),
})

/** `oauthd client:list` */
export const clientList: Command = defineCommand({
  name: 'client:list',
  modes: ['json', 'quiet'],
  flags: {
    owner: text('TYPE:ID', 'only clients of this owner'),
    grant: text('GRANT', 'only clients with this grant type'),
    status: choice(['active', 'revoked', 'all'], 'which clients (default active)'),
    limit: count('at most so many (default 100)', 1, 10_000),
    after: text('ID', 'from behind this client_id'),
  },
  operands: {},
  settings: [],
  examples: [
    ['All that are not revoked', 'oauthd client:list'],
    ['In a script', 'oauthd client:list --json'],
    ['Of one customer', 'oauthd client:list --owner team:42'],
  ],
  output: ['A table in the order of the ids.', '--json  a list of objects', '-q      the ids'],
  exit: [1, 5],
  see: ['client:show', 'client:create'],
  run: async (call) => {
    const { flags, print } = call
    const limit = flags.limit ?? 100
    const filter = {
      owner: flags.owner,
      grant_type: flags.grant,
      status: flags.status ?? 'active',
      after: flags.after,
    }
    await withServer(call, 'existing', async (server, now) => {
      const clients = await server.store.read(selectClients({ ...filter, limit }))
      await print.list({
        rows: clients,
        json: shownClient,
        id: ({ client_id }) => client_id,
        columns: [
          { head: 'CLIENT ID', cell: ({ client_id }) => client_id },
          { head: 'NAME', cell: ({ client_name }) => client_name },
          { head: 'TYPE', cell: (client) => (isConfidential(client) ? 'confidential' : 'public') },
          { head: 'GRANTS', cell: ({ grant_types }) => grant_types.join(',') },
          { head: 'CREATED', cell: ({ client_id_issued_at }) => relative(client_id_issued_at, now) },
        ],
        empty: 'No clients yet. Create one: oauthd client:create --name NAME --grant client_credentials',
      })
      const last = clients.at(-1)
      if (clients.length === limit && last !== undefined) {
        print.note(`The first ${limit}; more with --after ${last.client_id}`)
      }
    })
  },
})

/** `oauthd client:show` */
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
  ],
  exit: [1, 3, 5],
  see: ['client:list', 'client:update', 'client:rotate-secret'],
  run: async (call) => {
    const { operands, print } = call
    await withServer(call, 'existing', async (server, now) => {
      const { client, secrets, tokens } = await findOrSuggest(server, operands.id)
      const shown = secrets.map(({ client_secret_id, preview, created_at, expires_at }) => ({
        client_secret_id,
        preview,
        created_at: iso(created_at),
        expires_at: isoOrNull(expires_at),
      }))
      const registered = Object.entries(clientInformation(client)).filter(
        ([name]) => name !== 'client_id_issued_at',
      )
      print.result({
        json: () => ({ ...shownClient(client), secrets: shown, counts: { tokens } }),
        ids: [client.client_id],
        title: client.revoked_at === null ? client.client_name : `${client.client_name} (revoked)`,
        fields: [
          ...registered.map(
            ([name, value]) => [name, Array.isArray(value) ? value.join(', ') : String(value)] as const,
          ),
          ['created', relative(client.client_id_issued_at, now)],
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
