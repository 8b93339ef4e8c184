import { all, one, run, type Work } from './work.ts'

/** A row of oauth_consent: what a person has allowed a client so far. Times are epoch seconds. */
export interface Consent {
  readonly sub: string
  readonly client_id: string
  /** All that was allowed; may be empty. */
  readonly scope: string
  readonly resource: readonly string[]
  /** What is allowed again without asking; `null`: nothing is. */
  readonly remembered_scope: string | null
  readonly remembered_resource: readonly string[]
  readonly created_at: number
  readonly updated_at: number
}

type Row = Omit<Consent, 'resource' | 'remembered_resource'> & {
  resource: string
  remembered_resource: string
}

const consent = (row: Row): Consent => ({
  ...row,
  resource: JSON.parse(row.resource) as readonly string[],
  remembered_resource: JSON.parse(row.remembered_resource) as readonly string[],
})

const COLUMNS =
  'sub, client_id, scope, resource, remembered_scope, remembered_resource, created_at, updated_at'

const FIND = `SELECT ${COLUMNS} FROM oauth_consent WHERE sub = $sub AND client_id = $client_id`

/** What `sub` has allowed `client_id`. */
export function* findConsent(sub: string, client_id: string): Work<Consent | undefined> {
  const row = yield* one<Row>(FIND, { sub, client_id })
  return row === undefined ? undefined : consent(row)
}

/** Writes a consent as it stands now; the caller has read it in this transaction, and only grows it. */
export function* putConsent(row: Consent): Work<void> {
  yield* run(
    `INSERT INTO oauth_consent (${COLUMNS})
     VALUES ($sub, $client_id, $scope, $resource, $remembered_scope, $remembered_resource, $created_at, $updated_at)
     ON CONFLICT (sub, client_id) DO UPDATE SET scope = excluded.scope, resource = excluded.resource,
       remembered_scope = excluded.remembered_scope, remembered_resource = excluded.remembered_resource,
       updated_at = excluded.updated_at`,
    {
      ...row,
      resource: JSON.stringify(row.resource),
      remembered_resource: JSON.stringify(row.remembered_resource),
    },
  )
}

/** Forgets one consent; `false` when there was none. */
export function* deleteConsent(sub: string, client_id: string): Work<boolean> {
  const row = yield* one(
    'DELETE FROM oauth_consent WHERE sub = $sub AND client_id = $client_id RETURNING client_id',
    { sub, client_id },
  )
  return row !== undefined
}

/** Forgets all that a person has allowed; gives how many clients. */
export function* deleteConsentsOf(sub: string): Work<number> {
  return (yield* all('DELETE FROM oauth_consent WHERE sub = $sub RETURNING client_id', { sub })).length
}

/** How many clients a person has allowed something. */
export function* countConsents(sub: string): Work<number> {
  const row = yield* one<{ count: number }>('SELECT count(*) AS count FROM oauth_consent WHERE sub = $sub', {
    sub,
  })
  return row?.count ?? 0
}

/** Which pairs `listAllowedPairs` gives; the last pair of the page before is where it goes on. */
export interface AllowedFilter {
  readonly sub?: string | undefined
  readonly client_id?: string | undefined
  readonly after?: AllowedPair | undefined
  readonly limit: number
}

/** A person, and a client that the person has allowed something. */
export interface AllowedPair {
  readonly sub: string
  readonly client_id: string
}

/**
 * Who has allowed whom, by sub and client: by a consent, or by an authorization that stands without one,
 * as of a first-party client. Of one person it is found by key, of all it walks the tables.
 */
export function* listAllowedPairs(filter: AllowedFilter, now: number): Work<readonly AllowedPair[]> {
  const { sub, client_id, after, limit } = filter
  const wanted = [
    ...(sub === undefined ? [] : ['sub = $sub']),
    ...(client_id === undefined ? [] : ['client_id = $client_id']),
    '(sub > $after_sub OR (sub = $after_sub AND client_id > $after_client_id))',
  ].join(' AND ')
  return yield* all<AllowedPair>(
    `SELECT sub, client_id FROM oauth_consent WHERE ${wanted}
     UNION SELECT sub, client_id FROM oauth_authorization
       WHERE ${wanted} AND revoked_at IS NULL AND expires_at > $now
     ORDER BY sub, client_id LIMIT $limit`,
    {
      ...(sub === undefined ? {} : { sub }),
      ...(client_id === undefined ? {} : { client_id }),
      after_sub: after?.sub ?? '',
      after_client_id: after?.client_id ?? '',
      now,
      limit,
    },
  )
}
