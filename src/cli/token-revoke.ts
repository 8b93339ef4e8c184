import type { Server } from '../server.ts'
import { inspectToken, revokeAllOfClient, revokeOne } from '../tokens.ts'
import type { Asker } from './ask.ts'
import { countTokens, findActive } from './client-find.ts'
import { type Command, defineCommand } from './command.ts'
import { type Failure, misused, notFound } from './failure.ts'
import { optionalOperand, text, toggle } from './flag.ts'
import { withServer } from './open.ts'
import { readSecretOperand } from './read-secret.ts'
import { counted } from './words.ts'

/** `oauthd token:revoke`: one token, or every token of a client. */
export const tokenRevoke: Command = defineCommand({
  name: 'token:revoke',
  modes: ['json', 'quiet'],
  flags: {
    client: text('ID', 'every token of this client'),
    dry_run: toggle('say what would be revoked, and do nothing'),
  },
  operands: { token: optionalOperand('-|TOKEN', 'the token; - reads it from stdin') },
  settings: [],
  examples: [
    ['One token', 'oauthd token:revoke - < token.txt'],
    ['All of a client', 'oauthd token:revoke --client cl_7f3k2q9x8m4n5p6r --yes'],
  ],
  output: ['What was revoked.', '--json  {"revoked":{"access_tokens":1}}', '-q      nothing'],
  exit: [1, 3, 5],
  see: ['token:introspect', 'client:revoke'],
  run: async (call) => {
    const { flags, operands, ask, print } = call
    const { client: client_id, dry_run } = flags
    if ((operands.token === undefined) === (client_id === undefined)) {
      throw misused('a token or --client is required, and not both', 'oauthd token:revoke - < token.txt')
    }
    const presented = operands.token && (await readSecretOperand(operands.token, { what: 'token', ask }))
    await withServer(call, 'existing', async (server) => {
      const access_tokens =
        presented === undefined
          ? await revokeAll(server, client_id ?? '', dry_run, ask)
          : await revokeThis(server, presented, dry_run)
      print.result({
        json: () => (dry_run ? { dry_run, would_revoke: { access_tokens } } : { revoked: { access_tokens } }),
        title: `${dry_run ? 'Would revoke' : 'Revoked'} ${counted(access_tokens, 'access token')}`,
      })
    })
  },
})

const revokeThis = async (server: Server, token: string, dry_run: boolean): Promise<number> => {
  const isLive = dry_run
    ? (await inspectToken(server, token)).kind === 'active'
    : await revokeOne(server, token)
  if (!isLive) throw nothingToRevoke()
  return 1
}

/** Unknown, expired or revoked before: which of them only introspection tells. */
const nothingToRevoke = (): Failure =>
  notFound(
    'token_not_found',
    'nothing to revoke: this is no active token',
    'oauthd token:introspect - --explain says why',
  )

const revokeAll = async (
  server: Server,
  client_id: string,
  dry_run: boolean,
  ask: Asker,
): Promise<number> => {
  const { client_name } = await findActive(server, client_id)
  if (dry_run) return countTokens(server, client_id)
  await ask.confirm({
    loss: async () => `${client_name} loses ${counted(await countTokens(server, client_id), 'active token')}`,
    verb: 'revoke',
  })
  return revokeAllOfClient(server, client_id)
}
