import type { Server } from '../server.ts'
import { putState } from '../store/state.ts'
import { type Answer, type Exchange, type Handler, json } from './answer.ts'
import { tellFault } from './faults.ts'

/** GET /healthz: the process answers. Nothing else is looked at, so that a slow disk restarts nobody. */
export const healthz: Handler = () => json({ status: 'ok' })

/** How long the write of /readyz may take, and how long its answer is kept. Milliseconds. */
const READY_DEADLINE = 2_000
const READY_INTERVAL = 1_000

/**
 * GET /readyz: a real write, flushed to disk within a deadline: a server that only looks alive is
 * worse than a dead one. Asked more often than once a second, it repeats its last answer, so that
 * whoever asks cannot keep the disk busy.
 */
export const readyz = (): Handler => {
  let asked_at = Number.NEGATIVE_INFINITY
  let last: Promise<boolean> = Promise.resolve(false)
  return async (server, exchange): Promise<Answer> => {
    const age = exchange.at - asked_at
    if (age < 0 || age >= READY_INTERVAL) {
      asked_at = exchange.at
      last = canWrite(server, exchange)
    }
    if (await last) return json({ status: 'ready' })
    exchange.note['error'] = 'not_ready'
    return json({ status: 'not ready' }, 503, { 'retry-after': '1' })
  }
}

const canWrite = async ({ store, log }: Server, exchange: Exchange): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, READY_DEADLINE, false)
  })
  const written = store
    .write(() => putState('ready_at', String(exchange.now)))
    .then(
      () => true,
      (thrown: unknown) => {
        tellFault(log, exchange, thrown)
        return false
      },
    )
  const ready = await Promise.race([written, late])
  clearTimeout(timer)
  return ready
}
