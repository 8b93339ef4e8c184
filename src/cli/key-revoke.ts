import type { ListedKey } from '../keyring.ts'
import { nearest } from '../protocol/nearest.ts'
import { type Command, defineCommand } from './command.ts'
import { type Failure, notFound } from './failure.ts'
import { operand } from './flag.ts'
import { withServer } from './open.ts'

/** `oauthd key:revoke`: for a key that somebody else may have. */
export const keyRevoke: Command = defineCommand({
  name: 'key:revoke',
  modes: ['json', 'quiet'],
  flags: {},
  operands: { kid: operand('KID', 'the kid, as key:list shows it') },
  settings: [],
  examples: [
    ['On a terminal it asks', 'oauthd key:revoke 2XqJ9Z0cS0Tf1cBq3mKXvHh1XGd7nB1p6yWmR4uE8oA'],
    ['In a script', 'oauthd key:revoke 2XqJ9Z0cS0Tf1cBq3mKXvHh1XGd7nB1p6yWmR4uE8oA --yes'],
  ],
  output: [
    'What was ended, and the key that signs in its place.',
    '--json  {"kid","state":"revoked","successor"}',
    '-q      the kid',
  ],
  exit: [1, 3, 5],
  see: ['key:list', 'key:rotate'],
  run: async (call) => {
    const { operands, ask, print } = call
    await withServer(call, 'existing', async (server, now) => {
      const keys = await server.keys.list(now)
      const key = keys.find(({ kid }) => kid === operands.kid)
      if (key === undefined) throw noSuchKey(keys, operands.kid)
      if (key.state === 'revoked') throw isRevoked(key.kid)
      await ask.confirm({
        loss: async () => `${key.kid} (${key.alg}, ${key.state}): every JWT it signed stops working for good`,
        verb: 'revoke',
      })
      const revoked = await server.keys.revoke(key.kid)
      if (revoked === undefined) throw isRevoked(key.kid)
      const { kid, successor } = revoked
      print.result({
        json: () => ({ kid, state: 'revoked', successor: successor ?? null }),
        ids: [kid],
        title: `Revoked; every JWT it signed now fails${successor === undefined ? '' : `. ${successor} signs in its place`}`,
      })
      // A verifier that knows the old key set takes them until it asks again.
      print.note(
        'Verifiers take its JWTs until they fetch the key set anew: in 5 minutes, unless they keep it longer than they are told',
      )
    })
  },
})

const isRevoked = (kid: string): Failure =>
  notFound('key_revoked', `key ${kid} is revoked`, 'oauthd key:list shows the others')

const noSuchKey = (keys: readonly ListedKey[], given: string): Failure => {
  const kids = keys.map(({ kid }) => kid)
  const meant = kids.find((kid) => kid.startsWith(given)) ?? nearest(given, kids)
  return notFound(
    'key_not_found',
    `no key ${given}`,
    meant === undefined ? 'oauthd key:list shows them' : `did you mean ${meant}?`,
  )
}
