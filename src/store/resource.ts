import type { ProtectedResource, Resources } from '../protocol/protected-resource.ts'
import { all, one, type Work } from './work.ts'

interface Row extends Omit<ProtectedResource, 'is_advertised'> {
  is_advertised: number
}

const COLUMNS = `resource, resource_name, access_token_format, signing_alg, access_token_ttl, scope,
  is_advertised, created_at`

const protectedResource = (row: Row): ProtectedResource => ({
  ...row,
  is_advertised: row.is_advertised === 1,
})

/** All registered resources, as they sort; an installation has tens of them. */
export function* listResources(): Work<readonly ProtectedResource[]> {
  const rows = yield* all<Row>(`SELECT ${COLUMNS} FROM oauth_resource ORDER BY resource_key LIMIT 10000`)
  return rows.map(protectedResource)
}

/** The same by what they are compared by. */
export function* mapResources(): Work<Resources> {
  const rows = yield* all<Row & { resource_key: string }>(
    `SELECT resource_key, ${COLUMNS} FROM oauth_resource ORDER BY resource_key LIMIT 10000`,
  )
  return new Map(rows.map(({ resource_key, ...row }) => [resource_key, protectedResource(row)]))
}

/** The resource that is registered under a key, however it is spelled. */
export function* findResource(resource_key: string): Work<ProtectedResource | undefined> {
  const row = yield* one<Row>(`SELECT ${COLUMNS} FROM oauth_resource WHERE resource_key = $resource_key`, {
    resource_key,
  })
  return row === undefined ? undefined : protectedResource(row)
}

/** Registers a resource; `false` when one of that key is registered. */
export function* insertResource(resource_key: string, resource: ProtectedResource): Work<boolean> {
  const row = yield* one(
    `INSERT INTO oauth_resource (resource_key, ${COLUMNS})
     VALUES ($resource_key, $resource, $resource_name, $access_token_format, $signing_alg, $access_token_ttl, $scope,
       $is_advertised, $created_at)
     ON CONFLICT (resource_key) DO NOTHING RETURNING resource_key`,
    { resource_key, ...resource, is_advertised: resource.is_advertised ? 1 : 0 },
  )
  return row !== undefined
}

/** Forgets a resource, and gives it as it was registered. */
export function* deleteResource(resource_key: string): Work<ProtectedResource | undefined> {
  const row = yield* one<Row>(
    `DELETE FROM oauth_resource WHERE resource_key = $resource_key RETURNING ${COLUMNS}`,
    { resource_key },
  )
  return row === undefined ? undefined : protectedResource(row)
}
