import { SKEW, type Spent, spend } from './store/limit.ts'
import type { Store } from './store/work.ts'

/** CA-09: so many failures of one client from one address, within the window. */
export const CLIENT_FAILURES = 20

/** How long after the first failure of a window its budget is whole again. Seconds. */
export const CLIENT_FAILURES_WINDOW = 60

/**
 * Failures of clients to authenticate, counted under who they say they are and whence. Every process of the
 * database counts together; what this one has seen it remembers, so that a good client costs no look.
 */
export interface ClientFailures {
  /** Whether nobody has failed lately: nothing else need be asked then. `now` is epoch seconds. */
  isQuiet(now: number): boolean
  /** Epoch seconds until which no failure is left, as far as this process has seen; `undefined`: some are. */
  outUntil(whose: string, now: number): number | undefined
  /**
   * Counts one.
   *
   * @returns epoch seconds until which there is none left, when this one was too many
   */
  count(whose: string, now: number): Promise<number | undefined>
}

/** What is forgotten beyond, the database still has. */
const REMEMBERED = 10_000

/** @param limitKey the name under which something is counted, which says nothing of what it is (LG-01) */
export const createClientFailures = (
  store: Pick<Store, 'write'>,
  limitKey: (words: string) => string,
): ClientFailures => {
  const windows = new Map<string, Spent>()
  let quiet_from = 0
  const open = (whose: string, now: number): Spent | undefined => {
    const window = windows.get(whose)
    return window !== undefined && isOpen(window.resets_at, now) ? window : undefined
  }
  const remember = (whose: string, window: Spent): void => {
    windows.delete(whose)
    const [oldest] = windows.size < REMEMBERED ? [] : windows.keys()
    if (oldest !== undefined) windows.delete(oldest)
    windows.set(whose, window)
    quiet_from = Math.max(quiet_from, window.resets_at)
  }
  return {
    isQuiet(now) {
      if (windows.size === 0) return true
      if (isOpen(quiet_from, now)) return false
      windows.clear()
      quiet_from = 0
      return true
    },
    outUntil(whose, now) {
      const window = open(whose, now)
      return window !== undefined && window.count >= CLIENT_FAILURES ? window.resets_at : undefined
    },
    async count(whose, now) {
      const resets_at = now + CLIENT_FAILURES_WINDOW
      const mine = open(whose, now) ?? { count: 0, resets_at }
      // Before anything is waited for: of many at once no more are looked at than there are failures left.
      remember(whose, { ...mine, count: mine.count + 1 })
      const all = await store.write(() => spend(limitKey(`client ${whose}`), now, resets_at))
      const count = Math.max(all.count, open(whose, now)?.count ?? 0)
      remember(whose, { count, resets_at: all.resets_at })
      return all.count > CLIENT_FAILURES ? all.resets_at : undefined
    },
  }
}

/** One that ends much later than any could was opened before the clock was set back: nobody waits for it. */
const isOpen = (resets_at: number, now: number): boolean =>
  resets_at > now && resets_at <= now + CLIENT_FAILURES_WINDOW + SKEW
