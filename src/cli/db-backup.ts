import { createHash } from 'node:crypto'
import { createReadStream, lstatSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { keyFile } from '../master-secret.ts'
import { backUp } from '../store/sqlite-backup.ts'
import { cancelled } from './ask.ts'
import { type Command, defineCommand } from './command.ts'
import { conflicting, failed, misused } from './failure.ts'
import { operand, toggle } from './flag.ts'
import { createProgress } from './progress.ts'
import { shellWord } from './words.ts'

/** `oauthd db:backup`: a copy of the database while the server runs; needs no master secret. */
export const dbBackup: Command = defineCommand({
  name: 'db:backup',
  modes: ['json', 'quiet'],
  flags: { force: toggle('replace FILE, which must not be the database itself') },
  operands: { file: operand('FILE', 'the copy, which is made 0600') },
  settings: [],
  examples: [
    ['While the server runs', 'oauthd db:backup oauthd-backup.db'],
    ['Each night over the last one', 'oauthd db:backup oauthd-backup.db --force -q'],
  ],
  output: [
    'The copy, its size and its SHA-256.',
    '--json  {"file","bytes","sha256","key_file"}',
    '-q      the file',
  ],
  exit: [1, 4, 5],
  see: ['db:check', 'db:restore'],
  run: async ({ config, flags, operands: { file }, print, stop }) => {
    const { db } = (await config()).settings
    refuseLive(db, file)
    refuseTaken(file, flags.force)
    const asked = stop()
    const progress = createProgress('Copying', {
      stream: print.mode === 'human' ? process.stderr : { write: () => {} },
      clock: Date.now,
    })
    try {
      await backUp(db, file, {
        replace: flags.force,
        onProgress(done, pages) {
          if (asked.isAsked()) throw cancelled()
          progress.tell(done, pages)
        },
      })
    } finally {
      progress.end()
    }
    const { size: bytes } = statSync(file)
    const sha256 = await sha256Of(file)
    print.result({
      json: () => ({ file, bytes, sha256, key_file: process.env['OAUTHD_SECRET'] ? null : keyFile(db) }),
      ids: [file],
      title: `Wrote ${file}`,
      fields: [
        ['size', `${bytes} bytes`],
        ['sha256', sha256],
      ],
    })
    print.note(
      process.env['OAUTHD_SECRET']
        ? 'The master secret is not in it: keep OAUTHD_SECRET too, in another place'
        : `The key file is not in it: keep ${keyFile(db)} too, in another place`,
    )
  },
})

/** What belongs to the database that is in use, whatever it is called here. @throws {Failure} exit 2 */
export const refuseLive = (db: string, file: string): void => {
  const parts = [db, `${db}-wal`, `${db}-shm`, `${db}-journal`, keyFile(db)]
  const found = identityOf(file)
  const isLive = parts.some(
    (part) => resolve(part) === resolve(file) || (found !== undefined && identityOf(part) === found),
  )
  if (isLive) throw misused(`${file} belongs to the database in use`, 'name a file that is not part of it')
}

/** A log that lies beside another database's name would be played into the copy. */
const refuseTaken = (file: string, force: boolean): void => {
  const beside = [`${file}-wal`, `${file}-journal`].find((name) => (lstatSync(name, QUIET)?.size ?? 0) > 0)
  if (beside !== undefined) {
    throw conflicting('file_exists', `${beside} is there: a program has ${file} open`, 'name another file')
  }
  const stats = lstatSync(file, QUIET)
  if (stats === undefined) return
  if (!stats.isFile() && !stats.isSymbolicLink()) {
    throw failed('file_unwritable', `${file} is not a file`, 'name the file, not its folder')
  }
  if (force) return
  throw conflicting(
    'file_exists',
    `${file} exists already`,
    `name another file, or replace it: oauthd db:backup ${shellWord(file)} --force`,
  )
}

const QUIET = { throwIfNoEntry: false } as const

const identityOf = (file: string): string | undefined => {
  const stats = statSync(file, { bigint: true, throwIfNoEntry: false })
  return stats === undefined ? undefined : `${stats.dev}:${stats.ino}`
}

const sha256Of = async (file: string): Promise<string> => {
  const hash = createHash('sha256')
  for await (const part of createReadStream(file)) hash.update(part)
  return hash.digest('hex')
}
