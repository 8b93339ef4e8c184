import { setPassword } from '../users.ts'
import { type Command, defineCommand } from './command.ts'
import { operand, toggle } from './flag.ts'
import { withServer } from './open.ts'
import { PASSWORD_FLAGS, readPassword, refusePasswordMisuse } from './password-source.ts'
import { findUser, userIsGone } from './user-find.ts'
import { counted } from './words.ts'

/** `oauthd user:set-password`: whoever had the old one is out (PG-09). */
export const userSetPassword: Command = defineCommand({
  name: 'user:set-password',
  modes: ['json', 'quiet'],
  flags: { ...PASSWORD_FLAGS, keep_sessions: toggle('leave the browsers signed in; apps lose access still') },
  operands: { user: operand('NAME|SUB', 'whose password') },
  settings: [],
  examples: [
    ['From a script', 'oauthd user:set-password ana --password-stdin < password.txt'],
    ['On a terminal it asks', 'oauthd user:set-password ana'],
    ['A password to hand over', 'oauthd user:set-password ana --generate'],
  ],
  output: [
    'What ended with the old password; a generated one, this once.',
    '--json  {"sub","username","sessions_revoked","authorizations_revoked"}, and "password" when it was generated',
    '-q      the sub',
  ],
  exit: [1, 3, 5],
  see: ['user:create', 'session:revoke'],
  run: async (call) => {
    const { flags, operands, ask, print } = call
    refusePasswordMisuse(flags, print.mode)
    await withServer(call, 'existing', async (server) => {
      const user = await findUser(server, operands.user)
      const { sub, username } = user
      const { password, isGenerated } = await readPassword(flags, ask, username)
      const ended = await setPassword(server, user, password, { keep_sessions: flags.keep_sessions })
      if (ended === undefined) throw userIsGone(user)
      const { sessions, authorizations } = ended
      print.result({
        json: () => ({
          sub,
          username,
          sessions_revoked: sessions,
          authorizations_revoked: authorizations,
          ...(isGenerated ? { password } : {}),
        }),
        ids: [sub],
        title: `New password for ${username}`,
        ...(isGenerated
          ? { fields: [['password', `${password}   # shown once; store it now`]], secrets: [password] }
          : {}),
      })
      print.note(
        `Signed out of ${counted(sessions, 'browser')}; ${counted(authorizations, 'app')} lost access`,
      )
    })
  },
})
