import Database from 'better-sqlite3'
import { latestVersion, type Step, schemaVersion, steps } from './migrate.ts'
import { createSqliteStore } from './sqlite.ts'
import { storeError } from './sqlite-error.ts'
import { type DatabaseFile, locate, refuseUnreadable } from './sqlite-file.ts'
import { keptInPlace } from './sqlite-place.ts'
import { StoreError } from './store-error.ts'
import { PATIENCE } from './timers.ts'
import type { Store } from './work.ts'

export interface ReadOnlyOptions {
  /** Epoch milliseconds. */
  readonly clock: () => number
  /** What a test puts in place of the steps that there are. */
  readonly steps?: readonly Step[] | undefined
}

/**
 * Opens a database that another process keeps, to read it: nothing is made, migrated, or written. SQLite
 * itself may put the index of the write-ahead log (`-shm`) beside it when nobody else has the file open.
 *
 * A file that is deleted or replaced is found out at the next read: whoever only reads has no other way
 * of learning that nobody writes there any more.
 *
 * @throws {StoreError} with a code, a message and a hint for each way in which it can fail
 */
export const openReadOnly = (file: string, { clock, steps: known = steps }: ReadOnlyOptions): Store => {
  const found = locate(file)
  refuseUnreadable(found)
  let database: Database.Database | undefined
  try {
    // Once, at the start, it waits where it stands; later no read of a write-ahead log waits for anybody.
    database = new Database(found.path, { readonly: true, fileMustExist: true, timeout: PATIENCE })
    refuseOther(database, found, latestVersion(known))
    database.pragma('busy_timeout = 0')
    database.pragma('query_only = ON')
    database.pragma('trusted_schema = OFF')
    database.pragma('temp_store = MEMORY')
    database.pragma(`cache_size = -${16 * 1024}`)
    const store = createSqliteStore(database, { file, latest_version: latestVersion(known) })
    return keptInPlace(store, found, clock, AT_EACH_READ)
  } catch (error) {
    database?.close()
    throw storeError(error, file)
  }
}

const AT_EACH_READ = 0

const refuseOther = (database: Database.Database, { file }: DatabaseFile, latest: number): void => {
  const version = schemaVersion(database)
  if (version === undefined) {
    throw new StoreError('database_not_found', `no tables of oauthd in the database: ${file}`)
  }
  if (version > latest) {
    throw new StoreError(
      'database_newer',
      `database is newer than this oauthd: ${file} has schema ${version}, ${latest} is known here`,
    )
  }
  if (version < latest) {
    throw new StoreError(
      'database_outdated',
      `database needs migrating: ${file} has schema ${version}, ${latest} is needed`,
    )
  }
}
