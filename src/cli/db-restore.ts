import { existsSync, realpathSync, rmSync, statSync } from 'node:fs'
import { backUp } from '../store/sqlite-backup.ts'
import { replaceDatabase } from '../store/sqlite-restore.ts'
import { type Command, defineCommand } from './command.ts'
import { refuseLive } from './db-backup.ts'
import { examine, tellExamined } from './examine.ts'
import { notFound } from './failure.ts'
import { operand, toggle } from './flag.ts'
import { iso } from './words.ts'

/** `oauthd db:restore`: a backup, looked through first, takes the place of the database that nobody has open. */
export const dbRestore: Command = defineCommand({
  name: 'db:restore',
  modes: ['json', 'quiet'],
  flags: { verify: toggle('only look through FILE, and touch nothing') },
  operands: { file: operand('FILE', 'what db:backup wrote') },
  settings: [],
  examples: [
    ['Could it be restored?', 'oauthd db:restore nightly.db --verify'],
    ['With the server stopped; it asks', 'oauthd db:restore nightly.db'],
    ['In a script', 'oauthd db:restore nightly.db --yes'],
  ],
  output: [
    'What was restored, and where the old database is; of a copy that is not sound, what is wrong.',
    '--json  {"file","db","schema","kept"}; with --verify, and of one that is not sound, as db:check',
    '-q      the name under which the old database is kept',
  ],
  exit: [1, 3, 5],
  see: ['db:backup', 'db:check'],
  run: async ({ ask, config, flags, operands: { file }, print }) => {
    const { db } = (await config()).settings
    refuseLive(db, file)
    if (statSync(file, { throwIfNoEntry: false }) === undefined)
      throw notFound('backup_not_found', `no file ${file}`, 'oauthd db:backup FILE makes one')
    const now = Math.floor(Date.now() / 1000)
    if (flags.verify) return tellExamined(print, await examine(file, db, now))
    // What takes the place is what is looked through: a copy of it, in the folder where it shall be.
    const staged = `${existsSync(db) ? realpathSync(db) : db}.restoring-${process.pid}`
    try {
      await backUp(file, staged, { replace: true })
      const examined = await examine(staged, db, now)
      if (examined.faults.length > 0) {
        const exit = tellExamined(print, examined)
        print.note(`Nothing was restored: ${file} is not sound`)
        return exit
      }
      await ask.confirm({ loss: async () => lossOf(db, file), verb: 'restore' })
      const kept = replaceDatabase(db, staged, `.replaced-${iso(now).replace(/[-:]/g, '')}`)
      const { schema_version: schema, latest_version } = examined
      print.result({
        json: () => ({ file, db, schema, kept: kept ?? null }),
        ids: kept === undefined ? [] : [kept],
        title: `Restored ${db} from ${file}`,
        fields: [['schema', String(schema)], ...(kept === undefined ? [] : [['kept', kept] as const])],
      })
      if (schema < latest_version) print.note('hint: oauthd db:migrate')
      print.warn(
        'what was revoked, rotated or used since that backup counts again as it did then',
        'revoke again what must not: oauthd client:revoke, oauthd token:revoke',
      )
    } finally {
      rmSync(staged, { force: true })
    }
    return undefined
  },
})

const lossOf = (db: string, file: string): string =>
  statSync(db, { throwIfNoEntry: false }) === undefined
    ? `${db} is made from ${file}`
    : `${db} gives way to ${file}: all since that backup goes`
