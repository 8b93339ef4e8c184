import { updateClient } from '../clients.ts'
import { hasSecret } from '../protocol/auth-method.ts'
import { clientInformation } from '../protocol/client-information.ts'
import { parseScope } from '../protocol/scope.ts'
import { editLists } from './client-edits.ts'
import { findActive, revokedClient } from './client-find.ts'
import { CLIENT_FLAGS, givenMembers } from './client-flags.ts'
import { givenLifetimes, LIFETIME_FLAGS, noteLongLife } from './client-lifetimes.ts'
import { CHANGED_SECURITY_FLAGS, givenSecurity } from './client-security-flags.ts'
import { type Command, defineCommand } from './command.ts'
import { misused } from './failure.ts'
import { choice, type FlagValues, operand, texts } from './flag.ts'
import { givenJwks, JWKS_FLAG } from './jwks-file.ts'
import { withServer } from './open.ts'
import { scopes } from './scope-flag.ts'
import { memberText } from './words.ts'

const FLAGS = {
  ...CLIENT_FLAGS,
  add_redirect_uri: texts('URL', 'one more'),
  remove_redirect_uri: texts('URL', 'one less'),
  add_scope: scopes('scopes it may have besides'),
  remove_scope: scopes('scopes it may no longer have'),
  ...LIFETIME_FLAGS,
  ...JWKS_FLAG,
  ...CHANGED_SECURITY_FLAGS,
  first_party: choice(['yes', 'no'], "whether it is the operator's own app"),
}

/** `oauthd client:update`: what is not named stays as it is. */
export const clientUpdate: Command = defineCommand({
  name: 'client:update',
  modes: ['json', 'quiet'],
  flags: FLAGS,
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
  output: [
    'What changed. none takes back --owner, the lifetimes, the keys, --redirect-uri and --resource; "" the --scope.',
    '--json  the whole client',
    '-q      the client_id',
  ],
  exit: [1, 3, 5],
  see: ['client:show', 'client:rotate-secret'],
  run: async (call) => {
    const { flags, operands, print } = call
    // An empty --scope is a change.
    if (
      Object.values(flags).every((given) => given === undefined || (Array.isArray(given) && !given.length))
    ) {
      throw misused('nothing to change', 'oauthd client:update --help lists what can be')
    }
    const { redirect_uris, scope, ...given } = givenChanges(flags)
    const wanted = {
      redirect_uris: { set: redirect_uris, add: flags.add_redirect_uri, remove: flags.remove_redirect_uri },
      scope: {
        set: scope === undefined ? undefined : parseScope(scope),
        add: parseScope(flags.add_scope ?? '') ?? [],
        remove: parseScope(flags.remove_scope ?? '') ?? [],
      },
    }
    await withServer(call, 'existing', async (server) => {
      const before = await findActive(server, operands.id)
      const after = await updateClient(server, operands.id, (client) => {
        const lists = editLists(client, wanted)
        return lists instanceof Error ? lists : { ...given, ...lists }
      })
      if (after === undefined) throw revokedClient(operands.id)
      const fields = differences(clientInformation(before), after)
      print.result({
        json: () => after,
        ids: [after.client_id],
        title: fields.length === 0 ? `${after.client_name} was so already` : `Updated ${after.client_name}`,
        fields,
      })
      noteLongLife(print, after)
      if (hasSecret(after) && !hasSecret(before)) {
        print.note(`It has no secret yet: oauthd client:rotate-secret ${after.client_id}`)
      }
    })
  },
})

/** The members that are set; `null` and the empty list take back. */
const givenChanges = (flags: FlagValues<typeof FLAGS>) => ({
  ...givenMembers(flags),
  ...(isNone(flags.redirect_uri) ? { redirect_uris: [] } : {}),
  ...(isNone(flags.resource) ? { resource: [] } : {}),
  owner: flags.owner === 'none' ? null : flags.owner,
  ...givenLifetimes(flags, { mayBeNone: true }),
  ...givenSecurity(flags),
  ...givenJwks(flags),
  first_party: flags.first_party === undefined ? undefined : flags.first_party === 'yes',
})

const isNone = (list: readonly string[]): boolean => list.length === 1 && list[0] === 'none'

/** What became of each member: of lists what came and went, else the value before and after. */
const differences = (before: object, after: object): readonly (readonly [string, string])[] => {
  const [was, is] = [new Map<string, unknown>(Object.entries(before)), new Map(Object.entries(after))]
  return [...new Set([...was.keys(), ...is.keys()])].flatMap((name) => {
    const [had, has] = [was.get(name), is.get(name)]
    if (JSON.stringify(had) === JSON.stringify(has)) return []
    if (name !== 'scope' && !Array.isArray(had ?? has)) {
      return [[name, `${memberText(had ?? '(none)')} → ${memberText(has ?? '(none)')}`] as const]
    }
    const [old, now] = [itemsOf(had), itemsOf(has)]
    const came = now.filter((item) => !old.includes(item)).map((item) => `+ ${item}`)
    const went = old.filter((item) => !now.includes(item)).map((item) => `- ${item}`)
    return [...came, ...went].map((item) => [name, item] as const)
  })
}

const itemsOf = (value: unknown): readonly string[] =>
  memberText(value ?? '')
    .split(/, | /)
    .filter((item) => item !== '')
