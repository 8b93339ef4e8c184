import { rotateSecret } from '../clients.ts'
import { findActive, revokedClient } from './client-find.ts'
import { clientResult } from './client-output.ts'
import { type Command, defineCommand } from './command.ts'
import { duration, operand } from './flag.ts'
import { withServer } from './open.ts'
import { readSecretFromStdin } from './read-secret.ts'
import { SECRET_FLAGS, withSecretPlace } from './secret-place.ts'
import { iso, isoOrNull } from './words.ts'

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
    ['Into a file', 'oauthd client:rotate-secret cl_7f3k2q9x8m4n5p6r --secret-file secret.txt'],
  ],
  output: [
    'The new secret, which is shown this once.',
    '--json  the client with "client_secret" and "previous_secret_expires_at"',
    '--env   OAUTH_CLIENT_ID, OAUTH_CLIENT_SECRET, OAUTH_ISSUER',
    '-q      the client_id',
  ],
  exit: [1, 3, 4, 5],
  see: ['client:show', 'client:create'],
  run: async (call) => {
    const { flags, operands, ask, print } = call
    const client_secret = flags.secret_stdin
      ? await readSecretFromStdin({ what: 'client secret', ask })
      : undefined
    await withSecretPlace(flags, print, (place) =>
      withServer(call, 'existing', async (server) => {
        await findActive(server, operands.id)
        const { overlap = 0 } = flags
        const rotated = await rotateSecret(server, operands.id, { overlap, client_secret })
        if (rotated === undefined) throw revokedClient(operands.id)
        place.keep(rotated)
        const { previous_secret_expires_at: until, ...client } = rotated
        if (until !== undefined && overlap > 0) print.note(`The old one works until ${iso(until)}`)
        if (flags.github_output && print.mode === 'human') return
        const about = {
          title: `New secret for ${client.client_name}`,
          issuer: server.settings.issuer,
          hides: place.hides,
          chosen: flags.secret_stdin,
          more: { previous_secret_expires_at: isoOrNull(until ?? null) },
        }
        print.result(clientResult(client, about))
      }),
    )
  },
})
