/**
 * A copy of a database while others write to it: one state of it, page by page, in a file of its own that
 * needs no write-ahead log beside it. It gets its name when it is whole.
 */
import { rmSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { schemaVersion } from './migrate.ts'
import { storeError } from './sqlite-error.ts'
import { createFile, type DatabaseFile, locate, refuseUnreadable } from './sqlite-file.ts'
import { flush, giveName, refusalOf } from './sqlite-name.ts'
import { StoreError } from './store-error.ts'
import { PATIENCE } from './timers.ts'

export interface BackUpOptions {
  /** Takes the place of a file of that name; else there must be none. */
  readonly replace?: boolean | undefined
  /** An open database of the app's, whose SQLite is used (decision 0013). */
  readonly beside?: object | undefined
  /** Told after each step; by throwing it ends the copy, of which nothing is left. */
  readonly onProgress?: ((done: number, pages: number) => void) | undefined
  /** Bytes that a folder has room for; a test puts its own in place. */
  readonly room?: ((folder: string) => number) | undefined
}

/** Pages a step: a few milliseconds. */
const STEP = 1000

/**
 * Copies the database `from` into the file `to`, 0600.
 *
 * @throws {StoreError} with nothing left of the copy
 */
export const backUp = async (from: string, to: string, options: BackUpOptions = {}): Promise<void> => {
  const source = locate(from)
  refuseUnreadable(source)
  const target = locate(to)
  // What a process of this number left when it was killed is nobody's.
  const temporary = { file: to, path: `${target.path}.${process.pid}.tmp` }
  discard(temporary)
  try {
    createFile(temporary)
    await copyPages(source, temporary, options)
    settle(temporary)
    giveName(temporary.path, target, options.replace ?? false)
  } catch (error) {
    throw refusalOf(error, `cannot write the copy: ${to}`)
  } finally {
    discard(temporary)
  }
}

/** On one snapshot: without it a write of another process would begin the copy anew, again and again. */
const copyPages = async (
  source: DatabaseFile,
  target: DatabaseFile,
  { beside, onProgress, room = freeBytes }: BackUpOptions,
): Promise<void> => {
  let reader: Database.Database | undefined
  let at = source.file
  try {
    reader = open(source, { readonly: true, timeout: PATIENCE }, beside)
    reader.exec('BEGIN')
    if (schemaVersion(reader) === undefined) {
      throw new StoreError('database_not_found', `no tables of oauthd in the database: ${source.file}`)
    }
    refuseFull(reader, target, room(dirname(target.path)))
    at = target.file
    await reader.backup(target.path, {
      progress({ totalPages, remainingPages }) {
        onProgress?.(totalPages - remainingPages, totalPages)
        return STEP
      },
    })
  } catch (error) {
    throw isSqlite(error) ? storeError(error, at) : error
  } finally {
    reader?.close()
  }
}

const open = (found: DatabaseFile, options: Database.Options, beside?: object): Database.Database =>
  Reflect.construct(beside?.constructor ?? Database, [found.path, { fileMustExist: true, ...options }])

/** Before anything is written: a copy that fills the disk stops the server beside it. */
const refuseFull = (reader: Database.Database, { file }: DatabaseFile, free: number): void => {
  const number = (name: string): number => Number(reader.pragma(name, { simple: true }))
  const needed = number('page_count') * number('page_size')
  if (needed <= free) return
  throw new StoreError(
    'database_full',
    `no space left for the copy: ${file} needs ${needed} bytes, ${free} are free`,
  )
}

const freeBytes = (folder: string): number => {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

/** One file, whole on the disk. */
const settle = (copy: DatabaseFile): void => {
  let database: Database.Database | undefined
  try {
    database = open(copy, { timeout: 0 })
    // It was copied with the mark of a write-ahead log, which nobody could open on a disk that is read-only.
    database.pragma('journal_mode = DELETE')
  } catch (error) {
    throw storeError(error, copy.file)
  } finally {
    database?.close()
  }
  flush(copy.path)
}

const discard = ({ path }: DatabaseFile): void => {
  for (const end of ['', '-journal', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true })
}

const isSqlite = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_')
