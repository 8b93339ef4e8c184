import type { AuthorizationDetail } from '../protocol/authorization-details.ts'
import { voidDecisionsOf } from './authorization-request.ts'
import { fromJson, toJson } from './json.ts'
import { all, count, one, removeEnded, run, type Work } from './work.ts'

/** A row of oauth_authorization: what a person allowed a client, once. Times are epoch seconds. */
export interface Authorization {
  readonly authorization_id: string
  readonly client_id: string
  readonly sub: string
  readonly username: string | null
  /** May be empty. */
  readonly scope: string
  readonly resource: readonly string[]
  readonly authorization_details: readonly AuthorizationDetail[] | null
  /** Extra claims given at approval; they reach introspection. */
  readonly claims: Readonly<Record<string, unknown>> | null
  readonly auth_time: number | null
  readonly acr: string | null
  readonly amr: readonly string[] | null
  readonly created_at: number
  /** Moved once a day at the most. */
  readonly last_used_at: number
  /** The end of its code until that is used; then the absolute end of everything it leads to (RT-06). */
  readonly expires_at: number
  readonly revoked_at: number | null
}

type Row = Omit<Authorization, 'resource' | 'authorization_details' | 'claims' | 'amr'> & {
  resource: string
  authorization_details: string | null
  claims: string | null
  amr: string | null
}

const authorization = (row: Row): Authorization => ({
  ...row,
  resource: JSON.parse(row.resource) as readonly string[],
  authorization_details: fromJson<readonly AuthorizationDetail[]>(row.authorization_details),
  claims: fromJson<Readonly<Record<string, unknown>>>(row.claims),
  amr: fromJson<readonly string[]>(row.amr),
})

const COLUMNS = `authorization_id, client_id, sub, username, scope, resource, authorization_details, claims,
  auth_time, acr, amr, created_at, last_used_at, expires_at, revoked_at`

const FIND = `SELECT ${COLUMNS} FROM oauth_authorization WHERE authorization_id = $authorization_id`

/** One authorization, revoked or not. */
export function* findAuthorization(authorization_id: string): Work<Authorization | undefined> {
  const row = yield* one<Row>(FIND, { authorization_id })
  return row === undefined ? undefined : authorization(row)
}

const INSERT = `INSERT INTO oauth_authorization (${COLUMNS})
  VALUES ($authorization_id, $client_id, $sub, $username, $scope, $resource, $authorization_details, $claims,
    $auth_time, $acr, $amr, $created_at, $last_used_at, $expires_at, $revoked_at)`

export function* insertAuthorization(row: Authorization): Work<void> {
  yield* run(INSERT, {
    ...row,
    resource: JSON.stringify(row.resource),
    authorization_details: toJson(row.authorization_details),
    claims: toJson(row.claims),
    amr: toJson(row.amr),
  })
}

/** Ends an authorization and all it led to, codes and tokens; `false` when it had ended before. */
export function* markAuthorizationRevoked(authorization_id: string, now: number): Work<boolean> {
  const row = yield* one(
    `UPDATE oauth_authorization SET revoked_at = $now
     WHERE authorization_id = $authorization_id AND revoked_at IS NULL RETURNING authorization_id`,
    { authorization_id, now },
  )
  return row !== undefined
}

/** Ends everything a person allowed one client, also what an app has just approved, or any when `client_id` is undefined; gives how many. */
export function* revokeAuthorizationsOf(
  sub: string,
  client_id: string | undefined,
  now: number,
): Work<number> {
  const of = client_id === undefined ? '' : 'AND client_id = $client_id'
  const rows = yield* all(
    `UPDATE oauth_authorization SET revoked_at = $now
     WHERE sub = $sub ${of} AND revoked_at IS NULL RETURNING authorization_id`,
    client_id === undefined ? { sub, now } : { sub, client_id, now },
  )
  yield* voidDecisionsOf(sub, client_id, now)
  return rows.length
}

/** Whether a person of this `sub` has ever allowed anything, whosever user it is. */
export function* isSubOfAny(sub: string): Work<boolean> {
  const find = 'SELECT sub FROM oauth_authorization WHERE sub = $sub ORDER BY sub, client_id LIMIT 1'
  return (yield* one(find, { sub })) !== undefined
}

/** How much of what a person allowed still stands. */
export function* countLiveAuthorizations(sub: string, now: number): Work<number> {
  const row = yield* one<{ live: number }>(
    `SELECT count(*) AS live FROM oauth_authorization
     WHERE sub = $sub AND revoked_at IS NULL AND expires_at > $now`,
    { sub, now },
  )
  return row?.live ?? 0
}

/** Authorizations of one person and client that stand, taken together where they allow the same. */
export interface StandingAuthorizations {
  readonly scope: string
  readonly resource: readonly string[]
  readonly username: string | null
  /** The earliest and the last use. */
  readonly created_at: number
  readonly last_used_at: number
}

/** What stands of what a person allowed a client, by what it allows; 1000 kinds at the most. */
export function* sumLiveAuthorizations(
  sub: string,
  client_id: string,
  now: number,
): Work<readonly StandingAuthorizations[]> {
  const rows = yield* all<Omit<StandingAuthorizations, 'resource'> & { resource: string }>(
    `SELECT scope, resource, max(username) AS username, min(created_at) AS created_at,
       max(last_used_at) AS last_used_at
     FROM oauth_authorization
     WHERE sub = $sub AND client_id = $client_id AND revoked_at IS NULL AND expires_at > $now
     GROUP BY scope, resource ORDER BY scope, resource LIMIT 1000`,
    { sub, client_id, now },
  )
  return rows.map((row) => ({ ...row, resource: JSON.parse(row.resource) as readonly string[] }))
}

/** The ids of what stands for a client, behind `after`, in their order. Walks the table (decision 0007). */
export function* listLiveAuthorizationIds(
  client_id: string,
  now: number,
  after: string,
  limit: number,
): Work<readonly string[]> {
  const rows = yield* all<{ authorization_id: string }>(
    `SELECT authorization_id FROM oauth_authorization
     WHERE client_id = $client_id AND authorization_id > $after AND revoked_at IS NULL AND expires_at > $now
     ORDER BY authorization_id LIMIT $limit`,
    { client_id, now, after, limit },
  )
  return rows.map(({ authorization_id }) => authorization_id)
}

/** Notes a use, for the person's list of connected apps. */
export function* touchAuthorization(authorization_id: string, now: number): Work<void> {
  yield* run(
    'UPDATE oauth_authorization SET last_used_at = $now WHERE authorization_id = $authorization_id',
    { authorization_id, now },
  )
}

/** Its code was used: what it leads to may last until then. */
export function* extendAuthorization(authorization_id: string, expires_at: number): Work<void> {
  yield* run(
    'UPDATE oauth_authorization SET expires_at = $expires_at WHERE authorization_id = $authorization_id',
    { authorization_id, expires_at },
  )
}

/** Removes authorizations that ended before `before`, some at a time; gives how many. */
export const purgeAuthorizations = (before: number, limit: number): Work<number> =>
  removeEnded({ table: 'oauth_authorization', key: 'authorization_id', end: 'expires_at' }, before, limit)

/** How many authorizations `purgeAuthorizations` would remove. */
export const countEndedAuthorizations = (before: number): Work<number> =>
  count('oauth_authorization WHERE expires_at <= $before', { before })
