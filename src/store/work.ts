/**
 * Database work as a value: read these lines first.
 *
 * A work is a generator that yields statements and is given rows. It decides; a driver runs it,
 * inside one transaction, possibly more than once. So a work touches nothing but rows.
 *
 * The rules of the common dialect are in docs/decisions/0001-works-over-two-databases.md.
 */

/** What a column or a parameter may hold. `undefined` is never bound. */
export type Value = string | number | Uint8Array | null

/** A row as a driver hands it over; its shape is known only to the statement that asked. */
export type Row = Readonly<Record<string, Value>>

export type Params = Readonly<Record<string, Value>>

/**
 * One statement. `text` names its parameters `$name`; `want` says how much of the answer is read,
 * so that a driver need not fetch or wait for more.
 */
export interface Statement {
  readonly text: string
  readonly params: Params
  readonly want: 'one' | 'all' | 'none'
}

/** An operation on rows that ends in a `T`. */
export type Work<T> = Generator<Statement, T, readonly Row[]>

const NO_PARAMS: Params = Object.freeze({})

/** Yields one statement, returns its first row, or `undefined`. `R` is the row's shape. */
export function* one<R>(text: string, params: Params = NO_PARAMS): Work<R | undefined> {
  const rows = yield { text, params, want: 'one' }
  return rows[0] as R | undefined
}

/** Yields one statement, returns all its rows. The text must have an ORDER BY and a limit. */
export function* all<R>(text: string, params: Params = NO_PARAMS): Work<readonly R[]> {
  const rows = yield { text, params, want: 'all' }
  return rows as readonly R[]
}

/** How many rows there are; `from` is what follows on FROM. */
export function* count(from: string, params: Params = NO_PARAMS): Work<number> {
  const row = yield* one<{ rows: number }>(`SELECT count(*) AS rows FROM ${from}`, params)
  return row?.rows ?? 0
}

/** Yields one statement whose answer nobody reads. */
export function* run(text: string, params: Params = NO_PARAMS): Work<void> {
  yield { text, params, want: 'none' }
}

/** Removes up to `limit` rows of a table whose `end` is not behind `before`, the oldest first; gives how many. */
export function* removeEnded(
  { table, key, end }: { readonly table: string; readonly key: string; readonly end: string },
  before: number,
  limit: number,
): Work<number> {
  const rows = yield* all(
    `DELETE FROM ${table} WHERE ${key} IN (
       SELECT ${key} FROM ${table} WHERE ${end} <= $before ORDER BY ${end} LIMIT $limit
     ) RETURNING ${key}`,
    { before, limit },
  )
  return rows.length
}

/** Where works are run. */
export interface Store {
  /** Runs a work that only reads, on committed rows, together with the other reads of the turn. */
  read<T>(work: Work<T>): Promise<T>
  /**
   * Runs a work in one transaction with the other works of the turn. Resolves after the commit
   * has been flushed to disk. The thunk may be called again; each call must give a fresh work.
   * @throws {StoreError} `database_busy` after 5 s without the write lock, `database_full`, …
   */
  write<T>(work: () => Work<T>): Promise<T>
  /** Resolves at the end of this event-loop turn; one promise a turn, so answers leave together. */
  turn(): Promise<void>
  /**
   * A number that changes whenever clients, scopes or keys may have changed, by this process or
   * another. What is parsed from those rows may be kept only while it stays the same, and only
   * under the number that was taken before they were read. One look, and one promise, for all who
   * ask in a turn: it is taken when the requests of the turn have been read, so that what another
   * process had committed before any of them is seen.
   */
  generation(): Promise<number>
  /** How much of the file is in use; what cannot be given back counts as used. */
  space(): StoreSpace
  /**
   * Gives up to `pages` free pages back to the file system, in a transaction of its own. Waits for nobody.
   * @throws {StoreError} `database_busy` when another process writes
   */
  reclaim(pages: number): void
  /**
   * Empties the write-ahead log when it is larger than `most` bytes. Readers that come one before the other has
   * gone would else keep it growing for good. Waits for them, and keeps writers waiting, for a few milliseconds.
   */
  emptyLog(most: number): void
  /** How many commits held how many works. */
  batches(): ReadonlyMap<number, number>
  /** Facts for `db:status`. */
  status(): StoreStatus
  /** Runs what is queued, then closes. */
  close(): Promise<void>
}

export interface StoreSpace {
  readonly pages: number
  readonly free_pages: number
}

export interface StoreStatus {
  readonly driver: 'sqlite'
  readonly file: string
  readonly engine_version: string
  readonly schema_version: number
  readonly latest_version: number
  readonly bytes: number
  readonly wal_bytes: number
}
