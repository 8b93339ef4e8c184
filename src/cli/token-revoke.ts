import type { Lost } from '../actions/token.ts'
import { lossOf, lossOfToken, revokeAllOfClient, revokeAllOfUser, revokeOne } from '../revocations.ts'
import type { Server } from '../server.ts'
import type { Asker } from './ask.ts'
import { findActive } from './client-find.ts'
import { type Command, defineCommand } from './command.ts'
import { type Failure, misused, notFound } from './failure.ts'
import { optionalOperand, text, toggle } from './flag.ts'
import { withServer } from './open.ts'
import { readSecretOperand } from './read-secret.ts'
import { namedPerson } from './token-user.ts'
import { counted } from './words.ts'

/** `oauthd token:revoke`: one token, or every token of a client or of a user. */
export const tokenRevoke: Command = defineCommand({
  name: 'token:revoke',
  modes: ['json', 'quiet'],
  flags: {
    client: text('ID', 'every token of this client'),
    user: text('SUB', 'every token of this user, by name or sub'),
    dry_run: toggle('say what would be revoked, and do nothing'),
  },
  operands: { token: optionalOperand('-|TOKEN', 'the token; - reads it from stdin') },
  settings: [],
  examples: [
    ['One token; a refresh token with all beside it', 'oauthd token:revoke - < token.txt'],
    ['All of a client', 'oauthd token:revoke --client cl_7f3k2q9x8m4n5p6r --yes'],
    ['All of a user', 'oauthd token:revoke --user ana --yes'],
  ],
  output: [
    'What was revoked.',
    '--json  {"revoked":{"access_tokens":4,"refresh_tokens":1}}',
    '-q      nothing',
  ],
  exit: [1, 3, 5],
  see: ['token:introspect', 'client:revoke'],
  run: async (call) => {
    const { flags, operands, ask, print } = call
    const { client, user, dry_run } = flags
    if ([operands.token, client, user].filter((given) => given !== undefined).length !== 1) {
      throw misused(
        'a token, --client or --user is required, and only one of them',
        'oauthd token:revoke - < token.txt',
      )
    }
    const presented = operands.token && (await readSecretOperand(operands.token, { what: 'token', ask }))
    await withServer(call, 'existing', async (server) => {
      const lost = await (presented !== undefined
        ? revokeThis(server, presented, dry_run)
        : client !== undefined
          ? revokeClients(server, client, dry_run, ask)
          : revokeUsers(server, user ?? '', dry_run, ask))
      print.result({
        json: () => (dry_run ? { dry_run, would_revoke: lost } : { revoked: lost }),
        title: `${dry_run ? 'Would revoke' : 'Revoked'} ${words(lost)}`,
      })
    })
  },
})

const words = ({ access_tokens, refresh_tokens }: Lost): string => {
  const first = refresh_tokens === 0 ? '' : `${counted(refresh_tokens, 'refresh token')} and `
  return first + counted(access_tokens, 'access token')
}

const revokeThis = async (server: Server, token: string, dry_run: boolean): Promise<Lost> => {
  const lost = await lossOfToken(server, token)
  const isLive = dry_run ? lost.access_tokens + lost.refresh_tokens > 0 : await revokeOne(server, token)
  if (!isLive) throw nothingToRevoke()
  return lost
}

/** Unknown, expired or revoked before: which of them only introspection tells. */
const nothingToRevoke = (): Failure =>
  notFound(
    'token_not_found',
    'nothing to revoke: this is no active token',
    'oauthd token:introspect - --explain says why',
  )

const revokeClients = async (
  server: Server,
  client_id: string,
  dry_run: boolean,
  ask: Asker,
): Promise<Lost> => {
  const { client_name } = await findActive(server, client_id)
  const loss = (): Promise<Lost> => lossOf(server, { client_id })
  if (dry_run) return loss()
  await ask.confirm({ loss: async () => `${client_name} loses ${active(await loss())}`, verb: 'revoke' })
  return revokeAllOfClient(server, client_id)
}

const revokeUsers = async (server: Server, user: string, dry_run: boolean, ask: Asker): Promise<Lost> => {
  const { sub, username } = await namedPerson(server, user)
  const loss = (): Promise<Lost> => lossOf(server, { sub })
  if (dry_run) return loss()
  await ask.confirm({ loss: async () => `${username ?? sub} loses ${active(await loss())}`, verb: 'revoke' })
  return revokeAllOfUser(server, sub)
}

const active = ({ access_tokens, refresh_tokens }: Lost): string => {
  const more = refresh_tokens === 0 ? '' : ` and ${counted(refresh_tokens, 'refresh token')}`
  return counted(access_tokens, 'active token') + more
}
