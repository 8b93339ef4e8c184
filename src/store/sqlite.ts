import { statSync } from 'node:fs'
import type Database from 'better-sqlite3'
import { createLane, type Failure, type Job, type Lane } from './lane.ts'
import { isStoreWide, storeError } from './sqlite-error.ts'
import { createPages } from './sqlite-pages.ts'
import { createStepper } from './sqlite-statement.ts'
import { StoreError } from './store-error.ts'
import { realTimers, type Timers } from './timers.ts'
import type { Store, Work } from './work.ts'

export interface SqliteStoreOptions {
  /** How messages name the database. */
  readonly file: string
  /** The newest schema version this program knows, for `status()`. */
  readonly latest_version: number
  readonly timers?: Timers
}

/** One transaction's largest number of works, so that a re-run stays short. */
const LARGEST_BATCH = 256

/** So many turns writes wait for more at the most, while each turn brings some: well below a millisecond. */
const MOST_WAITS = 8

/**
 * The driver: runs every work of one event-loop turn on one connection, all reads on one snapshot,
 * all writes in one `BEGIN IMMEDIATE`, when the turn ends, or the turns that brought more of them.
 * It never blocks on another process.
 *
 * @param database opened and configured by open.ts, and closed by `close()`
 */
export const createSqliteStore = (database: Database.Database, options: SqliteStoreOptions): Store => {
  const { file, timers = realTimers } = options
  const stepper = createStepper(database, file)
  const pages = createPages(database, file)
  const control = (text: string): (() => void) => {
    const statement = database.prepare(text)
    return () => {
      try {
        statement.run()
      } catch (error) {
        throw storeError(error, file, text)
      }
    }
  }
  const beginReading = control('BEGIN')
  const beginWriting = control('BEGIN IMMEDIATE')
  const commit = control('COMMIT')
  const rollback = control('ROLLBACK')
  const save = control('SAVEPOINT work')
  const undo = control('ROLLBACK TO work')
  const release = control('RELEASE work')
  const dataVersion = database.prepare<[], number>('PRAGMA data_version').pluck()

  let scheduled = false
  let came = false
  let waits = 0
  let turn: PromiseWithResolvers<void> | undefined
  let closing: PromiseWithResolvers<void> | undefined
  let generation = 0
  let seenVersion = dataVersion.get()
  let look: PromiseWithResolvers<number> | undefined

  const schedule = (): void => {
    if (scheduled) return
    scheduled = true
    timers.setImmediate(flush)
  }

  const flush = (): void => {
    scheduled = false
    turn?.resolve()
    turn = undefined
    if (reads.isReady()) runReads(reads.take(Number.POSITIVE_INFINITY))
    if (writes.isReady() && !mayGrow()) runWrites(writes.take(LARGEST_BATCH))
    if (writes.isReady()) schedule()
    if (closing !== undefined && reads.size() === 0 && writes.size() === 0) {
      database.close()
      closing.resolve()
    }
  }

  /**
   * Whether writes wait for another turn: who came in this one may be the first of many that are on their
   * way, and one commit for all of them costs each less. One alone never waits.
   */
  const mayGrow = (): boolean => {
    const size = writes.size()
    const grows = came && size > 1 && size < LARGEST_BATCH && waits < MOST_WAITS
    came = false
    waits = grows ? waits + 1 : 0
    return grows
  }

  /** Moves the generation when another connection has committed; inside BEGIN it fixes the snapshot. */
  const observe = (): void => {
    const version = dataVersion.get()
    if (version === seenVersion) return
    seenVersion = version
    generation += 1
  }

  /** Answers all who asked in this turn; their works are still in time for its `flush`. */
  const answerLook = (): void => {
    const asked = look
    look = undefined
    try {
      if (database.open) observe()
    } catch {
      // Not known to be the same, so it counts as changed; the read that follows says what is wrong.
      generation += 1
    }
    asked?.resolve(generation)
  }

  const runReads = (batch: readonly Job[]): void => {
    try {
      beginReading()
      observe()
    } catch (error) {
      rollBack()
      reads.fail(batch, storeError(error, file))
      return
    }
    let lost: Failure | undefined
    for (const job of batch) {
      try {
        if (lost === undefined) job.result = stepper.stepReading(job.work())
        else job.failure = lost
      } catch (error) {
        job.failure = { error }
        // SQLite itself ends a transaction on some failures of the disk: the snapshot is gone.
        if (!database.inTransaction) lost = job.failure
      }
    }
    rollBack()
    reads.settle(batch)
  }

  const runWrites = (batch: readonly Job[]): void => {
    let failure = transact(batch, together)
    if (failure !== undefined && batch.length > 1 && !isStoreWide(failure.error)) {
      failure = transact(batch, apart)
    }
    if (failure === undefined) writes.settle(batch)
    else writes.fail(batch, failure.error)
  }

  /** One transaction for the batch; a failure means that nothing of it was stored. */
  const transact = (batch: readonly Job[], stepAll: (batch: readonly Job[]) => void): Failure | undefined => {
    stepper.forget()
    try {
      beginWriting()
      stepAll(batch)
      commit()
    } catch (error) {
      rollBack()
      return { error }
    }
    if (stepper.wroteRegistry()) generation += 1
    return undefined
  }

  const together = (batch: readonly Job[]): void => {
    for (const job of batch) job.result = stepper.step(job.work())
  }

  /** After a work has thrown: each under a savepoint, so that only what throws is undone. */
  const apart = (batch: readonly Job[]): void => {
    for (const job of batch) {
      save()
      try {
        job.result = stepper.step(job.work())
      } catch (error) {
        if (isStoreWide(error) || !database.inTransaction) throw error
        job.failure = { error }
        undo()
      }
      release()
    }
  }

  /** After FULL or IOERR SQLite may have rolled back already. */
  const rollBack = (): void => {
    try {
      if (database.inTransaction) rollback()
    } catch {
      // The next BEGIN fails then, says why, and comes here again.
    }
  }

  const reads = createLane(timers, schedule)
  const writes = createLane(timers, schedule)

  const refusal = (): Promise<never> =>
    Promise.reject(new StoreError('database_failed', `database is closed: ${file}`))

  const enqueue = <T>(lane: Lane, work: () => Work<T>): Promise<T> => {
    if (closing !== undefined) return refusal()
    schedule()
    return lane.push(work)
  }

  return {
    read: (work) => enqueue(reads, () => work),
    write(work) {
      came = true
      return enqueue(writes, work)
    },
    turn() {
      if (closing !== undefined) return refusal()
      turn ??= Promise.withResolvers<void>()
      schedule()
      return turn.promise
    },
    generation() {
      if (look === undefined) {
        look = Promise.withResolvers<number>()
        timers.setImmediate(answerLook)
        schedule()
      }
      return look.promise
    },
    ...pages,
    batches: () => writes.settled,
    status() {
      try {
        return {
          driver: 'sqlite',
          file,
          engine_version: String(database.prepare('SELECT sqlite_version()').pluck().get()),
          schema_version: Number(database.prepare('SELECT max(version) FROM oauthd_migration').pluck().get()),
          latest_version: options.latest_version,
          bytes: statSync(database.name).size,
          wal_bytes: statSync(`${database.name}-wal`, { throwIfNoEntry: false })?.size ?? 0,
        }
      } catch (error) {
        throw storeError(error, file)
      }
    },
    close() {
      if (closing === undefined) {
        closing = Promise.withResolvers<void>()
        schedule()
      }
      return closing.promise
    },
  }
}
