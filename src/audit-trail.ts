import type { Trail } from './actions/audit.ts'
import type { HashKeys } from './crypto/hash-key.ts'

/** Whose doing something is: a command's, the serving program's own, a call's. */
export type Actor = 'cli' | 'serve' | 'library'

/** A request by which something is done; a call has no id. */
export interface DoneBy {
  readonly route?: string
  readonly request_id?: string
}

/** How what is done now is written down (LG-02); asked anew for each transaction. */
export type Audit = (by?: DoneBy) => Trail

export const createAudit =
  (actor: Actor, hash_keys: Pick<HashKeys, 'newest'>, clock: () => number): Audit =>
  (by) => {
    const { hash_key_id, audit: seal } = hash_keys.newest
    const request_id = by?.request_id ?? null
    const isRequest = request_id !== null && by?.route !== undefined
    return {
      at: Math.floor(clock() / 1000),
      actor: isRequest ? `http:${by.route}` : actor,
      request_id,
      hash_key_id,
      seal,
    }
  }
