import type { AuthorizationDetail } from '../protocol/authorization-details.ts'
import type { AuthorizationRequest } from '../protocol/authorization-request.ts'
import { fromJson, toJson } from './json.ts'
import { count, one, removeEnded, run, type Work } from './work.ts'

/** A row of oauth_authorization_request: what a client asked for, examined. Times are epoch seconds. */
export interface StoredAuthorizationRequest extends AuthorizationRequest {
  readonly request_id: string
  /** Binds it to the browser that brought it. */
  readonly browser_mac: string
  /** The session that was made for it; `prompt=login` asks for no other. */
  readonly session_id: string | null
  /** What the app decided, as JSON, until the browser comes back for it. */
  readonly decision: string | null
  readonly created_at: number
  readonly expires_at: number
  readonly used_at: number | null
}

type Row = Omit<StoredAuthorizationRequest, 'resource' | 'authorization_details'> & {
  resource: string
  authorization_details: string | null
}

const stored = (row: Row): StoredAuthorizationRequest => ({
  ...row,
  resource: JSON.parse(row.resource) as readonly string[],
  authorization_details: fromJson<readonly AuthorizationDetail[]>(row.authorization_details),
})

const COLUMNS = `request_id, client_id, redirect_uri, state, scope, resource, authorization_details,
  code_challenge, dpop_jkt, prompt, max_age, login_hint, ui_locales, browser_mac, session_id, decision, created_at, expires_at, used_at`

const FIND = `SELECT ${COLUMNS} FROM oauth_authorization_request WHERE request_id = $request_id`

/** One request, whatever became of it. */
export function* findAuthorizationRequest(request_id: string): Work<StoredAuthorizationRequest | undefined> {
  const row = yield* one<Row>(FIND, { request_id })
  return row === undefined ? undefined : stored(row)
}

const INSERT = `INSERT INTO oauth_authorization_request (${COLUMNS})
  VALUES ($request_id, $client_id, $redirect_uri, $state, $scope, $resource, $authorization_details,
    $code_challenge, $dpop_jkt, $prompt, $max_age, $login_hint, $ui_locales, $browser_mac, $session_id, $decision, $created_at, $expires_at, $used_at)`

export function* insertAuthorizationRequest(request: StoredAuthorizationRequest): Work<void> {
  yield* run(INSERT, {
    ...request,
    resource: JSON.stringify(request.resource),
    authorization_details: toJson(request.authorization_details),
  })
}

/** AZ-15: takes a request that is still open, once; `false` when it was answered before or is over. */
export function* claimAuthorizationRequest(request_id: string, now: number): Work<boolean> {
  const row = yield* one(
    `UPDATE oauth_authorization_request SET used_at = $now
     WHERE request_id = $request_id AND used_at IS NULL AND expires_at > $now RETURNING request_id`,
    { request_id, now },
  )
  return row !== undefined
}

/** Notes which session was made for a request. */
export function* setRequestSession(request_id: string, session_id: string): Work<void> {
  yield* run(
    'UPDATE oauth_authorization_request SET session_id = $session_id WHERE request_id = $request_id',
    { request_id, session_id },
  )
}

/** Keeps what the app decided, once; `false` when it had decided before, or the request is over. */
export function* decideAuthorizationRequest(
  request_id: string,
  { decision, decided_sub }: { readonly decision: string; readonly decided_sub: string | null },
  now: number,
): Work<boolean> {
  const row = yield* one(
    `UPDATE oauth_authorization_request SET decision = $decision, decided_sub = $decided_sub
     WHERE request_id = $request_id AND decision IS NULL AND used_at IS NULL AND expires_at > $now
     RETURNING request_id`,
    { request_id, decision, decided_sub, now },
  )
  return row !== undefined
}

/**
 * PG-07: ends the requests that an app has approved for a person, of one client or of any, and whose
 * browser is not back yet: access that is taken back must not come again with it.
 */
export function* voidDecisionsOf(sub: string, client_id: string | undefined, now: number): Work<void> {
  const of = client_id === undefined ? '' : 'AND client_id = $client_id'
  yield* run(
    `UPDATE oauth_authorization_request SET used_at = $now WHERE decided_sub = $sub ${of} AND used_at IS NULL`,
    client_id === undefined ? { sub, now } : { sub, client_id, now },
  )
}

/** Removes requests that were over before `before`, some at a time; gives how many. */
export const purgeAuthorizationRequests = (before: number, limit: number): Work<number> =>
  removeEnded({ table: 'oauth_authorization_request', key: 'request_id', end: 'expires_at' }, before, limit)

/** How many requests `purgeAuthorizationRequests` would remove. */
export const countEndedRequests = (before: number): Work<number> =>
  count('oauth_authorization_request WHERE expires_at <= $before', { before })
