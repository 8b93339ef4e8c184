import { createToken } from '../tokens.ts'
import { findActive } from './client-find.ts'
import { type Command, defineCommand } from './command.ts'
import { failed } from './failure.ts'
import { lifetime, text, texts } from './flag.ts'
import { withServer } from './open.ts'
import { scopes } from './scope-flag.ts'
import { printToken, refuseTwoForms, TOKEN_FORMS } from './token-output.ts'
import { namedPerson } from './token-user.ts'

const FLAGS = {
  client: text('ID', 'the client it is issued to'),
  user: text('SUB', 'the user it stands for, by name or sub (default: the client itself)'),
  scope: scopes('scopes the client has (default: as the token endpoint would grant)', { mayBeEmpty: true }),
  resource: texts('URL', 'what it is for (RFC 8707)'),
  ttl: lifetime("how long it lives (default: the client's, else the server's)"),
  ...TOKEN_FORMS,
}

/** `oauthd token:create`: a token straight from the database, without the client's secret. */
export const tokenCreate: Command = defineCommand({
  name: 'token:create',
  modes: ['json', 'quiet', 'env'],
  flags: FLAGS,
  operands: {},
  settings: ['issuer'],
  examples: [
    [
      'For curl',
      'curl -H "$(oauthd token:create --client cl_7f3k2q9x8m4n5p6r --header)" https://api.example/jobs',
    ],
    ['For a user', 'oauthd token:create --client cl_7f3k2q9x8m4n5p6r --user ana --scope "orders:read"'],
    ['Into a file', 'oauthd token:create --client cl_7f3k2q9x8m4n5p6r --bare > token.txt'],
  ],
  output: [
    'The token, this once.',
    '--json  {"access_token","token_type","expires_in","scope"}',
    '--env   OAUTH_ACCESS_TOKEN',
    '-q      the token',
  ],
  exit: [1, 3, 5],
  see: ['token:introspect', 'token:revoke', 'client:create'],
  run: async (call) => {
    const { flags, ask, print } = call
    refuseTwoForms(flags, print.mode)
    const client_id = flags.client ?? (await ask.text({ flag: '--client ID', message: 'Client ID' }))
    await withServer(call, 'existing', async (server) => {
      const client = await findActive(server, client_id)
      if (flags.user === undefined && !client.grant_types.includes('client_credentials')) {
        throw failed(
          'unauthorized_client',
          `client ${client_id} is not registered for client_credentials`,
          'add --user SUB for a token of a user',
        )
      }
      const person = flags.user === undefined ? undefined : await namedPerson(server, flags.user)
      const { resource, ttl } = flags
      const token = await createToken(server, { client, person, scope: flags.scope, resource, ttl })
      printToken(print, flags, token)
    })
  },
})
