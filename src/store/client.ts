import type { Client } from '../protocol/client-metadata.ts'
import type { ClientSecurity } from '../protocol/client-security.ts'
import { all, one, run, type Value, type Work } from './work.ts'

interface Row {
  client_id: string
  client_name: string
  redirect_uris: string
  grant_types: string
  scope: string
  token_endpoint_auth_method: Client['token_endpoint_auth_method']
  first_party: number
  owner: string | null
  introspect: Client['introspect']
  resource: string
  access_token_ttl: number | null
  code_ttl: number | null
  refresh_token_ttl: number | null
  refresh_idle_ttl: number | null
  refresh_grace: number | null
  refresh_rotate: Client['refresh_rotate']
  security: string
  client_id_issued_at: number
  updated_at: number
  revoked_at: number | null
}

const COLUMNS = `client_id, client_name, redirect_uris, grant_types, scope, token_endpoint_auth_method,
  first_party, owner, introspect, resource, access_token_ttl, code_ttl, refresh_token_ttl, refresh_idle_ttl,
  refresh_grace, refresh_rotate, security, client_id_issued_at, updated_at, revoked_at`

const client = ({ security, ...row }: Row): Client => ({
  ...row,
  ...(JSON.parse(security) as ClientSecurity),
  redirect_uris: list(row.redirect_uris),
  grant_types: list(row.grant_types),
  resource: list(row.resource),
  first_party: row.first_party === 1,
})

const list = (json: string): readonly string[] => JSON.parse(json) as readonly string[]

/** Every member that has no column of its own is one of `security`. */
const params = ({
  client_id,
  client_name,
  redirect_uris,
  grant_types,
  scope,
  token_endpoint_auth_method,
  first_party,
  owner,
  introspect,
  resource,
  access_token_ttl,
  code_ttl,
  refresh_token_ttl,
  refresh_idle_ttl,
  refresh_grace,
  refresh_rotate,
  client_id_issued_at,
  updated_at,
  revoked_at,
  ...security
}: Client): Record<string, Value> => ({
  client_id,
  client_name,
  redirect_uris: JSON.stringify(redirect_uris),
  grant_types: JSON.stringify(grant_types),
  scope,
  token_endpoint_auth_method,
  first_party: first_party ? 1 : 0,
  owner,
  introspect,
  resource: JSON.stringify(resource),
  access_token_ttl,
  code_ttl,
  refresh_token_ttl,
  refresh_idle_ttl,
  refresh_grace,
  refresh_rotate,
  client_id_issued_at,
  updated_at,
  revoked_at,
  security: JSON.stringify(security satisfies ClientSecurity),
})

/** One client, revoked or not. */
export function* findClient(client_id: string): Work<Client | undefined> {
  const row = yield* one<Row>(`SELECT ${COLUMNS} FROM oauth_client WHERE client_id = $client_id`, {
    client_id,
  })
  return row === undefined ? undefined : client(row)
}

/** The first client there is, revoked or not. */
export function* findFirstClient(): Work<Client | undefined> {
  const row = yield* one<Row>(`SELECT ${COLUMNS} FROM oauth_client ORDER BY client_id LIMIT 1`)
  return row === undefined ? undefined : client(row)
}

/** Which clients `listClients` gives, and how many. */
export interface ClientFilter {
  readonly owner?: string | undefined
  readonly status: 'active' | 'revoked' | 'all'
  /** The last client_id of the page before. */
  readonly after?: string | undefined
  readonly limit: number
}

/** A page of clients in the order of their ids. */
export function* listClients(filter: ClientFilter): Work<readonly Client[]> {
  const rows = yield* all<Row>(
    `SELECT ${COLUMNS} FROM oauth_client
     WHERE client_id > $after
       AND ($owner = '' OR owner = $owner)
       AND ($status = 'all' OR ($status = 'active' AND revoked_at IS NULL) OR ($status = 'revoked' AND revoked_at IS NOT NULL))
     ORDER BY client_id LIMIT $limit`,
    { after: filter.after ?? '', owner: filter.owner ?? '', status: filter.status, limit: filter.limit },
  )
  return rows.map(client)
}

/** Adds a client; `false` when the id is taken, also by a revoked one. */
export function* insertClient(client: Client): Work<boolean> {
  const row = yield* one(
    `INSERT INTO oauth_client (${COLUMNS}) VALUES ($client_id, $client_name, $redirect_uris, $grant_types, $scope,
       $token_endpoint_auth_method, $first_party, $owner, $introspect, $resource, $access_token_ttl,
       $code_ttl, $refresh_token_ttl, $refresh_idle_ttl, $refresh_grace, $refresh_rotate, $security,
       $client_id_issued_at, $updated_at, $revoked_at)
     ON CONFLICT DO NOTHING RETURNING client_id`,
    params(client),
  )
  return row !== undefined
}

/** Writes a changed client back; the caller has claimed it with `claimClient` in this transaction. */
export function* updateClient(client: Client): Work<void> {
  yield* run(
    `UPDATE oauth_client SET client_name = $client_name, redirect_uris = $redirect_uris, grant_types = $grant_types,
       scope = $scope, token_endpoint_auth_method = $token_endpoint_auth_method, first_party = $first_party,
       owner = $owner, introspect = $introspect, resource = $resource, access_token_ttl = $access_token_ttl,
       code_ttl = $code_ttl, refresh_token_ttl = $refresh_token_ttl, refresh_idle_ttl = $refresh_idle_ttl,
       refresh_grace = $refresh_grace, refresh_rotate = $refresh_rotate,
       security = $security, updated_at = $updated_at
     WHERE client_id = $client_id AND revoked_at IS NULL`,
    params(client),
  )
}

/** Revokes a client for good; `false` when it was revoked before. */
export function* markClientRevoked(client_id: string, now: number): Work<boolean> {
  const row = yield* one(
    `UPDATE oauth_client SET revoked_at = $now, updated_at = $now
     WHERE client_id = $client_id AND revoked_at IS NULL RETURNING client_id`,
    { client_id, now },
  )
  return row !== undefined
}

/** How many clients there are, counted no further than `limit`: the banner only asks whether any. */
export function* countClients(limit: number): Work<number> {
  const rows = yield* all(
    'SELECT client_id FROM oauth_client WHERE revoked_at IS NULL ORDER BY client_id LIMIT $limit',
    {
      limit,
    },
  )
  return rows.length
}

/**
 * Claims a client that is not revoked for the rest of this transaction, so that what is read of it
 * next can be changed: two changes at once come one after the other. `false` when it is not there.
 */
export function* claimClient(client_id: string): Work<boolean> {
  const row = yield* one(
    'UPDATE oauth_client SET updated_at = updated_at WHERE client_id = $client_id AND revoked_at IS NULL RETURNING client_id',
    { client_id },
  )
  return row !== undefined
}
