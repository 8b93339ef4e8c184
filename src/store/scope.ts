import { all, one, run, type Work } from './work.ts'

/** A described scope, as the command line shows it. */
export interface ScopeRecord {
  readonly scope: string
  readonly title: string | null
  readonly description: string | null
  readonly is_default: boolean
  readonly is_sensitive: boolean
  readonly created_at: number
  readonly updated_at: number
}

interface Row {
  scope: string
  title: string | null
  description: string | null
  is_default: number
  is_sensitive: number
  created_at: number
  updated_at: number
}

const COLUMNS = 'scope, title, description, is_default, is_sensitive, created_at, updated_at'

const record = (row: Row): ScopeRecord => ({
  ...row,
  is_default: row.is_default === 1,
  is_sensitive: row.is_sensitive === 1,
})

/** All described scopes by name; an installation has tens of them. */
export function* listScopes(): Work<readonly ScopeRecord[]> {
  const rows = yield* all<Row>(`SELECT ${COLUMNS} FROM oauth_scope ORDER BY scope LIMIT 10000`)
  return rows.map(record)
}

/** One described scope. */
export function* findScope(scope: string): Work<ScopeRecord | undefined> {
  const row = yield* one<Row>(`SELECT ${COLUMNS} FROM oauth_scope WHERE scope = $scope`, { scope })
  return row === undefined ? undefined : record(row)
}

/** Describes a scope, or describes it anew. */
export function* putScope(scope: ScopeRecord): Work<void> {
  yield* run(
    `INSERT INTO oauth_scope (${COLUMNS})
     VALUES ($scope, $title, $description, $is_default, $is_sensitive, $created_at, $updated_at)
     ON CONFLICT (scope) DO UPDATE SET title = excluded.title, description = excluded.description,
       is_default = excluded.is_default, is_sensitive = excluded.is_sensitive, updated_at = excluded.updated_at`,
    { ...scope, is_default: scope.is_default ? 1 : 0, is_sensitive: scope.is_sensitive ? 1 : 0 },
  )
}

/** Forgets a description; `false` when there was none. Clients that have the scope keep it. */
export function* deleteScope(scope: string): Work<boolean> {
  const row = yield* one('DELETE FROM oauth_scope WHERE scope = $scope RETURNING scope', { scope })
  return row !== undefined
}
