/** What is remembered for a while, the least used forgotten first. */
export interface AnswerCache<T> {
  get(key: string): T | undefined
  /** @param until epoch milliseconds at which it is no longer true */
  set(key: string, value: T, until: number): void
  clear(): void
}

/**
 * @param most how many answers are kept
 * @param clock epoch milliseconds
 */
export const createAnswerCache = <T>(most: number, clock: () => number): AnswerCache<T> => {
  // A Map keeps the order of insertion: the first is the one that was longest not asked for.
  const kept = new Map<string, { readonly value: T; readonly from: number; readonly until: number }>()
  return {
    get(key) {
      const found = kept.get(key)
      if (found === undefined) return undefined
      kept.delete(key)
      const at = clock()
      // A clock that was set back says nothing of how old an answer is.
      if (at >= found.until || at < found.from) return undefined
      kept.set(key, found)
      return found.value
    },
    set(key, value, until) {
      const from = clock()
      if (until <= from) return
      kept.delete(key)
      kept.set(key, { value, from, until })
      const [oldest] = kept.keys()
      if (kept.size > most && oldest !== undefined) kept.delete(oldest)
    },
    clear: () => kept.clear(),
  }
}
