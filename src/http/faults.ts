/**
 * What the log is told of faults. A store that fails goes on failing, request by request: its error is
 * told once, with its stack, and counted from then on, or a full disk would be filled by its own log.
 */
import type { Log } from '../server.ts'
import { StoreError, type StoreErrorCode } from '../store/store-error.ts'
import type { Exchange } from './answer.ts'

interface Repeated {
  /** Where it was met: that another route, which may only read, succeeds says nothing. */
  readonly routes: Set<string>
  times: number
}

/** By the log they are told to, which all apps of a server share. */
const repeated = new WeakMap<Log, Map<StoreErrorCode, Repeated>>()

/** A request failed. What is no StoreError is a bug, and each is told whole. */
export const tellFault = (log: Log, { request_id, route }: Exchange, thrown: unknown): void => {
  if (thrown instanceof StoreError) {
    const faults = repeated.get(log) ?? new Map<StoreErrorCode, Repeated>()
    repeated.set(log, faults)
    const known = faults.get(thrown.code)
    if (known !== undefined) {
      known.routes.add(route)
      known.times += 1
      return
    }
    faults.set(thrown.code, { routes: new Set([route]), times: 1 })
  }
  log.error({ request_id, err: thrown }, 'fault')
}

/** A request to this route was answered: what failed there works again. */
export const endFaults = (log: Log, route: string): void => {
  const faults = repeated.get(log)
  if (faults === undefined) return
  for (const [fault, { routes, times }] of faults) {
    if (!routes.has(route)) continue
    faults.delete(fault)
    log.warn({ fault, times }, 'fault is over')
  }
}
