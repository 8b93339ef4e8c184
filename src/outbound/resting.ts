/** How long a server is left alone that has just failed, or just been asked. Milliseconds. */
export const REST = 3_000

/** Whether that time is not over. A clock that was set back says nothing of how long ago it was. */
export const isResting = (from: number, now: number): boolean => now >= from && now < from + REST

/**
 * An attempt that is not repeated right behind a failure: who asks meanwhile gets the same failure, so
 * that made-up tokens cannot drive us against a server that is down.
 *
 * @param clock epoch milliseconds
 */
export const resting = <A extends readonly unknown[], T>(
  attempt: (...given: A) => Promise<T>,
  clock: () => number,
): ((...given: A) => Promise<T>) => {
  let failed: { readonly from: number; readonly error: unknown } | undefined
  return async (...given) => {
    if (failed !== undefined && isResting(failed.from, clock())) throw failed.error
    try {
      return await attempt(...given)
    } catch (error) {
      failed = { from: clock(), error }
      throw error
    }
  }
}
