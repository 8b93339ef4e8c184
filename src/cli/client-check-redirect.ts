import type { Client } from '../protocol/client-metadata.ts'
import { differences, matchesRedirectUri, registrableRedirectUri } from '../protocol/redirect-uri.ts'
import { findActive } from './client-find.ts'
import { type Command, defineCommand } from './command.ts'
import { operand } from './flag.ts'
import { withServer } from './open.ts'
import { shellWord } from './words.ts'

/** `oauthd client:check-redirect`: why a redirect_uri is refused, part by part. */
export const clientCheckRedirect: Command = defineCommand({
  name: 'client:check-redirect',
  modes: ['json'],
  flags: {},
  operands: {
    id: operand('ID', 'the client_id'),
    uri: operand('URI', 'the redirect_uri as the app sends it'),
  },
  settings: [],
  examples: [
    ['Would it be taken?', 'oauthd client:check-redirect cl_7f3k2q9x8m4n5p6r https://shop.example/cb/'],
  ],
  output: [
    'Match, or no match (exit 3) and where each registered URI differs.',
    '--json  {"match","received","candidates":[{"uri","differs"}]}',
  ],
  exit: [1, 3, 5],
  see: ['client:update', 'client:show'],
  run: async (call) => {
    const { operands, print } = call
    return withServer(call, 'existing', async (server) => {
      const client = await findActive(server, operands.id)
      const received = operands.uri
      const match = client.redirect_uris.some((uri) => matchesRedirectUri(uri, received))
      const candidates = client.redirect_uris.map((uri) => ({ uri, differs: differences(uri, received) }))
      print.result({
        json: () => ({ match, received, candidates }),
        title: match ? 'match' : 'no match',
        fields: [
          ['received', received],
          ...candidates.map(({ uri, differs }) => {
            const shown = differs.length === 0 ? uri : `${uri}   differs: ${differs.join(', ')}`
            return ['registered', shown] as const
          }),
        ],
      })
      if (match) return
      print.note(`hint: ${wayOut(client, received)}`)
      return 3
    })
  },
})

/** What can be done about it; nothing, when the URI is none that can be registered. */
const wayOut = (client: Client, received: string): string => {
  const refusal = registrableRedirectUri(received, { public: client.token_endpoint_auth_method === 'none' })
  if (refusal !== undefined) return `it cannot be registered: it ${refusal.error_description}`
  if (!client.grant_types.includes('authorization_code')) {
    return `${client.client_name} is not registered for authorization_code, which alone uses redirect URIs`
  }
  return `oauthd client:update ${client.client_id} --add-redirect-uri ${shellWord(received)}`
}
