import Database from 'better-sqlite3'
import { type HashKeyRow, listHashKeys } from './hash-key.ts'
import { type Broken, brokenInvariants } from './invariants.ts'
import { latestVersion, ownTables, type Step, schemaVersion, steps } from './migrate.ts'
import { listSealed, type SealedRow } from './sealed.ts'
import { storeError } from './sqlite-error.ts'
import { locate, refuseUnreadable } from './sqlite-file.ts'
import { createStepper, type Stepper } from './sqlite-statement.ts'
import { StoreError } from './store-error.ts'
import { PATIENCE } from './timers.ts'

export interface Checked {
  readonly schema_version: number
  /** The newest that this program knows. */
  readonly latest_version: number
  /** `integrity`, `foreign_keys`, and the invariants of store/invariants.ts; nothing where all is well. */
  readonly broken: readonly Broken[]
  /** What rests sealed: the master secret must open all of it. */
  readonly sealed: readonly Pick<SealedRow, 'name' | 'sealed'>[]
}

/**
 * Looks through a whole database, on one state of it, while others write. Of an older schema the invariants are
 * not known any more; they are looked at once it is migrated.
 *
 * @param now epoch seconds
 * @throws {StoreError} when it cannot be opened at all, or was written by a newer oauthd
 */
export const checkDatabase = (file: string, now: number, known: readonly Step[] = steps): Checked => {
  const found = locate(file)
  refuseUnreadable(found)
  let database: Database.Database | undefined
  try {
    database = new Database(found.path, { readonly: true, fileMustExist: true, timeout: PATIENCE })
    database.exec('BEGIN')
    const latest_version = latestVersion(known)
    const schema_version = versionOf(database, file, latest_version)
    const damage = damageOf(database)
    const none = { schema_version, latest_version, sealed: [] }
    if (damage.length > 0) return { ...none, broken: damage }
    const stepper = createStepper(database, file)
    const isLatest = schema_version === latest_version
    return {
      ...none,
      broken: [
        ...gaps(database),
        ...orphansOf(database),
        ...(isLatest ? stepper.stepReading(brokenInvariants(now)) : []),
      ],
      sealed: isLatest ? stepper.stepReading(listSealed()) : hashKeys(stepper),
    }
  } catch (error) {
    throw storeError(error, file)
  } finally {
    database?.close()
  }
}

const versionOf = (database: Database.Database, file: string, latest: number): number => {
  const version = schemaVersion(database)
  if (version === undefined)
    throw new StoreError('database_not_found', `no tables of oauthd in the database: ${file}`)
  if (version <= latest) return version
  throw new StoreError(
    'database_newer',
    `database is newer than this oauthd: ${file} has schema ${version}, ${latest} is known here`,
  )
}

/** Read of any schema: that table's columns are there from version 1 on. */
const hashKeys = (stepper: Stepper): Checked['sealed'] =>
  stepper
    .stepReading(listHashKeys())
    .map(({ hash_key_id, sealed }: HashKeyRow) => ({ name: hash_key_id, sealed }))

/** What SQLite itself finds; where pages are damaged, what their rows say is not to be relied upon. */
const damageOf = (database: Database.Database): readonly Broken[] => {
  const found = database.pragma('integrity_check') as readonly { integrity_check: string }[]
  const ids = found.map(({ integrity_check }) => integrity_check).filter((line) => line !== 'ok')
  return ids.length === 0 ? [] : [{ check: 'integrity', message: 'faults of the file', ids }]
}

/** Our own tables only: what an app does with its foreign keys is the app's business. */
const orphansOf = (database: Database.Database): readonly Broken[] => {
  const ids = ownTables(database).flatMap((table) =>
    (database.pragma(`foreign_key_check(${table})`) as readonly { parent: string }[]).map(
      ({ parent }) => `${table} without its ${parent}`,
    ),
  )
  return ids.length === 0 ? [] : [{ check: 'foreign_keys', message: 'rows without their parents', ids }]
}

/** Each step is recorded in the transaction that ran it. */
const gaps = (database: Database.Database): readonly Broken[] => {
  const versions = database
    .prepare<[], number>('SELECT version FROM oauthd_migration ORDER BY version')
    .pluck()
    .all()
  const ids = versions.flatMap((version, index) => (version === index + 1 ? [] : [String(version)]))
  return ids.length === 0 ? [] : [{ check: 'migrations', message: 'migrations out of their order', ids }]
}
