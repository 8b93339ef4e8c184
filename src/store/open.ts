import type Database from 'better-sqlite3'
import { type HashKeyRow, listHashKeys } from './hash-key.ts'
import {
  hold,
  latestVersion,
  type Migrated,
  migrate,
  type Plan,
  pendingOf,
  readSchema,
  type Step,
  schemaVersion,
  steps,
} from './migrate.ts'
import { migrateWithCopy } from './migrate-with-copy.ts'
import type { FileSystemType } from './network-file-system.ts'
import { createSqliteStore } from './sqlite.ts'
import { isBusy, storeError } from './sqlite-error.ts'
import * as sqlite from './sqlite-file.ts'
import { keptInPlace } from './sqlite-place.ts'
import { createStepper } from './sqlite-statement.ts'
import { StoreError } from './store-error.ts'
import { delayBefore, PATIENCE, realTimers, type Timers } from './timers.ts'
import type { Store } from './work.ts'

/**
 * `existing`: the file is there and up to date. `migrate`: it is there, and an older one is brought
 * up to date. `create`: also made when missing, and our tables added to a database of the app's.
 */
export type OpenMode = 'existing' | 'migrate' | 'create'

export interface OpenOptions {
  readonly mode: OpenMode
  /** Epoch seconds, for the record of migrations. */
  readonly now: number
  /** Epoch milliseconds. With it, a file that is deleted or replaced while open is found out. */
  readonly clock?: (() => number) | undefined
  /** An open better-sqlite3 database of the app's, whose SQLite is used (decision 0013). */
  readonly beside?: object | undefined
  readonly onWarning?: ((warning: sqlite.StoreWarning) => void) | undefined
  /**
   * Asked before an older database is migrated, with its sealed hash keys: by throwing it leaves the
   * database as it is, for the one who has the secret they were sealed under.
   */
  readonly mayMigrate?: ((sealed: readonly HashKeyRow[]) => Promise<void>) | undefined
  readonly internals?: Internals | undefined
}

/** What a test puts in place of the real thing. */
export interface Internals {
  readonly timers?: Timers
  readonly steps?: readonly Step[]
  readonly schema?: () => string
  readonly fileSystemType?: FileSystemType
}

export interface OpenedStore extends Store {
  /** This call made our tables, and the file where it was missing. */
  readonly created: boolean
  /** The migrations that this call ran. */
  readonly applied: readonly Step[]
  /** The copy that was made before they ran on an older database. */
  readonly copied: string | undefined
}

/**
 * Opens the database as `mode` says.
 * @throws {StoreError} with a code, a message and a hint for each way in which it can fail
 */
export const openStore = async (file: string, options: OpenOptions): Promise<OpenedStore> => {
  const { mode, now, clock, mayMigrate, beside, internals = {} } = options
  const timers = internals.timers ?? realTimers
  const plan = planFor(file, internals)
  const driven = (database: Database.Database): Store =>
    createSqliteStore(database, { file, latest_version: latestVersion(plan.steps), timers })
  const found = sqlite.locate(refuseUrl(file))
  if (mode === 'create' && !sqlite.exists(found)) sqlite.createFile(found)
  sqlite.examine(found)
  const opened = await patiently(timers, () =>
    connected(
      found,
      (database) => {
        const state = lookAt(database, plan, mode)
        if (state === 'older' && mayMigrate !== undefined) return sealedKeys(database, file)
        sqlite.configure(database, found)
        if (state === 'older') {
          hold(database)
          return { held: database }
        }
        const { created, applied } = state === 'current' ? UNTOUCHED : migrate(database, plan, now)
        return { ...driven(database), created, applied, copied: undefined }
      },
      beside,
    ),
  )
  if ('sealed' in opened) {
    await mayMigrate?.(opened.sealed)
    return openStore(file, { ...options, mayMigrate: undefined })
  }
  const store =
    'held' in opened
      ? { ...(await migrateWithCopy(opened.held, plan, now, beside)), ...driven(opened.held) }
      : opened
  for (const warning of sqlite.warningsAbout(found, internals.fileSystemType)) options.onWarning?.(warning)
  return clock === undefined ? store : keptInPlace(store, found, clock)
}

/** The steps that `create` would run on this file now; nothing is changed. */
export const pendingSteps = async (file: string, internals: Internals = {}): Promise<readonly Step[]> => {
  const plan = planFor(file, internals)
  const found = sqlite.locate(refuseUrl(file))
  if (!sqlite.exists(found)) return plan.steps
  sqlite.examine(found)
  return await patiently(internals.timers ?? realTimers, () =>
    connected(found, (database) => {
      const pending = pendingOf(database, plan)
      database.close()
      return pending
    }),
  )
}

const UNTOUCHED: Migrated = { created: false, applied: [] }

/**
 * What opening would change: nothing, an older database, or one without tables of ours. Looked at before
 * anything is changed: a database that is refused stays as it was, its journal mode too.
 */
const lookAt = (database: Database.Database, plan: Plan, mode: OpenMode): 'current' | 'older' | 'none' => {
  const version = schemaVersion(database)
  if (version === undefined && mode !== 'create') {
    throw new StoreError('database_not_found', `no tables of oauthd in the database: ${plan.file}`)
  }
  if (pendingOf(database, plan).length === 0) return 'current'
  if (mode === 'existing') {
    throw new StoreError(
      'database_outdated',
      `database needs migrating: ${plan.file} has schema ${version}, ${latestVersion(plan.steps)} is needed`,
    )
  }
  return version === undefined ? 'none' : 'older'
}

/** Read of any older schema: that table's two columns are there from version 1 on. */
const sealedKeys = (
  database: Database.Database,
  file: string,
): { readonly sealed: readonly HashKeyRow[] } => {
  const sealed = createStepper(database, file).stepReading(listHashKeys())
  database.close()
  return { sealed }
}

/** A connection that outlives `use` only when it succeeds. */
const connected = <T>(
  found: sqlite.DatabaseFile,
  use: (database: Database.Database) => T,
  beside?: object,
): T => {
  let database: Database.Database | undefined
  try {
    database = sqlite.connect(found, beside)
    return use(database)
  } catch (error) {
    database?.close()
    const failure = storeError(error, found.file)
    const isMaybeFolder = failure.code === 'database_readonly' || failure.code === 'database_failed'
    if (!isMaybeFolder || !sqlite.isFolderReadOnly(found)) throw failure
    throw new StoreError('database_readonly', `database is in a read-only folder: ${found.file}`, {
      cause: error,
    })
  }
}

/** Tries again by timer while another process holds the lock, as the driver does. */
const patiently = async <T>(timers: Timers, attempt: () => T): Promise<T> => {
  let waited = 0
  for (let tries = 0; ; tries += 1) {
    try {
      return attempt()
    } catch (error) {
      if (!isBusy(error) || waited >= PATIENCE) throw error
    }
    const delay = delayBefore(tries)
    await new Promise<void>((resolve) => timers.setTimeout(resolve, delay))
    waited += delay
  }
}

const planFor = (file: string, internals: Internals): Plan => ({
  file,
  steps: internals.steps ?? steps,
  schema: internals.schema ?? readSchema,
})

/** A URL may hold a password, which a message about a missing folder would print. */
const refuseUrl = (file: string): string => {
  if (!/^postgres(?:ql)?:\/\//i.test(file)) return file
  throw new StoreError('database_failed', 'this version of oauthd keeps its data in an SQLite file', {
    hint: 'pass --db with a file',
  })
}
