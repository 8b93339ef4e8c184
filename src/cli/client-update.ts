import { updateClient } from '../clients.ts'
import { clientInformation } from '../protocol/client-information.ts'
import type { Client, GivenMetadata } from '../protocol/client-metadata.ts'
import { parseScope } from '../protocol/scope.ts'
import { readLifetime } from '../protocol/settings.ts'
import { findActive } from './client-find.ts'
import { CLIENT_FLAGS, givenMembers } from './client-flags.ts'
import { type Command, defineCommand } from './command.ts'
import { misused, notFound } from './failure.ts'
import { choice, operand, text, texts } from './flag.ts'
import { withServer } from './open.ts'

const EXTRA = {
  add_redirect_uri: texts('URL', 'one more; may be repeated'),
  remove_redirect_uri: texts('URL', 'one less; may be repeated'),
  add_scope: text('"A B"', 'scopes it may have besides'),
  remove_scope: text('"A B"', 'scopes it may no longer have'),
  first_party: choice(['yes', 'no'], "whether it is the operator's own app"),
}

/** `oauthd client:update`: what is not named stays as it is. */
export const clientUpdate: Command = defineCommand({
  name: 'client:update',
  modes: ['json', 'quiet'],
  flags: {
    ...CLIENT_FLAGS,
    access_token_ttl: text('TIME', 'how long its access tokens live, or none'),
    ...EXTRA,
  },
  operands: { id: operand('ID', 'the client_id') },
  settings: [],
  examples: [
    [
      'One more redirect URI',
      'oauthd client:update cl_7f3k2q9x8m4n5p6r --add-redirect-uri http://localhost:3000/cb',
    ],
    ['Another name', 'oauthd client:update cl_7f3k2q9x8m4n5p6r --name "New name"'],
    ["Back to the server's lifetime", 'oauthd client:update cl_7f3k2q9x8m4n5p6r --access-token-ttl none'],
  ],
  output: ['What changed.', '--json  the whole client', "'none' takes back --owner and --access-token-ttl"],
  exit: [1, 3, 5],
  see: ['client:show', 'client:rotate-secret'],
  run: async (call) => {
    const { flags, operands, print } = call
    const given = {
      ...givenMembers(flags),
      owner: orNull(flags.owner),
      access_token_ttl: readTtl(flags.access_token_ttl),
      first_party: flags.first_party === undefined ? undefined : flags.first_party === 'yes',
    }
    const isNothing = [...Object.values(given), flags.add_scope, flags.remove_scope].every(
      (value) => value === undefined,
    )
    if (isNothing && flags.add_redirect_uri.length === 0 && flags.remove_redirect_uri.length === 0) {
      throw misused('nothing to change', 'oauthd client:update --help lists what can be')
    }
    await withServer(call, 'existing', async (server) => {
      const { client: before } = await findActive(server, operands.id)
      const changed = await updateClient(server, operands.id, (client) => ({
        ...given,
        ...edits(client, flags),
      }))
      if (changed === undefined) throw notFound('client_revoked', `client ${operands.id} is revoked`)
      print.result({
        json: () => changed,
        ids: [changed.client_id],
        title: `Updated ${changed.client_name}`,
        fields: differences(clientInformation(before), changed),
      })
    })
  },
})

interface Edits {
  readonly add_redirect_uri: readonly string[]
  readonly remove_redirect_uri: readonly string[]
  readonly add_scope: string | undefined
  readonly remove_scope: string | undefined
  readonly redirect_uri: readonly string[]
  readonly scope: string | undefined
}

/** Lists are edited against the client as it stands inside the transaction: two edits at once both hold. */
const edits = (client: Client, flags: Edits): GivenMetadata => {
  const uris = flags.redirect_uri.length === 0 ? client.redirect_uris : flags.redirect_uri
  const scope = flags.scope ?? client.scope
  return {
    redirect_uris: edited(uris, flags.add_redirect_uri, flags.remove_redirect_uri),
    scope: edited(words(scope), words(flags.add_scope), words(flags.remove_scope)).join(' '),
  }
}

const words = (scope: string | undefined): readonly string[] => {
  if (scope === undefined) return []
  const parsed = parseScope(scope)
  if (parsed === undefined) throw misused('a scope is words separated by single spaces')
  return parsed
}

const edited = (
  list: readonly string[],
  add: readonly string[],
  remove: readonly string[],
): readonly string[] => {
  const absent = remove.find((item) => !list.includes(item))
  if (absent !== undefined) throw notFound('not_registered', `${absent} is not registered`)
  return [...new Set([...list.filter((item) => !remove.includes(item)), ...add])]
}

const orNull = (value: string | undefined): string | null | undefined => (value === 'none' ? null : value)

const readTtl = (value: string | undefined): number | null | undefined => {
  if (value === undefined) return undefined
  if (value === 'none') return null
  try {
    return readLifetime(value)
  } catch (error) {
    throw error instanceof TypeError ? misused(`--access-token-ttl ${error.message}, or none`) : error
  }
}

const differences = (before: object, after: object): readonly (readonly [string, string])[] => {
  const old = new Map(Object.entries(before).map(([name, value]) => [name, String(value)]))
  const names = new Set([...old.keys(), ...Object.keys(after)])
  const now = new Map(Object.entries(after).map(([name, value]) => [name, String(value)]))
  return [...names].flatMap((name) => {
    const [was, is] = [old.get(name) ?? '(none)', now.get(name) ?? '(none)']
    return was === is ? [] : [[name, `${was} → ${is}`] as const]
  })
}
