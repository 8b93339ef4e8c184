import type { RotatedKey } from '../keyring.ts'
import { ACTIVATION_DELAY, DEFAULT_ALG, latestDrop, SIGNING_ALGS } from '../protocol/key-state.ts'
import { LONGEST_LIFETIME } from '../protocol/lifetime.ts'
import { type Command, defineCommand } from './command.ts'
import { misused } from './failure.ts'
import { choice, duration } from './flag.ts'
import { withServer } from './open.ts'
import { iso, relative } from './words.ts'

/** `oauthd key:rotate`: a new signing key, published now; the one before signs until it takes over. */
export const keyRotate: Command = defineCommand({
  name: 'key:rotate',
  modes: ['json', 'quiet'],
  flags: {
    alg: choice(SIGNING_ALGS, `what it signs with (default ${DEFAULT_ALG})`),
    activate_in: duration('when it begins to sign (default 10m, which is the least)'),
  },
  operands: {},
  settings: [],
  examples: [
    ['A new key, which signs in ten minutes', 'oauthd key:rotate'],
    ['Verifiers that keep the key set for long', 'oauthd key:rotate --activate-in 24h'],
    ['A first key of another algorithm', 'oauthd key:rotate --alg ES256'],
  ],
  output: [
    'The new key, and until when the one before can be needed.',
    '--json  {"kid","alg","activates_at","previous":{"kid","drops_at"}}',
    '-q      the kid of the new one',
  ],
  exit: [1, 5],
  see: ['key:list', 'key:revoke', 'secret:rotate'],
  run: async (call) => {
    const { flags, print } = call
    const { alg = DEFAULT_ALG, activate_in: delay = ACTIVATION_DELAY } = flags
    if (delay < ACTIVATION_DELAY || delay > LONGEST_LIFETIME) {
      throw misused(
        '--activate-in must be a time from 10m to 365d',
        'verifiers keep the key set for a while; oauthd key:revoke replaces a key at once',
      )
    }
    await withServer(call, 'existing', async (server, now) => {
      const rotated = await server.keys.rotate(alg, delay)
      const { kid, activates_at, previous } = rotated
      print.result({
        json: () => ({
          kid,
          alg,
          activates_at: iso(activates_at),
          previous:
            previous === undefined
              ? null
              : { kid: previous.kid, drops_at: iso(latestDrop(previous, activates_at)) },
        }),
        ids: [kid],
        title: sentence(rotated, now),
      })
    })
  },
})

const sentence = ({ kid, activates_at, previous }: RotatedKey, now: number): string => {
  if (previous === undefined) return `${kid} signs from now on`
  return `${kid} signs from ${iso(activates_at)} (${relative(activates_at, now)}); ${previous.kid} verifies until ${iso(latestDrop(previous, activates_at))} at the latest`
}
