/** Thrown instead of waiting in a queue that is too long. */
export class TooBusy extends Error {}

/** Runs one job when there is room for it. */
export type Bounded = <T>(job: () => Promise<T>) => Promise<T>

/**
 * At most `width` jobs at a time and `queue` that wait, in their order: what costs memory and threads
 * must not be had by asking often.
 *
 * @throws {TooBusy} when as many are waiting
 */
export const bounded = (width: number, queue: number): Bounded => {
  const waiting: (() => void)[] = []
  let running = 0
  return async (job) => {
    if (running >= width) {
      if (waiting.length >= queue) throw new TooBusy(`${queue} are waiting`)
      // Whoever ends hands over its place, so `running` stays.
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else {
      running += 1
    }
    try {
      return await job()
    } finally {
      const next = waiting.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }
}
