import { selectClients } from '../actions/client.ts'
import { isConfidential } from '../protocol/auth-method.ts'
import { clientInformation } from '../protocol/client-information.ts'
import { type Client, REGISTRABLE_GRANT_TYPES } from '../protocol/client-metadata.ts'
import { readOwner } from '../protocol/metadata-member.ts'
import { type Command, defineCommand } from './command.ts'
import { choice, count, text } from './flag.ts'
import { withServer } from './open.ts'
import { printPage } from './page.ts'
import { iso, relative } from './words.ts'

const statusOf = ({ revoked_at }: Client): 'active' | 'revoked' =>
  revoked_at === null ? 'active' : 'revoked'

/** A registration, with our own times and the state beside it. */
export const clientRecord = (client: Client): object => ({
  ...clientInformation(client),
  status: statusOf(client),
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
    grant: { ...choice(REGISTRABLE_GRANT_TYPES, 'only clients with this grant type'), placeholder: 'GRANT' },
    status: choice(['active', 'revoked', 'all'], 'which clients (default active)'),
    limit: count('at most so many (default 100)', 1, 10_000),
    after: text('ID', 'go on behind this client_id'),
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
    const { owner, grant: grant_type, status = 'active', limit = 100, after } = flags
    // A mistake, and not a list with nothing in it.
    if (owner !== undefined) readOwner('--owner', owner)
    const isFiltered = [owner, grant_type, flags.status, after].some((given) => given !== undefined)
    await withServer(call, 'existing', async ({ store }, now) => {
      const filter = { owner, grant_type, status, after, limit: limit + 1 }
      await printPage(print, {
        rows: await store.read(selectClients(filter)),
        limit,
        json: clientRecord,
        id: ({ client_id }) => client_id,
        columns: [
          { head: 'CLIENT ID', cell: ({ client_id }) => client_id },
          { head: 'NAME', cell: ({ client_name }) => client_name },
          { head: 'TYPE', cell: (client) => (isConfidential(client) ? 'confidential' : 'public') },
          { head: 'GRANTS', cell: ({ grant_types }) => grant_types.join(',') },
          { head: 'CREATED', cell: ({ client_id_issued_at }) => relative(client_id_issued_at, now) },
          ...(status === 'active' ? [] : [{ head: 'STATUS', cell: statusOf }]),
        ],
        empty: isFiltered
          ? 'No such clients'
          : 'No clients yet. Create one: oauthd client:create --name NAME --grant client_credentials',
      })
    })
  },
})
