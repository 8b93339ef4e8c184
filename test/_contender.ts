/**
 * A process of its own that opens a server on the database given: it says `ready`, waits for its
 * standard input to close, and prints as one line of JSON what it made there.
 */
import { createClient } from '../src/clients.ts'
import { now, openServer } from '../src/server.ts'
import { createToken } from '../src/tokens.ts'
import { SETTINGS } from './_server.ts'
import { clock } from './_store.ts'

const [db = ''] = process.argv.slice(2)

process.stdout.write('ready\n')
for await (const _ of process.stdin);

const server = await openServer({ db, mode: 'create', settings: SETTINGS, clock })
const created = await createClient(server, { client_name: 'A', grant_types: ['client_credentials'] })
const registered = await (await server.registry.latest()).client(created?.client_id ?? '')
if (registered === undefined) throw new Error('no client')
const { access_token } = await createToken(server, { client: registered.client })
const [key] = await server.keys.published(now(server))
await server.close()
process.stdout.write(`${JSON.stringify({ ...created, access_token, kid: key?.kid })}\n`)
