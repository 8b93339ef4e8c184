import { isBusy } from './sqlite-error.ts'
import { delayBefore, PATIENCE, type Timers } from './timers.ts'
import type { Work } from './work.ts'

/** A queued work and how it ended. */
export interface Job {
  work(): Work<unknown>
  resolve(value: unknown): void
  reject(reason: unknown): void
  /** What the lane had waited when the job came. */
  readonly since: number
  result: unknown
  failure: Failure | undefined
}

export interface Failure {
  readonly error: unknown
}

/** The works that wait for one kind of transaction: the reads, or the writes. */
export interface Lane {
  push<T>(work: () => Work<T>): Promise<T>
  /** Takes the oldest jobs out. */
  take(most: number): Job[]
  /** Answers each job of a batch with its result or its failure. */
  settle(batch: readonly Job[]): void
  /**
   * Nothing of the batch was done. Busy: it is put back and tried again a little later, and
   * whoever has waited for PATIENCE is refused. Anything else refuses the batch.
   */
  fail(batch: readonly Job[], error: unknown): void
  /** How many batches that were settled had how many jobs. */
  readonly settled: ReadonlyMap<number, number>
  /** How many works wait. */
  size(): number
  /** Has jobs, and nothing to wait for. */
  isReady(): boolean
}

/** @param wake called when a wait is over */
export const createLane = (timers: Timers, wake: () => void): Lane => {
  const settled = new Map<number, number>()
  let jobs: Job[] = []
  let waiting = false
  let tries = 0
  // Sum of the delays so far: the store has no clock.
  let waited = 0

  const wait = (): void => {
    const delay = delayBefore(tries)
    tries += 1
    waiting = true
    timers.setTimeout(() => {
      waiting = false
      waited += delay
      wake()
    }, delay)
  }

  return {
    push: (work) =>
      new Promise((resolve, reject) => {
        jobs.push({ work, resolve, reject, since: waited, result: undefined, failure: undefined })
      }),
    take(most) {
      if (jobs.length > most) return jobs.splice(0, most)
      const batch = jobs
      jobs = []
      return batch
    },
    settle(batch) {
      tries = 0
      settled.set(batch.length, (settled.get(batch.length) ?? 0) + 1)
      for (const job of batch) {
        if (job.failure === undefined) job.resolve(job.result)
        else job.reject(job.failure.error)
      }
    },
    fail(batch, error) {
      if (!isBusy(error)) {
        for (const job of batch) job.reject(error)
        return
      }
      for (const job of batch) job.failure = undefined
      jobs = batch.concat(jobs)
      const patient = jobs.findIndex((job) => waited - job.since < PATIENCE)
      for (const job of jobs.splice(0, patient === -1 ? jobs.length : patient)) job.reject(error)
      if (jobs.length > 0) wait()
      else tries = 0
    },
    settled,
    size: () => jobs.length,
    isReady: () => jobs.length > 0 && !waiting,
  }
}
