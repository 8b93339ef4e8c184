/** How the store waits. Handed in, so that a test of five seconds takes none. */
export interface Timers {
  setImmediate(callback: () => void): void
  setTimeout(callback: () => void, milliseconds: number): void
}

export const realTimers: Timers = {
  setImmediate(callback) {
    setImmediate(callback)
  },
  setTimeout(callback, milliseconds) {
    setTimeout(callback, milliseconds)
  },
}

/** Calls back once, `milliseconds` from now, unless what it gives is called before. */
export type Alarm = (callback: () => void, milliseconds: number) => () => void

/** Keeps no process running. */
export const realAlarm: Alarm = (callback, milliseconds) => {
  const timer = setTimeout(callback, milliseconds).unref()
  return () => clearTimeout(timer)
}

/** A busy database is given up after this many milliseconds of waiting. */
export const PATIENCE = 5000

/** Milliseconds before the next try: 1, 2, 4, 8, 16, 16, … */
export const delayBefore = (tries: number): number => 2 ** Math.min(tries, 4)
