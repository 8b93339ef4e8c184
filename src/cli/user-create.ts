import { readUsername } from '../protocol/username.ts'
import { createUser, judgeNewUser, RefusedValue } from '../users.ts'
import { type Command, defineCommand } from './command.ts'
import { conflicting, type Failure, misused } from './failure.ts'
import { operand, text } from './flag.ts'
import { withServer } from './open.ts'
import { PASSWORD_FLAGS, readPassword, refusePasswordMisuse } from './password-source.ts'
import { iso } from './words.ts'

/** `oauthd user:create`: somebody for the built-in sign-in page. */
export const userCreate: Command = defineCommand({
  name: 'user:create',
  modes: ['json', 'quiet'],
  flags: { ...PASSWORD_FLAGS, sub: text('SUB', 'choose the sub instead of having one generated') },
  operands: { name: operand('NAME', 'what the person signs in with') },
  settings: [],
  examples: [
    ['From a script', 'oauthd user:create bob --password-stdin < password.txt'],
    ['On a terminal it asks', 'oauthd user:create bob'],
    ['A password to hand over', 'oauthd user:create bob --generate'],
    ["With your app's own id", 'oauthd user:create bob --sub 42 --password-file password.txt'],
  ],
  output: [
    'The user; a generated password, this once.',
    '--json  {"sub","username","created_at"}, and "password" when it was generated',
    '-q      the sub',
  ],
  exit: [1, 4, 5],
  see: ['user:set-password', 'user:list', 'user:delete'],
  run: async (call) => {
    const { flags, operands, ask, print } = call
    refusePasswordMisuse(flags, print.mode)
    const name = readUsername(operands.name)
    if (typeof name === 'string') throw refused(new RefusedValue('username', name))
    const { password, isGenerated } = await readPassword(flags, ask, name.username)
    const given = { username: operands.name, password, sub: flags.sub }
    try {
      // What is refused makes no file.
      judgeNewUser(given)
    } catch (error) {
      throw error instanceof RefusedValue ? refused(error) : error
    }
    await withServer(call, 'create', async (server) => {
      const user = await createUser(server, given)
      if ('taken' in user) throw taken(user.taken, operands.name, flags.sub)
      const { sub, username, created_at } = user
      print.result({
        json: () => ({ sub, username, created_at: iso(created_at), ...(isGenerated ? { password } : {}) }),
        ids: [sub],
        title: `Created ${username} (${sub})`,
        ...(isGenerated
          ? { fields: [['password', `${password}   # shown once; store it now`]], secrets: [password] }
          : {}),
      })
    })
  },
})

const WORDS = { username: 'the user name', password: 'the password', sub: '--sub' } as const

const refused = ({ what, message }: RefusedValue): Failure => misused(`${WORDS[what]} ${message}`)

const taken = (what: 'username' | 'sub' | 'client_id', name: string, sub = ''): Failure => {
  if (what === 'username') {
    return conflicting('user_exists', `user ${name} exists already`, `oauthd user:set-password ${name}`)
  }
  if (what === 'sub') {
    return conflicting('sub_taken', `another user has the sub ${sub}`, 'oauthd user:list shows whose it is')
  }
  return conflicting(
    'sub_taken',
    `a client has the id ${sub}; a sub never equals one`,
    'choose another --sub',
  )
}
