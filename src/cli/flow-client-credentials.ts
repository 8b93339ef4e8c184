import { type Command, defineCommand } from './command.ts'
import { text, texts } from './flag.ts'
import { CLIENT_SECRET_FLAGS, knownClient, withSecret } from './flow-client.ts'
import { scopes } from './scope-flag.ts'
import { printToken, refuseTwoForms, TOKEN_FORMS } from './token-output.ts'

/** `oauthd flow:client-credentials`: asks a running server for a token, as the client itself would. */
export const flowClientCredentials: Command = defineCommand({
  name: 'flow:client-credentials',
  modes: ['json', 'quiet', 'env'],
  flags: {
    client: text('ID', 'the client that asks'),
    scope: scopes('what it asks for (default: what the server gives)'),
    resource: texts('URL', 'what the token is for (RFC 8707)'),
    ...CLIENT_SECRET_FLAGS,
    ...TOKEN_FORMS,
  },
  operands: {},
  settings: ['issuer'],
  examples: [
    [
      'The secret from a file',
      'oauthd flow:client-credentials --client cron --client-secret-stdin < secret.txt',
    ],
    [
      'At another server',
      'oauthd flow:client-credentials --client cron --issuer https://id.example --client-secret-stdin < secret.txt',
    ],
  ],
  output: [
    'The token.',
    '--json  the token response: {"access_token","token_type","expires_in","scope"}',
    '--env   OAUTH_ACCESS_TOKEN',
    '-q      the token',
  ],
  exit: [1, 3, 5],
  see: ['flow:code', 'token:create', 'token:introspect'],
  run: async (call) => {
    const { flags, ask, print } = call
    refuseTwoForms(flags, print.mode)
    const client_id = flags.client ?? (await ask.text({ flag: '--client ID', message: 'Client ID' }))
    const { issuer, client } = await knownClient(call, client_id, 'client_credentials')
    const who = await withSecret(call, flags, { client_id, client, isSecretNeeded: true })
    const { findServer } = await import('./flow-server.ts')
    const { scope, resource } = flags
    printToken(print, flags, await (await findServer(issuer)).clientCredentials(who, { scope, resource }))
  },
})
