/**
 * What is over is removed while the server serves (LG-03): else one row a request stays for good, and
 * whoever asks often enough fills the disk. So does a write-ahead log that readers never leave alone.
 */
import { NOTHING_PURGED, type Purged, purgeSome, sumOf } from './actions/purge.ts'
import { isBusy } from './store/sqlite-error.ts'
import type { Alarm } from './store/timers.ts'
import type { Store } from './store/work.ts'

/** Removes what is over, now and then, of every process on the database. */
export interface Housekeeping {
  /** From now on; who only runs a command starts none. */
  start(): void
  stop(): void
}

export interface HousekeepingOptions {
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly alarm: Alarm
  /** Told when a round fails, once until one succeeds. */
  readonly onFault: (error: unknown) => void
}

/** Milliseconds from one round to the next. */
export const ROUND = 60_000
/** Milliseconds for others, between two transactions. */
const PAUSE = 5
/** Rows of a kind in one transaction, pages in one step: a few milliseconds of write lock, also of large rows. */
const BATCH = 100
const PAGES = 256
/** Seconds for which who comes too late is still told what it was that ended. */
const REMEMBERED = 300
/** How often a step may find the database busy. */
const MOST_TRIES = 100
/** Bytes of write-ahead log that may stay: SQLite alone keeps it at a quarter of that while no reader is in its way. */
const MOST_LOG = 16 * 1024 * 1024
/** So much of the file may lie free: what was removed makes room for what comes next. */
const SPARE = 0.25

export const createHousekeeping = (
  store: Store,
  { clock, alarm, onFault }: HousekeepingOptions,
): Housekeeping => {
  let cancel: (() => void) | undefined
  let isStopped = false
  let isFailing = false

  const wait = (callback: () => void, milliseconds: number): void => {
    if (!isStopped) cancel = alarm(callback, milliseconds)
  }

  /** Does not come back once it is stopped: the store may be closed by then. */
  const pause = (): Promise<void> => new Promise((resolve) => wait(resolve, PAUSE))

  const round = async (): Promise<void> => {
    await purgeAll(store, Math.floor(clock() / 1000) - REMEMBERED, BATCH, pause)
    await shrink(store, SPARE, pause)
    store.emptyLog(MOST_LOG)
  }

  const fire = (): void => {
    round()
      .then(() => {
        isFailing = false
      })
      .catch((error: unknown) => {
        // A database that somebody else holds is tended by somebody else, or in the next round.
        if (isStopped || isFailing || isBusy(error)) return
        isFailing = true
        onFault(error)
      })
      .finally(() => wait(fire, ROUND))
  }

  return {
    start() {
      wait(fire, ROUND)
    },
    stop() {
      isStopped = true
      cancel?.()
    },
  }
}

/** One small transaction after another, with a pause for others between. */
export const purgeAll = async (
  store: Store,
  before: number,
  batch: number,
  pause?: () => Promise<void>,
): Promise<Purged> => {
  for (let purged = NOTHING_PURGED; ; ) {
    const some = await store.write(() => purgeSome(before, batch))
    purged = sumOf(purged, some)
    if (Math.max(...Object.values(some)) < batch) return purged
    await pause?.()
  }
}

/**
 * Gives free pages back to the file system, step by step. A step that finds the database busy is
 * tried again.
 *
 * @param spare share of the file that stays free
 */
export const shrink = async (store: Store, spare: number, pause: () => Promise<void>): Promise<void> => {
  let tries = MOST_TRIES
  for (let space = store.space(); space.free_pages > space.pages * spare; await pause()) {
    const { free_pages } = space
    try {
      store.reclaim(PAGES)
      space = store.space()
      if (space.free_pages >= free_pages) return
    } catch (error) {
      tries -= 1
      if (!isBusy(error) || tries === 0) throw error
    }
  }
}
