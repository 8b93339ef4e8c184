import { accessSync, closeSync, constants, openSync, type Stats, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import Database from 'better-sqlite3'
import { type FileSystemType, networkFileSystem } from './network-file-system.ts'
import { StoreError } from './store-error.ts'

/** The database's file as it was found or made. */
export interface DatabaseFile {
  /** In the words it was given in, for messages. */
  readonly file: string
  /** Absolute. */
  readonly path: string
}

/** Something that works and should be changed. `code` is for machines, `message` for people. */
export interface StoreWarning {
  readonly code: 'database_file_mode' | 'network_file_system'
  readonly message: string
}

/** Contract: made 0600, before SQLite touches it; the log and the index beside it take the same mode. */
const OWNER_ONLY = 0o600

/** @throws {StoreError} with the reason why a file cannot be there */
export const createFile = ({ file, path }: DatabaseFile): void => {
  try {
    closeSync(openSync(path, 'wx', OWNER_ONLY))
  } catch (cause) {
    const code = errno(cause)
    // Somebody was faster; or a link that leads nowhere, which the caller finds out.
    if (code === 'EEXIST') return
    if (code === 'ENOSPC' || code === 'EDQUOT') {
      throw new StoreError('database_full', `no space left to make the database: ${file}`, { cause })
    }
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
      throw new StoreError('database_readonly', `cannot make the database in a read-only folder: ${file}`, {
        cause,
      })
    }
    throw new StoreError('database_failed', `cannot make the database: ${file}`, { cause })
  }
}

/** The absolute path. @throws {StoreError} `directory_not_found` */
export const locate = (file: string): DatabaseFile => {
  // better-sqlite3 trims what it is given; so do we, or two names would mean two files.
  const path = resolve(file.trim())
  if (find(dirname(path), file)?.isDirectory() !== true) {
    throw new StoreError('directory_not_found', `directory not found: ${dirname(file)}`)
  }
  return { file, path }
}

export const exists = ({ file, path }: DatabaseFile): boolean => find(path, file) !== undefined

/**
 * Whether an existing file can be read and written. Asked with access(2), because opening and
 * closing the file would drop the locks that SQLite holds on it elsewhere in this process
 * (sqlite.org/howtocorrupt.html, section 2.2).
 */
export const examine = (found: DatabaseFile): void => {
  refuseUnreadable(found)
  const { file, path } = found
  if (!may(path, constants.W_OK)) throw new StoreError('database_readonly', `database is read-only: ${file}`)
}

/** The same for whoever only reads. */
export const refuseUnreadable = ({ file, path }: DatabaseFile): void => {
  const stats = find(path, file)
  if (stats === undefined) throw new StoreError('database_not_found', `database not found: ${file}`)
  if (!stats.isFile()) throw new StoreError('not_a_database', `not a file: ${file}`)
  if (!may(path, constants.R_OK)) {
    throw new StoreError('database_failed', `no permission to read the database: ${file}`, {
      hint: 'run as the user that owns it',
    })
  }
}

/** SQLite needs to make files beside the database; it says only that it cannot open something. */
export const isFolderReadOnly = ({ path }: DatabaseFile): boolean => !may(dirname(path), constants.W_OK)

export const warningsAbout = (
  { file, path }: DatabaseFile,
  fileSystemType: FileSystemType | undefined,
): readonly StoreWarning[] => {
  const warnings: StoreWarning[] = []
  const mode = statSync(path).mode & 0o777
  // Windows has no such modes; Node makes one up there.
  if (process.platform !== 'win32' && (mode & ~OWNER_ONLY) !== 0) {
    const octal = mode.toString(8).padStart(4, '0')
    warnings.push({
      code: 'database_file_mode',
      message: `others may use the database: ${file} has mode ${octal}; chmod 600 ${file}`,
    })
  }
  const network = networkFileSystem(path, fileSystemType)
  if (network !== undefined) {
    warnings.push({
      code: 'network_file_system',
      message: `the database may be on a network file system (${network}), where two machines can damage it: ${file}`,
    })
  }
  return warnings
}

/**
 * Waits for nobody: whoever opens tries again by timer, so that an app in this process can finish.
 *
 * @param beside an open database of the app's: the same SQLite opens this one too. Two in one process would
 *   drop each other's locks on the file (sqlite.org/howtocorrupt.html, section 2.2.1).
 */
export const connect = ({ path }: DatabaseFile, beside?: object): Database.Database =>
  Reflect.construct(beside?.constructor ?? Database, [path, { fileMustExist: true, timeout: 0 }])

/** @throws {StoreError} when the file system has no shared memory for a write-ahead log */
export const configure = (database: Database.Database, { file }: DatabaseFile): void => {
  // Only a file without a page can still choose: later it would take a VACUUM.
  if (database.pragma('page_count', { simple: true }) === 0) database.pragma('auto_vacuum = INCREMENTAL')
  const mode: unknown = database.pragma('journal_mode = WAL', { simple: true })
  if (mode !== 'wal') {
    throw new StoreError('database_failed', `no write-ahead log possible: ${file}`, {
      hint: 'put the database on a local file system',
    })
  }
  // better-sqlite3 is compiled to open a write-ahead log at NORMAL, which loses the last commits at a power cut.
  database.pragma('synchronous = FULL')
  database.pragma('foreign_keys = ON')
  database.pragma('trusted_schema = OFF')
  database.pragma('temp_store = MEMORY')
  database.pragma(`cache_size = -${16 * 1024}`)
  database.pragma(`journal_size_limit = ${64 * 1024 * 1024}`)
}

const find = (path: string, file: string): Stats | undefined => {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch (cause) {
    throw new StoreError('database_failed', `cannot look for the database: ${file}`, { cause })
  }
}

const may = (path: string, mode: number): boolean => {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}

const errno = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined
