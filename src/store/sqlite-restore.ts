/**
 * A database takes the place of another that nobody has open. The old one is kept beside it, and there is no
 * moment at which neither is there: who opens it then would make an empty one.
 */
import { chownSync, existsSync, realpathSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type Database from 'better-sqlite3'
import { ownTables, tablesOf } from './migrate.ts'
import { isBusy, storeError } from './sqlite-error.ts'
import { connect, type DatabaseFile, exists, locate } from './sqlite-file.ts'
import { flush, giveName, link, refusalOf } from './sqlite-name.ts'
import { StoreError } from './store-error.ts'

/**
 * @param staged a whole copy in the folder of the database itself, with nothing beside it
 * @param ending of the name under which the old file is kept
 * @returns that name; `undefined` where there was no database
 * @throws {StoreError} `database_busy` while another process has it open, `table_conflict` where tables of an
 *   app would go; then all is as it was
 */
export const replaceDatabase = (db: string, staged: string, ending: string): string | undefined => {
  const named = locate(db)
  if (!exists(named)) {
    // A log without its database would be played into the one that comes.
    moveLogs(named.path, `${named.path}${ending}`)
    giveName(staged, named, false)
    return undefined
  }
  // What a link leads to is replaced, as SQLite names its log after that.
  const live = { file: db, path: realpathSync(named.path) }
  const kept = `${live.path === named.path ? db : live.path}${ending}`
  const held = holdAlone(live, staged)
  try {
    keepOwner(live, staged)
    link(live.path, `${live.path}${ending}`)
    // Logs are left only by a file that is too damaged to be opened.
    if (held === undefined) moveLogs(live.path, `${live.path}${ending}`)
    giveName(staged, live, true)
    flush(dirname(live.path))
  } catch (error) {
    takeBack(live.path, `${live.path}${ending}`)
    throw refusalOf(error, `cannot put the copy in the place of ${db}, or keep that as ${kept}`)
  } finally {
    held?.close()
  }
  return kept
}

/**
 * The database, for nobody else, its log worked into it; `undefined` where it is too damaged for that. Every
 * connection to a database with a write-ahead log holds a lock on it, and gives it back only when it is closed.
 */
const holdAlone = (live: DatabaseFile, staged: string): Database.Database | undefined => {
  let database: Database.Database | undefined
  try {
    database = connect(live)
    refuseLoss(database, live, staged)
    database.pragma('journal_mode = DELETE')
    database.exec('BEGIN EXCLUSIVE')
    return database
  } catch (error) {
    database?.close()
    if (isBusy(error)) {
      throw new StoreError('database_busy', `a server or an app has the database open: ${live.file}`, {
        hint: 'stop it, and run this again',
        cause: error,
      })
    }
    const failure = storeError(error, live.file)
    if (failure.code === 'not_a_database' || failure.code === 'database_corrupt') return undefined
    throw failure
  }
}

/** An app's tables may lie in the same file, or in one that was named by mistake. */
const refuseLoss = (database: Database.Database, { file }: DatabaseFile, staged: string): void => {
  const own = ownTables(database)
  const theirs = tablesOf(database).filter((name) => !own.includes(name))
  const copy = connect({ file: staged, path: staged })
  try {
    const there = tablesOf(copy)
    const lost = theirs.find((name) => !there.includes(name))
    if (lost === undefined) return
    throw new StoreError('table_conflict', `${lost} of an app is not in the backup, and would go: ${file}`, {
      hint: 'see that --db is right; if it is, move that file away, and run this again',
    })
  } finally {
    copy.close()
  }
}

/** Who restores as root must leave a file that the server can open. */
const keepOwner = ({ file, path }: DatabaseFile, staged: string): void => {
  const [theirs, mine] = [statSync(path), statSync(staged)]
  if (theirs.uid === mine.uid && theirs.gid === mine.gid) return
  try {
    chownSync(staged, theirs.uid, theirs.gid)
  } catch (cause) {
    throw new StoreError('database_readonly', `the database belongs to another user: ${file}`, {
      hint: 'run as the user that owns it',
      cause,
    })
  }
}

/** A copy that did not get its place leaves the database with its one name. */
const takeBack = (path: string, kept: string): void => {
  const [here, there] = [path, kept].map((name) => statSync(name, { throwIfNoEntry: false }))
  const isOther = here !== undefined && (here.ino !== there?.ino || here.dev !== there.dev)
  if (there === undefined || isOther) return
  moveLogs(kept, path)
  if (here === undefined) renameSync(kept, path)
  else rmSync(kept)
}

const moveLogs = (from: string, to: string): void => {
  for (const end of ['-wal', '-shm', '-journal']) {
    if (existsSync(`${from}${end}`)) renameSync(`${from}${end}`, `${to}${end}`)
  }
}
