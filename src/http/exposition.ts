/**
 * The numbers of a server as Prometheus reads them. Loaded only where metrics are served: prom-client takes
 * long to load. It writes; it does not count, because it hashes the labels at each step: what
 * `counters.ts` and the store have kept is handed to it when somebody asks.
 */
import { collectDefaultMetrics, Registry } from 'prom-client'
import { BOUNDS, type RouteCount } from '../counters.ts'
import type { Server } from '../server.ts'
import { type DatabaseFacts, databaseFacts } from './database-facts.ts'
import { createWriters, type Distribution, type Labels, type Values } from './exposition-writers.ts'

export interface Exposition {
  readonly content_type: string
  /** Everything, as of now. */
  text(): Promise<string>
}

/** Works of a commit. */
const SIZES: readonly number[] = [1, 2, 4, 8, 16, 32, 64, 128, 256]

/** Gauges of prom-client under names that only counters may have; each has a twin with a right one. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
]

/** Watches the event loop from here on. HTTP-19: no label names a client, a person or a token. */
export const createExposition = (server: Pick<Server, 'counters' | 'store' | 'clock'>): Exposition => {
  const { counters, store } = server
  const registry = new Registry()
  const { counter, gauge, histogram } = createWriters(registry)
  const look = databaseFacts(server)
  let facts: DatabaseFacts | undefined
  collectDefaultMetrics({ register: registry })
  for (const name of MISNAMED) registry.removeSingleMetric(name)

  const ofRoutes = <T>(values: (route: string, count: RouteCount) => readonly T[]): readonly T[] =>
    [...counters.routes].flatMap(([route, count]) => (count.statuses.size === 0 ? [] : values(route, count)))

  counter(
    {
      name: 'oauthd_http_requests_total',
      help: 'Answers by endpoint and status.',
      labelNames: ['route', 'status'],
    },
    () => ofRoutes((route, { statuses }) => labelled(statuses, (status) => ({ route, status }))),
  )
  histogram(
    { name: 'oauthd_http_request_duration_seconds', help: 'From the head of a request to its answer.' },
    BOUNDS.map((bound) => bound / 1000),
    () => ofRoutes((route, { took, ms }) => [{ labels: { route }, counts: took, sum: ms / 1000 }]),
  )
  counter(
    {
      name: 'oauthd_rejections_total',
      help: 'Refused requests by endpoint and error.',
      labelNames: ['route', 'error'],
    },
    () => ofRoutes((route, { errors }) => labelled(errors, (error) => ({ route, error }))),
  )
  counter(
    { name: 'oauthd_tokens_issued_total', help: 'Access tokens by grant type.', labelNames: ['grant_type'] },
    () => labelled(counters.issued, (grant_type) => ({ grant_type })),
  )
  counter(
    {
      name: 'oauthd_reuse_detected_total',
      help: 'Codes and refresh tokens that were used again, which ended their authorization.',
      labelNames: ['reason'],
    },
    () => labelled(counters.reused, (reason) => ({ reason })),
  )
  histogram({ name: 'oauthd_commit_batch_size', help: 'Operations that shared a commit.' }, SIZES, () => [
    sizesOf(store.batches()),
  ])
  gauge({ name: 'oauthd_database_up', help: 'Whether the database could be read just now.' }, () => [
    [{}, facts === undefined ? 0 : 1],
  ])
  gauge({ name: 'oauthd_database_bytes', help: 'Size of the database file.' }, () => only(facts?.bytes))
  gauge({ name: 'oauthd_database_wal_bytes', help: 'Size of the write-ahead log beside it.' }, () =>
    only(facts?.wal_bytes),
  )
  gauge(
    {
      name: 'oauthd_table_rows',
      help: 'Rows by table; 100000 stands for that or more.',
      labelNames: ['table'],
    },
    () => labelled(facts?.rows ?? NO_ROWS, (table) => ({ table })),
  )
  return {
    content_type: registry.contentType,
    async text() {
      facts = await look()
      return registry.metrics()
    },
  }
}

const NO_ROWS: ReadonlyMap<string, number> = new Map()

const labelled = <K extends string | number>(
  tally: ReadonlyMap<K, number>,
  labels: (what: K) => Labels,
): Values => [...tally].map(([what, times]) => [labels(what), times])

/** A value without a label, where it is known. */
const only = (value: number | undefined): Values => (value === undefined ? [] : [[{}, value]])

const sizesOf = (batches: ReadonlyMap<number, number>): Distribution => {
  const counts = [...SIZES, 0].map(() => 0)
  let sum = 0
  for (const [size, times] of batches) {
    const found = SIZES.findIndex((bound) => size <= bound)
    const index = found === -1 ? SIZES.length : found
    counts[index] = (counts[index] ?? 0) + times
    sum += size * times
  }
  return { labels: {}, counts, sum }
}
