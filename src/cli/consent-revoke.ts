import type { Lost } from '../actions/token.ts'
import { type ConsentInformation, listConsents, lossOfConsent, withdraw, withdrawAll } from '../consents.ts'
import type { Server } from '../server.ts'
import type { Asker } from './ask.ts'
import { findOrSuggest } from './client-find.ts'
import { type Command, defineCommand } from './command.ts'
import { type Failure, misused, notFound } from './failure.ts'
import { text, toggle } from './flag.ts'
import { withServer } from './open.ts'
import { type NamedPerson, namedPerson } from './token-user.ts'
import { counted, shellWord } from './words.ts'

/** `oauthd consent:revoke`: takes back what a person allowed, from the next request on (PG-07). */
export const consentRevoke: Command = defineCommand({
  name: 'consent:revoke',
  modes: ['json', 'quiet'],
  flags: {
    user: text('NAME|SUB', 'whose access it is'),
    client: text('ID', 'the client that loses it'),
    all: toggle('every client of this person'),
    dry_run: toggle('say what would be taken back, and do nothing'),
  },
  operands: {},
  settings: [],
  examples: [
    ['What would be lost?', 'oauthd consent:revoke --user ana --all --dry-run'],
    ['One client', 'oauthd consent:revoke --user ana --client cl_7f3k2q9x8m4n5p6r'],
    ['Every client', 'oauthd consent:revoke --user ana --all --yes'],
  ],
  output: ['What was taken back.', '--json  {"revoked":{"consents":1,"tokens":5}}', '-q      the client_ids'],
  exit: [1, 3, 5],
  see: ['consent:list', 'token:revoke', 'session:revoke'],
  run: async (call) => {
    const { flags, print, ask } = call
    const { user, client, all, dry_run } = flags
    if (user === undefined) throw misused('--user is required', 'oauthd consent:list shows who allowed what')
    if ((client === undefined) !== all) {
      throw misused('--client or --all is required, and not both', 'oauthd consent:list --user U shows them')
    }
    await withServer(call, 'existing', async (server) => {
      const person = await namedPerson(server, user)
      const found = await listConsents(server, { sub: person.sub, client_id: client, limit: MOST })
      if (found.length === 0) throw await nothing(server, person, client)
      const revoked = dry_run
        ? await lossOf(server, person, client, found)
        : await revoke(server, person, client, found, ask)
      print.result({
        json: () => (dry_run ? { dry_run, would_revoke: revoked } : { revoked }),
        ids: found.map(({ client_id }) => client_id),
        title: `${dry_run ? 'Would remove' : 'Removed'} ${words(found, person, revoked)}`,
      })
    })
  },
})

/** How many clients of one person are named; the rest is taken back with `--all` all the same. */
const MOST = 10_000

/** How much is taken back. */
interface Revoked {
  readonly consents: number
  readonly tokens: number
}

const lossOf = async (
  server: Server,
  { sub }: NamedPerson,
  client_id: string | undefined,
  found: readonly ConsentInformation[],
): Promise<Revoked> => {
  const lost = await lossOfConsent(server, client_id === undefined ? { sub } : { sub, client_id })
  return { consents: found.length, tokens: total(lost) }
}

const revoke = async (
  server: Server,
  person: NamedPerson,
  client_id: string | undefined,
  found: readonly ConsentInformation[],
  ask: Asker,
): Promise<Revoked> => {
  const loss = await lossOf(server, person, client_id, found)
  // The contract asks for --yes where everything goes; one client is named, and can be allowed again.
  if (client_id === undefined || ask.interactive) {
    await ask.confirm({ loss: async () => `this removes ${words(found, person, loss)}`, verb: 'remove' })
  }
  const { sub } = person
  if (client_id === undefined) await withdrawAll(server, sub)
  else if (!(await withdraw(server, { sub, client_id }))) throw await nothing(server, person, client_id)
  return loss
}

const total = ({ access_tokens, refresh_tokens }: Lost): number => access_tokens + refresh_tokens

/** `Shop's access to ana (5 tokens)` */
const words = (
  found: readonly ConsentInformation[],
  { sub, username }: NamedPerson,
  { tokens }: Revoked,
): string => {
  const [first, ...more] = found
  const who =
    first === undefined || more.length > 0
      ? `the access of ${counted(found.length, 'client')}`
      : `${first.client_name ?? first.client_id}'s access`
  return `${who} to ${username ?? sub} (${counted(tokens, 'token')})`
}

/** An id that was mistyped is told apart from a client that was allowed nothing. */
const nothing = async (
  server: Server,
  { sub, username }: NamedPerson,
  client_id: string | undefined,
): Promise<Failure> => {
  const name = username ?? sub
  if (client_id === undefined) {
    return notFound('consent_not_found', `${name} has allowed nothing`, 'oauthd consent:list shows who has')
  }
  const { client } = await findOrSuggest(server, client_id)
  return notFound(
    'consent_not_found',
    `${name} has allowed ${client.client_name} nothing`,
    `oauthd consent:list --user ${shellWord(name)} shows what there is`,
  )
}
