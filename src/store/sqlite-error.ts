import { StoreError, type StoreErrorCode } from './store-error.ts'

interface Meaning {
  readonly code: StoreErrorCode
  /** What is said before the file's name. */
  readonly words: string
  /** Whether it hits the whole transaction, whatever work the statement belonged to. */
  readonly storeWide: boolean
}

/** SQLite's result codes that say something about the file, not about one statement: primary ones, and one extended. */
const MEANING: Readonly<Record<string, Meaning>> = {
  SQLITE_BUSY: { code: 'database_busy', words: 'database is busy', storeWide: true },
  SQLITE_PROTOCOL: { code: 'database_busy', words: 'database is busy', storeWide: true },
  SQLITE_FULL: { code: 'database_full', words: 'no space left for the database', storeWide: true },
  // The index beside the write-ahead log cannot grow: what a full disk is called while a database is opened.
  SQLITE_IOERR_SHMSIZE: { code: 'database_full', words: 'no space left for the database', storeWide: true },
  SQLITE_READONLY: { code: 'database_readonly', words: 'database is read-only', storeWide: true },
  SQLITE_CANTOPEN: { code: 'database_failed', words: 'cannot open the database', storeWide: true },
  SQLITE_NOTADB: { code: 'not_a_database', words: 'not an SQLite database', storeWide: true },
  SQLITE_CORRUPT: { code: 'database_corrupt', words: 'database is damaged', storeWide: true },
  SQLITE_IOERR: { code: 'database_failed', words: 'cannot read or write the database', storeWide: true },
  SQLITE_NOMEM: { code: 'database_failed', words: 'out of memory for the database', storeWide: true },
}

/** A bug in one statement: a constraint, a name that is not there, a value that does not fit. */
const STATEMENT: Meaning = { code: 'database_failed', words: 'a statement failed', storeWide: false }

/**
 * A StoreError for what better-sqlite3 threw. The statement's text goes into the chain of causes,
 * because the stack ends in the driver; its parameters never do: they may be secrets.
 */
export const storeError = (error: unknown, file: string, text?: string): StoreError => {
  if (error instanceof StoreError) return error
  const { code, words } = meaningOf(error)
  return new StoreError(code, `${words}: ${file}`, { cause: text === undefined ? error : told(error, text) })
}

/** The write lock is somebody else's; the same transaction may succeed a moment later. */
export const isBusy = (error: unknown): boolean => meaningOf(error).code === 'database_busy'

/** No other work could have succeeded in that transaction either. */
export const isStoreWide = (error: unknown): boolean => meaningOf(error).storeWide

const told = (error: unknown, text: string): Error => {
  const what = error instanceof Error ? error.message : String(error)
  return new Error(`${what}, in: ${text.replace(/\s+/g, ' ').trim()}`, { cause: error })
}

const meaningOf = (error: unknown): Meaning => {
  for (let at = error; at instanceof Error; at = at.cause) {
    if (!('code' in at) || typeof at.code !== 'string') continue
    // Extended codes continue the primary one: SQLITE_IOERR_FSYNC, SQLITE_BUSY_SNAPSHOT.
    const primary = /^SQLITE_[A-Z]+/.exec(at.code)?.[0]
    if (primary !== undefined) return MEANING[at.code] ?? MEANING[primary] ?? STATEMENT
  }
  return STATEMENT
}
