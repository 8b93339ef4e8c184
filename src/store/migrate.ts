import { readFileSync } from 'node:fs'
import type Database from 'better-sqlite3'
import { storeError } from './sqlite-error.ts'
import { StoreError } from './store-error.ts'

/** A change of the schema. Once released it is never edited; the next change is the next step. */
export interface Step {
  readonly version: number
  readonly name: string
  /** DDL that leads from the version before to this one, in SQLite's words. */
  readonly up: string
}

/**
 * Every step there has been. A fresh database takes schema.sql, which is always the newest, so the
 * first step has nothing to run. test/store/migrate.test.ts compares both ways.
 */
export const steps: readonly Step[] = [{ version: 1, name: 'initial', up: '' }]

export const latestVersion = (list: readonly Step[]): number => list.at(-1)?.version ?? 0

/** schema.sql, two folders up from src/store and from dist/store alike. */
export const readSchema = (): string => readFileSync(new URL('../../schema.sql', import.meta.url), 'utf8')

/** What a database is brought to. */
export interface Plan {
  /** How messages name the database. */
  readonly file: string
  readonly steps: readonly Step[]
  readonly schema: () => string
}

export interface Migrated {
  /** Our tables were made, all of them. */
  readonly created: boolean
  readonly applied: readonly Step[]
}

/** The version of our tables, or `undefined` where there are none. */
export const schemaVersion = (database: Database.Database): number | undefined => {
  const table = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name = 'oauthd_migration'"
  if (database.prepare(table).get() === undefined) return undefined
  return Number(database.prepare('SELECT max(version) FROM oauthd_migration').pluck().get() ?? 0)
}

/**
 * The steps that the database has yet to take; all of them where it has no table of ours.
 * @throws {StoreError} `database_newer`; `table_conflict` when the app has a table with a name of ours
 */
export const pendingOf = (database: Database.Database, plan: Plan): readonly Step[] => {
  if (database.inTransaction) return lookFor(database, plan)
  // One snapshot: between two looks another process may make the tables, and they would seem an app's.
  database.exec('BEGIN')
  try {
    return lookFor(database, plan)
  } finally {
    database.exec('COMMIT')
  }
}

const lookFor = (database: Database.Database, plan: Plan): readonly Step[] => {
  const version = schemaVersion(database)
  if (version === undefined) {
    refuseConflict(database, plan)
    return plan.steps
  }
  const latest = latestVersion(plan.steps)
  if (version <= latest) return plan.steps.filter((step) => step.version > version)
  throw new StoreError(
    'database_newer',
    `database is newer than this oauthd: ${plan.file} has schema ${version}, ${latest} is known here`,
  )
}

/**
 * Makes our tables or brings them up to date, in one transaction: of several processes that open
 * the same file one does it, and the others find it done.
 * @param now epoch seconds
 */
export const migrate = (database: Database.Database, plan: Plan, now: number): Migrated => {
  if (!database.inTransaction) hold(database)
  try {
    const created = schemaVersion(database) === undefined
    const pending = pendingOf(database, plan)
    if (created) database.exec(plan.schema())
    else for (const step of pending) run(database, step, plan.file)
    record(database, pending, now)
    database.exec('COMMIT')
    return { created, applied: pending }
  } finally {
    if (database.inTransaction) database.exec('ROLLBACK')
    database.pragma('foreign_keys = ON')
  }
}

/** Takes the write lock in which `migrate` then runs. */
export const hold = (database: Database.Database): void => {
  // A step may rebuild a table, which SQLite allows only without foreign keys (lang_altertable.html).
  database.pragma('foreign_keys = OFF')
  database.exec('BEGIN IMMEDIATE')
}

const run = (database: Database.Database, step: Step, file: string): void => {
  try {
    database.exec(step.up)
  } catch (error) {
    throw storeError(error, file, `step ${step.version} (${step.name})`)
  }
  for (const name of ownTables(database)) {
    const broken: unknown = database.pragma(`foreign_key_check(${name})`)
    if (!Array.isArray(broken) || broken.length === 0) continue
    throw new StoreError(
      'database_failed',
      `step ${step.version} (${step.name}) would leave rows of ${name} without their parents: ${file}`,
    )
  }
}

/** Our own tables only: what an app does with its foreign keys is the app's business. */
export const ownTables = (database: Database.Database): readonly string[] =>
  tablesOf(database).filter((name) => /^oauthd?_\w+$/.test(name))

/** All that somebody made, in order. */
export const tablesOf = (database: Database.Database): readonly string[] =>
  database
    .prepare<[], string>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name",
    )
    .pluck()
    .all()

const record = (database: Database.Database, taken: readonly Step[], now: number): void => {
  const insert = database.prepare(
    'INSERT INTO oauthd_migration (version, name, applied_at) VALUES ($version, $name, $now)',
  )
  for (const { version, name } of taken) insert.run({ version, name, now })
}

const refuseConflict = (database: Database.Database, { file, schema }: Plan): void => {
  const theirs = database
    .prepare<[], string>("SELECT lower(name) FROM sqlite_schema WHERE type <> 'trigger'")
    .pluck()
    .all()
  if (theirs.length === 0) return
  const ours = new Set(
    Array.from(schema().matchAll(/^CREATE (?:UNIQUE )?(?:TABLE|INDEX) (\w+)/gm), ([, name]) => name),
  )
  const taken = theirs.find((name) => ours.has(name))
  if (taken === undefined) return
  throw new StoreError('table_conflict', `${taken} was not made by oauthd: ${file}`)
}
