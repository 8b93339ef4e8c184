import { existsSync, rmSync } from 'node:fs'
import type Database from 'better-sqlite3'
import { latestVersion, type Migrated, migrate, type Plan, pendingOf } from './migrate.ts'
import { backUp } from './sqlite-backup.ts'
import { storeError } from './sqlite-error.ts'

export interface MigratedWithCopy extends Migrated {
  /** The database as it was before; `undefined` when another process had migrated it meanwhile. */
  readonly copied: string | undefined
}

/**
 * Migrates an older database after a copy of it was made: there is no way back from a step but that. Nothing is
 * missing in the copy, for nobody writes between the two. A migration that fails leaves none: it changed nothing.
 *
 * @param database whose write lock is held
 * @param now epoch seconds
 * @throws {StoreError} `database_full` where there is no room for the copy
 */
export const migrateWithCopy = async (
  database: Database.Database,
  plan: Plan,
  now: number,
  beside?: object,
): Promise<MigratedWithCopy> => {
  const { file } = plan
  const copy = freeName(`${file}.before-schema-${latestVersion(plan.steps)}`, now)
  let copied: string | undefined
  try {
    if (pendingOf(database, plan).length > 0) {
      await backUp(file, copy, { beside })
      copied = copy
    }
    return { ...migrate(database, plan, now), copied }
  } catch (error) {
    if (copied !== undefined) rmSync(copied, { force: true })
    database.close()
    throw storeError(error, file)
  }
}

/** By the second; of two in one second the later one says the next. */
const freeName = (base: string, now: number): string => {
  let at = now
  while (existsSync(`${base}.${at}`)) at += 1
  return `${base}.${at}`
}
