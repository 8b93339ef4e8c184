import { activeHashKey } from './actions/hash-key.ts'
import { type HashKey, type HashKeys, hashKey, hashKeys } from './crypto/hash-key.ts'
import type { Seals } from './seals.ts'
import { type HashKeyRow, listHashKeys } from './store/hash-key.ts'
import type { Alarm } from './store/timers.ts'
import type { Store } from './store/work.ts'

/** Milliseconds between two looks: several in `HASH_KEY_DELAY`. */
export const HASH_KEY_LOOK = 15_000

/** The hash keys of a database: those of the last look. */
export interface LiveHashKeys extends HashKeys {
  /** Looks for keys that another process has made or dropped. */
  refresh(): Promise<void>
  stop(): void
}

export interface LiveHashKeysOptions {
  readonly store: Pick<Store, 'read'>
  readonly seals: Seals
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly alarm: Alarm
  /** Told when a look fails, once until one succeeds; what is known goes on. */
  readonly onFault: (error: unknown) => void
}

/**
 * Opens the hash keys, and looks again now and then until it is stopped.
 *
 * @throws {SecretError} `secret_mismatch`: another secret sealed them
 */
export const openHashKeys = async (
  rows: readonly HashKeyRow[],
  { store, seals, clock, alarm, onFault }: LiveHashKeysOptions,
): Promise<LiveHashKeys> => {
  let opened: ReadonlyMap<string, HashKey> = new Map()
  let failure: { readonly error: unknown } | undefined
  let isStopped = false
  let cancel: (() => void) | undefined

  const open = async (found: readonly HashKeyRow[]): Promise<HashKeys> => {
    const keys = await Promise.all(
      found.map(
        async ({ hash_key_id, sealed }) =>
          opened.get(hash_key_id) ?? hashKey(hash_key_id, await seals.open(hash_key_id, sealed)),
      ),
    )
    opened = new Map(keys.map((key) => [key.hash_key_id, key]))
    // The oldest where none has activated yet: by a clock that is behind.
    return hashKeys(
      keys,
      opened.get(activeHashKey(found, Math.floor(clock() / 1000))?.hash_key_id ?? '') ?? keys[0],
    )
  }

  let current = await open(rows)
  const refresh = async (): Promise<void> => {
    current = await open(await store.read(listHashKeys()))
  }

  const look = (): void => {
    refresh()
      .then(() => {
        failure = undefined
      })
      .catch((error: unknown) => {
        if (isStopped) return
        if (failure === undefined) onFault(error)
        failure = { error }
      })
      .finally(wait)
  }
  const wait = (): void => {
    if (!isStopped) cancel = alarm(look, HASH_KEY_LOOK)
  }
  wait()

  return {
    get newest() {
      return current.newest
    },
    find(hash_key_id) {
      const key = current.find(hash_key_id)
      // Not a no: the key may be there, and only not to be read (HTTP-18).
      if (key === undefined && failure !== undefined) throw failure.error
      return key
    },
    refresh,
    stop() {
      isStopped = true
      cancel?.()
    },
  }
}
