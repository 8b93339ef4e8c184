import { revoke, rotateSecret } from '../clients.ts'
import { findActive } from './client-find.ts'
import { clientResult, placeForSecret, SECRET_FLAGS } from './client-output.ts'
import { type Command, defineCommand } from './command.ts'
import { notFound } from './failure.ts'
import { duration, operand, toggle } from './flag.ts'
import { withServer } from './open.ts'
import { readSecretFromStdin } from './read-secret.ts'
import { iso } from './time.ts'

/** `oauthd client:rotate-secret` */
export const clientRotateSecret: Command = defineCommand({
  name: 'client:rotate-secret',
  modes: ['json', 'quiet', 'env'],
  flags: {
    overlap: duration('how long the old secret goes on working (default 0, at most 30d)'),
    ...SECRET_FLAGS,
  },
  operands: { id: operand('ID', 'the client_id') },
  settings: ['issuer'],
  examples: [
    ['The old one stops now', 'oauthd client:rotate-secret cl_7f3k2q9x8m4n5p6r'],
    ['A day to change over', 'oauthd client:rotate-secret cl_7f3k2q9x8m4n5p6r --overlap 24h'],
  ],
  output: [
    'The new secret, which is shown this once.',
    '--json  the client with "client_secret" and "previous_secret_expires_at"',
    '--env   OAUTH_CLIENT_ID, OAUTH_CLIENT_SECRET, OAUTH_ISSUER',
  ],
  exit: [1, 3, 4, 5],
  see: ['client:show'],
  run: async (call) => {
    const { flags, operands, ask, print } = call
    const client_secret = flags.secret_stdin
      ? await readSecretFromStdin({ what: 'client secret', ask })
      : undefined
    await withServer(call, 'existing', async (server) => {
      await findActive(server, operands.id)
      const place = placeForSecret(flags, print)
      const options = { overlap: flags.overlap, client_secret }
      const rotated = await rotateSecret(server, operands.id, options).catch((error) => {
        place.forget()
        throw error
      })
      if (rotated === undefined) {
        place.forget()
        throw notFound('client_revoked', `client ${operands.id} is revoked`)
      }
      place.keep(rotated)
      if (flags.github_output) return
      const { previous_secret_expires_at, ...client } = rotated
      const ends = previous_secret_expires_at === undefined ? null : iso(previous_secret_expires_at)
      const result = clientResult(
        client,
        `New secret for ${client.client_name}`,
        server.settings.issuer,
        place.hides,
      )
      print.result({
        ...result,
        json: () => ({ ...Object(result.json()), previous_secret_expires_at: ends }),
      })
      if (ends !== null && (flags.overlap ?? 0) > 0) {
        print.note(
          `The old one works until ${ends}. End it now: oauthd client:rotate-secret ${client.client_id}`,
        )
      }
    })
  },
})

/** `oauthd client:revoke`: for good, and from the next request on. */
export const clientRevoke: Command = defineCommand({
  name: 'client:revoke',
  modes: ['json', 'quiet'],
  flags: { dry_run: toggle('say what would be lost, and do nothing') },
  operands: { id: operand('ID', 'the client_id') },
  settings: [],
  examples: [
    ['After a look at what is lost', 'oauthd client:revoke cl_7f3k2q9x8m4n5p6r'],
    ['In a script', 'oauthd client:revoke cl_7f3k2q9x8m4n5p6r --yes'],
  ],
  output: ['What was ended.', '--json  {"client_id","status":"revoked","revoked":{"tokens"}}'],
  exit: [1, 3, 5],
  see: ['client:show', 'token:revoke'],
  run: async (call) => {
    const { flags, operands, ask, print } = call
    await withServer(call, 'existing', async (server) => {
      const { client, tokens } = await findActive(server, operands.id)
      const { client_id, client_name } = client
      const live = tokens === 1 ? '1 active token' : `${tokens} active tokens`
      if (flags.dry_run) {
        const result = { client_id, dry_run: true, would_revoke: { tokens } }
        print.result({
          json: () => result,
          ids: [client_id],
          title: `Would revoke ${client_name} and ${live}`,
        })
        return
      }
      await ask.confirm({
        loss: `${client_name}: ${live} and the client itself stop working for good`,
        verb: 'revoke',
      })
      const revoked = await revoke(server, client_id)
      if (revoked === undefined) throw notFound('client_revoked', `client ${client_id} is revoked`)
      print.result({
        json: () => ({ client_id, status: 'revoked', revoked }),
        ids: [client_id],
        title: `Revoked ${client_name}: ${revoked.tokens} tokens`,
      })
    })
  },
})
