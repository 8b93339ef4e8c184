import type { Server } from '../server.ts'
import { StoreError } from '../store/store-error.ts'
import { countRows, TABLES } from '../store/table-rows.ts'

/** What the database says of itself. */
export interface DatabaseFacts {
  readonly bytes: number
  readonly wal_bytes: number
  /** By table. */
  readonly rows: ReadonlyMap<string, number>
}

/** How long rows are not counted again, whoever asks how often. Milliseconds. */
const INTERVAL = 10_000

/** Looks at the database; `undefined` while it cannot be read, which the log is told of elsewhere. */
export const databaseFacts = ({
  store,
  clock,
}: Pick<Server, 'store' | 'clock'>): (() => Promise<DatabaseFacts | undefined>) => {
  let counted_at = Number.NEGATIVE_INFINITY
  let rows: Promise<ReadonlyMap<string, number>> | undefined

  /** Each table in a turn of its own, so that requests are answered between two of them. */
  const count = async (): Promise<ReadonlyMap<string, number>> => {
    const found = new Map<string, number>()
    for (const table of TABLES) found.set(table, await store.read(countRows(table)))
    return found
  }

  return async () => {
    const age = clock() - counted_at
    if (rows === undefined || age < 0 || age >= INTERVAL) {
      counted_at = clock()
      rows = count()
    }
    try {
      const counted = await rows
      const { bytes, wal_bytes } = store.status()
      return { bytes, wal_bytes, rows: counted }
    } catch (thrown) {
      rows = undefined
      if (thrown instanceof StoreError) return undefined
      throw thrown
    }
  }
}
