/**
 * A database that is deleted or replaced while it is open goes on working, in a file that nobody can
 * reach any more: what is stored there is lost. So the file behind the name is looked at now and then.
 */
import { statSync } from 'node:fs'
import type { DatabaseFile } from './sqlite-file.ts'
import { StoreError } from './store-error.ts'
import type { Store } from './work.ts'

/** A look costs a system call; a lost second of tokens is the price of not making one a request. Milliseconds. */
const INTERVAL = 1000

/**
 * The store, refusing everything while its file is not where it was opened. It heals when the very same
 * file is back.
 *
 * @param clock epoch milliseconds
 * @param interval milliseconds between two looks; 0 looks each time
 */
export const keptInPlace = <S extends Store>(
  store: S,
  found: DatabaseFile,
  clock: () => number,
  interval: number = INTERVAL,
): S => {
  const opened = identityOf(found.path)
  let looked_at = clock()
  let lost: StoreError | undefined

  const look = (): StoreError | undefined => {
    const at = clock()
    const age = at - looked_at
    if (age >= 0 && age < interval) return lost
    looked_at = at
    const identity = identityOf(found.path)
    lost = identity === opened ? undefined : replaced(found, identity === undefined)
    return lost
  }

  return {
    ...store,
    read(work) {
      const refusal = look()
      return refusal === undefined ? store.read(work) : Promise.reject(refusal)
    },
    write(work) {
      const refusal = look()
      return refusal === undefined ? store.write(work) : Promise.reject(refusal)
    },
    // Who waits for it answers from what is remembered of the database, a refusal included (HTTP-18).
    turn() {
      const refusal = look()
      return refusal === undefined ? store.turn() : Promise.reject(refusal)
    },
  }
}

/** What tells a file from another one of the same name; `undefined` where none can be seen. */
const identityOf = (path: string): string | undefined => {
  try {
    const stats = statSync(path, { bigint: true })
    return `${stats.dev}:${stats.ino}`
  } catch {
    return undefined
  }
}

const replaced = ({ file }: DatabaseFile, isGone: boolean): StoreError =>
  new StoreError(
    'database_replaced',
    isGone
      ? `database was deleted or moved while open: ${file}`
      : `database was replaced while open: ${file}`,
  )
