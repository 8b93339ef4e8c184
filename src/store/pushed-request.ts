import { count, one, removeEnded, run, type Work } from './work.ts'

/** A row of oauth_pushed_request: what a client pushed, until a browser brings it. Times are epoch seconds. */
export interface PushedRequest {
  readonly pushed_id: string
  readonly request_hash: string
  readonly hash_key_id: string
  readonly client_id: string
  /** Form-encoded. */
  readonly parameters: string
  /** They came as a request object, signed by the client. */
  readonly is_signed: 0 | 1
  readonly created_at: number
  readonly expires_at: number
  readonly used_at: number | null
  /** What the visit of the browser that brought it was kept as. */
  readonly request_id: string | null
}

const COLUMNS = `pushed_id, request_hash, hash_key_id, client_id, parameters, is_signed, created_at, expires_at,
  used_at, request_id`

const FIND = `SELECT ${COLUMNS} FROM oauth_pushed_request WHERE pushed_id = $pushed_id`

/** One pushed request, whatever became of it. */
export const findPushedRequest = (pushed_id: string): Work<PushedRequest | undefined> =>
  one<PushedRequest>(FIND, { pushed_id })

const INSERT = `INSERT INTO oauth_pushed_request (${COLUMNS})
  VALUES ($pushed_id, $request_hash, $hash_key_id, $client_id, $parameters, $is_signed, $created_at, $expires_at,
    $used_at, $request_id)`

export function* insertPushedRequest(pushed: PushedRequest): Work<void> {
  yield* run(INSERT, { ...pushed })
}

const IS_OPEN = 'pushed_id = $pushed_id AND used_at IS NULL AND expires_at > $now'

const CLAIM = `UPDATE oauth_pushed_request SET used_at = $now WHERE ${IS_OPEN} RETURNING pushed_id`

/** PAR-03: takes a pushed request, once; `false` when it was taken before or is over. */
export function* claimPushedRequest(pushed_id: string, now: number): Work<boolean> {
  return (yield* one(CLAIM, { pushed_id, now })) !== undefined
}

/** Notes as what a claimed one was kept, which it ends with. */
export function* linkPushedRequest(pushed_id: string, request_id: string, expires_at: number): Work<void> {
  yield* run(
    'UPDATE oauth_pushed_request SET request_id = $request_id, expires_at = $expires_at WHERE pushed_id = $pushed_id',
    { pushed_id, request_id, expires_at },
  )
}

const HOLD = `UPDATE oauth_pushed_request SET expires_at = $expires_at WHERE ${IS_OPEN} RETURNING pushed_id`

/** Gives an open one time until its person has answered; `false` when it is over. */
export function* holdPushedRequest(pushed_id: string, expires_at: number, now: number): Work<boolean> {
  return (yield* one(HOLD, { pushed_id, expires_at, now })) !== undefined
}

/** Removes those that were over before `before`, some at a time; gives how many. */
export const purgePushedRequests = (before: number, limit: number): Work<number> =>
  removeEnded({ table: 'oauth_pushed_request', key: 'pushed_id', end: 'expires_at' }, before, limit)

/** How many `purgePushedRequests` would remove. */
export const countEndedPushedRequests = (before: number): Work<number> =>
  count('oauth_pushed_request WHERE expires_at <= $before', { before })
