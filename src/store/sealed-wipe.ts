import { nextSealedEnd, wipeSealed } from './refresh-token.ts'
import type { Alarm } from './timers.ts'
import type { Store } from './work.ts'

/** Wipes sealed copies of refresh tokens when their window is over (RT-11), of every process on the database. */
export interface SealedWipe {
  /** A copy lies sealed until then; epoch seconds. */
  note(sealed_until: number): void
  /** Wipes what is over, also what a process that is gone has left, and waits for the rest. */
  sweep(): Promise<void>
  stop(): void
}

export interface SealedWipeOptions {
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly alarm: Alarm
  /** Told when a sweep fails; it is tried again. */
  readonly onFault: (error: unknown) => void
}

/** How many one transaction wipes, so that requests go between. */
const BATCH = 256
/** Milliseconds after a sweep that failed. */
const NEXT_TRY = 1000

/** However many windows are open, one timer waits: for the first that ends. */
export const createSealedWipe = (store: Store, { clock, alarm, onFault }: SealedWipeOptions): SealedWipe => {
  let waiting: { readonly until: number; cancel(): void } | undefined
  let isStopped = false

  const wait = (until: number, milliseconds: number): void => {
    if (isStopped) return
    waiting?.cancel()
    waiting = { until, cancel: alarm(fire, milliseconds) }
  }

  const note = (sealed_until: number): void => {
    if (waiting !== undefined && waiting.until <= sealed_until) return
    // It may be asked for in the whole of its last second.
    wait(sealed_until, Math.max(0, (sealed_until + 1) * 1000 - clock()))
  }

  const sweep = async (): Promise<void> => {
    const now = Math.floor(clock() / 1000)
    for (let wiped = BATCH; wiped === BATCH && !isStopped; ) {
      wiped = await store.write(() => wipeSealed(now, BATCH))
    }
    if (isStopped) return
    const next = await store.read(nextSealedEnd())
    if (next !== undefined) note(next)
  }

  const fire = (): void => {
    waiting = undefined
    sweep().catch((error: unknown) => {
      if (isStopped) return
      onFault(error)
      wait(0, NEXT_TRY)
    })
  }

  return {
    note,
    sweep,
    stop() {
      isStopped = true
      waiting?.cancel()
    },
  }
}
