/** What is remembered for a while, the least used forgotten first. */
export interface AnswerCache<T> {
  get(key: string): T | undefined
  /** @param until epoch milliseconds at which it is no longer true */
  set(key: string, value: T, until: number): void
  clear(): void
}

/** How much is kept. */
export interface CacheLimits {
  readonly answers: number
  /** Characters of JSON, of all answers together. */
  readonly size: number
}

interface Kept<T> {
  readonly value: T
  readonly size: number
  readonly from: number
  readonly until: number
}

/** @param clock epoch milliseconds */
export const createAnswerCache = <T extends object>(
  most: CacheLimits,
  clock: () => number,
): AnswerCache<T> => {
  // A Map keeps the order of insertion: the first is the one that was longest not asked for.
  const kept = new Map<string, Kept<T>>()
  let size = 0
  const remove = (key: string): Kept<T> | undefined => {
    const found = kept.get(key)
    if (found === undefined) return undefined
    kept.delete(key)
    size -= found.size
    return found
  }
  const add = (key: string, one: Kept<T>): void => {
    kept.set(key, one)
    size += one.size
  }
  return {
    get(key) {
      const found = remove(key)
      const at = clock()
      // A clock that was set back says nothing of how old an answer is.
      if (found === undefined || at >= found.until || at < found.from) return undefined
      add(key, found)
      return found.value
    },
    set(key, value, until) {
      const from = clock()
      if (until <= from) return
      remove(key)
      add(key, { value, size: JSON.stringify(value).length, from, until })
      for (const oldest of kept.keys()) {
        if (kept.size <= most.answers && size <= most.size) return
        remove(oldest)
      }
    },
    clear() {
      kept.clear()
      size = 0
    },
  }
}
