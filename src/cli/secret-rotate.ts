import { randomBytes } from '../crypto/random.ts'
import { keptMasterSecret, keyFile, type MasterSecret, readSecretFile } from '../master-secret.ts'
import { rotateMasterSecret, secretsOf } from '../secret-rotation.ts'
import type { Server } from '../server.ts'
import { listSealed } from '../store/sealed.ts'
import { type Call, type Command, defineCommand } from './command.ts'
import { failed, misused, notFound } from './failure.ts'
import { type Flag, fileName, toggle } from './flag.ts'
import { withServer } from './open.ts'
import { dropHashKeys, rotateHashKey } from './secret-rotate-hash-key.ts'
import { counted } from './words.ts'

export type RotateFlags = {
  readonly new_secret_file: Flag<string | undefined>
  readonly hash_key: Flag<boolean>
  readonly drop_hash_keys: Flag<boolean>
  readonly force: Flag<boolean>
}

export type RotateCall = Call<RotateFlags, Record<never, never>>

/** `oauthd secret:rotate`: another master secret, or another hash key; no token is lost by either. */
export const secretRotate: Command = defineCommand<RotateFlags, Record<never, never>>({
  name: 'secret:rotate',
  modes: ['json'],
  flags: {
    new_secret_file: fileName('the new master secret is in there (default: one is generated)'),
    hash_key: toggle('instead: a new key to hash tokens and secrets under'),
    drop_hash_keys: toggle('instead: drop the old hash keys that nothing stands under'),
    force: toggle('with --drop-hash-keys: also those in use; what stands under them dies'),
  },
  operands: {},
  settings: [],
  examples: [
    ['A new secret in the key file', 'oauthd secret:rotate --yes'],
    ['From OAUTHD_SECRET="NEW,OLD" to its first', 'oauthd secret:rotate --yes'],
    ['To a secret of your own', 'oauthd secret:rotate --new-secret-file new.key --yes'],
    ['A new hash key', 'oauthd secret:rotate --hash-key --yes'],
    ['Weeks later', 'oauthd secret:rotate --drop-hash-keys --yes'],
  ],
  output: [
    'What was sealed anew, made or dropped.',
    '--json  {"reencrypted":{"keys"}}, {"hash_key":{"id","activates_at"},…} or {"dropped":{"hash_keys"},…}',
  ],
  exit: [1, 3, 5],
  see: ['key:rotate', 'client:rotate-secret'],
  run: async (call) => {
    const { new_secret_file, hash_key, drop_hash_keys, force } = call.flags
    if ([new_secret_file !== undefined, hash_key, drop_hash_keys].filter(Boolean).length > 1)
      throw misused(
        '--new-secret-file, --hash-key and --drop-hash-keys exclude each other',
        'one after another',
      )
    if (force && !drop_hash_keys)
      throw misused('--force goes with --drop-hash-keys', 'oauthd secret:rotate --help')
    const work = hash_key ? rotateHashKey : drop_hash_keys ? dropHashKeys : rotateSecret
    await withServer(call, 'existing', (server) => work(call, server))
  },
})

const rotateSecret = async (call: RotateCall, server: Server): Promise<void> => {
  const { ask, config, flags, print } = call
  const { db } = (await config()).settings
  const given = process.env['OAUTHD_SECRET']
  const master = keptMasterSecret(db, given)
  const isGiven = master.source !== keyFile(db)
  const to = flags.new_secret_file === undefined ? nextOf(master, isGiven) : secretIn(flags.new_secret_file)
  if (master.secret === to)
    throw misused('the new master secret is the old one', 'openssl rand -base64 32 makes one')
  const before = (await server.store.read(listSealed())).length
  await ask.confirm({
    loss: async () =>
      `${counted(before, 'key')} will be sealed anew, and the secret in ${master.source} opens them no more`,
    verb: 'rotate',
  })
  const resealed = await rotateMasterSecret(server, db, master, to)
  if (resealed === undefined) {
    throw failed('secret_rotation_under_way', 'another secret:rotate is under way', 'try again in a minute')
  }
  const keys = resealed.hash_keys + resealed.signing_keys
  print.result({ json: () => ({ reencrypted: { keys } }), title: `Re-encrypted ${counted(keys, 'key')}` })
  if (!isGiven) return
  if (flags.new_secret_file === undefined)
    return print.note('OAUTHD_SECRET may be its first secret alone now')
  print.warn(
    `OAUTHD_SECRET holds the old secret: every process needs the one in ${flags.new_secret_file} now`,
  )
}

/** The key file is ours to fill; what comes from outside is changed there. */
const nextOf = (master: MasterSecret, isGiven: boolean): string => {
  if (!isGiven) return randomBytes(32).toString('base64url')
  const [first = '', ...older] = secretsOf(master)
  if (older.length > 0) return first
  throw misused(
    `there is no new secret: ${master.source} holds one alone`,
    'name two in it, NEW,OLD, or give the new one with --new-secret-file',
  )
}

const secretIn = (file: string): string => {
  const found = readSecretFile(file)
  if (found === undefined) {
    throw notFound(
      'secret_file_not_found',
      `no file ${file}`,
      `(umask 077; openssl rand -base64 32 > ${file}) makes one`,
    )
  }
  if (found.secret.includes(',')) throw misused(`${file} must hold one secret, without a comma`)
  return found.secret
}
