import { revoke } from '../clients.ts'
import { countTokens, findActive, revokedClient } from './client-find.ts'
import { type Command, defineCommand } from './command.ts'
import { operand, toggle } from './flag.ts'
import { withServer } from './open.ts'
import { counted } from './words.ts'

/** `oauthd client:revoke`: for good, and from the next request on. */
export const clientRevoke: Command = defineCommand({
  name: 'client:revoke',
  modes: ['json', 'quiet'],
  flags: { dry_run: toggle('say what would be lost, and do nothing') },
  operands: { id: operand('ID', 'the client_id') },
  settings: [],
  examples: [
    ['What would be lost?', 'oauthd client:revoke cl_7f3k2q9x8m4n5p6r --dry-run'],
    ['On a terminal it asks', 'oauthd client:revoke cl_7f3k2q9x8m4n5p6r'],
    ['In a script', 'oauthd client:revoke cl_7f3k2q9x8m4n5p6r --yes'],
  ],
  output: [
    'What was ended.',
    '--json  {"client_id","status":"revoked","revoked":{"tokens"}}',
    '-q      the client_id',
  ],
  exit: [1, 3, 5],
  see: ['client:show', 'token:revoke'],
  run: async (call) => {
    const { flags, operands, ask, print } = call
    await withServer(call, 'existing', async (server) => {
      const { client_id, client_name } = await findActive(server, operands.id)
      const countLive = (): Promise<number> => countTokens(server, client_id)
      const live = (tokens: number): string => counted(tokens, 'active token')
      if (flags.dry_run) {
        const tokens = await countLive()
        return print.result({
          json: () => ({ client_id, dry_run: true, would_revoke: { tokens } }),
          ids: [client_id],
          title: `Would revoke ${client_name} and ${live(tokens)}`,
        })
      }
      await ask.confirm({
        loss: async () =>
          `${client_name}: ${live(await countLive())} and the client itself stop working for good`,
        verb: 'revoke',
      })
      if (!(await revoke(server, client_id))) throw revokedClient(client_id)
      // It has stopped already: nobody waits for the count with a client that must end now.
      const tokens = await countLive()
      return print.result({
        json: () => ({ client_id, status: 'revoked', revoked: { tokens } }),
        ids: [client_id],
        title: `Revoked ${client_name} and ${live(tokens)}`,
      })
    })
  },
})
